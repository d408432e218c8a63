"""Checks of what the catalog has written: the observations, the rows, the database, the exports and the site. Nothing is changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.cli.findings import Deadline, Finding, fault, ok, warning
from catalog.cli.visit_checks import check_visits
from catalog.database import build_record, database, last_build
from catalog.database.shapes import all_shapes
from catalog.errors import CatalogError, NotFound
from catalog.query.published.location import FILE
from catalog.store.file_stamps import differing, digest, has_other_time, stamps_below
from catalog.store.journal import Journal
from catalog.store.observations import Observations
from catalog.store.partition_header import is_intact
from catalog.store.partitions import Store
from catalog.text import plural

if TYPE_CHECKING:
    from catalog.config.model import Config

BUILD = "`catalog build` makes it anew from what was read; nothing needs to be deleted"
CRAWL = "`catalog crawl` reads it again; nothing needs to be deleted"
KEEP = "keep the file: its other lines count. The next crawl records anew what refs name; a backup has what is lost"


def check_output(config: Config, deadline: Deadline) -> Iterator[Finding]:
    """All of the output folder."""
    output = config.output
    if not output.is_dir():
        yield warning("output", f"{output} is not there yet", "`catalog crawl` makes it")
        return
    if not os.access(output, os.W_OK | os.X_OK):
        yield fault("output", f"{output} cannot be written to by this user", "change its owner or its permissions")
    yield from _space(output)
    journal = Journal(output / "store" / "crawls")
    yield from _observations(output, deadline)
    yield from _rows(output, journal, deadline)
    yield from check_visits(config, journal)
    yield from _journal(journal)
    yield from _database(output, journal)
    yield from _derived(output)


def _journal(journal: Journal) -> Iterator[Finding]:
    crawls, _ = journal.crawls(), journal.visits()  # these read every line
    for sentence in journal.damage:
        yield fault("journal", sentence, "keep the file: its other lines count")
    if not journal.damage:
        yield ok("journal", f"{plural(len(crawls), 'crawl')} recorded")


def _space(output: Path) -> Iterator[Finding]:
    """A build writes the next database beside the last one."""
    free, file = shutil.disk_usage(output).free, output / FILE
    needed = 2 * file.stat().st_size if file.is_file() else 0
    if free < needed:
        message = f"{free >> 20:,} MiB are free, and a build may need {needed >> 20:,} MiB beside the last database"
        yield warning("disk", message, "make room on the disk")
    else:
        yield ok("disk", f"{free >> 20:,} MiB are free")


def _observations(output: Path, deadline: Deadline) -> Iterator[Finding]:
    """What cannot be made again."""
    observations = Observations(output / "store" / "observations")
    names, checked, faults = sorted(observations.stamps()), 0, 0
    for name in names:
        if deadline.is_over:
            break
        checked += 1
        try:
            damage = observations.load(name).damage
        except OSError as error:
            faults += 1
            yield fault(
                "observations",
                f"{observations.root / name} cannot be read: {error.strerror}",
                "mend its permissions or the disk; keep the file",
            )
            continue
        if damage.new:
            faults += 1
            yield fault("observations", f"{observations.root / name} has {plural(damage.new, 'damaged line')}", KEEP)
    yield from _summary("observations", names, checked, faults, "file is whole", "files are whole")


def _rows(output: Path, journal: Journal, deadline: Deadline) -> Iterator[Finding]:
    store, checked, faults = Store(output / "store" / "rows"), 0, 0
    partitions = [
        (repo, last.partition)
        for repo, last in sorted(journal.last_visits().items())
        if last.partition and not last.has_departed
    ]
    for repo, partition in partitions:
        if deadline.is_over:
            break
        checked += 1
        if not is_intact(store.file_of(repo, partition)):
            faults += 1
            yield fault("rows", f"the rows of {repo} are missing or damaged", CRAWL)
    yield from _summary("rows", partitions, checked, faults, "repository has its rows", "repositories have their rows")


def _summary(
    check: str, every: list[str] | list[tuple[str, str]], checked: int, faults: int, one: str, many: str
) -> Iterator[Finding]:
    if checked < len(every):
        yield warning(check, f"{checked:,} of {len(every):,} were checked in this time", "give more time by --timeout")
    elif not faults:
        yield ok(check, plural(checked, one, many))


def _database(output: Path, journal: Journal) -> Iterator[Finding]:
    file = output / FILE
    if not file.is_file():
        yield warning("database", f"{file} is not there yet", "`catalog build` makes it")
        return
    if not last_build.is_as_built(file):
        yield fault("database", f"{file} is damaged, or another program has changed it", BUILD)
        return
    try:
        with closing(database.connect(file)) as connection:
            current = database.is_current(connection, all_shapes())
            row = connection.execute("select max(crawl) from crawls").fetchone() if current else None
    except NotFound as error:
        yield fault(
            "database", str(error), f"move it elsewhere if it is needed: {BUILD.partition(';')[0]} in its place"
        )
        return
    except CatalogError as error:
        yield fault("database", str(error))
        return
    if not current:
        yield warning("database", f"{file} was made by another version of catalog", BUILD)
    elif row and (row[0] or 0) < journal.last_number():
        yield warning("database", f"{file} is older than the last crawl", BUILD)
    else:
        yield ok("database", f"{file} is as it was built")


def _derived(output: Path) -> Iterator[Finding]:
    """The exports and the site, by the sizes and times of their files."""
    sentences: list[str] = []
    record = build_record.read(output, sentences.append)
    yield from (warning("build", sentence, BUILD) for sentence in sentences)
    if record is None:
        return
    stamps = stamps_below(output / "data")
    edited = {
        name
        for name in differing(record.exports, stamps)
        if not has_other_time(record.exports.get(name), stamps.get(name))
    }
    sentence = build_record.not_as_built(output / "data", edited)
    yield fault("exports", sentence, BUILD) if sentence else ok("exports", f"{output / 'data'} is as it was built")
    if record.site is None:
        yield ok("site", "none was built of this database")
    elif record.site.files != digest(stamps_below(output / "site")):
        yield warning("site", f"{output / 'site'} is not as it was built, or was copied", BUILD)
    else:
        yield ok("site", f"{output / 'site'} is as it was built")
