"""catalog.duckdb and its exports: built from partitions, and from the SQL in `sql/`."""
