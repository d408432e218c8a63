"""The options `--shard` and `--store`: a crawl in parts, and one catalog of their stores."""

from __future__ import annotations

import pytest

from catalog.store.lock import lock
from support.changes import base
from support.shards import fleet

RULE = "expected K/N, such as 3/16, with K from 1 to N and N up to 9,999"


@pytest.fixture
def listed(tmp_path, monkeypatch):
    """A folder with repos.toml, which lists four repositories."""
    urls = fleet(tmp_path / "git", {f"r{number}": base() for number in range(4)})
    text = "".join(f"[[repo]]\nname = '{name}'\nurl = '{url}'\n" for name, url in urls.items())
    (tmp_path / "repos.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["0/4"], f"invalid --shard '0/4': {RULE}", id="they count from 1"),
        pytest.param(["5/4"], f"invalid --shard '5/4': {RULE}", id="beyond the last"),
        pytest.param(["a/b"], f"invalid --shard 'a/b': {RULE}", id="no numbers"),
        pytest.param(["1/0"], f"invalid --shard '1/0': {RULE}", id="of none"),
        pytest.param(["3/16/2"], f"invalid --shard '3/16/2': {RULE}", id="three numbers"),
        pytest.param(["3/16", "r0"], "found --shard and repositories, expected one of them", id="with repositories"),
        pytest.param(
            ["3/16", "--publish-early"],
            "found --shard and --publish-early, expected one of them",
            id="to publish early",
        ),
    ],
)
def test_what_does_not_go_with_a_shard(run, listed, words, expected):
    code, out, err = run("crawl", "--no-build", "--shard", *words)
    assert (code, out, err, (listed / "output").exists()) == (2, "", f"catalog: {expected}\n", False)


def test_a_shard_is_not_built(run, listed):
    code, _, err = run("crawl", "--shard", "1/2")
    assert (code, err, (listed / "output").exists()) == (
        2,
        "catalog: found --shard without --no-build: a shard has a part of the catalog; `catalog build --store` builds it from all\n",
        False,
    )


@pytest.mark.slow
@pytest.mark.usefixtures("listed")
def test_a_catalog_is_built_from_shards(run):
    crawls = [run("crawl", "--no-build", "--shard", f"{number}/2")[0] for number in (1, 2)]
    code, _, err = run("build", "--no-site", "--store", "output/shards")
    again = run("build", "--no-site", "--store", "output/shards")
    assert (crawls, code, err.splitlines()[0], again[0], again[2].splitlines()[0]) == (
        [0, 0],
        0,
        "crawl 1, merged from 2 stores: 4 new, 0 changed, 0 fresh, 0 failed",
        0,
        "2 stores: nothing new",
    )


@pytest.mark.slow
def test_what_is_lacking_is_named_and_the_rest_is_built(run, listed):
    run("crawl", "--no-build", "--shard", "1/2")
    code, _, err = run("build", "--no-site", "--store", "nothing", "--store", "output/shards/1-of-2")
    assert (code, err.splitlines()[:3], (listed / "output" / "catalog.duckdb").is_file()) == (
        5,
        [
            "nothing cannot be read: No such file or directory: it is left out",
            "shard 2/2 has no new crawl: its repositories keep their last rows",
            "crawl 1, merged from 1 store: 2 new, 0 changed, 0 fresh, 0 failed",
        ],
        True,
    )


def test_a_build_finds_the_catalog_in_use(run, listed):
    with lock(listed / "output"):
        code, _, err = run("build", "--store", "output/shards")
    assert (code, "output is in use by process" in err) == (1, True)
