"""Several sites from one catalog: what a site leaves out is in none of its files, whatever it was named, said or made from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import catalog
from catalog.cli import catalog_and_site
from catalog.config import parse as config
from catalog.crawl import crawl
from support.dvc_run import PNG, dvc_run
from support.site_bytes import holding, readable
from support.worlds import World

pytestmark = pytest.mark.slow
CANARY = "qzxcanary"
SITE = Path("output/sites/public/site")


def world(word: str, *, bytes_of: int) -> World:
    """A repository that says a word wherever it can; two with the same number have the same bytes."""
    made = World()
    who = f"{word} person <{word}@acme.example>"
    files = {
        ".dvc/config": f"[core]\n  remote = {word}\n['remote \"{word}\"']\n  url = https://{word}.store.example/data\n",
        "README.md": f"---\nlicense: {word}\ntags: [{word}]\n---\n# {word}\n",
        "CODEOWNERS": f"* @acme/{word}\n",
        "dvc.yaml": f"artifacts:\n  m-{word}: {{path: {word}.pkl, type: {word}, desc: {word}, labels: [{word}], meta: {{k: {word}}}}}\nstages:\n  train:\n    cmd: python {word}.py\n    deps: [data.csv]\n    params: [{word}]\n    outs: [{word}.pkl]\n    metrics:\n    - {word}.json: {{cache: false}}\nplots:\n- {word}.png\n",
        "params.yaml": f"{word}: {word}\n",
        f"{word}.json": f'{{"{word}": 1}}',
        f"{word}.png": PNG + bytes([bytes_of]),
        "broken/dvc.yaml": f"artifacts: {{{word}: [\n",
        **dvc_run(bytes_of, f"{word}.pkl", 4096),
    }  # fmt: skip
    made.commit(files, message=word, who=who)
    made.tag(f"m-{word}@v1.0.0", message=word, who=who)
    made.tag(f"m-{word}#{word}#1", message=word, who=who)
    made.tag(f"{word}-release", message=word, who=who)
    tip = made.tip()
    made.refs[f"refs/exps/{tip[:2]}/{tip[2:]}/{word}"] = made.commit({"x": "1"}, branch="e", message=word, who=who)
    del made.refs["refs/heads/e"]
    return made


def toml(rule: str) -> str:
    return f"""
[catalog]
publish_database = true
[[repo]]
name = "acme/open"
url = "open"
[[repo]]
name = "acme/{CANARY}"
url = "shut"
[[site]]
name = "public"
title = "In public"
site_url = "https://public.example/"
{rule}
"""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """Two repositories, read."""
    folder = tmp_path_factory.mktemp("crawled")
    world("wlxopen", bytes_of=1).write(folder / "open")
    world(CANARY, bytes_of=1).write(folder / "shut")
    (folder / "repos.toml").write_text(toml(""))
    crawl.crawl(config.load(folder / "repos.toml"))
    return folder


@pytest.fixture
def built(crawled, tmp_path, monkeypatch):
    """Builds with this rule."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(crawled, tmp_path, dirs_exist_ok=True)

    def build(rule: str) -> catalog_and_site.BuildOutcome:
        Path("repos.toml").write_text(toml(rule))
        return catalog_and_site.build(config.load(Path("repos.toml")), no_site=False, tell=lambda _: None)

    return build


@pytest.mark.parametrize("rule", [f'exclude = ["{CANARY}"]', 'labels = ["wlxopen"]'], ids=["by its name", "by a label"])
def test_nothing_of_what_is_left_out_is_in_any_byte_of_the_site(built, rule):
    built(rule)
    assert holding(SITE, CANARY) == []
    shown = readable(SITE)
    assert b"wlxopen person" in shown["data/events.parquet, read"]
    assert holding(Path("output/site"), CANARY) != []
    assert len([path for path in shown if path.endswith(".html")]) > 6


def test_it_is_a_catalog_of_its_own(built):
    built(f'exclude = ["{CANARY}"]')
    with catalog.open(SITE) as published:
        assert [row["repo"] for row in published.artifacts().rows] == ["acme/open"]
        assert published.sql("select count(*) from identical_versions").values == ((0,),)
        assert published.sql("select new + changed + fresh, failed from crawls").values == ((1, 0),)
    with catalog.open("output/catalog.duckdb") as whole:
        assert whole.sql("select count(*) from identical_versions").values == ((2,),)


def test_what_is_not_known_to_be_public_is_not(built):
    built('visibility = ["public"]')
    assert holding(SITE, CANARY, "wlxopen") == []


def test_what_is_left_out_later_goes(built):
    built("")
    assert holding(SITE, CANARY) != []
    built(f'exclude = ["{CANARY}"]')
    assert holding(SITE, CANARY) == []


def test_a_build_in_which_nothing_changed_writes_nothing(built):
    built(f'exclude = ["{CANARY}"]')
    assert built(f'exclude = ["{CANARY}"]').written == 0


def test_a_build_from_nothing_has_the_same_bytes(built):
    def files() -> dict[str, bytes]:
        """Without those that follow from the bytes of the database, in which DuckDB leaves what was in memory."""
        every = readable(SITE)
        names = [path for path in every if ".duckdb" not in path or path.endswith(", read")]
        files = {path.replace(path.split(".")[1], "X") if ".duckdb" in path else path: every[path] for path in names}
        return {path: files[path] for path in files.keys() - {".made.json", "data.html", "data/catalog.json"}}

    built("")
    built(f'exclude = ["{CANARY}"]')
    updated = files()
    shutil.rmtree("output/sites")
    built(f'exclude = ["{CANARY}"]')
    now = files()
    assert [path for path in updated.keys() | now.keys() if updated.get(path) != now.get(path)] == []
