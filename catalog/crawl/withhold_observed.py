"""Withholds from what earlier crawls observed of refs what repos.toml says now: it cannot be read again."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, count
from typing import cast

from catalog.crawl.context import CrawlContext
from catalog.crawl.withholding import changed_names, withhold
from catalog.privacy.settings import SHOW, Privacy
from catalog.schema.record import Record
from catalog.schema.tables.registry import Event
from catalog.store.observation_line import EVENT_CELLS, EventCells, ObservationLine
from catalog.store.partitions import privacy_digest
from catalog.store.ref_timeline import RefTimeline
from catalog.text import plural

log = logging.getLogger(__name__)


def withhold_observed(context: CrawlContext) -> None:
    """Rewrites the observations that were made while other things were withheld. StoreError where the disk fails: the next crawl goes on."""
    observations, changed = context.observations, 0
    for name, repo in list(observations.withheld_otherwise(lambda repo: privacy_digest(context.privacy.of(repo)))):
        privacy = context.privacy.of(repo)
        if privacy.secrets != SHOW or privacy.redact:
            digest = privacy_digest(privacy)
            changed += observations.withhold(name, digest, partial(withhold_lines, privacy=privacy))
    if changed:
        of = plural(changed, "repository", "repositories")
        log.warning("[privacy] or a detector has changed: what is withheld now left the observations of %s", of)


def withhold_lines(lines: Sequence[ObservationLine], privacy: Privacy) -> list[ObservationLine]:
    """The lines without what is withheld; the same objects where there is nothing to withhold. No two refs become one."""
    names = _names(lines, privacy)
    events = [_event(cells) for line in lines for cells in line.told.values()]
    cleaned_events = iter(withhold({Event: events}, privacy)[Event])
    return [_line(line, names, cleaned_events) for line in lines]


def _line(line: ObservationLine, names: Mapping[str, str], events: Iterator[Record]) -> ObservationLine:
    """The line with these names; `events` has what its tags say now."""
    changed = replace(
        line,
        gone=tuple(names.get(ref, ref) for ref in line.gone),
        seen={names.get(ref, ref): named for ref, named in line.seen.items()},
        told={names.get(ref, ref): EventCells.of(cast("Event", next(events))) for ref in line.told},
    )
    return line if changed == line else changed


def _event(cells: EventCells) -> Event:
    return Event(oid="", **{name: getattr(cells, name) for name in EVENT_CELLS})


def _names(lines: Sequence[ObservationLine], privacy: Privacy) -> dict[str, str]:
    """The refs with another name now. Of several that would have the same one, the last that is there has it, as the next visit finds it."""
    known = {ref for line in lines for ref in (*line.gone, *line.seen, *line.told)}
    changed = changed_names(known, privacy)
    present = RefTimeline.of(lines).now if changed else {}
    taken, names, numbers = known - changed.keys(), dict[str, str](), defaultdict[str, Iterator[int]](lambda: count(2))
    for ref in sorted(changed, key=lambda ref: (ref in present, ref), reverse=True):
        cut = changed[ref]
        numbered = (f"{cut} ({number})" for number in numbers[cut])
        names[ref] = next(name for name in chain([cut], numbered) if name not in taken)
        taken.add(names[ref])
    return names
