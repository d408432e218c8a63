"""The speakers: each reads one format, purely, from a snapshot into records."""
