"""What was made from what: within a commit, across repositories, and both ways. One catalog tells all stories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from hashlib import md5
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from catalog.database import database
from catalog.naming import public_url, repository_key
from catalog.schema.tables.inventory import Repo
from support.addresses import ADDRESSES, CASES
from support.catalog_files import repository, write_catalog
from support.catalogs import asked, catalog_of, rows_of
from support.worlds import Content, World

INIT: Mapping[str, Content] = {
    ".dvc/config": "[core]\n  remote = box\n['remote \"box\"']\n  url = https://example.com/box\n"
}
Files = dict[str, Content]


def hash_of(content: str) -> str:
    return md5(content.encode(), usedforsecurity=False).hexdigest()


def added(
    path: str, content: str, *, more: str = "", kind: str = "  hash: md5\n", size: int = 1000, folder: bool = False
) -> Files:
    """A `.dvc` file."""
    digest = hash_of(content) + (".dir" if folder else "")
    name = path.rpartition("/")[2]
    return {f"{path}.dvc": f"{more}outs:\n- md5: {digest}\n{kind}  size: {size}\n  path: {name}\n"}


def entry(said: str) -> str:
    """`path=content` as a lock has it; `path=content/` is a folder."""
    path, content = said.split("=")
    folder = content.endswith("/")
    digest = hash_of(content.rstrip("/")) + (".dir" if folder else "")
    return f"{{path: {path}, hash: md5, md5: {digest}, size: 1000{', nfiles: 2' if folder else ''}}}"


def pipeline(artifact: str = "", **stages: tuple[str, str]) -> Files:
    """A `dvc.yaml` with its lock: stage → what it takes in and what it makes, each `path=content path=content`."""
    told, locked = "", ""
    for stage, (deps, outs) in stages.items():
        told += f"  {stage}:\n    cmd: run {stage}\n"
        locked += f"  {stage}:\n    cmd: run {stage}\n"
        for key, entries in (("deps", deps.split()), ("outs", outs.split())):
            told += f"    {key}: [{', '.join(said.partition('=')[0] for said in entries)}]\n"
            locked += f"    {key}:\n" + "".join(f"    - {entry(said)}\n" for said in entries)
    artifacts = f"artifacts:\n  m:\n    path: {artifact}\n" if artifact else ""
    return {"dvc.yaml": f"stages:\n{told}{artifacts}", "dvc.lock": f"schema: '2.0'\nstages:\n{locked}"}


def imported(url: str, rev: str, rev_lock: str) -> str:
    return f"deps:\n- path: data.csv\n  repo:\n    url: {url}\n    rev: {rev}\n    rev_lock: {rev_lock}\n"


def registered(*commits: Files) -> World:
    """A world in which each commit is a version of `m`: v1.0.0, v2.0.0, ..."""
    world = World()
    for number, files in enumerate(commits, 1):
        world.commit((INIT if number == 1 else {}) | files)
        world.tag(f"m@v{number}.0.0")
    return world


def data(path: str = "data.csv") -> Files:
    return {"dvc.yaml": f"artifacts:\n  m:\n    path: {path}\n"}


def prepared_and_trained(number: int) -> Files:
    """Two pipeline stages; the second takes a file in the folder that the first makes."""
    return pipeline(
        "model.pkl",
        prepare=(f"in.csv=customers-{number} prepare.py=prepare", f"clean=clean-{number}/"),
        train=("clean/a.csv=part train.py=train", f"model.pkl=churn-{number} metrics.json=metrics-{number}"),
    )


def stories() -> dict[str, World]:
    """Repositories by name."""
    registry = registered(data() | added("data.csv", "customers-1"), added("data.csv", "customers-2"))
    first, second = (registry.snapshot().tag(registry.refs[f"refs/tags/m@v{n}.0.0"]).target for n in (1, 2))
    # By ssh and at a version's tag; then by https and at a branch.
    churn = registered(
        added("in.csv", "customers-1", more=imported("git@git.example.com:data/registry.git", "m@v1.0.0", first))
        | prepared_and_trained(1),
        added("in.csv", "customers-2", more=imported("https://GIT.example.com/data/registry", "main", second))
        | prepared_and_trained(2),
    )
    churn.tag("m#prod")
    # A copy that nobody declared.
    ads = registered(
        added("raw.csv", "customers-1") | pipeline("ads.pkl", train=("raw.csv=customers-1", "ads.pkl=ads-1"))
    )
    # The churn model, registered anew with DVC 2.
    shop = registered(data("bought.pkl") | added("bought.pkl", "churn-2", kind=""))
    elsewhere = registered(
        data("out.bin") | added("out.bin", "unknown-1", more=imported("https://elsewhere.example.com/x.git", "main", "f" * 40)),
        data("out.bin") | {"out.bin.dvc": f"deps:\n- {{path: 'https://example.com/o', etag: e}}\n{added('out.bin', 'unknown-2')['out.bin.dvc']}"},
    )  # fmt: skip
    # Each has a model of the other as its data.
    left, right = (
        registered(added("in", f"{other}-made") | pipeline("out", make=(f"in={other}-made", f"out={own}-made")))
        for own, other in (("left", "right"), ("right", "left"))
    )
    # Equal in what is empty or tiny, and in nothing else.
    small = {"empty": "d41d8cd98f00b204e9800998ecf8427e", "tiny": hash_of("tiny")}
    dull = {
        f"{name}.dvc": f"outs:\n- {{path: {name}, md5: {digest}, hash: md5, size: {31 * (name == 'tiny')}}}\n"
        for name, digest in small.items()
    }
    # The second stage did not run again after the first.
    stale = registered(
        pipeline("b", one=("code=old", "a=a-old"), two=("a=a-old", "b=b-old")),
        pipeline("b", one=("code=new", "a=a-new"), two=("a=a-old", "b=b-old")),
    )
    in_git = registered(data("weights.json") | {"weights.json": "x" * 50})
    return {
        "registry": registry, "churn": churn, "ads": ads, "shop": shop, "elsewhere": elsewhere, "left": left, "right": right,
        "dull-1": registered(data("tiny") | dull), "dull-2": registered(data("tiny") | dull), "stale": stale, "in-git": in_git,
    }  # fmt: skip


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The catalog of all stories."""
    with closing(written(tmp_path_factory.mktemp("lineage"), stories())) as connection:
        yield connection


