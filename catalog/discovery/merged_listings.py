"""The listings of several stores: the last one of each source is the catalog's, as if it had asked itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from catalog.config.model import SourceConfig
from catalog.config.parse import Config
from catalog.discovery.listing_cache import SourceState, read_states, write_state
from catalog.discovery.rules import mark_departed
from catalog.plugins.forge import installed

_NEVER = datetime.min.replace(tzinfo=UTC)


def take_listings(config: Config, others: Sequence[Config]) -> None:
    """Keeps the last listing among these; no source is contacted. StoreError where the disk fails."""
    before, listings = read_states(config), [read_states(other) for other in others]
    for source in config.sources:
        states = [states[source.name] for states in listings]
        if states:
            state = _after(source, before[source.name], max(states, key=_age))
            if state != before[source.name]:
                write_state(config, source.name, state)


def _age(state: SourceState) -> tuple[datetime, datetime]:
    return state.listed_at or _NEVER, state.asked_at or _NEVER


def _after(source: SourceConfig, before: SourceState, last: SourceState) -> SourceState:
    """What is known of a source after this listing, or after this request for one that failed."""
    if last.asked_at is None:
        return before
    if last.listed_at is None:
        return replace(before, outcome=last.outcome, message=last.message, asked_at=last.asked_at)
    known = {**last.known, **before.known}
    return replace(last, known=mark_departed(source, installed()[source.kind], last.listed, known, last.listed_at))
