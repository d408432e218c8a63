"""Finds the tags whose objects a server lists and cannot send: it lists one that is damaged like a lightweight tag of a commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from catalog.crawl.fetch_plan import COMMITS_ALONE, Known
from catalog.crawl.isolation import selecting
from catalog.crawl.salvage import Salvage
from catalog.errors import Broken, Unheld
from catalog.git.snapshot import TAG_PREFIX, Ref, RefListing
from catalog.plugins.connector import Connector

MOST_DOUBTFUL = 1_000  # tags that are requested: each is 50 bytes of a request, which may be made again


def with_lost_tags(origin: Salvage, listing: RefListing, connectors: Sequence[Connector], known: Known) -> RefListing:
    """The listing, in which such tags are unreadable, of those that a connector would read if they were annotated.

    The tip is requested with them, so that an answer without them says that they are lost, and not that the server is down. Lightweight
    tags of the registry are rare, and most are of commits that a branch, or another tag, leads to: for others it takes a request.
    """
    with selecting():
        doubtful = dict.fromkeys(ref.oid for ref in islice(_doubtful(listing, connectors, known), MOST_DOUBTFUL))
    tip = listing.tip()
    if not doubtful or tip is None:
        return listing
    apart = origin.apart()
    with suppress(Broken, Unheld):  # where too many are lost, they are not told; what is read beside them still is
        apart.fetch((tip, *doubtful), filters=COMMITS_ALONE, depth=1)
    lost = apart.lost & doubtful.keys()
    origin.lost |= lost
    return replace(listing, refs=tuple(_marked(ref) if ref.oid in lost else ref for ref in listing.refs))


def _doubtful(listing: RefListing, connectors: Sequence[Connector], known: Known) -> Iterator[Ref]:
    commits = {*known.commits, *known.revisions, *(ref.peeled for ref in listing.refs)}
    commits |= {ref.oid for ref in listing.refs if not ref.name.startswith(TAG_PREFIX)}
    for ref in listing.tags():
        name = ref.name.removeprefix(TAG_PREFIX)
        if ref.peeled is None and ref.oid not in commits and any(c.wants_tag(name) for c in connectors):
            yield ref


def _marked(ref: Ref) -> Ref:
    return replace(ref, peeled=ref.oid)
