"""View models: rows with the links and badges that templates print."""
