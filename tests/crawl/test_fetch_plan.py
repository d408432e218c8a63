"""What a visit asks for, as values: no server is needed to say what the requests are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.crawl.ancestry import Past
from catalog.crawl.fetch_plan import (
    MAX_ANSWER,
    MAX_BLOB,
    MAX_BLOBS,
    FetchPlan,
    Known,
    ancestry_plan,
    bare_refs,
    blob_plans,
    dates_plan,
    files_plan,
    first_plan,
    halves,
    revisions_plan,
    tags_plan,
    whole_ancestry_plan,
)
from catalog.crawl.selection import RevisionSelection
from catalog.git.snapshot import Ref, RefListing

TAG = Ref(name="refs/tags/m@v1", oid="t1", peeled="c1")
AGAIN = Ref(name="refs/tags/m#prod#1", oid="t2", peeled="c1")
OTHER = Ref(name="refs/tags/m@v2", oid="t3", peeled="c2")
RELEASE = Ref(name="refs/tags/1.0", oid="c3")
NEWER = Ref(name="refs/tags/1.1", oid="t4", peeled="c4")
EXPERIMENT = Ref(name="refs/exps/aa/bb/x", oid="e1")
MAIN = Ref(name="refs/heads/main", oid="c9")
LISTING = RefListing(refs=(Ref(name="HEAD", oid="c9"), MAIN, TAG, AGAIN, OTHER), head="refs/heads/main")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def selected(*tags, releases=(), experiments=(), most_releases=9, most_experiments=9):
    return RevisionSelection(
        tags=tags, tip="c9", releases=releases, experiments=experiments,
        most_releases=most_releases, most_experiments=most_experiments, history=5,
    )  # fmt: skip


def commits(*wants, depth=1):
    return FetchPlan(wants=wants, filters="tree:0", depth=depth)


@pytest.mark.parametrize(
    ("selection", "known", "bare"),
    [
        pytest.param(selected(TAG), Known(), [], id="a tag of a commit that is to be read comes with it"),
        pytest.param(selected(TAG), Known(revisions={"c1"}), [TAG], id="a tag of a commit that was read comes alone"),
        pytest.param(selected(TAG), Known(revisions={"c1"}, tags={"t1"}), [], id="a tag that was read"),
        pytest.param(selected(experiments=(EXPERIMENT,)), Known(), [EXPERIMENT], id="an experiment"),
        pytest.param(selected(experiments=(EXPERIMENT,)), Known(refs={(EXPERIMENT.name, "e1")}), [], id="an experiment that was read"),
        pytest.param(selected(experiments=(EXPERIMENT,)), Known(refs={(EXPERIMENT.name, "e0")}), [EXPERIMENT], id="an experiment that has moved"),
        pytest.param(selected(releases=(RELEASE, NEWER), most_releases=2), Known(), [], id="as many releases as are read"),
        pytest.param(selected(releases=(RELEASE, NEWER), most_releases=1), Known(), [RELEASE, NEWER], id="more releases than are read, whose dates decide"),
        pytest.param(selected(releases=(RELEASE, NEWER), most_releases=1), Known(dates={"c3": NOW, "c4": NOW}), [], id="releases whose dates are known"),
    ],
)  # fmt: skip
def test_refs_whose_objects_are_asked_for_alone(selection, known, bare):
    assert bare_refs(selection, known) == bare


@pytest.mark.parametrize(
    ("selection", "bare", "plan"),
    [
        pytest.param(selected(TAG), [TAG], None, id="no date decides"),
        pytest.param(selected(releases=(RELEASE, NEWER), most_releases=1), [], None, id="all dates are known"),
        pytest.param(selected(releases=(RELEASE, NEWER), most_releases=1), [TAG, RELEASE, NEWER], commits("t1", "c3", "t4"), id="dates decide: whatever comes alone comes now"),
        pytest.param(selected(releases=(RELEASE, NEWER), most_releases=1), [RELEASE, RELEASE], commits("c3"), id="each once"),
    ],
)  # fmt: skip
def test_the_plan_of_dates(selection, bare, plan):
    assert dates_plan(selection, bare) == plan


@pytest.mark.parametrize(
    ("read", "selection", "wants"),
    [
        pytest.param(["c1"], selected(TAG, OTHER), ("t1",), id="the tag, not its commit"),
        pytest.param(["c1"], selected(TAG, AGAIN), ("t1", "t2"), id="every tag of the commit"),
        pytest.param(["c3"], selected(releases=(RELEASE,)), ("c3",), id="a lightweight tag is its commit"),
        pytest.param(["e1"], selected(experiments=(EXPERIMENT,)), ("e1",), id="an experiment"),
        pytest.param(["c9", "c1"], selected(TAG), ("t1", "c9"), id="the tip comes last"),
        pytest.param(["c1"], selected(Ref(name="refs/tags/m@v1", oid="c9", peeled="c1")), ("c9",), id="only what is wanted"),
    ],
)  # fmt: skip
def test_the_plan_of_revisions(read, selection, wants):
    assert revisions_plan(read, LISTING, selection) == FetchPlan(wants=wants, filters="blob:none", depth=1)


def test_where_nothing_is_to_be_read_there_is_no_plan_of_revisions():
    assert revisions_plan([], LISTING, selected(TAG)) is None


@pytest.mark.parametrize(
    ("selection", "sent", "plan"),
    [
        pytest.param(selected(TAG), None, commits("t1", "t2"), id="nothing was asked for"),
        pytest.param(selected(TAG), commits("t1"), commits("t2"), id="what was asked for is left out"),
        pytest.param(selected(TAG), commits("t1", "t2"), None, id="all was asked for"),
        pytest.param(selected(releases=(RELEASE, NEWER), most_releases=1), None, None, id="they came with the dates"),
    ],
)
def test_the_plan_of_tags(selection, sent, plan):
    assert tags_plan(selection, [TAG, AGAIN], sent) == plan


def test_the_least_that_shows_whether_a_server_honours_filters():
    assert first_plan(["c9", "c8"]) == commits("c9")


PAST = Past(tips=("c9", "c8"), limit=7, known={"c8": ()}, old_tips=("c8", "c0"))


@pytest.mark.parametrize(
    ("missing", "likely", "past", "plan"),
    [
        pytest.param(["a"], [], None, None, id="nothing beside the files"),
        pytest.param(["a"], ["a"], None, None, id="nothing new beside the files"),
        pytest.param(["a"], ["b"], None, FetchPlan(wants=("a", "b"), most=MAX_ANSWER), id="files that are likely to be named"),
        pytest.param(["a"], [], PAST, FetchPlan(wants=("a", "c9"), filters="tree:0", depth=7, most=MAX_ANSWER), id="with the ancestry"),
    ],
)  # fmt: skip
def test_the_plan_of_files(missing, likely, past, plan):
    assert files_plan(missing, likely, past) == plan


@pytest.mark.parametrize(
    ("missing", "likely", "wants"),
    [
        pytest.param(MAX_BLOBS - 1, 2, MAX_BLOBS, id="guesses fill a request"),
        pytest.param(MAX_BLOBS, 1, None, id="a full request has no room for guesses"),
        pytest.param(MAX_BLOBS + 1, 1, None, id="more than a request"),
    ],
)
def test_how_many_files_are_guessed(missing, likely, wants):
    plan = files_plan([f"a{n}" for n in range(missing)], [f"b{n}" for n in range(likely)], None)
    assert (len(plan.wants) if plan else None) == wants


def test_a_full_request_of_files_takes_the_ancestry_along():
    plan = files_plan([f"a{n}" for n in range(MAX_BLOBS)], ["b"], PAST)
    assert plan is not None
    assert (len(plan.wants), plan.wants[-1]) == (MAX_BLOBS + 1, "c9")
    assert files_plan([f"a{n}" for n in range(MAX_BLOBS + 1)], [], PAST) is None


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (MAX_BLOBS, [MAX_BLOBS]), (MAX_BLOBS + 1, [MAX_BLOBS, 1])]
)
def test_the_plans_of_blobs(count, sizes):
    plans = [*blob_plans([f"a{n}" for n in range(count)])]
    assert [len(plan.wants) for plan in plans] == sizes
    assert [plan.most for plan in plans] == [MAX_BLOB if size == 1 else MAX_ANSWER for size in sizes]


@pytest.mark.parametrize(("wants", "parts"), [("ab", ("a", "b")), ("abc", ("a", "bc")), ("abcd", ("ab", "cd"))])
def test_halves(wants, parts):
    plans = halves(FetchPlan(wants=tuple(wants), most=MAX_ANSWER))
    assert [(plan.wants, plan.most) for plan in plans] == [
        (tuple(part), MAX_BLOB if len(part) == 1 else MAX_ANSWER) for part in parts
    ]


def test_the_plans_of_ancestry():
    assert (ancestry_plan(PAST), whole_ancestry_plan(PAST)) == (
        FetchPlan(wants=("c9",), filters="tree:0", depth=7, haves=("c8",)),
        FetchPlan(wants=("c9", "c8"), filters="tree:0", depth=7),
    )
    assert ancestry_plan(Past(tips=("c8",), limit=7, known={"c8": ()})) is None


def test_a_plan_can_be_read():
    plan = FetchPlan(wants=("a" * 40, "b" * 40), filters="tree:0", depth=2, haves=("c",), most=5)
    assert (str(plan), str(FetchPlan(wants=("a" * 40,)))) == (
        "fetch aaaaaaa bbbbbbb, filter tree:0, depth 2, haves 1, most 5",
        "fetch aaaaaaa",
    )
