"""Images of cards: which files of the repository a card shows, and those of them that are small enough to be kept with it.

Only images in Git are read: an address elsewhere is never requested. An SVG is a program, and is not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import islice

from catalog.errors import MetafileError
from catalog.git.snapshot import RevisionFiles
from catalog.naming import is_elsewhere, linked_path
from catalog.schema.tables.cards import CardImage
from catalog.schema.tables.metrics import Image
from connectors.formats.images import raster_type

MAX_CARD_IMAGE = 200 << 10  # bytes of an image
MAX_IMAGES = 20  # of a card
MAX_CARD_BYTES = 1 << 20  # of the images of a card
MAX_REVISION_IMAGES = 60  # of all cards of a commit, those nearest to the Git root first
MAX_REVISION_BYTES = 2 << 20  # of the images of all cards of a commit, which the next commit may have others of
MAX_LABEL = 300  # characters between brackets
MAX_ADDRESS = 1_000  # characters
MAX_ELEMENT = 500  # characters of an element before its source

_ADDRESS = rf"(?:<(?P<pointed>[^<>\n]{{1,{MAX_ADDRESS}}})>|(?P<bare>[^\s<>()]{{1,{MAX_ADDRESS}}}))"
_INLINE = re.compile(rf"!\[[^\]\n]{{0,{MAX_LABEL}}}\]\([ \t]{{0,9}}{_ADDRESS}(?=[\s)])")
_REFERENCE = re.compile(rf"!\[(?P<text>[^\]\n]{{0,{MAX_LABEL}}})\](?:\[(?P<label>[^\]\n]{{0,{MAX_LABEL}}})\])?(?!\()")
_DEFINITION = re.compile(
    rf"^ {{0,3}}\[(?P<label>[^\]\n]{{1,{MAX_LABEL}}})\]:[ \t]{{0,9}}{_ADDRESS}(?=\s|\Z)", re.MULTILINE
)
_ELEMENT = re.compile(
    rf"<img\s[^<>]{{0,{MAX_ELEMENT}}}?\bsrc\s{{0,9}}=\s{{0,9}}"
    rf"(?:\"(?P<double>[^\"<>]{{1,{MAX_ADDRESS}}})\"|'(?P<single>[^'<>]{{1,{MAX_ADDRESS}}})')",
    re.IGNORECASE,
)
_STATED = ("pointed", "bare", "double", "single")


def addresses(text: str) -> tuple[str, ...]:
    """What a text in Markdown, with the HTML in it, names as images that may be files of its repository: in order, each once, no more than MAX_IMAGES."""
    labels = {(match["label"] or match["text"]).casefold() for match in _REFERENCE.finditer(text)}
    matches = [*_INLINE.finditer(text), *_ELEMENT.finditer(text)]
    matches += [match for match in _DEFINITION.finditer(text) if match["label"].casefold() in labels]
    matches.sort(key=lambda match: match.start())
    stated = (unescape(next(filter(None, map(match.groupdict().get, _STATED)))) for match in matches)
    return tuple(dict.fromkeys(address for address in stated if not is_elsewhere(address)))[:MAX_IMAGES]


def paths(cards: Iterable[tuple[str, Iterable[str]]]) -> dict[tuple[str, str], None]:
    """The files that cards name as images, each after its card: of cards with the addresses in them, no more than MAX_REVISION_IMAGES."""
    named = (
        (file, path)
        for file, stated in cards
        for address in stated
        if (path := linked_path(file, address)) and not path.lower().endswith(".svg")
    )
    return dict.fromkeys(islice(dict.fromkeys(named), MAX_REVISION_IMAGES))


def read(revision: RevisionFiles, named: Iterable[tuple[str, str]]) -> Iterator[CardImage | Image]:
    """The rows of images, each image once. What is too large, is no image or cannot be read has none: its page shows a link."""
    left_of_card: dict[str, int] = {}
    left = MAX_REVISION_BYTES
    contents: set[str] = set()
    for file, path in named:
        try:
            data, content = _content(revision, path)
        except MetafileError:
            continue
        kind = raster_type(data)
        most = left_of_card.setdefault(file, MAX_CARD_BYTES)
        cost = 0 if content in contents else len(data)
        if kind is None or len(data) > min(MAX_CARD_IMAGE, most) or cost > left:
            continue
        left_of_card[file], left = most - len(data), left - cost
        yield CardImage(commit=revision.commit.oid, file=file, path=path, content=content)
        if content not in contents:
            contents.add(content)
            yield Image(content=content, media_type=kind, data=data)


def _content(revision: RevisionFiles, path: str) -> tuple[bytes, str]:
    """The bytes of a file, and the key of its content. MetafileError where there is no such file, or it could not be fetched. Links are not files."""
    data = revision.read(path)
    if data is None:
        raise MetafileError("no such file", place=path, rule="missing-file")
    pointer, entry = revision.pointer(path), revision.entry(path)
    return data, pointer.key if pointer else entry.oid if entry else ""
