"""What `show_version` concludes for people who want the bytes, or want to know whose they are."""

from __future__ import annotations

import pytest

from support.catalogs import asked, catalog_of, rows_of
from support.worlds import Link, Submodule, World

LOCKED = "outs:\n- md5: 3e2b31c72181b87149ff995e7202c0e3\n  size: 100\n  hash: md5\n  path: m.pkl\n"
NEW = "artifacts:\n  m:\n    path: m.pkl\n"
OLD = "m:\n  type: model\n  path: m.pkl\n"
STORE = "[core]\n    remote = s\n['remote \"s\"']\n    url = https://store.example/x\n"
IN_DVC = {".dvc/config": STORE, "m.pkl.dvc": LOCKED}


def shown(*worlds: World) -> dict:
    """The first version of the first repository."""
    repos = {f"host/{place}": rows_of(world.listing(), world.objects) for place, world in enumerate(worlds)}
    connection = catalog_of(repos)
    version = asked(connection, "from versions where repo = 'host/0' order by version limit 1")[0]
    query = "from internal.show_version('host/0', ?, ?, ?)"
    return asked(connection, query, version["artifact"], version["version"], version["commit"])[0]


def registered(files: dict, *tags: str) -> World:
    world = World()
    world.commit(files)
    for tag in tags or ("m@v1.0.0",):
        world.tag(tag)
    return world


def words(row: dict) -> list[str | None] | None:
    """The command, with `COMMIT` for the commit."""
    return row["get"] and [word and word.replace(row["commit"], "COMMIT") for word in row["get"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "tags", "command"),
    [
        pytest.param(
            {**IN_DVC, "dvc.yaml": NEW},
            ("m@v1.0.0",),
            ["dvc", "artifacts", "get", None, "m", "--rev", "v1.0.0"],
            id="by its version, where DVC knows it as an artifact",
        ),
        pytest.param(
            {**IN_DVC, "artifacts.yaml": OLD},
            ("m@v1.0.0",),
            ["dvc", "get", None, "m.pkl", "--rev", "COMMIT"],
            id="by its path, where only GTO does",
        ),
        pytest.param(
            {**IN_DVC, "dvc.yaml": NEW},
            ("m@v1.0.0", "m@v1.0.0!"),
            ["dvc", "get", None, "m.pkl", "--rev", "COMMIT"],
            id="by its path, where the version was deregistered",
        ),
        pytest.param(
            {"m.pkl": "bytes", "artifacts.yaml": OLD}, ("m@v1.0.0",), ["git", "show", "COMMIT:m.pkl"], id="from Git"
        ),
        pytest.param({"m.pkl.dvc": LOCKED, "artifacts.yaml": OLD}, ("m@v1.0.0",), None, id="not at all"),
        pytest.param(
            {**IN_DVC, "m.pkl.dvc": None, "dvc.yaml": NEW, "m.pkl": Link("x")},
            ("m@v1.0.0",),
            None,
            id="not of a link, which is not followed",
        ),
        pytest.param(
            {**IN_DVC, "m.pkl.dvc": None, "dvc.yaml": NEW, "m.pkl": Submodule("1" * 40)},
            ("m@v1.0.0",),
            None,
            id="not of a submodule, of which DVC never comes to an end",
        ),
        pytest.param(
            {**IN_DVC, "dvc.yaml": NEW, "p/dvc.yaml": "stages: {s: {cmd: c, live: {logs: {}}}}\n"},
            ("m@v1.0.0",),
            None,
            id="not where DVC 3 refuses a file of the project",
        ),
        pytest.param(
            {**IN_DVC, "dvc.yaml": NEW.replace("m:", "m-:")},
            ("m@v1.0.0",),
            None,
            id="not where nothing annotates it",
        ),
    ],
)
def test_a_command_that_gets_the_bytes(files, tags, command):
    assert words(shown(registered(files, *tags))) == command


@pytest.mark.slow
def test_versions_that_are_the_same_bytes_in_whichever_repository():
    one = registered({**IN_DVC, "artifacts.yaml": OLD})
    other = registered({**IN_DVC, "artifacts.yaml": OLD}, "m@v1.0.0", "n@v1.0.0")
    assert shown(one, other)["identical"] == ["host/1:m@v1.0.0"]


def test_a_version_by_a_tag_of_a_tag_is_shown_with_its_commit():
    world = World()
    commit = world.commit()
    between = world.tag("between")
    world.tag("m@v1.0.0", between)
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    versions = asked(connection, "from internal.show_artifact('r', 'm')")[0]["all_versions"]
    assert [(version["commit"], version["revision"]) for version in versions] == [(between, commit)]


def test_a_stage_tag_of_a_commit_with_two_versions_is_a_problem_of_its_artifact_alone():
    world = registered({"a": "1"}, "m@v1.0.0", "m@v2.0.0", "m#prod#1", "n@v1.0.0")
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    problems = {name: asked(connection, f"from internal.show_artifact('r', '{name}')")[0]["problems"] for name in "mn"}
    told = {name: [(problem["tag"], problem["rule"]) for problem in rows] for name, rows in problems.items()}
    assert told == {"m": [("m#prod#1", "ambiguous-stage")], "n": []}


CARD = "---\nlicense: mit\n---\n# Churn\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "card"),
    [
        pytest.param({"README.md": "# Team\n"}, ("README.md", True), id="a README at the root is the repository's"),
        pytest.param({"README.md": "---\ntitle: Team\n---\n"}, ("README.md", True), id="also with front matter of a site generator"),
        pytest.param({"README.md": CARD}, ("README.md", False), id="a model card at the root is the artifact's"),
        pytest.param({"MODEL_CARD.md": "# Churn\n"}, ("MODEL_CARD.md", False), id="also one that is so only by its name"),
        pytest.param({"README.md": "# Team\n", "MODEL_CARD.md": "# Churn\n"}, ("MODEL_CARD.md", False), id="a model card goes before a README"),
        pytest.param({"README.md": CARD, "models/README.md": "# Churn\n"}, ("models/README.md", False), id="a README near the artifact is its own"),
    ],
)  # fmt: skip
def test_a_card_is_the_repositorys_or_the_artifacts(files, card):
    row = shown(registered({"dvc.yaml": "artifacts: {m: {path: models/m.pkl}}\n", **files}))
    assert (row["card"]["file"], row["card"]["of_repository"]) == card
