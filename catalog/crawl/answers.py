"""Whether the answer of an executor's worker is one to its task: a worker that confuses repositories must harm none."""

from __future__ import annotations

from catalog.crawl.context import ReadContext
from catalog.crawl.visit import VisitResult, VisitTask
from catalog.errors import READ
from catalog.schema.tables.inventory import Visit
from catalog.store.partition_header import Damaged
from catalog.store.partitions import refs_digest
from catalog.store.ref_state import RefState


def misfit(task: VisitTask, context: ReadContext, result: object) -> str | None:
    """What of an answer does not belong to its task; None where all of it does."""
    if not isinstance(result, VisitResult) or not isinstance(result.visit, Visit):
        return "it is not the result of a visit"
    visit, name = result.visit, task.repo.name
    if visit.repo != name:
        return f"it is of {visit.repo!r}, expected {name!r}"
    if (visit.crawl, visit.started_at) != (task.number, task.started):
        return f"it is of another visit to {name!r}"
    if (visit.outcome in READ) != (result.partition is not None):
        return f"{name!r} is {visit.outcome} with the partition {result.partition!r}"
    if result.partition is None:
        return None
    return _misfit_of_rows(task, context, result, result.partition)


def _misfit_of_rows(task: VisitTask, context: ReadContext, result: VisitResult, partition: str) -> str | None:
    name = task.repo.name
    if task.start is None or not isinstance(result.refs, RefState) or not isinstance(result.data, bytes):
        return f"it has not all of {name!r}"
    key = context.key(name, refs_digest(task.start.listing, task.repo.options.digest()))
    is_part = key.is_part(partition) and partition.endswith(f"-{key.rules}") and partition.count("/") == 0
    if partition != str(key) and not is_part:
        return f"it has the partition {partition!r} of {name!r}, expected {str(key)!r}"
    from catalog.store.partition_format import unpack  # with pyarrow

    try:
        tables = unpack(result.data)
    except Damaged as error:
        return f"its rows of {name!r} are damaged ({error})"
    for table_name, table in tables.items():
        if "repo" in table.schema.names and table["repo"].unique().to_pylist() != [name]:
            return f"it has rows of another repository than {name!r} in {table_name}"
    return None
