"""Withholds likely secrets from the rows of a visit before any of them is written: what is stored holds the place and the detector's name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from operator import attrgetter, is_
from typing import Any

from catalog.crawl.row_places import key_of, place_of
from catalog.git.snapshot import RefListing
from catalog.privacy import detector
from catalog.privacy.kinds import KEYWORD
from catalog.privacy.settings import SHOW, Privacy, PrivacyRule
from catalog.privacy.telling_keys import strength
from catalog.privacy.values import Cleaned, clean_value, find_all, is_secret_number
from catalog.schema.record import Column, Record, columns
from catalog.schema.record import replace as with_cells
from catalog.schema.tables.problems import Problem

SECRET = "secret"  # noqa: S105 - the rule of problems that say where something was withheld
NAME = "privacy"  # what these problems name as their connector
MIN_COPY, MAX_COPY = 6, 4_096  # characters of a secret whose copies elsewhere in a revision are withheld, too

_QUOTED = re.compile(r"'[^']*'")
_MAP = Mapping[str, str]
_TEXTS = (str, bytes, float, tuple[str, ...], tuple[str | None, ...], _MAP)

Rows = Mapping[type[Record], Collection[Record]]
Findings = Mapping[bool, Mapping[str, list[detector.Span]]]  # by whether the text is an identifier
Copies = dict[str, set[str]]  # by commit


def withhold(rows: Rows, privacy: Privacy) -> Rows:
    """The rows without likely secrets, and with a problem for each place that held one. `privacy`: that of the repository.

    Rows that went through it before come out unchanged: it makes no difference whether a revision was read now or in an earlier visit.
    """
    if privacy.secrets == SHOW and not privacy.redact:
        return rows
    texts = _texts_of(rows)
    findings = {kind: {} if privacy.secrets == SHOW else find_all(texts[kind], identifiers=kind) for kind in texts}
    run = _Pass(findings=findings, privacy=privacy, copies={})
    cleaned_rows = {table: run.table(table, some) for table, some in rows.items()}
    if run.copies:
        cleaned_rows = {table: _without_copies(table, some, run.copies) for table, some in cleaned_rows.items()}
    is_changed = any(cleaned_rows[table] is not some for table, some in rows.items())
    if is_changed or any(detector.MARK in text for kind in texts for text in texts[kind]):
        cleaned_rows[Problem] = [*cleaned_rows.get(Problem, ()), *_problems(cleaned_rows)]
    return cleaned_rows


def withhold_names(listing: RefListing, privacy: Privacy) -> RefListing:
    """The listing without likely secrets in the names of its refs."""
    changed = changed_names({ref.name for ref in listing.refs}, privacy)
    if not changed:
        return listing
    return replace(listing, refs=tuple(replace(ref, name=changed.get(ref.name, ref.name)) for ref in listing.refs))


def changed_names(names: Collection[str], privacy: Privacy) -> dict[str, str]:
    """The names of refs that hold likely secrets, each as it is without them."""
    findings = {} if privacy.secrets == SHOW else find_all(names, identifiers=False)
    return {name: cut for name, spans in findings.items() if (cut := detector.cut(name, spans)) != name}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pass:
    """One pass over the rows of a visit, to which `copies` gets the secrets of each revision."""

    findings: Findings
    privacy: Privacy
    copies: Copies

    def table(self, table: type[Record], rows: Collection[Record]) -> Collection[Record]:
        """The rows of a table; the very same where nothing is withheld."""
        affected = [column for column in _columns(table) if self._affects(column, rows)]
        if not affected and not (table is Problem and self._hides_quotes(rows)):
            return rows
        cleaned_rows = [self._row(row, affected) for row in rows]
        return rows if all(map(is_, cleaned_rows, rows)) else cleaned_rows

    def _affects(self, column: Column, rows: Collection[Record]) -> bool:
        """Whether a cell of the column may change: most columns cost nothing more than this."""
        if self.privacy.redact or column.type is bytes:
            return bool(rows)
        if self.privacy.secrets == SHOW:
            return False
        findings = self.findings[column.identifies]
        if findings and findings.keys() & _texts_in(column, rows):
            return True
        names: Iterable[str] = ()
        if column.named_by:
            names = set(map(attrgetter(column.named_by), rows))
        elif column.type == _MAP:
            names = set(chain.from_iterable(map(attrgetter(column.name), rows)))
        return any(map(strength, names))

    def _hides_quotes(self, rows: Collection[Record]) -> bool:
        return self.privacy.secrets != SHOW and any(map(strength, set(map(attrgetter("place"), rows))))

    def _row(self, row: Record, affected: Iterable[Column]) -> Record:
        cells = {column.name: self._cell(row, column, getattr(row, column.name)) for column in affected}
        if isinstance(row, Problem) and self.privacy.secrets != SHOW and strength(row.place):
            message = _QUOTED.sub(f"'{detector.withheld(KEYWORD)}'", cells.get("message", row.message))
            cells["message"] = message
        changed = {name: cell for name, cell in cells.items() if cell != getattr(row, name)}
        return with_cells(row, **changed) if changed else row

    def _cell(self, row: Record, column: Column, cell: Any) -> Any:  # noqa: ANN401 - a cell
        key = key_of(row, column)
        match cell:
            case str():
                return self._text(row, column, key, cell)
            case bytes():
                return self._image(row, cell)
            case float():
                return self._number(row, key, cell)
            case tuple():
                return tuple(self._text(row, column, key, item) if isinstance(item, str) else item for item in cell)
            case dict():
                return {
                    self._cleaned(row, column, "", name): self._text(row, column, f"{key}.{name}", item)
                    for name, item in cell.items()
                }
            case _:
                return cell

    def _text(self, row: Record, column: Column, key: str, text: str) -> str:
        if not column.identifies and column.name not in row.KEY and _covers(self.privacy.redact, row, key):
            return detector.withheld(detector.BY_CONFIG)
        if _covers(self.privacy.allow, row, key):
            return text
        is_named = column.named_by is not None or column.type == _MAP
        return self._cleaned(row, column, key if is_named else "", text)

    def _cleaned(self, row: Record, column: Column, name: str, text: str) -> str:
        """The text without what detectors find in it, given its name."""
        if self.privacy.secrets == SHOW:
            return text
        cleaned = clean_value(text, name, self.findings[column.identifies].get(text, []))
        self._remember(row, cleaned)
        return cleaned.text

    def _remember(self, row: Record, cleaned: Cleaned) -> None:
        """The rows of a revision come together, so that a copy is found whether they are read now or in another visit."""
        if cleaned.secrets and row.LIVES == "revision":
            commit = getattr(row, "commit")  # noqa: B009 - each of these tables has it
            self.copies.setdefault(commit, set()).update(filter(_is_telling, cleaned.secrets))

    def _number(self, row: Record, key: str, number: float) -> float | None:
        if _covers(self.privacy.redact, row, key):
            return None
        hides = self.privacy.secrets != SHOW and is_secret_number(number, key)
        return None if hides and not _covers(self.privacy.allow, row, key) else number

    def _image(self, row: Record, data: bytes) -> bytes:
        """An SVG is text; of any other image nothing can be left out."""
        if self.privacy.secrets == SHOW or b"<svg" not in data[:4_096] or _covers(self.privacy.allow, row, "data"):
            return data
        text = data.decode("utf-8", "surrogateescape")
        findings = find_all([text], identifiers=True)
        return detector.cut(text, findings[text]).encode("utf-8", "surrogateescape") if findings else data


def _covers(rules: tuple[PrivacyRule, ...], row: Record, key: str) -> bool:
    return bool(rules) and any(rule.covers(place_of(row), key) for rule in rules)


def _is_telling(secret: str) -> bool:
    """Whether the secret's copies can be told from words that mean something else."""
    return MIN_COPY <= len(secret) <= MAX_COPY and not secret.isalpha() and any(map(str.isalpha, secret))


