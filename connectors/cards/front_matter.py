"""A card's text in parts: the front matter above it, and the title in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from connectors.cards.plain_text import InlineMarkdown, of_html, of_restructured

MAX_TEXT = 64 << 10  # bytes
MAX_TITLE = 200  # characters
MAX_LINE = 1_000  # characters of a line that are searched for a title
MAX_HEADINGS = 100  # of which nothing is left without their markup

# As the Hugging Face Hub finds it (`REGEX_YAML_BLOCK` of huggingface_hub), with spaces behind the dashes.
_FRONT = re.compile(r"\s*^---[ \t]*\r?\n(.*?)^---[ \t]*\r?(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*)")
_CLOSING = re.compile(r"(?:^|(?<=[ \t]))#+$")  # of a heading
_HTML_HEADING = re.compile(r"[ \t]*(<h[1-6][ >].*)", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(```|~~~)")
_UNDERLINE = re.compile(r"(?:=+|-{2,})[ \t]*")
_REST_UNDERLINE = re.compile(r"([=\-~*^#+\"'`:.])\1{2,}[ \t]*")
_COMMENT = re.compile(r"<!--.*?-->")
_BLOCK_COMMENT = re.compile(r" {0,3}<!--")  # it lasts until a line with its end (CommonMark, HTML blocks, condition 2)
_KEY = re.compile(r"[a-z][\w-]*:(?:[ \t]|$)")


def split(text: str) -> tuple[str | None, str]:
    """The front matter between its lines of dashes, None where there is none, and the text below."""
    match = _FRONT.match(text)
    return (match[1], text[match.end() :]) if match else (None, text)


def shortened(text: str, most: int = MAX_TEXT) -> str:
    """The text up to so many bytes, cut between characters."""
    raw = text.encode()
    return text if len(raw) <= most else raw[:most].decode("utf-8", "ignore")


def title_of(text: str, *, restructured: bool = False) -> str | None:
    """The first heading, without its markup; None where nothing is left of any."""
    underline, plain = (_REST_UNDERLINE, of_restructured) if restructured else (_UNDERLINE, InlineMarkdown(text).plain)
    headings = islice(_headings(_shown_lines(text), underline), MAX_HEADINGS)
    titles = (of_html(heading) if _HTML_HEADING.match(heading) else plain(heading) for heading in headings)
    return next((title[:MAX_TITLE].strip() for title in titles if title), None)


def _shown_lines(text: str) -> Iterator[str]:
    """The lines outside of blocks of code and of comments, each up to MAX_LINE characters. What is left out leaves an empty line."""
    fence, commented = None, False
    for line in _below_broken(text.splitlines()):
        mark = None if commented else _FENCE.match(line)
        if mark and fence in (None, mark[1]):
            fence = None if fence else mark[1]
            yield ""
        elif fence is None:
            rest, commented = _below_comments(line, commented=commented)
            yield _COMMENT.sub("", rest[:MAX_LINE])


def _below_comments(line: str, *, commented: bool) -> tuple[str, bool]:
    """What is left of a line behind the block comments that it ends or has, and whether one goes on in the next line."""
    rest = line
    while commented or _BLOCK_COMMENT.match(rest):
        _, end, rest = rest.partition("-->")
        if not end:
            return "", True
        commented = False
    return rest, False


def _below_broken(lines: Sequence[str]) -> Iterator[str]:
    """All lines, or those below front matter that lacks one of its lines of dashes: below the other one, or the first empty line."""
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    opened = bool(lines) and lines[start].rstrip() == "---"
    first = start + opened
    if first < len(lines) and _KEY.match(lines[first]):
        ends = (number for number in range(first, len(lines)) if lines[number].rstrip() in ("", "---", "..."))
        end = next(ends, len(lines) - 1)
        if opened or lines[end].rstrip() == "---":
            return iter(lines[end + 1 :])
    return iter(lines)


def _headings(lines: Iterable[str], underline: re.Pattern[str]) -> Iterator[str]:
    """Lines with `#`, underlined lines, and HTML's headings."""
    before = ""
    for line in lines:
        heading = _HEADING.fullmatch(line) or _HTML_HEADING.match(line)
        if underline.fullmatch(line) and before and not underline.fullmatch(before):
            yield before
        elif heading:
            yield _CLOSING.sub("", heading[1].strip())
        before = "" if heading else line.strip()
