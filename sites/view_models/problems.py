"""Problems as an owner fixes them: by repository, then by kind, each with how to fix it and a link to the line that it is in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from markupsafe import Markup

from catalog.errors import VisitOutcome, visit_advice
from catalog.naming import is_local
from sites import urls
from sites.data.rows import ProblemRow, RepositoryRow
from sites.text import with_code
from sites.view_models.issue_text import IssuePlace, issue_text
from sites.view_models.registry import OUTCOMES, commit_mark

_LINE = re.compile(r"\bat line ([1-9][0-9]{0,6})\b")  # in a message
_LINE_OF_PLACE = re.compile(r"line ([1-9][0-9]{0,6})\b")
_TAG = "refs/"

NO_PROBLEMS: Mapping[str, Sequence[ProblemRow]] = MappingProxyType({})  # by commit


class ProblemLine(NamedTuple):
    """Something that could not be read."""

    problem: ProblemRow
    commit: Markup
    link: str


class ProblemKind(NamedTuple):
    """The problems of one kind in a repository: how many there are, how they are fixed, those that are shown, and the text of an issue about these."""

    rule: str
    total: int
    fix: Markup
    problems: list[ProblemLine]
    issue: str


class ProblemGroup(NamedTuple):
    """The problems of a repository."""

    repo: str
    path: str
    total: int
    kinds: list[ProblemKind]


class KindLine(NamedTuple):
    """A kind of problem in the whole catalog."""

    rule: str
    problems: int
    repos: int
    fix: Markup


class UnreadRepository(NamedTuple):
    """A repository that could not be read: how the visit ended, how that is fixed, and the text of an issue about it."""

    repository: RepositoryRow
    outcome: str
    fix: Markup
    issue: str


def unread(repositories: Iterable[RepositoryRow]) -> list[UnreadRepository]:
    """Those of these repositories that could not be read in the last crawl."""
    return [_unread(row) for row in repositories if row.stale]


def by_commit(problems: Iterable[ProblemRow]) -> dict[str, list[ProblemRow]]:
    """The problems at commits, by these."""
    commits: dict[str, list[ProblemRow]] = {}
    for row in problems:
        if row.commit:
            commits.setdefault(row.commit, []).append(row)
    return commits


def kind_lines(problems: Iterable[ProblemRow]) -> list[KindLine]:
    """The kinds of problems, the most frequent first."""
    kinds: dict[str, list[ProblemRow]] = {}
    for row in problems:
        kinds.setdefault(row.rule, []).append(row)
    lines = [
        KindLine(rule, len(rows), len({row.repo for row in rows}), with_code(rows[0].fix))
        for rule, rows in kinds.items()
    ]
    return sorted(lines, key=lambda line: (-line.problems, line.rule))


def problem_groups(
    problems: Iterable[ProblemRow], forges: Mapping[str, urls.RepositoryLinks | None], most: int | None = None
) -> list[ProblemGroup]:
    """The problems by repository and kind, at most so many of them. `problems`: in the order of repositories."""
    return list(_groups(problems, forges, most))


def _unread(row: RepositoryRow) -> UnreadRepository:
    outcome = OUTCOMES[row.outcome]
    advice = (
        visit_advice(VisitOutcome(row.outcome), is_local=is_local(row.url), was_read=row.read_at is not None)
        or "the next crawl visits it"
    )
    fix = f"{advice[:1].upper()}{advice[1:]}."
    place = IssuePlace(row.url, row.message or outcome, None, "")
    return UnreadRepository(row, outcome, with_code(fix), issue_text(row.repo, outcome, fix, [place], 1))


def _groups(
    problems: Iterable[ProblemRow], forges: Mapping[str, urls.RepositoryLinks | None], most: int | None
) -> Iterator[ProblemGroup]:
    left = most
    for repo, rows in groupby(problems, lambda problem: problem.repo):
        own = sorted(rows, key=lambda problem: problem.rule)
        kinds: list[ProblemKind] = []
        for rule, of_rule in groupby(own, lambda problem: problem.rule):
            every = list(of_rule)
            shown = every if left is None else every[:left]
            left = None if left is None else left - len(shown)
            if shown:
                kinds.append(_kind(repo, rule, len(every), [_line(problem, forges.get(repo)) for problem in shown]))
        if kinds:
            yield ProblemGroup(repo, urls.repository(repo), len(own), kinds)


def _kind(repo: str, rule: str, total: int, lines: list[ProblemLine]) -> ProblemKind:
    fix = lines[0].problem.fix
    places = [IssuePlace(line.problem.place, line.problem.message, line.problem.commit, line.link) for line in lines]
    return ProblemKind(rule, total, with_code(fix), lines, issue_text(repo, rule, fix, places, total))


def _line(problem: ProblemRow, links: urls.RepositoryLinks | None) -> ProblemLine:
    if problem.commit is None:
        return ProblemLine(problem, Markup(""), "")
    file, _, within = problem.place.partition(": ")
    line = _LINE.search(problem.message) or _LINE_OF_PLACE.match(within)
    to = links.line(problem.commit, file, int(line[1]) if line else None) if links and not file.startswith(_TAG) else ""
    return ProblemLine(problem, commit_mark(links, problem.commit), to or "")
