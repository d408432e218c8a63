"""What the page of a model shows of its cards: their texts as HTML, and links to the files that these are from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from markupsafe import Markup

from sites.data.rows import AssignmentRow, CardImageRow, CardRow, StageCardRow
from sites.markdown import PREFIX, RepositoryFiles, render
from sites.pages import MODEL
from sites.urls import RepositoryLinks, image_path, root
from sites.view_models.registry import in_order

MOST = 3  # cards of versions in stages, besides the one of the latest


class OtherCard(NamedTuple):
    """What the card said at a version in a stage, where that is not what it says now."""

    version: str
    stage: str
    html: Markup
    file: str
    link: str | None


def context(
    card: CardRow | None, links: RepositoryLinks | None, images: Sequence[CardImageRow] = ()
) -> dict[str, object]:
    """The HTML of the card, and the addresses of its file and of the licence."""
    if card is None:
        return {"card_html": Markup(""), "card_link": None, "licence_link": None}
    to = partial(links.file, card.commit) if links else None
    place = _place(card.commit, card.file or "", links, images)
    return {
        "card_html": render(card.text or "", place),
        "card_link": to(card.file or "") if to else None,
        "licence_link": to(card.licence_file or "") if to else None,
    }


def others(
    card: CardRow | None,
    rows: Sequence[StageCardRow],
    stages: Sequence[AssignmentRow],
    links: RepositoryLinks | None,
    images: Sequence[CardImageRow] = (),
) -> list[OtherCard]:
    """The cards of versions in stages that say something else than `card` and than each other, in the order of stages."""
    at = {(row.version, row.commit): row for row in rows}
    texts = {card.text if card else None}
    shown: list[OtherCard] = []
    for stage in in_order([*stages]):
        row = at.get((stage.version, stage.commit))
        if row is None or row.text in texts or len(shown) == MOST:
            continue
        texts.add(row.text)
        to = partial(links.file, row.reading) if links else None
        place = _place(row.reading, row.file, links, images)
        html = render(row.text, place, prefix=f"{PREFIX}{len(shown) + 1}:")  # no heading has a colon in its id
        shown.append(OtherCard(row.version, stage.stage, html, row.file, to(row.file) if to else None))
    return shown


def paths(images: Iterable[CardImageRow]) -> tuple[str, ...]:
    """The paths of images in the site, each once."""
    return tuple(sorted({path for image in images if (path := image_path(image.content, image.media_type))}))


def _place(commit: str, file: str, links: RepositoryLinks | None, images: Iterable[CardImageRow]) -> RepositoryFiles:
    """Where a card lies, and which of its images the site has."""
    own = {
        image.path: f"{root(MODEL)}{path}"
        for image in images
        if (image.commit, image.file) == (commit, file) and (path := image_path(image.content, image.media_type))
    }
    to = partial(links.file, commit) if links else _unknown
    return RepositoryFiles(file=file, page=to, raw=partial(to, raw=True), images=own)


def _unknown(_path: str, *, raw: bool = False) -> None:
    """The address of a file of a repository whose forge is not known."""
