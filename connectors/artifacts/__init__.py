"""Artifacts as `dvc.yaml` and `artifacts.yaml` annotate them."""
