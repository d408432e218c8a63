"""Shell completion of names from the local catalog. A failure completes nothing and prints nothing, so that it does not disturb the prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from catalog.cli.finding import term
from catalog.database.search_fields import BY_NAME, FACETS, MEASURES, ORDERS
from catalog.naming import endings

if TYPE_CHECKING:
    from catalog.query import Catalog

COMPARISONS = (">", ">=", "<", "<=")

_TERM = re.compile(r"(?P<before>(?:.*[\s(])?-?)(?P<term>[^\s(]*)", re.DOTALL)
_MEASURES = {
    "metric": "select distinct name from metrics order by name",
    "param": "select distinct name from params order by name",
}
_RESOLVED = "from internal.resolve_version(null, null, null, null, null, null, null)"
_NAME = re.compile(r"[\w./@-]+")


def complete_reference(incomplete: str) -> list[str]:
    """Artifacts; after `@` the versions of that artifact, after `#` its stages."""
    completions: list[str] = []
    with suppress(Exception), _catalog() as catalog:
        completions.extend(name for name in _references(catalog, incomplete) if name.startswith(incomplete))
    return completions


def complete_repo(incomplete: str) -> list[str]:
    """Repositories."""
    completions: list[str] = []
    with suppress(Exception), _catalog() as catalog:
        completions.extend(row["repo"] for row in catalog.repos().rows if row["repo"].startswith(incomplete))
    return completions


def complete_stage(incomplete: str) -> list[str]:
    """Stages, as the catalog calls them."""
    return _stages("stage", incomplete)


def complete_raw_stage(incomplete: str) -> list[str]:
    """Stages, as the tags spell them."""
    return _stages("raw_stage", incomplete)


def complete_query(incomplete: str) -> list[str]:
    """Fields of the query language, names of metrics and parameters; after `:` the values that the catalog has of that field."""
    completions: list[str] = []
    with suppress(Exception):
        if last := _TERM.fullmatch(incomplete):
            completions.extend(last["before"] + completed for completed in _terms(last["term"]))
    return completions


def complete_facet(incomplete: str) -> list[str]:
    """Fields that have values to count."""
    return [name for name in FACETS if name.startswith(incomplete)]


def complete_field(incomplete: str) -> list[str]:
    """Fields of what `resolve` finds."""
    completions: list[str] = []
    with suppress(Exception), _catalog() as catalog:
        completions.extend(name for name in catalog.sql(_RESOLVED).columns if name.startswith(incomplete))
    return completions


def _stages(column: str, incomplete: str) -> list[str]:
    completions: list[str] = []
    with suppress(Exception), _catalog() as catalog:
        stages = dict.fromkeys(row[column] for row in catalog.stages().rows)
        completions.extend(stage for stage in stages if stage.startswith(incomplete))
    return completions


def _terms(incomplete: str) -> list[str]:
    """The terms that begin so; where that is one field, with its values, since behind a field alone a shell would put a space."""
    field, colon, value = incomplete.partition(":")
    if colon:
        return [f"{field}:{candidate}" for candidate in _values(field) if candidate.startswith(value)]
    kind, dot, name = field.partition(".")
    if dot and kind in MEASURES:
        starts = [f"{kind}.{candidate}:" for candidate in _measures(kind) if candidate.startswith(name)]
    else:
        starts = [f"{candidate}:" for candidate in (*BY_NAME, "sort") if candidate.startswith(field)]
        starts += [f"{candidate}." for candidate in MEASURES if candidate.startswith(field)]
    return (_terms(starts[0]) if len(starts) == 1 else []) or starts


def _values(field: str) -> list[str]:
    """The values of a field as a query has them; of one that is compared, the comparisons."""
    if field == "sort":
        return list(ORDERS)
    if field.partition(".")[0] in MEASURES or BY_NAME[field].kind in ("number", "date"):
        return list(COMPARISONS)
    return [term(field, value).partition(":")[2] for value in (BY_NAME[field].choices or _known(field))]


def _measures(kind: str) -> list[str]:
    """The names of metrics or parameters; one with a character that the language uses is quoted."""
    with _catalog() as catalog:
        rows = catalog.sql(_MEASURES[kind]).rows
    return [name if _NAME.fullmatch(name) else f'"{name}"' for name in (row["name"] for row in rows) if '"' not in name]


def _known(field: str) -> list[str]:
    with _catalog() as catalog:
        return [row["value"] for row in catalog.facets(fields=[field]).rows]


def _references(catalog: Catalog, incomplete: str) -> Iterator[str]:
    for mark, rows, key in (("@", "all_versions", "version"), ("#", "assignments", "stage")):
        artifact, separator, _ = incomplete.partition(mark)
        if separator:
            completions = [row[key] for row in catalog.show(artifact).rows[0][rows]]
            yield from (f"{artifact}{mark}{name}" for name in (["latest"] if mark == "@" else []) + completions)
            return
    names = catalog.short_names()
    yield from names.values()
    if any(short.startswith(incomplete) for short in names.values()):
        yield from (full for full, short in names.items() if full != short)
        return
    for full, short in names.items():  # of an end that is longer than the short name, only where that was begun
        yield from (end for end in endings(full) if len(end) > len(short))


def _catalog() -> Catalog:
    from catalog.cli.asking import default_database  # a shell asks rarely
    from catalog.query import Catalog
    from catalog.query.published.location import database_at

    return Catalog.open(database_at(default_database(), offline=True))  # whoever types does not wait for a server
