"""An observations file rewritten, so that its lines say nothing that is withheld now: the only change that is made to what was observed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from msgspec import UNSET

from catalog.store import jsonl
from catalog.store.observation_line import ObservationLine
from catalog.store.partition_header import privacy_in

Withhold = Callable[[Sequence[ObservationLine]], Sequence[ObservationLine]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewritten:
    """The bytes of a file, and whether any of its lines changed but for the mark of the last."""

    data: bytes
    has_changed: bool


def privacy_by(lines: Iterable[ObservationLine]) -> frozenset[str | None]:
    """The digests of what was withheld from these lines; None among them is of an earlier version."""
    digests: set[str | None] = set()
    for line in lines:
        if line.withheld is UNSET:
            digests.add(privacy_in(line.partition))
        else:  # of those before, too
            digests = {line.withheld}
    return frozenset(digests)


def rewrite(file: Path, privacy: str, withhold: Withhold) -> Rewritten:
    """The lines as `withhold` returns them, each in its place; the last says by what digest. OSError where the file cannot be read.

    Lines that stay as they are keep their bytes. Damaged ones are lost, and count as before.
    """
    entries = list(jsonl.records(file, ObservationLine))
    lines = [entry[1] for entry in entries if entry]
    cleaned = list(withhold(lines))
    has_changed = any(after is not before for before, after in zip(lines, cleaned, strict=True))
    if cleaned:
        cleaned[-1] = replace(cleaned[-1], withheld=privacy)
    remaining = iter(cleaned)
    texts = (_text(entry, next(remaining)) if entry else jsonl.LOST_LINE for entry in entries)
    return Rewritten(data="".join(texts).encode(), has_changed=has_changed)


def _text(entry: tuple[str, ObservationLine], line: ObservationLine) -> str:
    text, before = entry
    return jsonl.checked(text) if line == before else jsonl.line(line)
