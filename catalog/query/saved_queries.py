"""Named questions: those in SQL of this package, and those in SQL or the language of search in the folder `queries` beside repos.toml."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import InvalidArgument, Misuse, NotFound, StoreError
from catalog.query.answer import Answer

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = "queries"
SQL, SEARCH = ".sql", ".search"  # how the names of files end
MOST_BYTES = 100_000  # of a file

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_DEFAULT = re.compile(r"^-- (?P<name>[a-z_]\w*): (?P<value>.*\S)$", re.MULTILINE)
_PARAMETER = re.compile(r"\$([A-Za-z_]\w*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedQuery:
    """A question: its first comment line says it, each line `-- name: value` is a parameter with what it is unless given.

    One in SQL, or with `search` a query of `catalog search`; `text` is the statement with its comments, or the query without them.
    """

    name: str
    question: str
    parameters: Mapping[str, str]
    text: str
    file: str | None = None  # None: of this package
    search: bool = False

    def filled(self, given: Mapping[str, str]) -> dict[str, str]:
        """The values of its parameters. InvalidArgument for one that it does not have."""
        if unknown := sorted(given.keys() - self.parameters.keys()):
            expected = (
                f"one of {', '.join(self.parameters)}" if self.parameters else "none: this query has no parameters"
            )
            raise InvalidArgument("parameter", repr(unknown[0]), expected)
        return {**self.parameters, **given}


def saved_queries(folder: Path | None) -> dict[str, SavedQuery]:
    """All of them by name, in the order of names; one in `folder` replaces one of this package. Misuse for a file that is none."""
    own: dict[str, SavedQuery] = {}
    for file in _files(folder) if folder and folder.is_dir() else ():
        query = _query(file, str(file))
        if query.name in own:
            raise Misuse(f"{query.file}: {own[query.name].file} has the same name, expected one of the two")
        own[query.name] = query
    return dict(sorted({**_built_in(), **own}.items()))


def save_search(folder: Path, name: str, text: str, *, force: bool = False) -> Path:
    """Writes a query of `catalog search` as a file of the folder, whole or not at all. Misuse for a name that is taken, unless `force`.

    A file in SQL of that name is never replaced. QueryError for a wrong query, InvalidArgument for what is no name.
    """
    from catalog.query.search.language import parse  # imported late, as what writes: others only read
    from catalog.store import files as store

    if not _NAME.fullmatch(name):
        raise InvalidArgument("save", repr(name), "a name of small letters, digits, - and _, such as churn-in-prod")
    parse(text)
    if not text.strip():
        raise Misuse("expected the QUERY to save, found none")
    file, in_sql = folder / f"{name}{SEARCH}", folder / f"{name}{SQL}"
    if os.path.lexists(in_sql):
        raise Misuse(f"{in_sql} exists: expected another name")
    if not force and (name in _built_in() or os.path.lexists(file)):
        taken = f"{file} exists" if os.path.lexists(file) else f"catalog has a query {name!r}"
        raise Misuse(f"{taken}: expected another name, or --force")
    with store.writing(folder):
        store.write(file, f"{text.strip()}\n")
    return file


def saved_query(name: str, folder: Path | None) -> SavedQuery:
    """The query of that name. NotFound, with what is near, where there is none."""
    from difflib import get_close_matches

    queries = saved_queries(folder)
    if name not in queries:
        near = " or ".join(get_close_matches(name, queries, n=3))
        raise NotFound(f"no query {name!r}: {f'did you mean {near}?' if near else '`catalog queries` lists them'}")
    return queries[name]


def _built_in() -> dict[str, SavedQuery]:
    folder = files("catalog.query") / FOLDER
    queries = (_query(file, None) for file in folder.iterdir() if file.name.endswith(SQL))
    return {query.name: query for query in queries}


def _files(folder: Path) -> Iterator[Path]:
    """The files of queries, in an order that does not depend on the disk."""
    try:
        yield from sorted(file for file in folder.iterdir() if file.name.endswith((SQL, SEARCH)))
    except OSError as error:
        raise StoreError(f"{folder} cannot be read: {error.strerror}") from error


def _query(file: Path | Traversable, shown: str | None) -> SavedQuery:
    name, dot, ending = file.name.rpartition(".")
    if not _NAME.fullmatch(name):
        raise Misuse(f"{shown}: its name is not the name of a query: expected small letters, digits, - and _")
    text = _read(file, shown)
    return _search(name, text, shown) if dot + ending == SEARCH else _in_sql(name, text, shown)


def _search(name: str, text: str, shown: str | None) -> SavedQuery:
    """Comments before the query, of which the first is the question; without one, the query is it."""
    from catalog.query.search.language import parse  # imported late: most queries are in SQL
    from catalog.query.search.terms import QueryError

    lines = text.strip().split("\n")
    header = [*takewhile(lambda line: line.startswith("--"), lines)]
    query = "\n".join(lines[len(header) :]).strip()
    try:
        parse(query)
    except QueryError as error:
        raise Misuse(f"{shown}: {error}") from error
    if not query:
        raise Misuse(f"{shown}: found no query, expected one of `catalog search`")
    question = header[0].removeprefix("--").strip() if header else " ".join(query.split())
    return SavedQuery(name=name, question=question, parameters={}, text=query, file=shown, search=True)


def _in_sql(name: str, text: str, shown: str | None) -> SavedQuery:
    lines = text.split("\n")
    header = [*takewhile(lambda line: line.startswith("--"), lines)]
    defaults = {match["name"]: match["value"] for match in _DEFAULT.finditer("\n".join(header[1:]))}
    used = set(_PARAMETER.findall("\n".join(lines[len(header) :])))
    if missing := sorted(used - defaults.keys()):
        raise Misuse(f"{shown}: ${missing[0]} has no value: expected a line `-- {missing[0]}: VALUE` at the beginning")
    question = header[0].removeprefix("--").strip() if header else ""
    return SavedQuery(name=name, question=question, parameters=defaults, text=text, file=shown)


def _read(file: Path | Traversable, shown: str | None) -> str:
    try:
        content = file.read_bytes()
        if len(content) > MOST_BYTES:
            raise Misuse(f"{shown}: has {len(content):,} bytes, expected at most {MOST_BYTES:,}")
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise StoreError(f"{shown} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Misuse(f"{shown}: found bytes that are not UTF-8, expected text") from error


def listed(queries: Iterable[SavedQuery]) -> Answer:
    """Name, question, parameters and file of each."""
    columns = ("name", "question", "parameters", "file")
    values = tuple((each.name, each.question, dict(each.parameters), each.file) for each in queries)

    def arrow() -> pa.Table:
        import pyarrow as pa  # only where it is asked for

        kind = pa.schema(
            {name: pa.map_(pa.string(), pa.string()) if name == "parameters" else pa.string() for name in columns}
        )
        return pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in values], kind)

    return Answer(columns=columns, values=values, _arrow=arrow)
