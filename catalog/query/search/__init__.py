"""Search: the query language, its compiler, and the ranking of results."""
