"""repos.toml: its model, and how it is read, with every complaint at once."""
