"""How a table is declared: one frozen class, one documented field for each column.

A crawl makes and copies rows by the hundred for each repository. So that classes are frozen is for the type checker to see: at
run time, the guard would double what a row costs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from types import NoneType, UnionType
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform, get_args, get_type_hints

R = TypeVar("R", bound="Record")


class Record:
    """A row. Its class is a table: `TABLE` is the name, `KEY` the columns that sort its rows."""

    __slots__ = ()

    TABLE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]
    REPO: ClassVar[bool]  # rows belong to one repository, named in a first column that the store adds
    COPY: ClassVar[Callable[[Any], Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a table: `type` is a Python type, `doc` a sentence that a user understands."""

    name: str
    type: Any
    nullable: bool
    doc: str


def column(doc: str, *, default: Any = ...) -> Any:  # noqa: ANN401 - a field specifier, like dataclasses.field
    """A column with its sentence; one with a default may be left out by whoever makes the row."""
    if default is ...:
        return field(metadata={"doc": doc})
    return field(default=default, metadata={"doc": doc})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(column,))
def record(table: str, *, key: tuple[str, ...], repo: bool = True) -> Callable[[type[R]], type[R]]:
    """Declares a table. With `repo`, its rows belong to one repository, named in a first column that the store adds."""

    def declare(cls: type[R]) -> type[R]:
        made = dataclass(kw_only=True, slots=True, unsafe_hash=True)(cls)
        made.TABLE, made.KEY, made.REPO, made.COPY = table, key, repo, staticmethod(_copier(made))
        return made

    return declare


def replace(row: R, **cells: Any) -> R:  # noqa: ANN401 - cells of any column
    """The row with these cells in the place of its own, several times faster than `dataclasses.replace` makes it."""
    made: R = type(row).COPY(row)
    for name, cell in cells.items():
        setattr(made, name, cell)
    return made


def _copier(table: type[R]) -> Callable[[R], R]:
    """A function with one assignment for each column, as `dataclass` writes `__init__`."""
    names = [field.name for field in fields(cast("Any", table))]
    lines = ["def copy(row):", " made = new(table)", *(f" made.{name} = row.{name}" for name in names), " return made"]
    scope: dict[str, Any] = {"new": object.__new__, "table": table}
    exec("\n".join(lines), scope)  # noqa: S102 - of names that are ours
    return cast("Callable[[R], R]", scope["copy"])


_REPO = Column(
    name="repo", type=str, nullable=False, doc="The repository: `host/owner/name`, or its name in repos.toml."
)


_known: dict[type[Record], tuple[Column, ...]] = {}


def columns(table: type[Record]) -> tuple[Column, ...]:
    """The columns of a table in order, the implied `repo` first."""
    if table not in _known:  # reading type hints takes longer than writing a small table
        hints = get_type_hints(table)
        own = tuple(_column(f.name, hints[f.name], f.metadata["doc"]) for f in fields(cast("Any", table)))
        _known[table] = (_REPO, *own) if table.REPO else own
    return _known[table]


def _column(name: str, hint: Any, doc: str) -> Column:  # noqa: ANN401 - type hints have no common type
    choices = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    types = [choice for choice in choices if choice is not NoneType]
    return Column(name=name, type=types[0], nullable=NoneType in choices, doc=doc)