def written(folder: Path, worlds: Mapping[str, World]) -> duckdb.DuckDBPyConnection:
    """A catalog of repositories, in a file."""
    rows = {name: rows_of(world.listing(), world.objects) for name, world in worlds.items()}
    urls = {"registry": "https://git.example.com/data/registry.git"}
    repos = [repository(name, urls.get(name, f"https://git.example.com/{name}")) for name in worlds]
    return database.connect(write_catalog(folder / "catalog.duckdb", rows, {Repo: repos}))


def told(catalog: duckdb.DuckDBPyConnection, question: str, *parameters: object) -> list[str]:
    """The steps of a walk, a line for each."""
    return [
        f"{row['level']} {row['kind'] or 'is'} {row['repo']}:{row['label']}"
        + (f" in {row['revisions']} commits" if row["revisions"] > 1 else "")
        + "".join(f" = {ref.partition(':')[2]}" for ref in row["refs"])
        for row in asked(catalog, f"from internal.{question}", *parameters)
    ]


def walked(
    catalog: duckdb.DuckDBPyConnection, way: str, repo: str, version: str = "v1.0.0", depth: int = 100
) -> list[str]:
    return told(catalog, f"{way}(?, 'm', ?, ?)", repo, version, depth)


UP = {
    "through pipelines to an import at a version's tag": (
        ("churn", "v1.0.0"),
        [
            "0 is churn:model.pkl = m@v1.0.0",
            "1 output churn:train",
            "2 input churn:clean/a.csv",
            "2 input churn:train.py",
            "3 part churn:clean",
            "4 output churn:prepare",
            "5 input churn:in.csv",
            "5 input churn:prepare.py",
            "6 version registry:data.csv = m@v1.0.0",
        ],
    ),
    "only of its own commit, to an import at a branch": (
        ("churn", "v2.0.0"),
        [
            "0 is churn:model.pkl = m@v2.0.0",
            "1 output churn:train",
            "2 input churn:clean/a.csv",
            "2 input churn:train.py",
            "3 part churn:clean",
            "4 output churn:prepare",
            "5 input churn:in.csv",
            "5 input churn:prepare.py",
            "6 import registry:data.csv = m@v2.0.0",
        ],
    ),
    "no further than asked": (
        ("churn", "v1.0.0", 1),
        ["0 is churn:model.pkl = m@v1.0.0", "1 output churn:train"],
    ),
    "to equal content that nobody declared": (
        ("ads", "v1.0.0"),
        [
            "0 is ads:ads.pkl = m@v1.0.0",
            "1 output ads:train",
            "2 input ads:raw.csv",
            "3 content registry:data.csv = m@v1.0.0",
        ],
    ),
    "through another repository, by a hash of DVC 2": (
        ("shop", "v1.0.0", 3),
        [
            "0 is shop:bought.pkl = m@v1.0.0",
            "1 value churn:model.pkl = m@v2.0.0",
            "2 output churn:train",
            "3 input churn:clean/a.csv",
            "3 input churn:train.py",
        ],
    ),
    "to a repository that is not in the catalog": (
        ("elsewhere", "v1.0.0"),
        ["0 is elsewhere:out.bin = m@v1.0.0", "1 import None:https://elsewhere.example.com/x.git@main:data.csv"],
    ),
    "to a URL": (
        ("elsewhere", "v2.0.0"),
        ["0 is elsewhere:out.bin = m@v2.0.0", "1 url None:https://example.com/o"],
    ),
    "round a circle once": (
        ("left", "v1.0.0"),
        [
            "0 is left:out = m@v1.0.0",
            "1 output left:make",
            "2 input left:in",
            "3 content right:out = m@v1.0.0",
            "4 output right:make",
            "5 input right:in",
            "6 content left:out = m@v1.0.0",
        ],
    ),
    "to nobody else, where only something tiny is equal": (("dull-1", "v1.0.0"), ["0 is dull-1:tiny = m@v1.0.0"]),
    "to what a stage took in that did not run again": (
        ("stale", "v2.0.0"),
        [
            "0 is stale:b = m@v2.0.0 = m@v1.0.0",
            "1 output stale:two",
            "2 input stale:a",
            "3 earlier stale:one",
            "4 input stale:code",
        ],
    ),
    "no step from a file in Git": (("in-git", "v1.0.0"), ["0 is in-git:weights.json = m@v1.0.0"]),
    "nothing of a version that is not there": (("churn", "v9.0.0"), []),
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("asked_for", "steps"), UP.values(), ids=UP)
def test_what_a_version_was_made_from(catalog, asked_for, steps):
    assert walked(catalog, "upstream", *asked_for) == steps


