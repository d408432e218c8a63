"""Graphs of lineage at and beyond what is drawn: a few pipeline stages from one version to another, and a version with many users."""

from __future__ import annotations

import shutil

import pytest

from sites import urls
from sites.data_script import data_script
from support.browser import opened

pytestmark = pytest.mark.browser

REPO = "h.example/a-very-long-organisation/name"
OWN = f"{REPO}:own@v1.0.0"


def graph(count, edges, versions):
    """What a script of lineage hands over. `versions`: the node of each artifact; others than `own` are in production."""
    return {
        "repo": REPO,
        "nodes": [[f"data/{place}.csv", f"{place:010x}"] for place in range(count)],
        "digits": {}, "commits": {}, "kinds": ["lock"], "links": [], "repos": [],
        "edges": [[0, before, after, [1]] for before, after in edges],
        "versions": [
            [name, "v1.0.0", place, 1, 1, [] if name == "own" else [["prod", "prod"]], int(name != "own")]
            for name, place in versions.items()
        ],
        "artifacts": {name: ["model", urls.model(REPO, name)] for name in versions},
    }  # fmt: skip


def lineage_of(count, *, user=True):
    """Three steps and what the last one made; the first node and (with a user) the last are versions."""
    last = {"user": count - 1} if user and count > 1 else {}
    return graph(count, [(min(place, 3), place + 1) for place in range(count - 1)], {"own": 0, **last})


@pytest.fixture
def shown(browser, demo_folder, tmp_path):
    """Opens a page of the demo's site that shows a graph: that of lineage, or one of an artifact."""
    site = demo_folder / "output/site"
    shutil.copytree(site / "static", tmp_path / "static")
    text = (site / "lineage.html").read_text("utf-8")
    (tmp_path / "lineage.html").write_text(text, "utf-8")
    figure = f'<div class="lineage" data-of="{OWN}" data-near hidden></div><div>'
    (tmp_path / "artifact.html").write_text(text.replace('<div id="lineage" data-lineage>', figure), "utf-8")
    (tmp_path / "models").mkdir()
    (tmp_path / "models/names.js").write_bytes(data_script("names", {}))
    (tmp_path / "lineage").mkdir()

    def show(name, content):
        path = urls.lineage(content["repo"])
        (tmp_path / path).write_bytes(data_script(path.removesuffix(".js"), content))
        return opened(browser, (tmp_path / name).as_uri() + f"?of={content['repo']}:own@v1.0.0")

    return show


@pytest.mark.parametrize(
    ("content", "boxes", "summary", "is_open", "notes"),
    [
        (lineage_of(1), 1, "The node as a table", False, []),
        (lineage_of(2), 2, "All 2 nodes as a table", False, []),
        (lineage_of(150), 150, "All 150 nodes as a table", False, []),
        (
            lineage_of(151), 2, "All 151 nodes as a table", True,
            ["151 nodes: the picture has the 2 versions within two steps, the table all."],
        ),
        (
            lineage_of(151, user=False), 3, "All 151 nodes as a table", True,
            ["151 nodes: the picture has the 3 within two steps, the table all."],
        ),
    ],
    ids=["one", "two", "as many as are drawn", "one more", "one more, and no other version"],
)  # fmt: skip
def test_a_graph_of_more_nodes_than_are_drawn_has_the_nearest_versions_and_an_open_table(
    shown, content, boxes, summary, is_open, notes
):
    with shown("lineage.html", content) as page:
        fold = page.locator("#lineage details.fold")
        fold.wait_for()
        assert (
            page.locator(".lineage .node").count(),
            fold.locator("summary").inner_text(),
            fold.get_attribute("open") is not None,
            page.locator("#lineage .note").all_inner_texts(),
            page.locator("#following li").count(),
        ) == (boxes, summary, is_open, notes, page.locator(".lineage .node.hit").count())


@pytest.mark.parametrize("users", [23, 24], ids=["as many as are drawn", "one more"])
def test_the_page_of_an_artifact_draws_so_many_versions(shown, users):
    names = {"own": 0, **{f"user{place}": place for place in range(1, users + 1)}}
    with shown("artifact.html", graph(users + 1, [(0, place) for place in range(1, users + 1)], names)) as page:
        page.locator(".lineage svg").wait_for()
        assert page.locator(".lineage .node").count() == 24


def test_a_box_leaves_out_the_host_that_all_have_and_cuts_what_is_long_at_its_front(shown):
    with shown("lineage.html", lineage_of(2, user=False)) as page:
        page.locator(".lineage svg").wait_for()
        assert page.locator(".lineage .sub").all_text_contents() == [
            "a-very-long-organisation/name",
            "…ong-organisation/name · 0000000",
        ]


def test_the_lists_beside_a_graph_leave_out_the_host_that_all_have(shown):
    with shown("lineage.html", lineage_of(2)) as page:
        page.locator("#following li").wait_for()
        named = page.locator("#following a").inner_text()
        places = page.locator("#lineage details.fold tbody td:nth-child(3)").all_text_contents()
    name = REPO.removeprefix("h.example/")
    assert (named, [place.startswith(name) for place in places]) == (f"{name}:user@v1.0.0", [True, True])


def test_a_first_part_of_a_name_that_is_no_host_stays(shown):
    content = lineage_of(2) | {"repo": "acme/models/name"}
    with shown("lineage.html", content) as page:
        page.locator("#following li").wait_for()
        assert page.locator("#following a").inner_text() == "acme/models/name:user@v1.0.0"


def test_a_path_that_metafiles_declare_goes_before_one_of_equal_content(shown):
    steps = """[['own', 'copy', 'content'], ['copy', 'b', 'lock'], ['own', 'file', 'lock'], ['file', 'a', 'lock'],
        ['own', 'twin', 'value'], ['twin', 'a', 'lock'], ['a', 'c', 'lock'], ['c', 'd', 'lock'], ['in', 'own', 'lock']]"""
    question = f"""(() => {{
        const edges = new Map({steps}.map(([from, to, kind], place) => [String(place), {{ from, to, kind }}]));
        const {{ levels, edges: joined }} = LineageGraph.contract({{ edges }}, new Set(['own', 'a', 'b', 'c', 'd', 'in']), ['own'], 2);
        return [Object.fromEntries(levels), joined.map(({{ from, to, kind }}) => [from, to, kind].join(' ')).sort()];
    }})()"""
    with shown("lineage.html", lineage_of(1)) as page:
        assert page.evaluate(question) == [
            {"own": 0, "a": 1, "b": 1, "c": 2, "in": 1},
            ["a c made from", "in own made from", "own a made from", "own b content"],
        ]


@pytest.mark.parametrize(("files", "cut"), [(2, False), (1, True)], ids=["as many as are read", "one more"])
def test_a_walk_says_that_a_repository_was_beyond_those_it_reads(shown, tmp_path, files, cut):
    content = lineage_of(1)
    content["links"] = [[0, 0, 0, 1, 0, "f", "1"]]
    content["repos"] = [["h.example/o/other", "lineage/other.js"]]
    (tmp_path / "lineage/other.js").write_bytes(data_script("lineage/other", lineage_of(1)))
    walk = f"""LineageGraph.resolve('{OWN}').then(async ({{ graph, version }}) =>
        (await LineageGraph.walk({{ graph, place: version.place, commit: version.commit }}, true, 100, {files})).cut)"""
    with shown("lineage.html", content) as page:
        page.goto(page.url.partition("?")[0])  # a page that has read no other graph yet
        assert page.evaluate(walk) is cut
