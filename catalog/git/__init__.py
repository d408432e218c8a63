"""Git as data: objects from their bytes, and a repository at one moment."""