def test_the_stale_input_is_the_one_that_the_stage_took_in(catalog):
    query = "select hash from internal.upstream('stale', 'm', 'v2.0.0', 10) where label in ('a', 'code') order by label"
    assert asked(catalog, query) == [{"hash": hash_of("a-old")}, {"hash": hash_of("old")}]


DOWN = {
    "declared and undeclared": (
        ("registry", "v1.0.0"),
        [
            "0 is registry:data.csv = m@v1.0.0",
            "1 content ads:raw.csv",
            "1 version churn:in.csv",
            "2 input ads:train",
            "2 input churn:prepare",
            "3 output ads:ads.pkl = m@v1.0.0",
            "3 output churn:clean",
            "4 part churn:clean/a.csv",
            "5 input churn:train",
            "6 output churn:metrics.json",
            "6 output churn:model.pkl = m@v1.0.0",
        ],
    ),
    "through two repositories": (
        ("registry", "v2.0.0"),
        [
            "0 is registry:data.csv = m@v2.0.0",
            "1 import churn:in.csv",
            "2 input churn:prepare",
            "3 output churn:clean",
            "4 part churn:clean/a.csv",
            "5 input churn:train",
            "6 output churn:metrics.json",
            "6 output churn:model.pkl = m@v2.0.0",
            "7 value shop:bought.pkl = m@v1.0.0",
        ],
    ),
    "round a circle once": (
        ("left", "v1.0.0"),
        [
            "0 is left:out = m@v1.0.0",
            "1 content right:in",
            "2 input right:make",
            "3 output right:out = m@v1.0.0",
            "4 content left:in",
            "5 input left:make",
            "6 output left:out = m@v1.0.0",
        ],
    ),
}


