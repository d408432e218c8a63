"""What the site publishes beside its pages: the exported files, a record and badges of each model, and a map of the site."""
