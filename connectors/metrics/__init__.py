"""Metrics, parameters and plots of a revision."""
