"""The seams: what a connector is, what a forge is, and which are installed."""
