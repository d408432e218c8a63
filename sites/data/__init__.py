"""The rows that pages show, read in bulk."""