def _without_copies(table: type[Record], rows: Collection[Record], copies: Copies) -> Collection[Record]:
    """What was withheld somewhere is withheld in all rows of its revision: a template carries a parameter into a command."""
    if table.LIVES != "revision" and table is not Problem:  # problems of a revision live with it
        return rows
    searched = [column for column in _columns(table) if not column.identifies and column.type not in (bytes, float)]
    cleaned_rows: list[Record] = []
    for row in rows:
        secrets = sorted(copies.get(getattr(row, "commit"), ()), key=len, reverse=True)  # noqa: B009 - each of these tables has it
        cells = {column.name: _replaced(getattr(row, column.name), secrets) for column in searched} if secrets else {}
        cleaned_rows.append(with_cells(row, **cells) if cells else row)
    return cleaned_rows


def _replaced(cell: Any, secrets: list[str]) -> Any:  # noqa: ANN401 - a cell
    match cell:
        case str():
            for secret in secrets:
                if secret in cell:
                    cell = cell.replace(secret, detector.withheld(KEYWORD))
            return cell
        case tuple():
            return tuple(_replaced(item, secrets) for item in cell)
        case dict():
            return {_replaced(name, secrets): _replaced(item, secrets) for name, item in cell.items()}
        case _:
            return cell


def _problems(rows: Rows) -> Iterator[Problem]:
    """A problem for each place of which something was withheld."""
    detectors_by_place: dict[tuple[str, str | None], set[str]] = {}
    for table, some in rows.items():
        for column in _columns(table) if table is not Problem else ():
            for row in some:
                for key, text in _texts_with_keys(key_of(row, column), getattr(row, column.name)):
                    if detector.MARK in text and (names := detector.marks(text) - {detector.BY_CONFIG}):
                        commit = getattr(row, "commit", None) if table.LIVES == "revision" else None
                        detectors_by_place.setdefault((f"{place_of(row)}: {key}", commit), set()).update(names)
    for (place, commit), detectors in detectors_by_place.items():
        listed = ", ".join(sorted(detectors))
        message = f"withheld what may be a secret ({listed}), expected none in Git: its history keeps it"
        yield Problem(connector=NAME, rule=SECRET, place=place, message=message, commit=commit)


