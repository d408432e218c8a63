"""Imports PyArrow where a process makes visits, but not pandas, which PyArrow imports with the first array where it is installed.

Without pandas such a process begins with 0.35 s of a processor less, and 40 MB.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec


class _Absent(MetaPathFinder):
    """As if pandas was not installed."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name == "pandas":
            raise ModuleNotFoundError(name)
        return None


def load_without_pandas() -> None:
    """PyArrow looks for pandas once. What needs pandas later, as `to_pandas` does, imports it all the same. Before there are threads."""
    absent = _Absent()
    sys.meta_path.insert(0, absent)
    try:
        import pyarrow as pa  # a crawl that reads nothing needs none

        pa.array(())
    finally:
        sys.meta_path.remove(absent)
