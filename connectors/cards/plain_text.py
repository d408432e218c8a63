"""The plain text of a heading: what a reader sees of its inline markup, in Markdown, HTML and reStructuredText."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MARKUP = frozenset("\\`*_~[]<&")
_LABEL = re.compile(
    r"^ {0,3}\[((?:[^\[\]\\\n]|\\.){1,999})\]:", re.MULTILINE
)  # of a link reference definition (CommonMark)
_ELEMENT = re.compile(r"<[/!]?[a-z][^<>]*(?:>|$)", re.IGNORECASE)

# Inline markup begins behind white space or an opening mark, and ends before white space or a closing one ("Inline markup
# recognition rules" of the reStructuredText specification). A substitution is an image, as a rule.
_RESTRUCTURED = re.compile(
    r"""(?<![^\s'"(\[{<\-/:])
    (?: ``(?P<literal>\S(?:[^`]*[^\s`])?)``
      | \*\*(?P<strong>[^\s*](?:[^*]*[^\s*])?)\*\*
      | \*(?P<emphasis>[^\s*](?:[^*]*[^\s*])?)\*
      | (?::[\w.+:-]+:)? `(?P<text>[^\s`<](?:[^`<]*[^\s`<])?)(?:\s*<[^`<>]*>)?` (?::[\w.+-]+:|__?)?
      | \|[^\s|](?:[^|]*[^\s|])?\|_{0,2}
    )(?=$|[\s'")\]}>\-/:.,;!?])""",
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(.?)")


class InlineMarkdown:
    """CommonMark with strikethrough, with the link reference definitions of one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def plain(self, heading: str) -> str:
        """The text of a line as rendered: no markup, images or elements."""
        if _MARKUP.isdisjoint(heading):
            return heading.strip()
        references = self._references if "[" in heading else {}
        return _joined("".join(_texts(_markdown().parseInline(heading, {"references": references}))))

    @cached_property
    def _references(self) -> Mapping[str, Mapping[str, str]]:
        from markdown_it.common.utils import normalizeReference

        target = {"href": "", "title": ""}
        return {normalizeReference(match[1]): target for match in _LABEL.finditer(self._text)}


def of_html(heading: str) -> str:
    """The text of a line of HTML, which may be cut off in an element."""
    return _joined(unescape(_ELEMENT.sub("", heading)))


def of_restructured(heading: str) -> str:
    """The text of a line of reStructuredText."""
    bare = _RESTRUCTURED.sub(lambda match: match[match.lastgroup] if match.lastgroup else "", heading)
    return _joined(_ESCAPED.sub(r"\1", bare))


def _texts(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("text", "code_inline"):
            yield token.content
        elif token.type == "inline":
            yield from _texts(token.children or ())


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # costs 50 ms; most headings are without markup

    parser = MarkdownIt("commonmark").enable("strikethrough")
    parser.parseInline("")  # its rules are compiled once, which other threads must not see half done
    return parser


def _joined(text: str) -> str:
    return " ".join(text.split())
