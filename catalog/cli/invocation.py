"""How to call this command again, from the folder where the user is."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path


def command(*arguments: object) -> str:
    """A command line of ours that works as it is: `catalog show`, or with the path of `catalog` where that is not on PATH."""
    return shlex.join([*_program(), *map(str, arguments)])


def _program() -> list[str]:
    """The `catalog` that runs; `python -m catalog` where no file of that name started it."""
    started = Path(sys.argv[0])
    script = started if started.name == "catalog" else Path(sys.executable).with_name("catalog")
    on_path = shutil.which("catalog")
    if on_path and (not script.is_file() or Path(on_path).samefile(script)):
        return ["catalog"]
    return [_from_here(script)] if script.is_file() else [_from_here(Path(sys.executable)), "-m", "catalog"]


def _from_here(file: Path) -> str:
    """The path from the current folder, where the file is below it."""
    absolute = os.path.abspath(file)  # noqa: PTH100 - a virtual environment's python is a link that must stay one
    here = Path.cwd()
    return str(Path(absolute).relative_to(here)) if Path(absolute).is_relative_to(here) else absolute
