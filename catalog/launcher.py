"""Where the command `catalog` starts, installed as the module `federated_model_catalog`: a name that no other package has.

So another package `catalog`, which Python finds before ours, can be named as the cause. `python -m catalog` cannot do so: where there is
another one, Python runs that; `python -m federated_model_catalog` is the command, too, and names it.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

MISUSE = 2  # the exit code of `catalog.errors.Misuse`, which cannot be imported where it is told of


def process() -> NoReturn:
    """The command as a process of its own; where another package hides `catalog`, a sentence that names it."""
    try:
        from catalog.cli import process as run
    except ImportError:
        place = _foreign_place()
        if place is None:
            raise
        print(  # noqa: T201 - nothing else of ours can be imported
            f"catalog: {place} hides the package 'catalog' of this command: rename it, or keep {place.parent} off Python's path "
            "(PYTHONPATH, or the folder where `python -m` runs)",
            file=sys.stderr,
        )
        sys.exit(MISUSE)
    run()


def _foreign_place() -> Path | None:
    """The folder or file that Python finds as `catalog`; None where it is ours."""
    spec = find_spec("catalog")
    places = [*(spec.submodule_search_locations or ([spec.origin] if spec.origin else []))] if spec else []
    return next((Path(place) for place in places if not Path(place, "cli", "quick.py").is_file()), None)


if __name__ == "__main__":
    process()
