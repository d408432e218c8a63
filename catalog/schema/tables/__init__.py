"""The catalog's own tables: facts that were read, and what the crawl itself did. `TABLES` has them all.

Each class is a table, each field a column. Modules: what Git says, the registry, DVC's files, metrics, cards, the
inventory with its crawls, observations, problems. A connector may bring further tables: see catalog/plugins/connector.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from catalog.schema.record import Record
from catalog.schema.tables import cards, dvc, git, inventory, metrics, observations, problems, registry


def _declared(*modules: ModuleType) -> Iterator[type[Record]]:
    """The tables that modules declare, in the order in which they stand there."""
    for module in modules:
        for name, table in vars(module).items():
            if isinstance(table, type) and issubclass(table, Record) and table.__module__ == module.__name__:
                assert name == table.__name__
                yield table


PARTITION = tuple(_declared(git, registry, dvc, metrics, cards, problems))
CRAWL = tuple(_declared(inventory, observations))
TABLES = (*CRAWL, *PARTITION)
