"""Kills crawl, build and all of their processes at random moments: what is readable after each, and what is remembered after all."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from contextlib import closing, suppress
from time import sleep

import duckdb
from common import BIN, Fleet, fleet, run, smoke, tell

from catalog.database.database import connect
from catalog.errors import CatalogError
from catalog.store.observations import Observations

REPOS, KILLS = 5, 200
CHANGED = 3  # repositories that get a tag before each kill
SEED = 20261128

Seen = set[tuple[str, str, str, str]]  # repository, ref, object, and when it was first seen


def main() -> None:
    repos, kills = (4, 4) if smoke(__doc__) else (REPOS, KILLS)
    chance = random.Random(SEED)
    with fleet(repos) as served:
        usual = served.crawl()
        unreadable = lost = 0
        known = _seen(served)
        for number in range(kills):
            _change(served, chance, number)
            _kill(served, chance.uniform(0.0, 1.1 * usual))
            unreadable += not _is_readable(served)
            lost += len(known - (known := _seen(served)))
        served.crawl()
        missing = kills - _tags(served)
    tell(
        f"{kills} kills of crawl, build and their processes at random moments: catalogs that cannot be read; observations lost",
        f"{unreadable}; {lost}",
        f"tags of the time that the last crawl did not find: {missing}",
        "",
        "0; 0",
    )


def _change(served: Fleet, chance: random.Random, number: int) -> None:
    """A tag in some repositories; one of them has the number, so that it can be asked for."""
    for place, path in enumerate(chance.sample(served.paths, min(CHANGED, len(served.paths)))):
        name = f"kill{number}@v1.0.0" if not place else f"also{number}@v1.0.{place}"
        who = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")
        head = run(["git", "-C", path, "rev-list", "-1", "--all"], served.environment).strip()
        run(["git", "-C", path, *who, "tag", "-a", "-m", "x", name, head], served.environment)


def _kill(served: Fleet, seconds: float) -> None:
    """Begins `catalog crawl`, and ends it with all of its processes, wherever they are then."""
    command = [BIN / "catalog", "crawl", "--wait", "--config", served.config]
    with subprocess.Popen(
        command, env=served.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        sleep(seconds)
        for each in (process.pid, *_below(process.pid)):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)


def _below(pid: int) -> list[int]:
    """The processes that a process has started; its readers lead groups of their own."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def _is_readable(served: Fleet) -> bool:
    try:
        with closing(connect(served.output / "catalog.duckdb")) as connection:
            names = [name for name, *_ in connection.execute("from relations()").fetchall()]
            for name in names:
                connection.execute(f'select count(*) from (from "{name}" order by all)')
    except (CatalogError, duckdb.Error):
        return False
    return True


def _seen(served: Fleet) -> Seen:
    observations = Observations(served.output / "store" / "observations")
    timelines = [observations.load(name) for name in observations.stamps()]
    return {
        (timeline.repo, row.ref, row.oid, row.first_seen.isoformat())
        for timeline in timelines
        for row in timeline.rows()
    }


def _tags(served: Fleet) -> int:
    """How many of the tags of the kills the catalog has."""
    with closing(connect(served.output / "catalog.duckdb")) as connection:
        (count,) = connection.execute("select count(distinct tag) from tags where tag like 'kill%'").fetchone() or (0,)
    return int(count)


if __name__ == "__main__":
    main()
