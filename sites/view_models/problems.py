"""Problems as an owner mends them: by repository, then by kind, each with a link to the line that it is in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from markupsafe import Markup

from sites import urls
from sites.data.rows import ProblemRow
from sites.view_models.registry import commit_mark

_LINE = re.compile(r"\bat line ([1-9][0-9]{0,6})\b")
_TAG = "refs/"

NO_PROBLEMS: Mapping[str, Sequence[ProblemRow]] = MappingProxyType({})  # by commit


class ProblemLine(NamedTuple):
    """Something that could not be read."""

    problem: ProblemRow
    commit: Markup
    link: str


class ProblemKind(NamedTuple):
    """The problems of one kind in a repository."""

    rule: str
    problems: list[ProblemLine]


class ProblemGroup(NamedTuple):
    """The problems of a repository."""

    repo: str
    path: str
    total: int
    kinds: list[ProblemKind]


def by_commit(problems: Iterable[ProblemRow]) -> dict[str, list[ProblemRow]]:
    """The problems at commits, by these."""
    commits: dict[str, list[ProblemRow]] = {}
    for row in problems:
        if row.commit:
            commits.setdefault(row.commit, []).append(row)
    return commits


def problem_groups(
    problems: Iterable[ProblemRow], forges: Mapping[str, urls.RepositoryLinks | None], most: int | None = None
) -> list[ProblemGroup]:
    """The problems by repository and kind, at most so many of them. `problems`: in the order of repositories."""
    return list(_groups(problems, forges, most))


def _groups(
    problems: Iterable[ProblemRow], forges: Mapping[str, urls.RepositoryLinks | None], most: int | None
) -> Iterator[ProblemGroup]:
    left = most
    for repo, rows in groupby(problems, lambda problem: problem.repo):
        own = sorted(rows, key=lambda problem: problem.rule)
        shown = own if left is None else own[:left]
        left = None if left is None else left - len(shown)
        kinds = [
            ProblemKind(rule, [_line(problem, forges.get(repo)) for problem in of_rule])
            for rule, of_rule in groupby(shown, lambda problem: problem.rule)
        ]
        if kinds:
            yield ProblemGroup(repo, urls.repository(repo), len(own), kinds)


def _line(problem: ProblemRow, links: urls.RepositoryLinks | None) -> ProblemLine:
    if problem.commit is None:
        return ProblemLine(problem, Markup(""), "")
    line = _LINE.search(problem.message)
    file = problem.place.partition(": ")[0]
    to = links.line(problem.commit, file, int(line[1]) if line else None) if links and not file.startswith(_TAG) else ""
    return ProblemLine(problem, commit_mark(links, problem.commit), to or "")
