"""Forges, the servers that list repositories: one module for each kind."""
