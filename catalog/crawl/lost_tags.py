"""Finds the tags whose objects a server lists and cannot send: it lists one that is damaged like a lightweight tag of a commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from catalog.crawl.fetch_plan import COMMITS_ALONE, Known
from catalog.crawl.isolation import selecting
from catalog.crawl.salvage import Salvage
from catalog.git.snapshot import TAG_PREFIX, Ref, RefListing
from catalog.plugins.connector import Connector


def with_lost_tags(origin: Salvage, listing: RefListing, connectors: Sequence[Connector], known: Known) -> RefListing:
    """The listing, in which such tags are unreadable, of those that a connector would read if they were annotated.

    The tip is requested with them, so that an answer without them says that they are lost, and not that the server is down. Lightweight
    tags of the registry are rare, and most are of commits that a branch, or another tag, leads to: for others it takes a request.
    """
    doubtful = dict.fromkeys(ref.oid for ref in _doubtful(listing, connectors, known))
    tip = listing.tip()
    if not doubtful or tip is None:
        return listing
    origin.fetch((tip, *doubtful), filters=COMMITS_ALONE, depth=1)
    lost = origin.lost & doubtful.keys()
    return replace(listing, refs=tuple(_marked(ref) if ref.oid in lost else ref for ref in listing.refs))


def _doubtful(listing: RefListing, connectors: Sequence[Connector], known: Known) -> Iterator[Ref]:
    commits = {*known.commits, *known.revisions, *(ref.peeled for ref in listing.refs)}
    commits |= {ref.oid for ref in listing.refs if not ref.name.startswith(TAG_PREFIX)}
    with selecting():
        for ref in listing.tags():
            name = ref.name.removeprefix(TAG_PREFIX)
            if ref.peeled is None and ref.oid not in commits and any(c.wants_tag(name) for c in connectors):
                yield ref


def _marked(ref: Ref) -> Ref:
    return replace(ref, peeled=ref.oid)
