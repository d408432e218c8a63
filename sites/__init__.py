"""The static site: pages, data and links, built from catalog.duckdb alone."""