@pytest.mark.parametrize(("asked_for", "steps"), DOWN.values(), ids=DOWN)
def test_what_was_made_from_a_version(catalog, asked_for, steps):
    assert walked(catalog, "downstream", *asked_for) == steps


def test_which_versions_use_a_dataset(catalog):
    query = "select ref, steps from versions_using(?, null)"
    assert asked(catalog, query, hash_of("customers-1").upper()) == [
        {"ref": "registry:m@v1.0.0", "steps": 0},
        {"ref": "ads:m@v1.0.0", "steps": 2},
        {"ref": "churn:m@v1.0.0", "steps": 5},
    ]


def test_which_versions_in_a_stage_use_a_dataset(catalog):
    query = "select ref from versions_using(?, 'prod')"
    found = {number: asked(catalog, query, hash_of(f"customers-{number}")) for number in (1, 2)}
    assert found == {1: [], 2: [{"ref": "churn:m@v2.0.0"}]}


def test_who_takes_content_in(catalog):
    query = "select repo, what, name, path, revisions, at_tip from consumers(?)"
    assert [tuple(row.values()) for row in asked(catalog, query, hash_of("customers-2") + ".dir")] == [
        ("churn", "import", None, "in.csv", 1, True),
        ("churn", "stage", "prepare", "in.csv", 1, True),
        ("registry", "version", "m@v2.0.0", "data.csv", 1, True),
        ("registry", "copy", None, "data.csv", 1, True),
    ]


def test_what_repositories_have_from_each_other(catalog):
    query = "select kind || ' ' || from_repo || ':' || from_path || ' -> ' || to_repo || ':' || to_path as said from lineage order by all"
    assert [row["said"] for row in asked(catalog, query)] == [
        "content left:out -> right:in",
        "content registry:data.csv -> ads:raw.csv",
        "content right:out -> left:in",
        "import registry:data.csv -> churn:in.csv",
        "value churn:model.pkl -> shop:bought.pkl",
        "version registry:data.csv -> churn:in.csv",
    ]


FOUND = {
    "a hash": (hash_of("churn-2"), ["version churn:m@v2.0.0", "version shop:m@v1.0.0", "output train", "output bought.pkl.dvc"]),
    "a hash in capitals and of a folder": (f"{hash_of('clean-1').upper()}.DIR", ["output prepare"]),
    "a hash of a folder without its ending": (hash_of("clean-1"), ["output prepare"]),
    "a blob of Git": ("3b6e4d48cdbe8f322fa231ea2ccac9ed72bb4ead", ["version in-git:m@v1.0.0"]),
    "nothing that is known": ("0" * 32, []),
    "what is no hash": ("100% '; --", []),
    "too short for a commit": ("{commit:.6}", []),
    "the beginning of a commit": ("{commit:.7}", ["version registry:m@v1.0.0", "commit work"]),
}  # fmt: skip


