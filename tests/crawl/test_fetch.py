"""What a server is asked: its refs, and then nothing that is known already."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from catalog.crawl import fetch
from catalog.crawl.crawl import crawl
from catalog.crawl.fetch_plan import MAX_ANSWER
from catalog.plugins.connector import Connector
from catalog.schema.tables.metrics import Image
from catalog.store.partitions import Partition
from support.crawling import partition, talking, visited, wish
from support.worlds import World

MODEL = "m:\n  type: model\n  path: m.pkl\n"


def base() -> World:
    """A registered commit with an annotation, and two more commits on the branch, of which only the last is read."""
    world = World()
    world.commit({"artifacts.yaml": MODEL, "train.py": "pass\n"})
    world.tag("m@v1.0.0")
    world.commit({"train.py": "...\n"})
    world.commit({"train.py": "1\n"})
    return world


def move_branch(world: World) -> None:
    """As after an amended commit and a forced push."""
    first = next(oid for oid, raw in world.objects.items() if raw.kind == "commit")
    world.commit({"train.py": "amended\n"}, parents=(first,))


def orphan(world: World) -> None:
    world.commit({"artifacts.yaml": MODEL}, parents=())


def add_commit_and_tag(world: World) -> None:
    world.commit({"artifacts.yaml": MODEL + "  description: better\n"})
    world.tag("m@v2.0.0")


def add_two_commits(world: World) -> None:
    world.commit({"train.py": "2\n"})
    world.commit({"train.py": "3\n"})


def rename_branch(world: World) -> None:
    world.refs["refs/heads/trunk"] = world.refs.pop("refs/heads/main")
    world.head = "refs/heads/trunk"


def delete_tag(world: World) -> None:
    del world.refs["refs/tags/m@v1.0.0"]


def branch_off(world: World) -> None:
    world.commit({"train.py": "elsewhere\n"}, branch="side", parents=(world.tip(),))


ALL = 10_000
ASKED_FIRST = [
    "refs",
    "capabilities",
    "fetch blob:none depth 1: want commit3 tag1",
    f"fetch tree:0 depth {ALL}: want blob1 commit3",
]
CHANGES = [
    pytest.param(lambda _: None, ["refs"], id="nothing changed"),
    pytest.param(delete_tag, ["refs"], id="a tag was deleted"),
    pytest.param(rename_branch, ["refs"], id="the default branch was renamed"),
    pytest.param(lambda world: world.lightweight("m@v9.0.0"), ["refs"], id="a lightweight tag, which no reader wants"),
    pytest.param(lambda world: world.tag("release-9"), ["refs"], id="an annotated tag that is not GTO's"),
    pytest.param(
        lambda world: world.tag("m#prod#1", world.refs["refs/tags/m@v1.0.0"]),
        ["refs", "capabilities", "fetch tree:0 depth 1: want tag2"],
        id="a tag of a tag of a known commit",
    ),
    pytest.param(
        lambda world: world.tag("m#prod#1"),
        ["refs", "capabilities", "fetch tree:0 depth 1: want tag2"],
        id="a new tag on a known commit: the tag's object, and no file",
    ),
    pytest.param(
        add_commit_and_tag,
        ["refs", "capabilities", "fetch blob:none depth 1: want commit4 tag2", "fetch: want blob5"],
        id="a new commit with a tag, whose parent is known: no history",
    ),
    pytest.param(
        add_two_commits,
        [
            "refs",
            "capabilities",
            "fetch blob:none depth 1: want commit5",
            "fetch: want blob1",
            f"fetch tree:0 depth {ALL}: want commit5 have commit3",
        ],
        id="two new commits: files, and then the history from what is known, whose files would be left out",
    ),
    pytest.param(
        move_branch,
        ["refs", "capabilities", "fetch blob:none depth 1: want commit4", "fetch: want blob1"],
        id="the branch was moved by force",
    ),
    pytest.param(
        orphan,
        ["refs", "capabilities", "fetch blob:none depth 1: want commit4", "fetch: want blob1"],
        id="the branch begins anew",
    ),
    pytest.param(
        branch_off,
        ["refs", "capabilities", f"fetch tree:0 depth {ALL}: want commit4 have commit3"],
        id="another branch: only commits",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("change", "asked"), CHANGES)
def test_a_later_visit_asks_for_what_is_new(tmp_path, change: Callable[[World], object], asked: list[str]):
    world = base()
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        config = wish(tmp_path, {"m": f"{site}/m"})
        visited(config)
        assert talk.in_words(world) == ASKED_FIRST
        change(world)
        world.write(tmp_path / "git" / "m")
        visited(config)
        assert talk.in_words(world) == asked


def test_a_second_crawl_of_the_same_refs_asks_nothing_more_after_a_change(tmp_path):
    world = base()
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        config = wish(tmp_path, {"m": f"{site}/m"})
        visited(config)
        add_commit_and_tag(world)
        world.write(tmp_path / "git" / "m")
        visited(config)
        talk.clear()
        assert (visited(config), talk.in_words(world)) == ({"m": ("fresh", None)}, ["refs"])


def test_a_history_bound_is_asked_for_and_what_lies_within_it_is_not_asked_for_again(tmp_path):
    world = base()
    for number in range(4):
        world.commit({"train.py": f"{number}\n"})
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        config = wish(tmp_path, {"m": f"{site}/m"}, "history = 3")
        visited(config)
        first = talk.in_words(world)[-1]
        world.commit({"train.py": "more\n"})
        world.commit({"train.py": "and more\n"})
        world.write(tmp_path / "git" / "m")
        visited(config)
        assert (first, talk.in_words(world)[-1]) == (
            "fetch tree:0 depth 3: want blob1 commit7",
            "fetch tree:0 depth 3: want commit9 have commit7",
        )


def test_no_history_is_asked_for_where_none_is_wanted(tmp_path):
    world = base()
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        visited(wish(tmp_path, {"m": f"{site}/m"}, "history = 0"))
        assert talk.in_words(world) == [*ASKED_FIRST[:-1], "fetch: want blob1"]


def with_files(files: dict[str, str]) -> World:
    """A registered commit with these files, and two more."""
    world = World()
    world.commit({".dvc/config": "", **files})
    world.tag("m@v1.0.0")
    world.commit({"train.py": "...\n"})
    world.commit({"train.py": "1\n"})
    return world


HUGE = f'"{Random(0).randbytes(MAX_ANSWER).hex()}"'


def test_what_files_are_likely_to_name_comes_with_them_and_with_the_history(tmp_path):
    files = {"README.md": "# m\n", "dvc.yaml": "metrics: [eval/m.json]\n", "eval/m.json": "{}", "train.py": "pass\n"}
    world = with_files(files)
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        visited(wish(tmp_path, {"m": f"{site}/m"}))
        asked = f"fetch tree:0 depth {ALL}: want blob1 blob2 blob4 blob5 commit3"
        assert talk.in_words(world) == [*ASKED_FIRST[:-1], asked]


def test_images_that_a_card_shows_cost_one_more_request_and_stay_with_their_commit(tmp_path):
    png = b"\x89PNG\r\n\x1a\n"
    files = {
        "README.md": "![a](a.png) ![b](img/b.png)\n",
        "a.png": png + b"a",
        "img/b.png": png + b"b",
        "c.png": png + b"c",
    }
    world = with_files(files | {"train.py": "pass\n"})
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        config = wish(tmp_path, {"m": f"{site}/m"})
        visited(config)
        first = talk.in_words(world)[3:]
        world.commit({"m.dvc": "outs: []\n", "README.md": None})
        world.write(tmp_path / "git" / "m")
        visited(config)
        again = talk.in_words(world)[3:]
        (data,) = partition(config, "m").values()
    assert (first, again) == (
        [f"fetch tree:0 depth {ALL}: want blob1 blob5 commit3", "fetch: want blob2 blob6"],
        ["fetch: want blob5 blob9"],
    )
    assert sorted(row.data for row in Partition(data).rows(Image)) == [png + b"a", png + b"b"]


@pytest.mark.slow
def test_where_all_together_is_too_much_what_is_needed_is_asked_for_by_itself(tmp_path):
    world = with_files({"metrics.json": HUGE})
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        visited(wish(tmp_path, {"m": f"{site}/m"}))
        assert talk.in_words(world) == [
            *ASKED_FIRST[:-1],
            f"fetch tree:0 depth {ALL}: want blob1 blob2 commit3",
            "fetch: want blob2",
            f"fetch tree:0 depth {ALL}: want commit3",
        ]


@pytest.mark.slow
def test_of_a_file_that_is_too_big_the_same_is_told_whether_it_came_or_not(tmp_path):
    world = with_files({"dvc.yaml": "metrics: [metrics.json]\n", "metrics.json": HUGE})
    path = world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, _):
        there = wish(tmp_path / "there", {"m": f"{site}/m"})
        here = wish(tmp_path / "here", {"m": str(path)})
        visited(there)
        visited(here)
        assert partition(there, "m") == partition(here, "m")


NO_FILTERS = [
    pytest.param(lambda _: None, ["refs"], id="nothing changed"),
    pytest.param(
        add_commit_and_tag,
        ["refs", "capabilities", "fetch depth 1: want commit4 tag2"],
        id="a new commit with a tag",
    ),
    pytest.param(
        branch_off,
        ["refs", "capabilities", "fetch depth 1: want commit3"],
        id="another branch: one commit, to see whether it has filters by now",
    ),
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("change", "asked"), NO_FILTERS)
def test_of_a_server_without_filters_no_history_is_asked_for(tmp_path, change, asked):
    world = base()
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git", filters=False) as (site, talk):
        config = wish(tmp_path, {"m": f"{site}/m"})
        visited(config)
        assert talk.in_words(world) == ["refs", "capabilities", "fetch depth 1: want commit3 tag1"]
        change(world)
        world.write(tmp_path / "git" / "m")
        visited(config)
        assert talk.in_words(world) == asked


@pytest.mark.slow
def test_the_repositories_of_a_server_share_connections_and_what_is_known_of_it(tmp_path):
    world = base()
    for number in range(6):
        world.write(tmp_path / "git" / str(number))
    with talking(tmp_path / "git") as (site, talk):
        config = wish(tmp_path, {f"r{number}": f"{site}/{number}" for number in range(6)})
        visited(config)
        asked = talk.in_words(world).count("capabilities")
        assert (asked <= config.jobs, site.connections <= config.jobs) == (True, True)


GUESSES = Connector(
    name="guesses", version=1, wants_file=lambda path: path == "a.list", guesses_file=lambda path: path.startswith("g/")
)


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are allowed", "one more"])
def test_so_many_files_are_fetched_before_anybody_names_them(tmp_path, beyond):
    world = World()
    world.commit({"a.list": ""} | {f"g/{number:03}": f"{number}" for number in range(fetch.MAX_GUESSES + beyond)})
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        crawl(wish(tmp_path, {"m": f"{site}/m"}, "history = 0"), connectors=(GUESSES,), debug=True)
        asked = talk.in_words(world)[-1]
    assert asked.count(" blob") == 1 + fetch.MAX_GUESSES


@pytest.mark.parametrize(("beyond", "again"), [(0, 0), (1, 1)], ids=["as many as are remembered", "one more"])
def test_whether_a_path_is_wanted_is_remembered_of_so_many(beyond, again):
    asked: list[str] = []
    wants = fetch._any_of([lambda path: asked.append(path) is None])
    paths = [f"{number}" for number in range(fetch.MAX_PATHS + beyond)]
    assert all(map(wants, [*paths, paths[0]]))
    assert len(asked) == len(paths) + again
