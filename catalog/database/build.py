"""Builds the database from partitions, and one Parquet file for each table and view. Both can be deleted and built again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from contextlib import closing, nullcontext
from dataclasses import dataclass, fields, replace
from datetime import UTC
from pathlib import Path
from time import perf_counter

import duckdb
import pyarrow as pa

from catalog.config.parse import Config
from catalog.database import build_record, database, last_build, rebuild
from catalog.database.build_inputs import OF_CRAWLS, CrawlRows, last_started, rows_of, times_digest
from catalog.database.build_record import BuildCounts, BuildRecord
from catalog.database.gathering import BuildInputs, email_mask
from catalog.database.shapes import all_shapes, partition_shapes
from catalog.database.statements import named, views_of_one_repository
from catalog.schema.arrow import schema, to_arrow
from catalog.schema.record import Record
from catalog.schema.tables.inventory import Crawl
from catalog.schema.tables.observations import Observation
from catalog.store import file_stamps
from catalog.store.lock import lock

INCOMPLETE = ""  # the digest of what a build could not read as a whole: the next one tries again

log = logging.getLogger(__name__)
_SQL = named("build")


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildReport:
    """The result of a build, and how long it took.

    `incremental`: the last database was updated rather than rebuilt. `unchanged`: of it, only the times of visits were; the
    exports stayed. `inputs`: the digest of what all of it follows from, empty where something of that could not be read. `crawls`: their rows,
    first to last.
    """

    database: Path
    seconds: float
    counts: BuildCounts
    incremental: bool
    unchanged: bool
    inputs: str
    crawls: tuple[Crawl, ...]


def build(
    config: Config,
    *,
    wait: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    in_crawl: bool = False,
    is_locked: bool = False,
    check: bool = False,
) -> BuildReport:
    """Makes `catalog.duckdb` and `data/` from the last good rows of each repository; StoreError where the disk fails.

    Where nothing changed but what a crawl itself adds, that alone is put into the database, and `data/` stays; not with `check`, which
    compares everything. With `wait`, another crawl or build of the same output is waited for, and `tell` gets the sentence that
    names it; else StoreError does. `tell` gets a sentence, too, for what is damaged, and what is not as it was built. `is_locked`: the
    caller holds the output. `in_crawl`: so does the crawl of this process, which goes on, and may need every partition.
    """
    clock = perf_counter()
    with nullcontext() if in_crawl or is_locked else lock(config.output, wait=wait, tell=tell):
        inputs = BuildInputs.gather(config)
        last = build_record.read(config.output, tell)
        record, edited = _refreshed(inputs, last, tell, check=check) if last is not None else (None, frozenset[str]())
        incremental = unchanged = record is not None
        if record is None:
            record, incremental = _built(inputs, last, tell, edited, check=check)
            if not in_crawl and not inputs.inventory.unlisted:  # else it is not known what they have
                inputs.store.prune([*inputs.files.values(), *inputs.awaited])
        record = replace(record, damage=inputs.journal.damage)
        if record != last:
            build_record.write(config.output, record)
        for sentence in record.damage:  # once: a damaged line stays where it is, and `catalog status` has it
            if last is None or sentence not in last.damage:
                log.warning(sentence)
    return BuildReport(
        database=inputs.path,
        seconds=round(perf_counter() - clock, 3),
        counts=record.counts,
        incremental=incremental,
        unchanged=unchanged,
        inputs=record.inputs,
        crawls=tuple(rows_of(inputs.rows, Crawl)),
    )


def build_database(config: Config) -> Path:
    """Makes `catalog.duckdb` alone: where it is asked at once and then deleted, exports take a quarter of the time for nothing."""
    inputs = BuildInputs.gather(config)
    _rebuilt(inputs, lambda _: None)
    return inputs.path


def _refreshed(
    inputs: BuildInputs, last: BuildRecord, tell: Callable[[str], None], *, check: bool
) -> tuple[BuildRecord | None, frozenset[str]]:
    """The record of the last build, with what a crawl adds in the database, None where there is more to do; and the exports that `tell` got to know as edited."""
    if check:
        return None, _compare(inputs, last, tell)
    started = last_started(inputs.rows)
    if inputs.digest != last.inputs or (last.due is not None and started is not None and started >= last.due):
        return None, frozenset()
    last = _with_times(inputs, last)
    edited = file_stamps.differing(last.exports, file_stamps.stamps_below(inputs.exports))
    if sentence := _difference(inputs, last) or build_record.not_as_built(inputs.exports, edited):
        tell(f"{sentence}; catalog and exports are checked in full")
        return None, edited
    times = times_digest(inputs.rows)
    if times == last.times:
        return last, frozenset()
    try:
        rebuild.refresh(inputs.path, _tables(inputs.rows, OF_CRAWLS))
    except duckdb.Error:  # the build finds out what is wrong with it
        return None, frozenset()
    stamp = file_stamps.stamp_of(inputs.path)
    return replace(last, times=times, database=stamp, checksum=last_build.sealed(inputs.path)), frozenset()


def _with_times(inputs: BuildInputs, last: BuildRecord) -> BuildRecord:
    """The last record with the times of now: of files that hold what was built, as in a copy of the output."""
    stamp, stamps = file_stamps.stamp_of(inputs.path), file_stamps.stamps_below(inputs.exports)
    if file_stamps.has_other_time(last.database, stamp) and last_build.has(inputs.path, last.checksum):
        last = replace(last, database=stamp)
    if copied := [path for path, each in last.exports.items() if file_stamps.has_other_time(each, stamps.get(path))]:
        from catalog.database import export  # late, as in `_built`

        is_last = export.digest(inputs.exports) == last.manifest
        intact = export.intact(inputs.exports, copied) if is_last else frozenset[str]()
        last = replace(last, exports={**last.exports, **{path: stamps[path] for path in copied if path in intact}})
    return last


def _difference(inputs: BuildInputs, last: BuildRecord) -> str:
    """A sentence for a database that is not as it was built; empty where it is."""
    is_same = last.database == file_stamps.stamp_of(inputs.path)
    return "" if is_same else build_record.not_as_built(inputs.path.parent, [inputs.path.name])


def _compare(inputs: BuildInputs, last: BuildRecord, tell: Callable[[str], None]) -> frozenset[str]:
    """The exports that do not hold what was written; `tell` gets a sentence that names them. The build checks the database itself."""
    from catalog.database import export  # late, as in `_built`

    last = _with_times(inputs, last)
    edited = file_stamps.differing(last.exports, file_stamps.stamps_below(inputs.exports)) | export.damaged(
        inputs.exports
    )
    if sentence := build_record.not_as_built(inputs.exports, edited):
        tell(sentence)
    return edited


def _built(
    inputs: BuildInputs, last: BuildRecord | None, tell: Callable[[str], None], edited: Collection[str], *, check: bool
) -> tuple[BuildRecord, bool]:
    """Builds database and exports, those in `edited` whatever is known of them; the record, and whether the last database was updated."""
    from catalog.database import export  # with all of pyarrow: 0.04 s, for nothing where nothing changed

    incremental = _rebuilt(inputs, tell)
    with closing(database.connect(inputs.path, max_memory=database.FOR_ALL)) as connection:
        single = [*partition_shapes(), *views_of_one_repository()]
        every = all_shapes() if inputs.config.publish_database else None
        mask = email_mask(inputs.config)
        export.write(
            connection,
            inputs.exports,
            mask,
            single=single,
            anew=edited,
            check=check,
            shapes=every,
            csv=inputs.config.publish_csv,
        )
        counts = connection.execute(_SQL["counts"]).fetchone() or (0,) * 7
        (due,) = connection.execute(_SQL["due"]).fetchone() or (None,)
        is_whole = _is_whole(connection, inputs)
    record = BuildRecord(
        inputs=inputs.digest if is_whole else INCOMPLETE,
        times=times_digest(inputs.rows),
        due=due and due.replace(tzinfo=UTC),
        counts=BuildCounts(**dict(zip((cell.name for cell in fields(BuildCounts)), counts, strict=True))),
        database=file_stamps.stamp_of(inputs.path),
        checksum=last_build.sealed(inputs.path),
        exports=file_stamps.stamps_below(inputs.exports),
        manifest=export.digest(inputs.exports),
        site=last.site if last else None,
    )
    return record, incremental


def _rebuilt(inputs: BuildInputs, tell: Callable[[str], None]) -> bool:
    """Brings the database up to date; whether the last one was updated."""
    tables = {**_tables(inputs.rows), Observation.TABLE: schema(Observation).empty_table()}
    return rebuild.rebuild(inputs.path, partition_shapes(), inputs.files, tables, inputs.updaters, tell)


def _is_whole(connection: duckdb.DuckDBPyConnection, inputs: BuildInputs) -> bool:
    """Whether nothing was left out because it is damaged: files that are read again may have the same names, and then times."""
    partitions = dict(connection.execute(_SQL["partitions"]).fetchall())
    journals = dict(connection.execute(_SQL["journals"]).fetchall())
    return (
        partitions == {repo: file.name for repo, file in inputs.files.items()}
        and journals == inputs.observations.stamps()
    )


def _tables(rows: CrawlRows, tables: Iterable[type[Record]] | None = None) -> dict[str, pa.Table]:
    return {table.TABLE: to_arrow(table, rows[table]) for table in tables or rows}
