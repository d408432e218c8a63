"""The static site: pages, data and links, made from catalog.duckdb alone."""
