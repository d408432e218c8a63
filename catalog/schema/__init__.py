"""The language: how a table is declared, the tables, and their Arrow schemas."""
