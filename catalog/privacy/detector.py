"""Finds likely secrets in texts. A quick look for literals decides which texts detect-secrets gets to see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files

from catalog.privacy.folding import fold
from catalog.privacy.kinds import Kind, all_kinds

DECIDES = ("crawl/row_places.py", "crawl/withholding.py", *(f"privacy/{name}.py" for name in ("detector", "folding", "formats", "kinds", "plugins", "settings", "telling_keys", "values")))  # fmt: skip
MOST_ROUNDS = 4  # in which a text is searched again beside the marks of what was found
BY_CONFIG = "repos.toml"  # what withholds where a rule says so

MARK = "[withheld: "  # how each of these begins

_MARK = re.compile(r"\[withheld: ([\w ().-]{1,60})\]")

Span = tuple[int, int, str]


def withheld(name: str) -> str:
    """What stands in the place of a secret that this detector found."""
    return f"{MARK}{name}]"


def marks(text: str) -> frozenset[str]:
    """The detectors that withheld something of a text."""
    return names().intersection(_MARK.findall(text))


def suspicious(texts: Iterable[str], *, identifiers: bool = False) -> Iterator[tuple[str, tuple[Kind, ...]]]:
    """The texts that may hold a secret, with the detectors to ask. `identifiers`: the texts are hashes and the like."""
    every = [(text, fold(text).text) for text in texts]
    joined = "\n".join(folded for _, folded in every)
    lower = joined.lower()
    kinds = [kind for kind in all_kinds() if kind.is_distinctive or not identifiers]
    possible = [kind for kind in kinds if kind.may_be_in(joined, lower)]
    if not possible:
        return
    for text, folded in every:
        lower = folded.lower()
        if asked := tuple(kind for kind in possible if kind.may_be_in(folded, lower)):
            yield text, asked


def find(text: str, kinds: Iterable[Kind], *, identifiers: bool = False) -> list[Span]:
    """What these detectors find: where it begins and ends, without overlaps, and which of them found it first.

    And what any detector finds beside the marks in its place, so that the rest, once more, is without a finding; where that has no end, all.
    """
    spans = _merged(_located(text, kinds))
    for _ in range(MOST_ROUNDS if spans else 0):
        rest = cut(text, spans)
        beside = [
            (_in_original(start, spans), _in_original(end, spans, is_end=True), name)
            for same, asked in suspicious([rest], identifiers=identifiers)
            for start, end, name in _located(same, asked)
        ]
        before, spans = spans, _merged([*spans, *beside])
        if spans == before:
            return spans
    return [(0, len(text), spans[0][2])] if spans else []


def _located(text: str, kinds: Iterable[Kind]) -> Iterator[Span]:
    """What each finds in the text as it is searched: where that is in the text as it is."""
    folded = fold(text)
    for kind in kinds:
        for start, end in kind.spans(folded.text):
            if start < end:
                yield (*folded.span(start, end), kind.name)


def _in_original(at: int, spans: Iterable[Span], *, is_end: bool = False) -> int:
    """Where a place of a text was before these spans of it were cut; inside of a mark, the border of its span."""
    shift = 0
    for start, end, name in spans:
        mark = start - shift
        if at <= mark:
            break
        if at < mark + len(withheld(name)):
            return end if is_end else start
        shift = end - mark - len(withheld(name))
    return at + shift


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans without overlaps, each with the name of the first of it."""
    merged: list[Span] = []
    for start, end, name in sorted(spans, key=lambda span: span[0]):
        if merged and start < merged[-1][1]:
            first = merged[-1]
            merged[-1] = (first[0], max(first[1], end), first[2])
        else:
            merged.append((start, end, name))
    return merged


def cut(text: str, spans: Iterable[Span]) -> str:
    """The text with each span withheld."""
    pieces, place = [], 0
    for start, end, name in spans:
        pieces += [text[place:start], withheld(name)]
        place = end
    return "".join([*pieces, text[place:]])


def clean(text: str) -> str:
    """The text without likely secrets."""
    return next((cut(same, find(same, kinds)) for same, kinds in suspicious([text])), text)


@cache
def names() -> frozenset[str]:
    """What detectors are called."""
    return frozenset((*(kind.name for kind in all_kinds()), BY_CONFIG))


@cache
def digest() -> str:
    """What decides which texts hold secrets: detect-secrets, and the statements of our modules, so that no number need be increased by hand."""
    package = files("catalog")
    return digest_of(version("detect-secrets"), ((package / name).read_text("utf-8") for name in DECIDES))


def digest_of(release: str, sources: Iterable[str]) -> str:
    """The digest of a release of detect-secrets and of modules, whatever their comments and empty lines."""
    lines = (line.rstrip() for source in sources for line in source.splitlines())
    statements = (line for line in lines if line and not line.lstrip().startswith("#"))
    return blake2b("\n".join((release, *statements)).encode(), digest_size=8).hexdigest()