@pytest.mark.parametrize(("words", "found"), FOUND.values(), ids=FOUND)
def test_what_something_is(catalog, words, found):
    (first,) = asked(catalog, "select commit from versions where repo = 'registry' and version = 'v1.0.0'")
    rows = asked(catalog, "from identify_hash(?)", words.format(**first))
    assert [f"{row['what']} {row['ref']}" for row in rows] == found


OUTDATED = {
    "in step": ({}, []),
    "another command": ({"dvc.yaml": "stages:\n  s:\n    cmd: run t\n    deps: [d]\n    outs: [o]\n"}, [("s", ["command"], [])]),
    "another input and output": (
        {"dvc.yaml": "stages:\n  s:\n    cmd: run s\n    deps: [d, e]\n    outs: [o, p]\n"},
        [("s", ["inputs", "outputs"], ["e", "p"])],
    ),
    "another content of an input": (added("d", "other"), [("s", ["changed"], ["d"])]),
    "another parameter": (
        {
            "params.yaml": "lr: 0.2\nsame: 1\n",
            "dvc.yaml": "stages:\n  s:\n    cmd: run s\n    params: [lr, same]\n    outs: [o]\n",
            "dvc.lock": f"schema: '2.0'\nstages:\n  s:\n    cmd: run s\n    params:\n      params.yaml: {{lr: 0.1, same: 1}}\n    outs:\n    - {entry('o=o')}\n",
        },
        [("s", ["params"], ["params.yaml:lr"])],
    ),
    "another content of an input of a frozen stage": (
        added("d", "other") | {"dvc.yaml": "stages:\n  s:\n    cmd: run s\n    frozen: true\n    deps: [d]\n    outs: [o]\n"},
        [],
    ),
    "the summary of the live metrics of DVC 2, which was never locked": (
        {
            "dvc.yaml": "stages:\n  s:\n    cmd: run s\n    outs: [o]\n    live: {log: {summary: true}}\n",
            "dvc.lock": f"schema: '2.0'\nstages:\n  s:\n    cmd: run s\n    outs:\n    - {entry('log=l')}\n    - {entry('o=o')}\n",
        },
        [],
    ),
    "never run": ({"dvc.lock": None}, []),
}  # fmt: skip


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("files", "found"), OUTDATED.values(), ids=OUTDATED)
def test_a_lock_that_is_out_of_date(files, found):
    world = registered(added("d", "d") | pipeline("o", s=("d=d", "o=o")) | files)
    rows = asked(catalog_of({"r": rows_of(world.listing(), world.objects)}), "from outdated_locks")
    assert [(row["pipeline_stage"], row["reasons"], row["what"]) for row in rows] == found


PATHS = [("../source", "../source"), ("C:\\source.git", "C:\\source"), ("/srv/source.git/", "/srv/source")]


@pytest.mark.parametrize(("url", "key"), [*CASES, *PATHS])
def test_addresses_of_one_repository_have_one_key(catalog, url, key):
    assert asked(catalog, "from internal.repository_key(?)", url) == [{"key": key}]


@pytest.mark.slow
def test_a_source_at_an_unknown_address_is_found_by_the_locked_commit():
    source = registered(added("data.csv", "d"))
    read = source.tip()
    source.commit({"a": "1"})
    passed = source.commit({"a": "2"})  # of the history alone
    source.commit({"a": "3"})
    moved = "ssh://git@old.example/moved/source"
    imports = {
        "read": imported(moved, "main", read),
        "passed": imported(moved, "main", passed),
        "nowhere": imported(moved, "main", "f" * 40),
        "stated": imported("https://git.example/a_other", "main", read),
    }
    importer = registered(
        {key: file for path, more in imports.items() for key, file in added(path, path, more=more).items()}
    )
    worlds = {"a_other": registered(added("o", "o")), "a_fork": source, "source": source, "importer": importer}
    unsaid = dict.fromkeys(("message", "visited_at", "read_at", "partition"))
    repos = [
        Repo(repo=name, url=f"https://git.example/{name}", outcome="new", stale=False, fork=name == "a_fork", **unsaid)
        for name in worlds
    ]
    rows = {name: rows_of(world.listing(), world.objects) for name, world in worlds.items()}

    sources = asked(catalog_of(rows, {Repo: repos}), "select path, source_repo from import_sources")

    expected = {"read": "source", "passed": "source", "nowhere": None, "stated": "a_other"}
    assert {row["path"]: row["source_repo"] for row in sources} == expected


