"""The parts of a path from the Git root. `posixpath` serves every path that a system may have, and takes three times as long.

A stranger's folder may be called nothing, or `/`: each step upwards makes a path shorter, until it is empty.
"""

from __future__ import annotations


def dirname(path: str) -> str:
    """The folder that a file lies in, empty for the root."""
    return path.rpartition("/")[0]


def basename(path: str) -> str:
    """A file's own name."""
    return path.rpartition("/")[2]


def join(folder: str, name: str) -> str:
    """What lies in a folder."""
    return f"{folder}/{name}" if folder else name
