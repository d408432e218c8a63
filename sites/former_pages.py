"""Pages at addresses that had another page: an artifact or a repository that is gone says since when, and a former name of a repository leads to the one that it has now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sites import urls
from sites.data import former
from sites.data.facts import Connection
from sites.data.former import MovedRow, RemovedArtifact, RemovedRow
from sites.pages import GONE, MOVED, REMOVED, Page
from sites.program import digest_of
from sites.render import Renderer


class FormerPage(NamedTuple):
    """A page, and what its template is given."""

    page: Page
    context: dict[str, object]
    digest: str


def former_pages(
    connection: Connection, moved: Iterable[MovedRow], of_all: tuple[object, ...], taken: Collection[str]
) -> Mapping[str, FormerPage]:
    """The pages by their paths, but for those that another page has. `moved`: the former names; `of_all`: what every page follows from."""
    pages: dict[str, FormerPage] = {}
    for row in moved:
        moves = {urls.repository(row.former): (urls.repository(row.repo), row.repo)}
        for artifact in row.artifacts:
            moves[urls.model(row.former, artifact)] = urls.model(row.repo, artifact), f"{row.repo}:{artifact}"
        for path, (to, name) in moves.items():
            context: dict[str, object] = {"former": row.former, "to": to, "name": name}
            pages[path] = FormerPage(MOVED, context, digest_of(of_all, row.former, to, name))
    for gone in former.gone(connection):
        path = urls.model(gone.repo, gone.artifact)
        pages[path] = FormerPage(GONE, {"gone": gone}, digest_of(of_all, gone))
    for removed in former.removed(connection):
        links = [(urls.model(removed.repo, own["artifact"]), own) for own in removed.artifacts]
        pages[urls.repository(removed.repo)] = _removed(removed, of_all, links=links)
        pages |= {path: _removed(removed, of_all, artifact=own) for path, own in links}
    return {path: page for path, page in pages.items() if path not in taken}


def _removed(
    removed: RemovedRow,
    of_all: tuple[object, ...],
    *,
    artifact: RemovedArtifact | None = None,
    links: Sequence[tuple[str, RemovedArtifact]] = (),
) -> FormerPage:
    """The page of a repository that the catalog has no more, or of an artifact of it. `links`: the pages of its artifacts."""
    context: dict[str, object] = {"removed": removed, "artifact": artifact, "links": links}
    return FormerPage(REMOVED, context, digest_of(of_all, removed, artifact))


def files(
    pages: Mapping[str, FormerPage], stale: Collection[str], renderer: Callable[[], Renderer]
) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of those pages that are among these paths."""
    wanted = {path: page for path, page in pages.items() if path in stale}
    if wanted:
        render = renderer()
        yield from (
            (path, render(page, context, root="../" * path.count("/"))) for path, (page, context, _) in wanted.items()
        )
