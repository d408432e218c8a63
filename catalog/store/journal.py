"""What the clock says: when each repository was visited, and how that went. Append-only; it cannot be made again.

`<root>/<number>.jsonl` holds one crawl: a line for each visit as it ends, and a last line for the whole. A line carries a checksum,
so that a line cut short by a crash is known for what it is. `<root>/repos.json` sums up all crawls.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, Self

from catalog.errors import StoreError
from catalog.schema.tables.inventory import Crawl, Visit
from catalog.store import files, jsonl

KEPT = 10  # crawls whose visits are kept
READ = ("new", "changed", "fresh")  # the outcomes of a visit that went well
_ENDED, _VISITED, _TURNED = '{"crawl": ', '{"partition": ', '"turned": true'  # how lines look
_REPO, _OUTCOME = '"repo": ', ', "outcome": '


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

    def begin(self, after: int = 0) -> Entry:
        """Opens the next crawl's file; its number is higher than `after`, too, should the files before it be lost."""
        number = max((int(file.stem) for file in self._files()), default=0)
        number = max(number, after) + 1
        with files.writing(self.root):
            files.make_folder(self.root)
            return Entry(self, number)

    def crawls(self) -> tuple[Crawl, ...]:
        """The crawls, first to last; what is known of one that did not come to its end are its visits."""
        return tuple(crawl for file in self._files() if (crawl := _crawl(file)))

    def visits(self) -> tuple[Visit, ...]:
        """Of the last crawls, one for each repository and run of equal outcomes; of older ones, those that turned."""
        crawls = self._files()
        older = [
            replace(visit, crawls=(visit.crawl,))
            for file in crawls[:-KEPT]
            for visit, _ in _visits(file)
            if visit.turned
        ]
        return tuple(sorted([*_runs(crawls[-KEPT:]), *older], key=attrgetter("crawl")))

    def sum_up(self) -> None:
        """Writes `repos.json` anew, and of crawls that are too old to keep drops the visits that turned nothing."""
        crawls = self._files()
        state: dict[str, Any] = {repo: _plain(found) for repo, found in sorted(self.found().items())}
        state[""] = int(crawls[-1].stem) if crawls else 0
        with files.writing(self.root):
            files.write(self.root / "repos.json", json.dumps(state))
            for file in crawls[:-KEPT]:
                _shorten(file)

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
        self._write({"partition": partition, "visit": _plain(visit)})

    def end(self, crawl: Crawl) -> None:
        self._write({"crawl": _plain(crawl)})
        with files.writing(self._journal.root):
            os.fsync(self._out.fileno())
            files.sync(self._journal.root)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with files.writing(self._journal.root):
            self._out.close()
        self._journal.sum_up()

    def _write(self, raw: dict[str, Any]) -> None:
        with files.writing(self._journal.root):
            self._out.write(jsonl.line(raw))
            self._out.flush()


@dataclass(kw_only=True, slots=True)
class _Run:
    """Visits to a repository in a row, in crawls that follow each other, which ended alike."""

    outcome: str
    last: str  # as JSON: parsing is what takes time
    first: str
    crawls: list[int]

    def visit(self) -> Visit:
        last = json.loads(self.last)["visit"]
        last |= {
            "started_at": datetime.fromisoformat(last["started_at"]),
            "first_at": datetime.fromisoformat(_word(self.first, "started_at").strip('"')),
            "times": len(self.crawls),
            "crawls": tuple(self.crawls),
            "turned": _TURNED in self.first,
        }
        return Visit(**last)


def _runs(crawls: Iterable[Path]) -> Iterator[Visit]:
    open_runs: dict[str, _Run] = {}
    for file in crawls:
        number = int(file.stem)
        for text in _texts(file, _VISITED):
            repo, _, rest = text.partition(_REPO)[2].partition(
                _OUTCOME
            )  # a quotation mark inside a name has a backslash
            outcome = rest.partition(', "')[0]
            run = open_runs.get(repo)
            if run is not None and run.outcome == outcome:
                run.last = text
                run.crawls.append(number)
                continue
            if run is not None:
                yield run.visit()
            open_runs[repo] = _Run(outcome=outcome, last=text, first=text, crawls=[number])
    for run in open_runs.values():
        yield run.visit()


def _shorten(file: Path) -> None:
    texts = list(jsonl.texts(file))
    kept = [text for text in texts if text.startswith(_ENDED) or _TURNED in text]
    if len(kept) < len(texts):
        crawl = _crawl(file)
        turned = [json.loads(text) for text in kept if text.startswith(_VISITED)]
        ended = [{"crawl": _plain(crawl)}] if crawl else []
        files.write(file, "".join(map(jsonl.line, [*turned, *ended])))


def _crawl(file: Path) -> Crawl | None:
    end = jsonl.last(file)
    for text in (end,) if end.startswith(_ENDED) else _texts(file, _ENDED):
        return Crawl(**_times(json.loads(text)["crawl"]))
    visits = [visit for visit, _ in _visits(file)]
    return _cut_short(int(file.stem), visits) if visits else None


def _cut_short(number: int, visits: list[Visit]) -> Crawl:
    count = Counter(visit.outcome if visit.outcome in READ else "failed" for visit in visits)
    started = min(visit.started_at for visit in visits)
    ended = max(visit.started_at + timedelta(seconds=visit.seconds) for visit in visits)
    return Crawl(
        crawl=number,
        started_at=started,
        seconds=round((ended - started).total_seconds(), 3),
        new=count["new"],
        changed=count["changed"],
        fresh=count["fresh"],
        failed=count["failed"],
        received=sum(visit.received for visit in visits),
        outcome="cut_short",
    )


def _visits(file: Path) -> Iterator[tuple[Visit, str | None]]:
    for text in _texts(file, _VISITED):
        raw = json.loads(text)
        yield Visit(**_times(raw["visit"] | {"crawls": ()})), raw["partition"]


def _texts(file: Path, begin: str) -> Iterator[str]:
    return (text for text in jsonl.texts(file) if text.startswith(begin))


def _word(text: str, key: str) -> str:
    """The value of a key, as JSON spells it. A quotation mark inside a value has a backslash before it."""
    return text.partition(f'"{key}": ')[2].partition(', "')[0]


def _after(before: Found | None, visit: Visit, partition: str | None) -> Found:
    now = Found(outcome=visit.outcome, message=visit.message, visited_at=visit.started_at)
    if partition is not None:
        return replace(now, partition=partition, read_at=visit.started_at)
    if before is not None:
        return replace(now, partition=before.partition, read_at=before.read_at)
    return now


def _plain(row: Found | Visit | Crawl) -> dict[str, Any]:
    """All cells are plain but times; `dataclasses.asdict` would copy each, which takes longer than the rest of `sum_up`."""
    cells = ((field.name, getattr(row, field.name)) for field in fields(row))
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in cells}


def _times(raw: dict[str, Any]) -> dict[str, Any]:
    for key, value in raw.items():
        if value and key.endswith("_at"):
            raw[key] = datetime.fromisoformat(value)
    return raw


def _found(raw: dict[str, Any]) -> Found:
    return Found(**_times(raw))
