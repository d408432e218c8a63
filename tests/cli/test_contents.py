"""The contents of a version: as many measures as a page of text has."""

from __future__ import annotations

import pytest

from catalog.cli.contents import MOST, _card, _lock, _more, contents_tables
from catalog.cli.text import Screen


@pytest.mark.parametrize(
    ("count", "more"),
    [(MOST, []), (MOST + 1, ["(and 1 more: catalog metrics m@v1.0.0)"])],
    ids=["as many as are shown", "one more"],
)
def test_a_version_shows_so_many_metrics(count, more):
    same = {"text": "1", "direction": None, "file": "m.json", "of_project": False}
    metrics = [{"name": f"auc{number}", **same} for number in range(count)]
    row = {"ref": "m@v1.0.0", "metrics": metrics, "params": [], "inputs": [], "unread": []}
    shown = "".join(contents_tables(row, Screen(width=None, colour=False))).splitlines()
    assert (len(shown) - len(more), shown[1 + MOST :]) == (1 + MOST, more)


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (38, ["(and 2 more: catalog metrics m@v1.0.0)"]),
        (37, ["(and 2 more:", "catalog metrics m@v1.0.0)"]),
        (10, ["(and 2", "more:", "catalog metrics m@v1.0.0)"]),
    ],
    ids=["as wide as the line", "one column less", "narrower than the command"],
)
def test_a_command_for_copying_stays_on_one_line(width, lines):
    assert _more(2, "catalog metrics m@v1.0.0", Screen(width=width, colour=False)).splitlines() == lines


@pytest.mark.parametrize(
    ("card", "line"),
    [
        ({}, ""),
        ({"title": "Churn", "file": "README.md", "of_repository": False}, "Churn, README.md"),
        ({"title": "Team", "file": "README.md", "of_repository": True}, "README of the repository: Team, README.md"),
        ({"title": None, "file": "README.md", "of_repository": True}, "README of the repository: README.md"),
    ],
)
def test_a_readme_of_the_repository_is_called_so(card, line):
    assert _card(card) == line


NOT_COMPARED = "not compared with the lock: a folder in Git (src)"


@pytest.mark.parametrize(
    ("outdated", "uncompared", "line"),
    [
        ([], [], ""),
        (["changed"], [], "out of date: the content of an input (a.py)"),
        ([], ["src"], NOT_COMPARED),
        (["changed"], ["src"], f"out of date: the content of an input (a.py); {NOT_COMPARED}"),
    ],
    ids=["nothing to say", "out of date", "in part not compared", "both"],
)
def test_what_is_said_of_a_lock(outdated, uncompared, line):
    maker = {"outdated": outdated, "changed": ["a.py"], "not_compared": uncompared}
    assert _lock(maker | {"why_not_compared": ["folder"] * len(uncompared)}) == line
