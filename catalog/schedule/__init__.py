"""Keeping time: the scheduler, the steps of a run, health, and files for external schedulers."""
