"""Inline SVG: charts and plots."""
