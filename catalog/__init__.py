"""A federated catalog of the model registries that live in Git repositories."""

__version__ = "0.1.0"
