"""The text of an issue about problems of one kind, in Markdown: what their owner fixes, where and how.

Places and messages come from repositories: each is a span of code, in which no forge reads a mention, a link, a picture or a command.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from catalog.text import plural, visible
from sites.text import clip

MOST = 20  # problems in one text
MOST_CHARACTERS = 400  # of a place, and of a message: an issue on GitHub has at most 65,536

_TICKS = re.compile("`+")
_LINK = re.compile(r"https?://[!-;=?-_a-z{-~]+")  # without what ends the link: a space, `<`, `>`


class IssuePlace(NamedTuple):
    """A problem as an issue states it: where it is, what was found there, the commit, and the address of the line."""

    place: str
    message: str
    commit: str | None
    link: str


def issue_text(repo: str, rule: str, fix: str, places: Sequence[IssuePlace], total: int) -> str:
    """The text of an issue about the problems of one kind in a repository. `places`: some of them, of so many in `total`."""
    shown = places[:MOST]
    head = f"{code_span(rule)} in {code_span(repo)}, found by the model catalog in {plural(total, 'place')}."
    lines = [head, "", f"How to fix it: {fix}", "", *map(_item, shown)]
    if total > len(shown):
        lines.append(f"- and {plural(total - len(shown), 'more place')}: `catalog ls problems` lists all")
    return "\n".join(lines)


def code_span(text: str) -> str:
    """A text as a span of code (CommonMark 0.31.2, 6.1): its fence is longer than any run of backticks within."""
    line = clip(visible(text.strip()), MOST_CHARACTERS) or " "
    fence = "`" * (1 + max(map(len, _TICKS.findall(line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


def _item(place: IssuePlace) -> str:
    at = f" at commit {code_span(place.commit)}" if place.commit else ""
    link = f" <{place.link}>" if _LINK.fullmatch(place.link) else ""
    return f"- {code_span(place.place)}{at}: {code_span(place.message)}{link}"
