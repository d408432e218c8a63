"""Named questions in SQL: those of this package, and those in the folder `queries` beside repos.toml."""

from __future__ import annotations

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
MOST_BYTES = 100_000  # of a file

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_DEFAULT = re.compile(r"^-- (?P<name>[a-z_]\w*): (?P<value>.*\S)$", re.MULTILINE)
_PARAMETER = re.compile(r"\$([A-Za-z_]\w*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedQuery:
    """A question: its first comment line says it, each line `-- name: value` is a parameter with what it is unless given."""

    name: str
    question: str
    parameters: Mapping[str, str]
    text: str
    file: str | None = None  # None: of this package

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
    built_in = (_query(file, None) for file in _sql_files(files("catalog.query") / FOLDER))
    own = (_query(file, str(folder / file.name)) for file in _sql_files(folder)) if folder and folder.is_dir() else ()
    queries = {query.name: query for query in (*built_in, *own)}
    return dict(sorted(queries.items()))


def saved_query(name: str, folder: Path | None) -> SavedQuery:
    """The query of that name. NotFound, with what is near, where there is none."""
    from difflib import get_close_matches

    queries = saved_queries(folder)
    if name not in queries:
        near = " or ".join(get_close_matches(name, queries, n=3))
        raise NotFound(f"no query {name!r}: {f'did you mean {near}?' if near else '`catalog queries` lists them'}")
    return queries[name]


def _sql_files(folder: Path | Traversable) -> Iterator[Path | Traversable]:
    yield from (file for file in folder.iterdir() if file.name.endswith(".sql"))


def _query(file: Path | Traversable, shown: str | None) -> SavedQuery:
    name, text = file.name.removesuffix(".sql"), _read(file, shown)
    if not _NAME.fullmatch(name):
        raise Misuse(f"{shown}: its name is no name of a query: expected small letters, digits, - and _")
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
