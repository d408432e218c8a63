"""Another package in the place of one of ours: `connectors` and `sites` are common names, and whichever Python finds first is imported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

_OURS = ("connectors", "sites")  # installed beside `catalog`


def shadowing() -> str | None:
    """Which file or folder hides a package of ours, and what to do; None where none does."""
    home = Path(__file__).resolve().parents[2]
    for name in _OURS:
        places = _places(name)
        if places and home / name not in places:
            return (
                f"{places[0]} hides the package {name!r} of catalog: rename it, or keep {places[0].parent} off Python's path "
                "(PYTHONPATH, or the folder where `python -m catalog` runs)"
            )
    return None


def _places(name: str) -> list[Path]:
    """The folders of a package, or the file of a module, as Python would import it."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return []
    if spec is None:
        return []
    locations = spec.submodule_search_locations or ([spec.origin] if spec.origin else [])
    return [Path(location).resolve() for location in locations]
