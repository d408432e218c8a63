"""Problems by repository and kind, with links to what their owner mends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.errors import VisitOutcome
from sites.data.rows import ProblemRow, RepositoryRow
from sites.urls import RepositoryLinks
from sites.view_models.problems import kind_lines, problem_groups, unread

OID = "a" * 40
WHEN = datetime(2024, 5, 1, tzinfo=UTC)
LINKS = RepositoryLinks(url="https://github.com/a/b", commits="https://github.com/a/b/commit/")


def problem(
    repo: str, rule: str, place: str = "dvc.yaml", message: str = "odd", commit: str | None = OID
) -> ProblemRow:
    return ProblemRow(repo, rule, place, message, commit, f"Mend `{rule}`, <now>.")


def repository(**stated: Any) -> RepositoryRow:
    """The repository `a`, of which nothing but that is stated."""
    nothing: dict[str, Any] = dict.fromkeys(RepositoryRow._fields)
    return RepositoryRow(**nothing | {"repo": "a"} | stated)


def shown(most: int | None) -> list[tuple[str, int, list[tuple[str, int, int]]]]:
    rows = [problem("a", "x"), problem("a", "y"), problem("a", "x"), problem("b", "x"), problem("c", "x")]
    groups = problem_groups(rows, {}, most)
    return [
        (group.repo, group.total, [(kind.rule, kind.total, len(kind.problems)) for kind in group.kinds])
        for group in groups
    ]


@pytest.mark.parametrize(
    ("outcome", "words", "fix"),
    [
        (VisitOutcome.REFUSED, "refused", "Check the credentials that Git has for it, or its SSH key"),
        (VisitOutcome.BUG, "internal error", "Report it with the traceback that `catalog crawl --debug` writes"),
        (VisitOutcome.NEVER, "not visited yet", "The next crawl visits it."),
    ],
)
def test_a_repository_that_could_not_be_read_has_a_fix_and_the_text_of_an_issue(outcome, words, fix):
    rows = [repository(url="https://a", outcome=outcome, message="no *entry*", stale=stale) for stale in (True, False)]
    (line,) = unread(rows)
    assert (line.repository, line.outcome) == (rows[0], words)
    assert str(line.fix).startswith(fix.replace("`catalog crawl --debug`", "<code>catalog crawl --debug</code>"))
    assert line.issue.startswith(f"`{words}` in `a`, found by the model catalog in 1 place.\n\nHow to fix it: {fix}")
    assert line.issue.endswith("\n\n- `https://a`: `no *entry*`")


@pytest.mark.parametrize(
    ("url", "read_at", "fix"),
    [
        ("https://a", WHEN, "Check the network and its address: the next crawl reads it again, and its last good rows stay."),
        ("https://a", None, "Check the network and its address: the next crawl reads it again."),
        ("/srv/a.git", None, "Check it with `git fsck`, and its path and access rights: the next crawl reads it again."),
    ],
    ids=["a server", "a server that never answered", "a path"],
)  # fmt: skip
def test_the_fix_is_of_the_kind_of_address_and_of_the_rows_there_are(url, read_at, fix):
    (line,) = unread([repository(url=url, outcome=VisitOutcome.DOWN, stale=True, read_at=read_at)])
    assert f"How to fix it: {fix}\n" in line.issue


@pytest.mark.parametrize(
    ("most", "groups"),
    [
        (None, [("a", 3, [("x", 2, 2), ("y", 1, 1)]), ("b", 1, [("x", 1, 1)]), ("c", 1, [("x", 1, 1)])]),
        (4, [("a", 3, [("x", 2, 2), ("y", 1, 1)]), ("b", 1, [("x", 1, 1)])]),
        (1, [("a", 3, [("x", 2, 1)])]),
        (0, []),
    ],
)
def test_problems_are_grouped_by_repository_and_kind_and_counted_where_they_are_cut(most, groups):
    assert shown(most) == groups


@pytest.mark.parametrize(
    ("row", "link"),
    [
        pytest.param(problem("r", "x"), f"https://github.com/a/b/blob/{OID}/dvc.yaml", id="a file"),
        pytest.param(
            problem("r", "x", "a b/dvc.lock: schema", "found a tab at line 7, column 1"),
            f"https://github.com/a/b/blob/{OID}/a%20b/dvc.lock#L7",
            id="a place in a file, and a line",
        ),
        pytest.param(
            problem("r", "x", ".dvc/config: line 3"),
            f"https://github.com/a/b/blob/{OID}/.dvc/config#L3",
            id="a line as the place",
        ),
        pytest.param(problem("r", "x", "refs/tags/a@v1", commit=None), "", id="a tag"),
        pytest.param(problem("r", "x", "refs/tags/a@v1"), "", id="a tag at a commit"),
        pytest.param(problem("r", "x", "../../x"), "", id="a path that leads out"),
        pytest.param(problem("other", "x"), "", id="a repository without a known forge"),
    ],
)
def test_a_problem_links_to_its_file_and_line(row, link):
    (group,) = problem_groups([row], {"r": LINKS})
    assert [line.link for kind in group.kinds for line in kind.problems] == [link]


def test_the_kinds_of_all_repositories_are_counted_and_say_how_to_fix_them():
    rows = [problem("a", "x"), problem("a", "z"), problem("b", "y"), problem("c", "y")]
    assert [tuple(line) for line in kind_lines(rows)] == [
        ("y", 2, 2, "Mend <code>y</code>, &lt;now&gt;."),
        ("x", 1, 1, "Mend <code>x</code>, &lt;now&gt;."),
        ("z", 1, 1, "Mend <code>z</code>, &lt;now&gt;."),
    ]


def test_each_kind_has_the_text_of_an_issue():
    rows = [problem("r", "x", "dvc.lock", "found a tab at line 7"), problem("r", "x", "refs/tags/a@v1", commit=None)]
    (group,) = problem_groups(rows, {"r": LINKS})
    assert [kind.issue.splitlines() for kind in group.kinds] == [
        [
            "`x` in `r`, found by the model catalog in 2 places.",
            "",
            "How to fix it: Mend `x`, <now>.",
            "",
            f"- `dvc.lock` at commit `{OID}`: `found a tab at line 7` <https://github.com/a/b/blob/{OID}/dvc.lock#L7>",
            "- `refs/tags/a@v1`: `odd`",
        ]
    ]
