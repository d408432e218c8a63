"""Search: the query language, what it asks of the database, and the index that is made for it."""
