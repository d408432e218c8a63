"""What surrounds artifacts: model cards and READMEs, licences, and code owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from posixpath import splitext
from typing import Any

from catalog.errors import MetafileError
from catalog.git.snapshot import RevisionFiles
from catalog.plugins.connector import Connector
from catalog.schema.record import replace
from catalog.schema.tables.cards import Card, CardImage, CardResult, CodeOwner, Licence
from catalog.schema.tables.metrics import Image
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation
from connectors.artifacts import files
from connectors.artifacts.files import stated
from connectors.cards import card_images, code_owners
from connectors.cards.code_owners import OwnerRules, file_at, owners_of
from connectors.cards.licences import LicenceText, is_licence, parse_licence
from connectors.cards.model_card import ModelCard, parse_card
from connectors.cards.nearby import SUFFIX, is_card_or_licence, is_model_card, nearby
from connectors.formats.faults import problem
from connectors.formats.memo import BoundedCache
from connectors.formats.paths import basename, dirname
from connectors.formats.targets import target_of

NAME = "cards"
MAX_REMEMBERED = 16 << 20  # bytes, of each kind
ROW = 1_000  # bytes of a row, about

Row = Card | CardResult | CardImage | Image | Licence | CodeOwner | Problem


def _bytes_of_card(key: tuple[bytes, str], parsed: ModelCard) -> int:
    return 4 * len(key[0]) + ROW * (1 + len(parsed.results) + len(parsed.faults))


def _bytes_of_owners(key: Any, owned: OwnerRules) -> int:  # noqa: ANN401 - a key of _OWNERS
    return len(key[0]) + ROW * (len(owned.rows) + len(key[2]))


_CARDS: BoundedCache[tuple[bytes, str], ModelCard] = BoundedCache(MAX_REMEMBERED, _bytes_of_card)
_LICENCES: BoundedCache[bytes, LicenceText] = BoundedCache(MAX_REMEMBERED, lambda data, _: ROW + len(data))
_OWNERS: BoundedCache[Any, OwnerRules] = BoundedCache(MAX_REMEMBERED, _bytes_of_owners)


def wants_file(path: str) -> bool:
    """The files that state where artifacts are, and CODEOWNERS."""
    return files.wants_file(path) or path.endswith(SUFFIX) or path in code_owners.PLACES


def guesses_file(path: str) -> bool:
    """The card and the licence of the whole repository."""
    return "/" not in path and is_card_or_licence(path)


def wants_also(revision: RevisionFiles) -> Iterator[str]:
    """The cards and licences near artifacts, and the images of cards that are at hand."""
    yield from files.wants_also(revision)
    try:
        paths = nearby(revision)[0]
    except MetafileError:  # read_revision() reports it
        return
    yield from paths
    yield from (path for _, path in _images(revision, paths))


def read_revision(revision: RevisionFiles) -> Iterator[Row]:
    """The cards, licences and owners of a commit, and what is wrong with them."""
    parsed = stated(revision)
    commit = revision.commit.oid
    try:
        paths, count = nearby(revision)
    except MetafileError as error:
        yield problem(NAME, commit, f"commit {commit[:7]}", error)
        paths, count = [], 0
    if count > len(paths):
        message = (
            f"found {count:,} cards and licences near artifacts, expected at most {len(paths):,}; the rest is left out"
        )
        yield problem(NAME, commit, f"commit {commit[:7]}", MetafileError(message, rule="too-many"))
    for path in paths:
        try:
            yield from _licence(revision, path) if is_licence(basename(path)) else _card(revision, path)
        except MetafileError as error:
            yield problem(NAME, commit, path, error)
    yield from card_images.read(revision, _images(revision, paths))
    yield from _owners(revision, parsed.annotations)


CONNECTOR = Connector(
    name=NAME,
    version=6,
    wants_file=wants_file,
    guesses_file=guesses_file,
    wants_also=wants_also,
    read_revision=read_revision,
)


def _card(revision: RevisionFiles, path: str) -> Iterator[Row]:
    parsed = _parsed(revision, path)
    commit = revision.commit.oid
    yield replace(
        parsed.card,
        commit=commit,
        file=path,
        folder=dirname(path),
        is_model_card=parsed.card.is_model_card or is_model_card(path),
    )
    for result in parsed.results:
        yield replace(result, commit=commit, file=path)
    for fault in parsed.faults:
        yield problem(NAME, commit, path, fault)


def _parsed(revision: RevisionFiles, path: str) -> ModelCard:
    data = revision.read(path) or b""
    suffix = splitext(path)[1].lower()
    return _CARDS.get((data, suffix), lambda: parse_card(data, suffix))


def _images(revision: RevisionFiles, paths: Iterable[str]) -> Iterable[tuple[str, str]]:
    """The files that the cards among these name as images, each after its card."""

    def cards() -> Iterator[tuple[str, tuple[str, ...]]]:
        for path in paths:
            if not is_licence(basename(path)):
                with suppress(MetafileError):  # not at hand, or not to be read
                    yield path, _parsed(revision, path).images

    return card_images.paths(cards())


def _licence(revision: RevisionFiles, path: str) -> Iterator[Row]:
    data = revision.read(path) or b""
    text = _LICENCES.get(data, lambda: parse_licence(data))
    yield Licence(commit=revision.commit.oid, file=path, folder=dirname(path), spdx=text.spdx, title=text.title)


def _owners(revision: RevisionFiles, annotations: Iterable[Annotation]) -> Iterator[Row]:
    file = file_at(revision)
    if file is None:
        return
    commit = revision.commit.oid
    try:
        data = revision.read(file) or b""
        paths = {annotation.artifact: _path_of(revision, annotation) for annotation in annotations}
        owned = _OWNERS.get((data, file, tuple(paths.items())), lambda: owners_of(data, file, paths))
    except MetafileError as error:
        yield problem(NAME, commit, file, error)
        return
    for row in owned.rows:
        yield replace(row, commit=commit)
    for fault in owned.faults:
        yield problem(NAME, commit, file, fault)


def _path_of(revision: RevisionFiles, annotation: Annotation) -> str:
    """What the rules are tried on: where the artifact lies, or else the annotation's folder. Folders end in a slash."""
    target = target_of(annotation.file, annotation.path)
    if target is None:
        target, is_folder = dirname(annotation.file), True
    else:
        entry = revision.entry(target)
        is_folder = entry is not None and entry.kind == "folder"
    return f"{target}/" if target and is_folder else target
