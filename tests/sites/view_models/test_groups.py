"""Groups: what lists of datasets and pages of teams leave out, and say."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from catalog.schema.tables.registry import Event
from sites.data import groups as rows
from sites.view_models.groups import CLIPPED, MOST_NAMED, MOST_STAGES, dataset_lines, matrix, shares
from support.catalogs import catalog_of
from support.small_catalog import day, event


def line(name):
    return SimpleNamespace(repo="r", artifact=SimpleNamespace(artifact=name))


def assigned(stage):
    return SimpleNamespace(stage=stage, rank=None, version="v1.0.0")


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are columns", "one more"])
def test_a_matrix_has_so_many_stages(beyond):
    assignments = {("r", "a"): [assigned(f"s{number:02}") for number in range(MOST_STAGES + beyond)]}
    made = matrix([line("a"), line("b")], assignments)
    assert (len(made.stages), len(made.lines[0].cells), made.others) == (MOST_STAGES, MOST_STAGES, 1)


@pytest.mark.parametrize(("length", "end"), [(CLIPPED, "x"), (CLIPPED + 1, "…")], ids=["as long as fits", "one more"])
def test_a_description_is_cut(length, end):
    row = rows.DatasetRow("r", "d", None, "d", "x" * length, True, None, 0, None, None, None, 0, 0)
    assert dataset_lines([row])[0].description[-1] == end


def test_a_share_names_what_lacks():
    known = {("r", name): rows.CompletenessRow("r", name, name == "a", True, False, True) for name in "ab"}
    made = shares([line("a"), line("b"), line("unregistered")], known)
    assert [(share.known, share.total, len(share.named), share.more) for share in made] == [
        (1, 2, 1, 0), (2, 2, 0, 0), (0, 2, 2, 0), (2, 2, 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are named", "one more"])
def test_a_share_names_the_first_that_lack_it_and_counts_the_others(beyond):
    names = [f"m{number}" for number in range(MOST_NAMED + beyond)]
    known = {("r", name): rows.CompletenessRow("r", name, False, True, True, True) for name in names}
    share = shares([line(name) for name in names], known)[0]
    assert ([each.artifact.artifact for each in share.named], share.more) == (names[:MOST_NAMED], beyond)


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are shown", "one more"])
def test_the_newest_events_of_a_folder_are_read(beyond):
    events = [event(f"m@v1.{number}.0", "1" * 40, day(number + 1)) for number in range(rows.NEWEST + beyond)]
    news = rows.GroupRows(catalog_of({"h/team/r": {Event: events}})).news
    assert [each.version for each in news["h/team"]] == [
        f"v1.{number}.0" for number in reversed(range(beyond, rows.NEWEST + beyond))
    ]


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are shown", "one more"])
def test_of_the_artifacts_behind_the_first_are_read_and_all_are_counted(beyond):
    events = []
    for number in range(rows.BEHIND + beyond):
        name = f"m{number:02}"
        events += [
            event(f"{name}@v1.0.0", "1" * 40, day(1)), event(f"{name}#prod#1", "1" * 40, day(2)), event(f"{name}@v2.0.0", "2" * 40, day(3)),
        ]  # fmt: skip
    read = rows.GroupRows(catalog_of({"r": {Event: events}})).production()
    assert (len(read), read[0][1:]) == (
        rows.BEHIND, ("m00", "v1.0.0", "v2.0.0", 1, 2, rows.BEHIND + beyond, rows.BEHIND + beyond),
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("beyond", "registrations"), [(0, 1), (1, 0)], ids=["as many weeks as are shown", "one more"])
def test_the_trend_has_so_many_weeks_up_to_the_last_event(beyond, registrations):
    last = day(1) + timedelta(weeks=rows.WEEKS - 1 + beyond)
    events = [event("m@v1.0.0", "1" * 40, day(1)), event("m#prod#1", "1" * 40, last)]
    weeks = rows.GroupRows(catalog_of({"r": {Event: events}})).weeks()
    assert (len(weeks), weeks[-1][1:], weeks[0].registrations) == (rows.WEEKS, (0, 1), registrations)


@pytest.mark.slow
def test_an_empty_catalog_has_no_weeks_and_nothing_in_production():
    lists = rows.GroupRows(catalog_of({}))
    assert (lists.weeks(), [row[-2:] for row in lists.production()]) == ([], [(0, 0)])
