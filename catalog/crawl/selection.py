"""Which commits of a repository are read, and why: those of registry tags, the tip, the newest releases and experiments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.config.model import RepoOptions
from catalog.crawl.isolation import selecting
from catalog.git.snapshot import TAG_PREFIX, Ref, RefListing
from catalog.plugins.connector import Connector

MOST_DATED = 2_000  # releases, and experiments, among which the newest are selected: the last by name

TAG, TIP, RELEASE, EXPERIMENT = "tag", "tip", "release", "experiment"


@dataclass(frozen=True, kw_only=True, slots=True)
class RevisionSelection:
    """How much of a repository is read: the refs that lead to commits, by reason. `releases` and `experiments` may be more than are read: see `reasons`."""

    tags: tuple[Ref, ...]
    tip: str | None
    releases: tuple[Ref, ...]
    experiments: tuple[Ref, ...]
    most_releases: int
    most_experiments: int
    history: int  # generations of commits behind each branch

    def undated(self) -> tuple[Ref, ...]:
        """The refs whose commits' dates decide which are read: none where all are."""
        pairs = (self.releases, self.most_releases), (self.experiments, self.most_experiments)
        return tuple(ref for refs, most in pairs if len(_commits(refs)) > most for ref in refs)

    def reasons(self, dates: Mapping[str, datetime]) -> dict[str, set[str]]:
        """Each commit to read → why, given the dates of the `undated` ones; one that has none is the oldest."""
        by_commit: dict[str, set[str]] = {}
        for commit in _commits(self.tags):
            by_commit.setdefault(commit, set()).add(TAG)
        if self.tip:
            by_commit.setdefault(self.tip, set()).add(TIP)
        for commit in _newest(self.releases, self.most_releases, dates):
            by_commit.setdefault(commit, set()).add(RELEASE)
        for commit in _newest(self.experiments, self.most_experiments, dates):
            by_commit.setdefault(commit, set()).add(EXPERIMENT)
        return by_commit


def select_revisions(listing: RefListing, connectors: Sequence[Connector], options: RepoOptions) -> RevisionSelection:
    """The selection by refs alone. Releases count where the options ask for them, or where no tag is of a registry."""
    tags = wanted_tags(listing, connectors)
    most = options.most_releases(has_registry=bool(tags))
    names = {ref.name for ref in tags}
    plain = [ref for ref in listing.tags() if ref.name not in names] if most else []
    with selecting():
        others = [ref for ref in listing.others() if any(c.wants_ref(ref.name) for c in connectors)]
    return RevisionSelection(
        tags=tags,
        tip=listing.tip(),
        releases=tuple(plain[-MOST_DATED:]),
        experiments=tuple(others[-MOST_DATED:]) if options.experiments else (),
        most_releases=most,
        most_experiments=options.experiments,
        history=options.history,
    )


def wanted_tags(listing: RefListing, connectors: Sequence[Connector]) -> tuple[Ref, ...]:
    """The annotated tags that a connector reads."""
    with selecting():
        return tuple(
            ref
            for ref in listing.tags()
            if ref.peeled is not None and any(c.wants_tag(ref.name.removeprefix(TAG_PREFIX)) for c in connectors)
        )


def _commits(refs: Iterable[Ref]) -> list[str]:
    return list(dict.fromkeys(ref.peeled or ref.oid for ref in refs if not ref.is_unreadable))


def _newest(refs: Sequence[Ref], most: int, dates: Mapping[str, datetime]) -> list[str]:
    commits = _commits(refs)
    if len(commits) <= most:
        return commits
    dated = sorted(((dates[commit], commit) for commit in commits if commit in dates), reverse=True)
    return [commit for _, commit in dated[:most]]
