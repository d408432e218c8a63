"""Scheduling: the scheduler, the steps of a run, the health file, and files for external schedulers."""
