"""What the page of a model prints, and the scripts with its data."""
