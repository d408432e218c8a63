"""What the page of a model shows of its card: the text as HTML, and links to the files that it is from."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from sites.data.rows import CardRow
from sites.markdown import RepositoryFiles, render
from sites.urls import RepositoryLinks


def context(card: CardRow | None, links: RepositoryLinks | None) -> dict[str, object]:
    """The HTML of the card, and the addresses of its file and of the licence."""
    if card is None:
        return {"card_html": Markup(""), "card_link": None, "licence_link": None}
    to = partial(links.file, card.commit) if links else None
    place = RepositoryFiles(file=card.file or "", page=to, raw=partial(to, raw=True)) if to else None
    return {
        "card_html": render(card.text or "", place),
        "card_link": to(card.file or "") if to else None,
        "licence_link": to(card.licence_file or "") if to else None,
    }