def _texts_with_keys(key: str, cell: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - a cell
    match cell:
        case str():
            yield key, cell
        case tuple():
            yield from ((key, item) for item in cell if isinstance(item, str))
        case dict():
            yield from ((f"{key}.{name}", f"{name} {item}") for name, item in cell.items())
        case bytes() if detector.MARK.encode() in cell:
            yield key, cell.decode("utf-8", "replace")


def _texts_of(rows: Rows) -> dict[bool, set[str]]:
    """All texts of all rows, once each, by whether they identify something."""
    texts: dict[bool, set[str]] = {False: set(), True: set()}
    for table, some in rows.items():
        for column in _columns(table) if some else ():
            texts[column.identifies].update(_texts_in(column, some))
    return texts


def _texts_in(column: Column, rows: Collection[Record]) -> set[str]:
    """The texts of a column, once each."""
    if column.type in (bytes, float):
        return set()
    cells: set[Any]
    if column.type is str:
        cells = set(map(attrgetter(column.name), rows))
    elif column.type == _MAP:
        maps = [cell for cell in map(attrgetter(column.name), rows) if cell]
        cells = set(chain.from_iterable((*cell, *cell.values()) for cell in maps))
    else:
        cells = set(chain.from_iterable(cell for cell in map(attrgetter(column.name), rows) if cell))
    return cells - {None}


_known: dict[type[Record], tuple[Column, ...]] = {}


def _columns(table: type[Record]) -> tuple[Column, ...]:
    """The columns that may hold a secret."""
    if table not in _known:
        own = (column for column in columns(table) if not (table.REPO and column.name == "repo"))
        _known[table] = tuple(
            column for column in own if column.type in _TEXTS and (column.type is not float or column.named_by)
        )
    return _known[table]
