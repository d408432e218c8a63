"""What each file of the site follows from, as a digest: a file whose digest is that of the last build is not made again.

Pages of a repository follow from its own rows (all of them from one partition, by its name), from what the catalog says of it, and from what pages show of
other repositories; lists follow from all repositories. `site_page_inputs` has all of that. What a page shows besides must be added there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from sites import urls
from sites.data.page_inputs import PageInputs
from sites.pages import (
    ABOUT,
    AS_OF,
    COMPARE,
    CRAWL,
    GROUPS,
    HOME,
    LICENCES,
    LINEAGE,
    MISSING,
    MODEL_NAMES,
    MODELS,
    REPOS,
    STATUS,
)
from sites.program import digest_of
from sites.view_models.feeds import team_feed

LISTS = (HOME, MODELS, *GROUPS, LINEAGE, REPOS, STATUS)  # pages about all repositories


class Digests(NamedTuple):
    """The digest of each page, and of each other file, by its path; and the repository of each file that is of one alone."""

    pages: dict[str, str]
    others: dict[str, str]
    repos: dict[str, str]

    @property
    def files(self) -> Mapping[str, str]:
        """The digests of pages and of other files."""
        return {**self.others, **self.pages}

    @property
    def of_all(self) -> str:
        """That of pages which follow from no row, and which is in that of all others."""
        return self.pages[COMPARE.pattern]

    @property
    def of_lists(self) -> str:
        """That of pages which follow from all repositories."""
        return self.pages[MODELS.pattern]

    def repos_of(self, paths: Iterable[str]) -> frozenset[str]:
        """The repositories whose rows these files are made from."""
        return frozenset(self.repos[path] for path in paths if path in self.repos)


def digests(
    inputs: PageInputs, feeds: Mapping[str, Sequence[str]], static: Collection[str], settings: tuple[object, ...]
) -> Digests:
    """The digests of a site's files. `feeds`: the repositories of each; `static`: the paths of files that the program brings; `settings`: what else repos.toml says."""
    of_all = digest_of(inputs.recipe, settings)
    # The steps between graphs are in the scripts of lineage alone.
    by_repo = {row.repo: digest_of(of_all, row._replace(links=None)) for row in inputs.repositories}
    of_lists = digest_of(of_all, *by_repo.values())
    of_crawls = digest_of(of_lists, inputs.crawls)
    host = urls.shared_host(row.repo for row in inputs.repositories)  # which the pages of teams leave out
    repos = {urls.repository(row.repo): row.repo for row in inputs.repositories if row.outcome}
    repos |= {urls.model(row.repo, artifact): row.repo for row in inputs.repositories for artifact in row.artifacts}

    teams: dict[str, list[str]] = {}
    for row in inputs.repositories:
        if row.artifacts:
            teams.setdefault(urls.team_of(row.repo), []).append(row.repo)
    scripts = {
        urls.model_data(row.repo, artifact): row.repo for row in inputs.repositories for artifact in row.artifacts
    }

    @cache  # most feeds are of one repository, which has a dozen of them
    def of_feed(*own: str) -> str:
        return digest_of(of_all, *(by_repo[repo] for repo in own))

    return Digests(
        pages={
            **{page.pattern: of_crawls if page == STATUS else of_lists for page in LISTS},
            **dict.fromkeys((page.pattern for page in (CRAWL, COMPARE, LICENCES, ABOUT, MISSING)), of_all),
            # Whether a team has a feed may follow from a repository without artifacts, such as one whose tags were all deleted.
            **{
                urls.team(team): digest_of(host, f"{team_feed(team)}.xml" in feeds, of_feed(*own))
                for team, own in teams.items()
            },
            **{path: by_repo[repo] for path, repo in repos.items()},
        },
        others={
            **dict.fromkeys(static, of_all),
            AS_OF: digest_of(of_all, inputs.crawls),
            MODEL_NAMES: of_lists,
            **{
                path: digest_of(of_all, row.file, row.artifacts, row.links)
                for row in inputs.repositories
                if row.has_lineage and (path := urls.lineage(row.repo))
            },
            **{urls.phrase_texts(row.repo): by_repo[row.repo] for row in inputs.repositories if row.is_searched},
            **{path: by_repo[repo] for path, repo in scripts.items()},
            **{path: of_feed(*own) for path, own in feeds.items()},
        },
        repos=repos | scripts | {path: own[0] for path, own in feeds.items() if len(own) == 1},
    )
