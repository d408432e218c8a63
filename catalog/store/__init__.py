"""Persistent state: partitions, the journal of visits, observations, and the lock on them."""
