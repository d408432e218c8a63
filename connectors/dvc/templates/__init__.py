"""`${...}` in `dvc.yaml`: the values, the resolver, and where each value is from."""
