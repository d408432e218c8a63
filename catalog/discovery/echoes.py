"""A page of a listing without what repeats the credential that was sent: it becomes rows and pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from catalog.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.plugins.forge import Listed, ListPage
    from catalog.privacy.gate import Gate


def without_echoes(page: ListPage, gate: Gate, source: str) -> ListPage:
    """The page without such values. Refused where an address is one: to leave out its repository would look as if it were deleted."""
    listed = [text for entry in page.listed for text in _texts(entry)]
    echoes = gate.repeating([*listed, *(ask.url for ask in page.then)])
    if not echoes:
        return page
    if any(ask.url in echoes for ask in page.then):
        raise Refused(f"{source}: a page leads to an address that repeats a credential")
    return replace(page, listed=tuple(_cleaned(entry, echoes, source) for entry in page.listed))


def _texts(listed: Listed) -> Iterator[str]:
    stated = (listed.url, listed.place, listed.forge_id, listed.default_branch, listed.parent, listed.visibility)
    yield from filter(None, stated)
    yield from listed.topics
    if len(listed.topics) > 1:
        yield "".join(listed.topics)


def _cleaned(listed: Listed, echoes: frozenset[str], source: str) -> Listed:
    if listed.url in echoes or listed.place in echoes:
        raise Refused(f"{source}: lists a repository whose address repeats a credential")
    is_split = "".join(listed.topics) in echoes

    def without_echo(text: str | None) -> str | None:
        return None if text in echoes else text

    return replace(
        listed,
        forge_id=without_echo(listed.forge_id),
        default_branch=without_echo(listed.default_branch),
        parent=without_echo(listed.parent),
        visibility=without_echo(listed.visibility),
        topics=() if is_split else tuple(topic for topic in listed.topics if topic not in echoes),
    )
