"""Events for scripts: CloudEvents in the order in which the catalog came to know them, and cursors that neither skip nor repeat."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.cli import main
from catalog.database.build import build
from catalog.errors import Misuse, NotFound
from catalog.query import Catalog
from catalog.query.cloud_events import cloud_event, place
from catalog.schema.tables.inventory import Crawl, StageName
from catalog.schema.tables.observations import Observation
from support.catalogs import catalog_of
from support.crawling import visited, wish
from support.worlds import World

pytestmark = pytest.mark.slow

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)


def seen(number, *, crawl=1, told=None, made=0, ended=None, ref=None, **cells):
    """A registry tag that the catalog saw first in a crawl, and could read then or in `told`, made so many hours after noon by its tagger."""
    said = {
        "event": "registration",
        "tag": f"m@v{number}.0.0",
        "artifact": "m",
        "version": f"v{number}.0.0",
        "commit": f"{number:040x}",
        "created_at": NOON + timedelta(hours=made),
        "author": "Ann",
        "author_email": "ann@example.com",
        "message": "Go",
    }
    return Observation(
        ref=ref or f"refs/tags/m@v{number}.0.0",
        oid=f"{number:040x}",
        revision=f"{number:040x}",
        unseen_at=None,
        first_seen=NOON + timedelta(days=crawl),
        last_seen=NOON + timedelta(days=crawl),
        ended_at=NOON + timedelta(days=ended) if ended else None,
        first_crawl=crawl,
        ended_crawl=ended,
        first_readable_at=NOON + timedelta(days=told or crawl),
        first_readable_crawl=told or crawl,
        **said | cells,
    )


def asked(repos, since=None, crawls=9):
    """The events of a catalog that has observations: repository → rows."""
    done = [
        Crawl(crawl=number, started_at=NOON, seconds=1, new=0, changed=0, fresh=0, failed=0, received=0)
        for number in range(1, crawls + 1)
    ]
    whole = {Crawl: done, StageName: [StageName(raw="live", stage="prod", rank=0)]}
    connection = catalog_of({repo: {Observation: rows} for repo, rows in repos.items()}, whole)
    return Catalog(connection, Path("catalog.duckdb")).events(since).rows


def tags(rows):
    return [row["tag"] for row in rows]


@pytest.mark.slow
def test_an_event_says_all_that_its_tag_says():
    (row,) = asked({"host/o/ü m": [seen(7, crawl=3)]})
    assert cloud_event(row) == {
        "specversion": "1.0",
        "id": f"host/o/ü m@{7:040x}",
        "source": "host/o/%C3%BC%20m",
        "type": "org.model-catalog.registration",
        "time": NOON,
        "subject": "m@v7.0.0",
        "datacontenttype": "application/json",
        "cursor": row["cursor"],
        "data": {
            "repo": "host/o/ü m",
            "artifact": "m",
            "event": "registration",
            "version": "v7.0.0",
            "stage": None,
            "raw_stage": None,
            "commit": f"{7:040x}",
            "author": "Ann",
            "author_email": "ann@example.com",
            "message": "Go",
            "tag": "m@v7.0.0",
            "oid": f"{7:040x}",
            "signed": None,
            "crawl": 3,
            "first_seen": NOON + timedelta(days=3),
            "copy_of": None,
        },
    }


ABOUT = {
    "a deregistration": ({"event": "deregistration"}, "org.model-catalog.deregistration", "m@v1.0.0"),
    "an assignment, by the catalog's name of the stage": (
        {"event": "assignment", "version": None, "stage": "live"},
        "org.model-catalog.assignment",
        "m#prod",
    ),
    "an unassignment": (
        {"event": "unassignment", "version": None, "stage": "dev"},
        "org.model-catalog.unassignment",
        "m#dev",
    ),
    "a deprecation": ({"event": "deprecation", "version": None}, "org.model-catalog.deprecation", "m"),
}


@pytest.fixture(scope="module")
def about():
    """Each event, in a repository of its own."""
    return {
        row["repo"]: cloud_event(row) for row in asked({name: [seen(1, **row)] for name, (row, *_) in ABOUT.items()})
    }


@pytest.mark.parametrize("name", ABOUT)
def test_what_an_event_is_about(about, name):
    assert (about[name]["type"], about[name]["subject"]) == ABOUT[name][1:]


def test_what_was_seen_first_comes_first_and_then_the_tagger_s_clock_decides():
    rows = [seen(1, crawl=2, made=-99), seen(2, crawl=1, made=5), seen(3, crawl=1, made=4)]
    assert tags(asked({"r": rows})) == ["m@v3.0.0", "m@v2.0.0", "m@v1.0.0"]


@pytest.mark.slow
def test_a_tag_of_an_older_date_that_arrives_later_is_not_skipped():
    first = [seen(1, crawl=1, made=9)]
    last = asked({"r": first})[-1]["cursor"]
    assert tags(asked({"r": [*first, seen(2, crawl=2, made=-9999)]}, last)) == ["m@v2.0.0"]


@pytest.mark.slow
def test_a_tag_that_could_be_read_later_than_it_was_seen_is_news_of_then():
    first = [seen(1, crawl=1, made=9), seen(2, crawl=2)]
    last = asked({"r": first})[-1]["cursor"]
    assert tags(asked({"r": [*first, seen(3, crawl=1, told=3)]}, last)) == ["m@v3.0.0"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([seen(1, ended=2), seen(1, crawl=4)], id="gone and back"),
        pytest.param([seen(1), seen(1, crawl=2, ref="refs/tags/alias")], id="under two names", marks=pytest.mark.slow),
        pytest.param([seen(1, ended=2)], id="gone", marks=pytest.mark.slow),
    ],
)
def test_a_tag_is_told_once_whatever_became_of_it(rows):
    assert [(row["tag"], row["crawl"]) for row in asked({"r": rows})] == [("m@v1.0.0", 1)]


@pytest.mark.slow
def test_a_tag_that_was_made_again_is_told_again():
    name = "m@v1.0.0"
    assert tags(asked({"r": [seen(1, ended=2, tag=name), seen(2, crawl=2, tag=name)]})) == [name, name]


@pytest.mark.slow
def test_the_same_tag_object_in_two_repositories_is_two_events():
    events = [cloud_event(row) for row in asked({"a": [seen(1)], "b": [seen(1)]})]
    assert [event["id"] for event in events] == [f"a@{1:040x}", f"b@{1:040x}"]


@pytest.mark.slow
def test_branches_are_no_events():
    assert asked({"r": [seen(1, event=None)]}) == []


rows = st.builds(
    lambda number, crawl, made: seen(number, crawl=crawl, made=made),
    st.integers(1, 6),
    st.integers(1, 4),
    st.integers(-2, 2),
)


@pytest.mark.slow
@settings(max_examples=20)
@given(st.fixed_dictionaries({"a": st.lists(rows, max_size=6), "b": st.lists(rows, max_size=6)}), st.data())
def test_whoever_goes_on_from_the_last_cursor_hears_of_everything_once(repos, data):
    """After each crawl somebody reads some of what is new; in the end they have all, in the order of the whole."""
    heard, cursor = [], None
    for crawl in range(1, 6):
        known = {repo: [row for row in found if row.first_crawl <= crawl] for repo, found in repos.items()}
        new = asked(known, cursor, crawls=crawl)
        taken = new if crawl == 5 else new[: data.draw(st.integers(0, len(new)))]
        heard += taken
        cursor = taken[-1]["cursor"] if taken else cursor
    assert heard == asked(repos)


def encoded(text):
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "ü",
        "a b",
        "=" * 9,
        encoded("1\n2\n3\n4"),
        encoded(f"1\n2\n3\n{1:040x}\n"),
        encoded(f"{10**30}\n2\n3\n{1:040x}\nr"),
    ],
    ids=[
        "empty",
        "too short",
        "not ASCII",
        "a space",
        "nothing but padding",
        "no object",
        "no repository",
        "a huge number",
    ],
)
def test_what_is_no_cursor(cursor):
    with pytest.raises(Misuse, match=r"^invalid since .*: expected a cursor that `catalog events` printed"):
        place(cursor)


@pytest.fixture(scope="module")
def of_crawl_7():
    """The cursor of an event of that crawl."""
    return asked({"r": [seen(1, crawl=7)]})[-1]["cursor"]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [seen(1, crawl=1)],
        [seen(1, crawl=9)],
        [replace(seen(1, crawl=7), first_readable_at=NOON)],
        [seen(2, crawl=7)],
    ],
    ids=[
        "nothing is known",
        "the catalog began anew and has not come so far",
        "what was known was seen again later",
        "what was known was seen again in a crawl of that number",
        "the tag was gone before it was seen again",
    ],
)
def test_a_cursor_of_a_memory_that_is_lost_is_refused_rather_than_skipping(of_crawl_7, rows):
    with pytest.raises(NotFound, match=r"this catalog has no record of its event in crawl 7"):
        asked({"r": rows}, of_crawl_7)


def test_a_cursor_outlives_the_tag_that_it_marks():
    cursor = asked({"a": [seen(1)], "b": [seen(2)]})[0]["cursor"]
    assert tags(asked({"a": [seen(1, ended=2)], "b": [seen(2)]}, cursor)) == ["m@v2.0.0"]


def crawls(folder):
    """Two crawls of a repository, with a tag of an older date before the second."""
    world = World()
    world.commit({"artifacts.yaml": "m:\n  type: model\n"})
    world.tag("m@v1.0.0", at=2_000)
    world.tag("m#prod#1", at=3_000)
    config = wish(folder, {"team/m": str(world.write(folder / "m"))})
    for _ in range(2):
        visited(config)
        yield config
        world.tag("m#prod!#2", at=1_000)
        world.write(folder / "m")


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """The catalog after both."""
    *_, config = crawls(tmp_path_factory.mktemp("twice"))
    build(config)
    return config.output / "catalog.duckdb"


def read(config, cursor):
    with Catalog.open(config.output / "catalog.duckdb") as catalog:
        return catalog.events(cursor).rows


@pytest.mark.slow
def test_a_script_that_reads_after_each_crawl_gets_each_event_once(tmp_path):
    got, cursor = [], None
    for config in crawls(tmp_path):
        build(config)
        got += [cloud_event(row) for row in read(config, cursor)]
        cursor = json.loads(json.dumps(got[-1], default=str))["cursor"]
    assert [event["subject"] for event in got] == ["m@v1.0.0", "m#prod", "m#prod"]


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("jsonl", ["registration", "assignment", "unassignment"]),
        ("json", ["registration", "assignment", "unassignment"]),
    ],
)
def test_the_command_writes_cloud_events(twice, capsys, output, expected):
    main(["events", "--catalog", str(twice), "-o", output])
    text = capsys.readouterr().out
    events = json.loads(text) if output == "json" else [json.loads(line) for line in text.splitlines()]
    assert [event["type"].rpartition(".")[2] for event in events] == expected


def test_the_command_begins_at_the_beginning_where_a_script_has_no_cursor_yet(twice, capsys):
    texts = []
    for since in ([], ["--since", ""]):
        main(["events", "--catalog", str(twice), "-o", "jsonl", *since])
        texts.append(capsys.readouterr().out)
    assert (texts[0] == texts[1], texts[0].count("\n")) == (True, 3)


def test_the_command_writes_a_table(twice, capsys):
    main(["events", "--catalog", str(twice), "-o", "tsv"])
    header, *lines = capsys.readouterr().out.splitlines()
    assert (header.split("\t")[:6], [line.split("\t")[2:6] for line in lines]) == (
        ["cursor", "repo", "artifact", "event", "version", "stage"],
        [
            ["m", "registration", "v1.0.0", ""],
            ["m", "assignment", "v1.0.0", "prod"],
            ["m", "unassignment", "v1.0.0", "prod"],
        ],
    )


def test_the_command_refuses_what_is_no_cursor(twice, capsys):
    code = main(["events", "--catalog", str(twice), "--since", "tomorrow"])
    assert (code, capsys.readouterr().err) == (
        2,
        "catalog: invalid --since 'tomorrow': expected a cursor that `catalog events` printed, or a date\n",
    )
