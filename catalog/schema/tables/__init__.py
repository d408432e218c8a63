"""The catalog's own tables: facts that were read, and what the crawl itself did. `TABLES` has them all.

Each class is a table, each field a column. Modules: what Git says, the registry, DVC's files, metrics, cards, the
inventory with its crawls, observations, problems. A connector may bring further tables: see catalog/plugins/connector.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from catalog.schema.record import Record

PARTITION: tuple[type[Record], ...]  # of repositories, in the order of their modules
CRAWL: tuple[type[Record], ...]
TABLES: tuple[type[Record], ...]


def __getattr__(name: str) -> object:
    """These tuples, for which all modules are imported: 0.03 s of a processor, which a module with one table need not take."""
    if name not in __annotations__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from catalog.schema.tables import cards, dvc, git, inventory, metrics, observations, problems, registry

    partition = tuple(_declared(git, registry, dvc, metrics, cards, problems))
    crawl = tuple(_declared(inventory, observations))
    globals().update(PARTITION=partition, CRAWL=crawl, TABLES=(*crawl, *partition))
    return globals()[name]


def _declared(*modules: ModuleType) -> Iterator[type[Record]]:
    """The tables that modules declare, in the order in which they stand there."""
    from catalog.schema.record import Record

    for module in modules:
        for name, table in vars(module).items():
            if isinstance(table, type) and issubclass(table, Record) and table.__module__ == module.__name__:
                assert name == table.__name__
                yield table
