"""How a table is declared: one frozen class, one documented field for each column.

A crawl makes and copies rows by the hundred for each repository. So that classes are frozen is for the type checker to see: at
run time, the guard would double what a row costs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, ClassVar, Literal, TypeVar, cast, dataclass_transform, get_args, get_type_hints

R = TypeVar("R", bound="Record")
# How long a row lives: as long as its repository's refs stay as they are; with a revision, whose rows never change (column
# `commit`); with a content that a plot of a revision shows (column `content`); or with the crawl: such rows are of no one repository.
Lives = Literal["repository", "revision", "content", "crawl"]
TYPES: tuple[Any, ...] = (
    str, int, float, bool, datetime, bytes, tuple[str, ...], tuple[int, ...], tuple[str | None, ...], tuple[float | None, ...], Mapping[str, str],
)  # fmt: skip
_LIVES_BY = {"revision": "commit", "content": "content"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# Where SQL expects a name, DuckDB requires quotation marks around these (its `duckdb_keywords()`).
RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
    default deferrable desc describe distinct do else end except false fetch for foreign from group having in
    initially intersect into lambda lateral leading limit not null offset on only or order pivot pivot_longer
    pivot_wider placing primary qualify references returning select show some summarize symmetric table then to
    trailing true union unique unpivot using variadic when where window with
    """.split()  # noqa: SIM905 - seventy words in a list take seventy lines
)


class Record:
    """A row. Its class is a table: `TABLE` is the name, `KEY` the columns that tell its rows apart and sort them (none: each repository has one row), `LIVES` how long a row is kept."""

    __slots__ = ()

    TABLE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]
    LIVES: ClassVar[Lives]
    REPO: ClassVar[bool]  # rows belong to one repository, named in a first column that the store adds
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]  # each table is a dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a table: `type` is a Python type, `doc` a sentence that a user understands."""

    name: str
    type: Any
    nullable: bool
    doc: str
    identifies: bool = False
    named_by: str | None = None


def column(
    doc: str,
    *,
    default: Any = ...,  # noqa: ANN401 - a cell of any column
    identifies: bool = False,
    named_by: str | None = None,
) -> Any:  # noqa: ANN401 - a field specifier, like dataclasses.field
    """A column with its sentence; one with a default may be left out of the constructor.

    What follows from the rest is where secrets are looked for. `identifies`: the values are hashes, object ids or versions, which look
    like secrets. `named_by`: the column with the names of the values, such as `db.password`, beside which a value is likely a secret.
    """
    metadata = {"doc": doc, "identifies": identifies, "named_by": named_by}
    return field(metadata=metadata) if default is ... else field(default=default, metadata=metadata)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(column,))
def record(table: str, *, key: tuple[str, ...], lives: Lives = "repository") -> Callable[[type[R]], type[R]]:
    """Declares a table. But for those that live with the crawl, its rows belong to one repository, named in a first column that the store adds.

    ValueError for a name or a key that no table can have.
    """

    def declare(cls: type[R]) -> type[R]:
        row = dataclass(kw_only=True, slots=True, unsafe_hash=True)(cls)
        row.TABLE, row.KEY, row.LIVES, row.REPO = table, key, lives, lives != "crawl"
        _check(row)
        return row

    return declare


def _check(table: type[Record]) -> None:
    names = [field.name for field in fields(cast("Any", table))]
    if table.LIVES not in get_args(Lives):
        raise ValueError(f"table {table.TABLE!r} lives {table.LIVES!r}, expected one of {', '.join(get_args(Lives))}")
    if not names:
        raise ValueError(f"table {table.TABLE!r} has no column, expected at least one")
    if table.REPO and "repo" in names:
        raise ValueError(f"table {table.TABLE!r} declares the column 'repo', expected none: the store adds it")
    for name in (table.TABLE, *names):
        if not _NAME.fullmatch(name) or name in RESERVED:
            raise ValueError(
                f"invalid name {name!r} in table {table.TABLE!r}: expected at most 63 of a-z, 0-9 and _, a letter first, and no reserved word of SQL"
            )
    _check_key(table, names)
    for cell in fields(cast("Any", table)):
        if (other := cell.metadata.get("named_by")) not in (None, *names):
            raise ValueError(
                f"column {cell.name!r} of table {table.TABLE!r} is named by {other!r}, expected one of {', '.join(names)}"
            )
    if (by := _LIVES_BY.get(table.LIVES)) and by not in names:
        raise ValueError(f"table {table.TABLE!r} lives with a {table.LIVES}, expected a column {by!r}")


def _check_key(table: type[Record], names: list[str]) -> None:
    if not isinstance(table.KEY, tuple):
        raise ValueError(f"table {table.TABLE!r} has the key {table.KEY!r}, expected a tuple of columns")  # noqa: TRY004 - as all others
    if missing := [name for name in table.KEY if name not in names]:
        raise ValueError(f"table {table.TABLE!r} has the key {missing[0]!r}, expected one of {', '.join(names)}")
    if len(set(table.KEY)) < len(table.KEY):
        raise ValueError(f"table {table.TABLE!r} has the key {', '.join(table.KEY)}, expected each column once")
    if not table.KEY and table.LIVES != "repository":
        raise ValueError(f"table {table.TABLE!r} has no key, expected one: only a repository can have a single row")


def replace(row: R, **cells: Any) -> R:  # noqa: ANN401 - cells of any column
    """The row with these cells in the place of its own."""
    # `dataclasses.replace` takes 6.5 % longer for all of a revision's metafiles (4.1 to 9.9; benchmarks/bench_read.py).
    copy: R = object.__new__(type(row))
    for name in row.__dataclass_fields__:
        setattr(copy, name, getattr(row, name))
    for name, cell in cells.items():
        setattr(copy, name, cell)
    return copy


_REPO = Column(
    name="repo", type=str, nullable=False, doc="The repository: `host/owner/name`, or its name in repos.toml."
)


_known: dict[type[Record], tuple[Column, ...]] = {}


def columns(table: type[Record]) -> tuple[Column, ...]:
    """The columns of a table in order, the implied `repo` first."""
    if table not in _known:  # reading type hints takes longer than writing a small table
        hints = get_type_hints(table)
        own = tuple(_column(f.name, hints[f.name], f.metadata) for f in fields(cast("Any", table)))
        _known[table] = (_REPO, *own) if table.REPO else own
    return _known[table]


def _column(name: str, hint: Any, metadata: Mapping[str, Any]) -> Column:  # noqa: ANN401 - type hints have no common type
    choices = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    types = [choice for choice in choices if choice is not NoneType]
    kind = types[0] if len(types) == 1 else hint
    return Column(name=name, type=kind, nullable=NoneType in choices, **metadata)