@pytest.mark.slow
@settings(phases=[Phase.generate])  # shrinking thirty addresses takes minutes, and the message names those that differ
@given(st.lists(ADDRESSES, min_size=10, max_size=30))
def test_python_and_sql_have_one_key_for_a_repository(catalog, urls):
    public = [public_url(url) for url in urls]  # as the tables have them
    rows = asked(
        catalog, "select url, key from (select unnest(?::varchar[]) as url), internal.repository_key(url)", public
    )
    assert {row["url"]: row["key"] for row in rows} == {url: repository_key(url) for url in public}
    assert [repository_key(url) for url in public] == [repository_key(url) for url in urls]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("others", "links"),
    [
        pytest.param(20, 20, id="twenty repositories with the same content are linked to"),
        pytest.param(21, 20, id="of twenty-one, the earliest twenty"),
    ],
)
def test_content_that_many_repositories_made_is_linked_to_some_of_them(tmp_path, others, links):
    worlds = {f"r{number:02}": registered(data() | added("data.csv", "shared")) for number in range(others + 1)}
    with closing(written(tmp_path, worlds)) as connection:
        counts = asked(connection, "select distinct count(*) as links from lineage_links group by to_home, to_node")
    assert counts == [{"links": links}]


def chain(stages: int, artifact: str) -> Files:
    """Pipeline stages one after the other, the last of which writes into the folder `out`."""
    files = [f"d{number}" for number in range(stages)] + ["out/last"]
    steps = {f"s{number}": (f"{a}={a}", f"{b}={b}") for number, (a, b) in enumerate(pairwise(files))}
    return pipeline(artifact, **steps)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("artifact", "steps"),
    [
        pytest.param("out/last", [100], id="a version a hundred steps away was made with it"),
        pytest.param("out", [], id="one step further, it is not looked for"),
    ],
)
def test_how_far_versions_using_walks(tmp_path, artifact, steps):
    with closing(written(tmp_path, {"r": registered(chain(50, artifact))})) as connection:
        found = asked(connection, "from versions_using(?, null)", hash_of("d0"))
        near = asked(connection, "from versions_using(?, null)", hash_of("d1"))
    assert ([row["steps"] for row in found], [row["steps"] for row in near]) == (steps, [99 - (artifact != "out")])


@pytest.mark.parametrize(
    ("lies_there", "users"),
    [
        pytest.param("rows", ["r:m@v1.0.0"], id="what the pipeline took in"),
        pytest.param("other rows", [], id="other content than the pipeline took in"),
    ],
)
def test_a_dataset_in_git_is_the_input_of_the_pipeline_beside_it(tmp_path, lies_there, users):
    files = pipeline("model.pkl", train=("in.csv=rows", "model.pkl=churn"))
    files["dvc.yaml"] += "  ds:\n    path: in.csv\n"
    world = World()
    world.commit(INIT | files | {"in.csv": lies_there})
    world.tag("m@v1.0.0")
    world.tag("ds@v1.0.0")
    with closing(written(tmp_path, {"r": world})) as connection:
        found = asked(connection, "from models_using('r:ds@v1.0.0', null)")
        steps = walked(connection, "upstream", "r")
    named = "= ds@v1.0.0" if users else ""
    assert ([row["ref"] for row in found], steps[-1].strip()) == (users, f"2 input r:in.csv {named}".strip())
