"""What the clock says: when each repository was visited, and how that went. Append-only; it cannot be made again.

`<root>/<number>.jsonl` holds one crawl: a line for each visit as it ends, and a last line for the whole. A line carries a checksum,
so that a line cut short by a crash is known for what it is. `<root>/repos.json` sums up all crawls that came to an end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, Self
from zlib import crc32

from catalog.errors import StoreError
from catalog.tables import Crawl, Visit

KEPT = 10  # crawls whose visits are kept
_ENDED, _VISITED, _FRESH = '{"crawl": ', '{"partition": ', '"outcome": "fresh"'  # what sorted keys make of the lines


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """How a repository was found last. `partition` and `read_at` are of the last visit that went well."""

    outcome: str
    message: str | None
    visited_at: datetime
    partition: str | None = None
    read_at: datetime | None = None


class Journal:
    """The crawls below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def found(self) -> dict[str, Found]:
        """How each repository was found last, also in a crawl that was cut short."""
        number, found = self._summed_up()
        for file in self._files():
            if number is None or int(file.stem) > number:
                for visit, partition in _visits(file):
                    found[visit.repo] = _after(found.get(visit.repo), visit, partition)
        return found

    def begin(self) -> Entry:
        """Opens the next crawl's file."""
        number = max((int(file.stem) for file in self._files()), default=0) + 1
        with _writing(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            return Entry(self, number)

    def crawls(self) -> tuple[Crawl, ...]:
        """The crawls that came to an end, first to last."""
        ended = (raw["crawl"] for file in self._files() for raw in _lines(file, _ENDED))
        return tuple(Crawl(**_times(raw)) for raw in ended)

    def visits(self) -> tuple[Visit, ...]:
        """Each repository's newest visit, and of the last crawls those that did not find a repository fresh."""
        seen: set[str] = set()
        found: list[Visit] = []
        for file in reversed(self._files()[-KEPT:]):
            found += [visit for visit, _ in _visits(file, partial(_is_old_news, seen))]
            seen = seen | {_repo(text) for text in _texts(file)}
        return tuple(sorted(found, key=attrgetter("crawl")))

    def sum_up(self) -> None:
        """Writes `repos.json` anew, and drops the visits of crawls that are too old to keep."""
        files = self._files()
        state: dict[str, Any] = {repo: _plain(found) for repo, found in sorted(self.found().items())}
        state[""] = int(files[-1].stem) if files else 0
        with _writing(self.root):
            _replace(self.root / "repos.json", json.dumps(state))
            for file in files[:-KEPT]:
                ended = list(_lines(file, _ENDED))
                if len(ended) < sum(1 for _ in _texts(file)):
                    _replace(file, "".join(map(_line, ended)))

    def _summed_up(self) -> tuple[int | None, dict[str, Found]]:
        """The last crawl that `repos.json` knows of, and how that left each repository."""
        file = self.root / "repos.json"
        try:
            state = json.loads(file.read_text("utf-8"))
            number = int(state.pop(""))
            return number, {repo: _found(raw) for repo, raw in state.items()}
        except FileNotFoundError:
            return None, {}
        except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
            raise StoreError(f"{file} is damaged ({error}); delete it, and the next crawl makes it anew") from error

    def _files(self) -> list[Path]:
        return sorted(
            (file for file in self.root.glob("*.jsonl") if file.stem.isdigit()), key=lambda file: int(file.stem)
        )


class Entry:
    """One crawl as it goes; a context manager."""

    def __init__(self, journal: Journal, number: int) -> None:
        self.number = number
        self._journal = journal
        self._out: IO[str] = (journal.root / f"{number:06}.jsonl").open("x", encoding="utf-8")

    def add(self, visit: Visit, partition: str | None) -> None:
        self._write({"visit": _plain(visit), "partition": partition})

    def end(self, crawl: Crawl) -> None:
        self._write({"crawl": _plain(crawl)})
        os.fsync(self._out.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.close()
        self._journal.sum_up()

    def _write(self, raw: dict[str, Any]) -> None:
        with _writing(self._journal.root):
            self._out.write(_line(raw))
            self._out.flush()


@contextmanager
def _writing(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"cannot write to {root}: {error}") from error


def _replace(file: Path, text: str) -> None:
    """Whole or not at all, also when the power fails."""
    beside = file.with_name(f".{file.name}")
    with beside.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)


def _visits(file: Path, skip: Callable[[str], bool] = lambda _: False) -> Iterator[tuple[Visit, str | None]]:
    for raw in _lines(file, _VISITED, skip):
        yield Visit(**_times(raw["visit"])), raw["partition"]


def _after(before: Found | None, visit: Visit, partition: str | None) -> Found:
    now = Found(outcome=visit.outcome, message=visit.message, visited_at=visit.started_at)
    if partition is not None:
        return replace(now, partition=partition, read_at=visit.started_at)
    if before is not None:
        return replace(now, partition=before.partition, read_at=before.read_at)
    return now


def _line(raw: dict[str, Any]) -> str:
    text = json.dumps(raw, ensure_ascii=True, sort_keys=True)
    return f"{crc32(text.encode()):08x} {text}\n"


def _lines(file: Path, begin: str, skip: Callable[[str], bool] = lambda _: False) -> Iterator[dict[str, Any]]:
    """The lines that were written whole and begin like that. Parsing is what takes time: what is skipped is not parsed."""
    for text in _texts(file):
        if text.startswith(begin) and not skip(text):
            yield json.loads(text)


def _texts(file: Path) -> Iterator[str]:
    for line in file.read_text("ascii", "replace").splitlines():
        checksum, _, text = line.partition(" ")
        if checksum == f"{crc32(text.encode()):08x}":
            yield text


def _is_old_news(seen: set[str], text: str) -> bool:
    return _FRESH in text and _repo(text) in seen


def _repo(text: str) -> str:
    """The repository of a visit, as JSON spells it."""
    return text.partition('"repo": ')[2].partition(', "')[0]


def _plain(row: Found | Visit | Crawl) -> dict[str, Any]:
    """All cells are plain but times; `dataclasses.asdict` would copy each, which takes longer than the rest of `sum_up`."""
    cells = ((field.name, getattr(row, field.name)) for field in fields(row))
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in cells}


def _times(raw: dict[str, Any]) -> dict[str, Any]:
    return {
        key: datetime.fromisoformat(value) if key.endswith("_at") and value else value for key, value in raw.items()
    }


def _found(raw: dict[str, Any]) -> Found:
    return Found(**_times(raw))
