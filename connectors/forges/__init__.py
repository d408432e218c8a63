"""Where repositories come from: one module for each kind of forge."""
