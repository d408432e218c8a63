"""GTO's tags and its `.gto` file."""
