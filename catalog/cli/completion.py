"""What Tab offers: names from the local catalog. On any failure nothing, and silently: a prompt is no place for complaints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from catalog.database.search_fields import BY_NAME, ORDERS
from catalog.query.search.ask import FACETS

if TYPE_CHECKING:
    from catalog.query import Catalog


def complete_reference(incomplete: str) -> list[str]:
    """Artifacts; after `@` the versions of that artifact, after `#` its stages."""
    found: list[str] = []
    with suppress(Exception), _catalog() as catalog:
        found.extend(name for name in _references(catalog, incomplete) if name.startswith(incomplete))
    return found


def complete_repo(incomplete: str) -> list[str]:
    """Repositories."""
    found: list[str] = []
    with suppress(Exception), _catalog() as catalog:
        found.extend(row["repo"] for row in catalog.repos().rows if row["repo"].startswith(incomplete))
    return found


def complete_stage(incomplete: str) -> list[str]:
    """Stages, as the catalog calls them."""
    found: list[str] = []
    with suppress(Exception), _catalog() as catalog:
        stages = dict.fromkeys(row["stage"] for row in catalog.stages().rows)
        found.extend(stage for stage in stages if stage.startswith(incomplete))
    return found


def complete_query(incomplete: str) -> list[str]:
    """Fields of the query language; after `:` the values that the catalog has of that field."""
    found: list[str] = []
    with suppress(Exception):
        sign = "-" if incomplete.startswith("-") else ""
        name, colon, start = incomplete.removeprefix("-").partition(":")
        if not colon:
            fields = (*BY_NAME, "sort")
            found.extend(f"{sign}{field}:" for field in fields if field.startswith(name))
            return found
        values = list(BY_NAME[name].choices or _values(name)) if name != "sort" else list(ORDERS)
        found.extend(f"{sign}{name}:{_quoted(value)}" for value in values if value.startswith(start.strip('"')))
    return found


def complete_facet(incomplete: str) -> list[str]:
    """Fields that have values to count."""
    return [name for name in FACETS if name.startswith(incomplete)]


def _values(field: str) -> list[str]:
    with _catalog() as catalog:
        return [row["value"] for row in catalog.facets(fields=[field]).rows]


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value


def _references(catalog: Catalog, incomplete: str) -> Iterator[str]:
    for mark, rows, key in (("@", "all_versions", "version"), ("#", "assignments", "stage")):
        artifact, found, _ = incomplete.partition(mark)
        if found:
            known = [row[key] for row in catalog.show(artifact).rows[0][rows]]
            yield from (f"{artifact}{mark}{name}" for name in (["latest"] if mark == "@" else []) + known)
            return
    names = catalog.short_names()
    yield from names.values()
    yield from (full for full, short in names.items() if full != short)


def _catalog() -> Catalog:
    from catalog.cli.asking import open_catalog  # noqa: PLC0415 - a shell asks rarely

    return open_catalog(None)
