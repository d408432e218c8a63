"""Withholds likely secrets from what sources list: names of branches, topics, and sentences about them become rows and pages."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from catalog.privacy.settings import SHOW, Privacy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from catalog.discovery.listing_cache import SourceState
    from catalog.plugins.forge import Listed


def withhold_listed(state: SourceState, privacy: Privacy) -> SourceState:
    """The state of a source without likely secrets; the same object where there are none. Addresses stay: by them, repositories are known."""
    from catalog.privacy.detector import clean  # whose patterns take 0.02 s: a repos.toml without sources needs none

    message = state.message and clean(state.message)
    changed = {} if privacy.secrets == SHOW else _changed(set(_all_texts(state)))
    if not changed:
        return state if message == state.message else replace(state, message=message)

    def cleaned(entry: Listed) -> Listed:
        return _cleaned(entry, changed)

    return replace(
        state,
        message=message,
        listed=tuple(map(cleaned, state.listed)),
        known={
            name: replace(repo, listed=cleaned(repo.listed), left_because=_text(repo.left_because, changed))
            for name, repo in state.known.items()
        },
        answers={
            url: replace(answer, page=replace(answer.page, listed=tuple(map(cleaned, answer.page.listed))))
            for url, answer in state.answers.items()
        },
    )


def _changed(texts: set[str]) -> dict[str, str]:
    from catalog.privacy.detector import cut  # as above
    from catalog.privacy.values import find_all

    findings = find_all(texts, identifiers=False)
    return {text: rest for text, spans in findings.items() if (rest := cut(text, spans)) != text}


def _all_texts(state: SourceState) -> Iterator[str]:
    pages = (answer.page.listed for answer in state.answers.values())
    for entry in chain(state.listed, (repo.listed for repo in state.known.values()), *pages):
        yield from _texts(entry)
    yield from (repo.left_because for repo in state.known.values() if repo.left_because)


def _texts(entry: Listed) -> Iterator[str]:
    yield from filter(None, (entry.default_branch, entry.parent, entry.visibility, *entry.topics))


def _cleaned(entry: Listed, changed: Mapping[str, str]) -> Listed:
    if changed.keys().isdisjoint(_texts(entry)):
        return entry
    return replace(
        entry,
        default_branch=_text(entry.default_branch, changed),
        parent=None if entry.parent in changed else entry.parent,
        visibility=_text(entry.visibility, changed),
        topics=tuple(changed.get(topic, topic) for topic in entry.topics),
    )


def _text(text: str | None, changed: Mapping[str, str]) -> str | None:
    return text and changed.get(text, text)
