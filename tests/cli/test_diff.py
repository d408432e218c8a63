"""`diff`, and `at --known-at`: what they print of a repository that was crawled twice."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from catalog.cli import main
from catalog.cli.diff import _cells
from support.worlds import World

pytestmark = pytest.mark.slow

DIFF = """\
change         what      stage  before   after      how          by
rewritten tag  m         -      {old}  {new}    m@v1.0.0     Cy
deleted tag    o/r:gone  prod   {old}  -          gone#prod    -
deleted tag    o/r:gone  -      {old}  -          gone@v1.0.0  -
skewed tag     m         prod   -        backdated  m#prod#2     Ann
skewed tag     m         -      -        backdated  m@v1.0.0     Cy
skewed tag     m         -      -        backdated  m@v1.1.0     Ann
lost artifact  o/r:gone  -      v1.0.0   -          -            -
lost version   o/r:gone  -      v1.0.0   -          -            -
new version    m         -      -        v1.1.0     -            Ann
promotion      m         prod   v1.0.0   v1.1.0     assigned     Ann
vacancy        o/r:gone  prod   v1.0.0   -          -            -
"""
CHANGES = "11 changes from crawl 1 to crawl 2\n"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """The catalog of a repository in which, since the first of two crawls, a tag was rewritten, a version promoted and an artifact lost."""
    folder = tmp_path_factory.mktemp("crawled")
    world = World()
    first, second = world.commit({"a": "1"}), world.commit({"a": "2"})
    world.tag("m@v1.0.0", first)
    world.tag("m#prod#1", first)
    world.tag("gone@v1.0.0", first)
    world.tag("gone#prod", first)
    (folder / "repos.toml").write_text(f"[[repo]]\nname = 'o/r'\nurl = '{world.write(folder / 'r')}'\n")
    crawl = ["crawl", "--no-site", "--config", str(folder / "repos.toml")]
    main([*crawl, "--no-build"])
    world.tag("m@v1.0.0", world.commit({"a": "3"}), who="Cy <cy@example.com>")
    world.tag("m@v1.1.0", second)
    world.tag("m#prod#2", second)
    for tag in ("gone@v1.0.0", "gone#prod"):
        del world.refs[f"refs/tags/{tag}"]
    world.write(folder / "r")
    main(crawl)
    return folder / "output" / "catalog.duckdb", first, world.tip()


@pytest.fixture
def asking(run, crawled):
    return lambda command, *arguments: run(command, "--catalog", crawled[0], *arguments)


def without_times(table: str) -> str:
    """The table without its last column, which is of the clock or wide."""
    lines = table.splitlines(keepends=True)
    end = lines[0].index("when")
    return "".join(line[:end].rstrip() + "\n" for line in lines)


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    "edges", [pytest.param(edges, id=str(edges)) for edges in [(), ("1",), ("1", "2"), ("1", "now")]]
)
def test_diff_tells_what_the_last_crawl_changed(asking, crawled, edges):
    code, out, err = asking("diff", *edges)
    _, old, new = crawled
    assert (code, without_times(out), err) == (0, DIFF.format(old=old[:7], new=new[:7]), CHANGES)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        pytest.param(("--raw-stage", "prod"), ["deleted_tag", "skewed_tag", "promotion", "vacancy"], id="of a stage"),
        pytest.param(("--since", "2"), [], id="since a crawl"),
        pytest.param(("--since", "1", "--until", "1"), [], id="until a crawl"),
    ],
)
def test_diff_takes_filters_and_a_range(asking, options, kinds):
    code, out, _ = asking("diff", *options, "-o", "json")
    assert (code, [row["kind"] for row in json.loads(out)]) == (0, kinds)


def test_diff_begins_once(asking):
    said = "catalog: invalid --since '7d': expected this or '1', not both\n"
    assert asking("diff", "1", "--since", "7d") == (2, "", said)


@pytest.mark.slow
def test_diff_sums_up_the_first_crawl_too(asking):
    code, _, err = asking("diff", "--", "0", "1")
    assert (code, err.partition(";")[0]) == (0, "7 changes from before the first crawl to crawl 1")


@pytest.mark.slow
def test_diff_begins_with_the_sum(crawled):
    command = [sys.executable, "-m", "catalog", "diff", "--catalog", str(crawled[0])]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    assert done.stdout.startswith(CHANGES + "change ")


@pytest.mark.slow
def test_diff_as_json_has_every_column(asking, crawled):
    _, out, _ = asking("diff", "-o", "json")
    rows = [(row["kind"], row["id"], row["old"], row["new"]) for row in json.loads(out)]
    assert rows[0] == ("rewritten_tag", "o/r:m", crawled[1], crawled[2])


@pytest.mark.parametrize(
    ("better", "of_project", "told"),
    [
        pytest.param(True, False, "acc (better)", id="better"),
        pytest.param(False, False, "acc (worse)", id="worse"),
        pytest.param(None, False, "acc", id="neither"),
        pytest.param(None, True, "acc (of the project, not of this artifact)", id="of the project"),
    ],
)
def test_a_metric_that_moved_is_told_with_what_that_means(better, of_project, told):
    row = {"kind": "metric", "id": "r:m", "what": "acc", "old": "0.1", "new": "0.2"}
    assert _cells(row | {"better": better, "of_project": of_project}, {})["shown"] == told


@pytest.mark.slow
def test_diff_of_nothing(asking):
    assert asking("diff", "2") == (0, "", "0 changes from crawl 2 to crawl 2\nnothing found\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "ids"),
    [
        pytest.param("diff 0", ["o/r", "o/r:m"], id="an artifact that is lost means its repository"),
        pytest.param("diff", ["o/r:m", "o/r"], id="since the first crawl"),
        pytest.param("at now --known-at 1", ["o/r", "o/r:m@v1.0.0"], id="who was in a stage then"),
        pytest.param(
            "events", ["o/r:m@v1.0.0", "o/r:m@COMMIT", "o/r", "o/r:m@v1.1.0"], id="events of tags that are gone"
        ),
        pytest.param("status", ["o/r"], id="repositories"),
    ],
)
def test_ids_are_what_show_takes_also_of_what_is_gone(asking, crawled, command, ids):
    code, out, _ = asking(*command.split(), "-o", "ids")
    shown = [asking("show", name)[0] for name in out.splitlines()]
    assert (code, out.replace(crawled[1], "COMMIT").splitlines(), shown) == (0, ids, [0 for _ in ids])


@pytest.mark.slow
def test_of_a_repository_that_was_taken_out_there_is_no_id(run, tmp_path):
    world = World()
    world.tag("m@v1.0.0", world.commit({"a": "1"}))
    urls = {name: world.write(tmp_path / name) for name in ("stays", "goes")}
    file = tmp_path / "repos.toml"
    for names in (["stays", "goes"], ["stays"]):
        file.write_text("".join(f"[[repo]]\nname = 'o/{name}'\nurl = '{urls[name]}'\n" for name in names))
        main(["crawl", "--no-site", "--config", str(file)])
    database = tmp_path / "output" / "catalog.duckdb"
    kinds = [row["kind"] for row in json.loads(run("diff", "--catalog", database, "-o", "json")[1])]
    assert (kinds, run("diff", "--catalog", database, "-o", "ids")[1]) == (["lost_repo"], "")


BEGINS = r"this catalog's memory begins with crawl 1, [-0-9]{10} [:0-9]{8} UTC"
NOTHING = f"{BEGINS}: before that it knew nothing; `catalog history` lists what today's tags say of earlier times\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(
            ("diff", "2000-01-01", "-o", "ids"),
            f"11 changes from before the first crawl to crawl 2; {NOTHING}",
            id="diff from a date",
        ),
        pytest.param(("diff", "2000-01-01", "2001-01-01", "-o", "ids"), NOTHING, id="diff between dates"),
        pytest.param(("at", "2024-02-01", "--known-at", "2000-01-01", "-o", "ids"), NOTHING, id="at, as known then"),
        pytest.param(("events", "-o", "ids"), f"{BEGINS}\n", id="events from the beginning"),
        pytest.param(("diff", "1", "-o", "ids"), CHANGES, id="a crawl that there was"),
        pytest.param(("diff", "-o", "ids"), CHANGES, id="the last crawl"),
    ],
)
def test_where_memory_begins_later_than_the_question_the_answer_says_so(asking, arguments, told):
    assert re.fullmatch(told, asking(*arguments)[2])


@pytest.mark.slow
def test_a_date_means_a_crawl_which_is_named(asking):
    _, _, err = asking("at", "2024-02-01", "--known-at", "2100-01-01", "-o", "ids")
    meant = r"2100-01-01 23:59:59 UTC means crawl 2, which had ended by [-0-9]{10} [:0-9]{8} UTC\n"
    assert re.fullmatch(meant, err)


@pytest.mark.parametrize(
    ("edge", "code", "message"),
    [
        ("7", 3, "unknown crawl 7; `catalog sql 'from crawls'` lists them"),
        (
            "noon",
            2,
            "invalid FROM 'noon': expected the number of a crawl, now, yesterday, 7d (or h, w), a month such as 2024-05, a date such as 2024-05-31, or a time such as 2024-05-31T12:00Z",
        ),
    ],
)
def test_diff_from_what_is_no_moment_and_no_crawl(asking, edge, code, message):
    assert asking("diff", edge) == (code, "", f"catalog: {message}\n")


@pytest.mark.slow
def test_at_a_date_as_known_when_a_crawl_had_ended(asking):
    told = []
    for arguments in (
        (),
        ("--known-at", "now"),
        ("--known-at", "2"),
        ("--known-at", "1"),
        ("--known-at", "2000-01-01"),
    ):
        _, out, _ = asking("at", "2024-02-01", *arguments)
        told.append([line.split()[:3] for line in out.splitlines()[1:]])
    now, then = [["m", "prod", "v1.1.0"]], [["o/r:gone", "prod", "v1.0.0"], ["m", "prod", "v1.0.0"]]
    assert told == [now, now, now, then, []]


@pytest.mark.parametrize("command", [("diff", "7"), ("at", "2024-02-01", "--known-at", "7")], ids=" ".join)
def test_a_crawl_that_there_was_not(asking, command):
    assert asking(*command) == (3, "", "catalog: unknown crawl 7; `catalog sql 'from crawls'` lists them\n")
