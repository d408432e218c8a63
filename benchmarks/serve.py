"""Makes a demo fleet and serves it over loopback HTTP until its standard input ends: a server with a process of its own."""

from __future__ import annotations

import sys
from importlib import import_module
from itertools import islice
from pathlib import Path
from time import sleep

from catalog.demo import make_fleet

TESTS = Path(__file__).parents[1] / "tests"
LABS = 2  # repositories of the fleet that are broken on purpose: Git and GTO give up on them, so nobody is asked to read them


def main(folder: Path, repos: int, delay: float) -> None:
    """Prints the base URL, then a line for each repository. Each answer is `delay` seconds late."""
    sys.path.append(str(TESTS))
    loopback = import_module("support.loopback")
    made = (path.relative_to(folder) for path in make_fleet(folder, repos=repos + LABS))
    sound = islice((path for path in made if path.parts[0] != "labs"), repos)
    with loopback.serve(folder, rule=(lambda _: sleep(delay)) if delay else None) as site:
        print(site, *(path.as_posix() for path in sound), "", sep="\n", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
