"""Lays the fleet down in a folder, replaces it there, and lets one of its repositories move on."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path

from catalog.demo.ads import ctr
from catalog.demo.book import Book
from catalog.demo.cast import CAST
from catalog.demo.churn import churn
from catalog.demo.crowd import crowd
from catalog.demo.data import registry
from catalog.demo.forecasting import demand
from catalog.demo.fraud import payments
from catalog.demo.labs import broken, lost
from catalog.demo.language import intents
from catalog.demo.legacy import credit_scoring
from catalog.demo.pricing import elasticity
from catalog.demo.search import ranker
from catalog.demo.speech import asr
from catalog.demo.support import sentiment
from catalog.demo.templates import templates
from catalog.demo.vision import models
from catalog.errors import StoreError

MARKER = ".catalog-demo"
_MARKER_HEAD = "# `catalog demo` made the repositories below, and will delete them when it makes them again.\n"
_OURS = re.compile(r"[a-z0-9-]+/[a-z0-9-]+\.git")

_REGISTRATION = re.compile(r"refs/tags/([\w./=-]+)@v(\d+)\.(\d+)\.\d+(#\d+)?")

# In the order in which `repos` takes them.
_BOOKS: Mapping[str, Callable[[], Book]] = {
    "risk/churn": churn,
    "vision/models": models,
    "data/registry": lambda: registry()[0],
    "nlp/intents": intents,
    "legacy/credit-scoring": credit_scoring,
    "search/ranker": ranker,
    "forecasting/demand": demand,
    "ads/ctr": ctr,
    "speech/asr": asr,
    "platform/templates": templates,
    "fraud/payments": payments,
    "pricing/elasticity": elasticity,
    "support/sentiment": sentiment,
    "labs/broken": broken,
    "labs/lost": lost,
}


def make_fleet(folder: Path, *, repos: int | None = None) -> tuple[Path, ...]:
    """Make bare repositories `folder/<team>/<name>.git`, the same bytes each time; a fleet that lies there is replaced.

    The first fifteen are written by hand, the rest of `repos` by a seeded grammar. StoreError where `folder`
    holds something, and no marker of ours, or cannot be written.
    """
    if repos is not None and repos < 0:
        raise ValueError(f"repos is {repos}, expected 0 or more")
    wanted = len(_BOOKS) if repos is None else repos
    books = {f"{name}.git": make for name, make in islice(_everything(), wanted)}
    try:
        _make_room(folder, tuple(books))
        names = [make().write(folder / name) for name, make in books.items()]
        if "labs/lost.git" in books:
            _damage(folder / "labs/lost.git")
    except OSError as error:
        raise StoreError(f"cannot write the fleet to {folder}: {error.strerror}") from error
    return tuple(sorted(names))


def _everything() -> Iterator[tuple[str, Callable[[], Book]]]:
    """Names without end, and their makers; one that is written by hand is not written again by the grammar."""
    return chain(_BOOKS.items(), ((name, make) for name, make in crowd() if name not in _BOOKS))


def touch(repository: Path, number: int) -> None:
    """Let a repository of the fleet move on: one commit, one registration, one assignment to prod.

    `number` decides what they say and when they happened; later calls want larger numbers.
    """
    book = Book.reopen(repository)
    artifact, version = _newest(book)
    when = f"{datetime(2026, 11, 20) + timedelta(minutes=number)}"  # noqa: DTZ001 the bot's clock is UTC
    bot, entry = CAST["bot"], f"{artifact}@{version}"
    commit = book.commit({"nightly.json": f'{{"run": {number}}}\n'}, bot, when, f"Nightly run {number}")
    book.tag(entry, commit, bot, when, f"Nightly run {number} is better")
    numbered = re.compile(rf"refs/tags/{re.escape(artifact)}[@#].*#(\d+)")
    counters = [int(match[1]) for ref in book.refs if (match := numbered.fullmatch(ref))]
    book.tag(f"{artifact}#prod#{max(counters, default=0) + 1}", commit, bot, when, f"Nightly run {number}")
    book.write(repository)


def _newest(book: Book) -> tuple[str, str]:
    """The artifact with the highest version, and the one to come."""
    registrations = [match for ref in book.refs if (match := _REGISTRATION.fullmatch(ref))]
    if not registrations:
        return "nightly", "v0.1.0"
    numbers, artifact = max(((int(match[2]), int(match[3])), match[1]) for match in registrations)
    return artifact, f"v{numbers[0]}.{numbers[1] + 1}.0"


def _make_room(folder: Path, names: tuple[str, ...]) -> None:
    """Delete the repositories that the marker lists, and nothing else; then let it list the new ones."""
    marker = folder / MARKER
    if marker.is_file():
        for line in filter(_OURS.fullmatch, marker.read_text().splitlines()):
            team = (folder / line).parent
            if (folder / line).exists():
                shutil.rmtree(folder / line)
            if team.exists() and not any(team.iterdir()):
                team.rmdir()
    elif folder.exists() and any(folder.iterdir()):
        raise StoreError(f"{folder} is not empty and has no {MARKER}: expected an empty folder, or a fleet of ours")
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(_MARKER_HEAD + "".join(f"{name}\n" for name in names))


def _damage(repository: Path) -> None:
    """Cut the pack and packed-refs short, as a full disk does: Git stops at the first of them that it reads."""
    for file in (*sorted(repository.glob("objects/pack/*.pack")), repository / "packed-refs"):
        data = file.read_bytes()
        file.write_bytes(data[: len(data) // 3])
