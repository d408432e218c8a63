"""Catalogs that were published: `--catalog https://…/`, `s3://…` or a folder with catalog.json."""
