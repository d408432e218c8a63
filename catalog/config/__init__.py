"""repos.toml: its model, its declared keys, and the parser, which makes every complaint at once."""
