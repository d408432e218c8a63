"""The script files of the list: written with what they follow from, without addresses of people, and the same in every build."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from catalog.schema.tables.inventory import Repo
from sites.build import build
from support.catalog_files import repository, write_catalog
from support.catalogs import rows_of
from support.worlds import World

CARD = "# Churn\n\nAsk Maike.Quast77@acme.example or the desk; jürgen@acme.example is away. Quast wrote this.\n"


def built(folder: Path, card: str = CARD) -> Path:
    folder.mkdir(exist_ok=True)
    rows = {}
    for name, text in (("churn", card), ("ads", "# Ads\n\nThe desk wrote this.\n")):
        world = World()
        world.tag(
            f"{name}@v1.0.0",
            world.commit({"README.md": text, "artifacts.yaml": f"{name}: {{path: m.pkl, type: model}}\n"}),
        )
        rows[f"git.example/acme/{name}"] = rows_of(world.listing(), world.objects)
    file = write_catalog(
        folder / "c.duckdb",
        rows,
        {Repo: [repository(name, f"https://{name}.git") for name in rows]},
        refs=lambda name: "a" if name.endswith("ads") or card == CARD else "b",
    )
    build(file, folder / "site", title="x")
    return folder / "site"


@pytest.mark.slow
def test_words_that_only_an_address_has_are_not_published(tmp_path):
    site = built(tmp_path)
    held = (site / "index/words/all.js").read_text("utf-8")
    words = json.loads(held.removeprefix('S("words/all",').removesuffix(");\n"))
    assert [
        word for word in ("maike", "quast77", "77", "jurgen", "example", "quast", "desk", "churn") if word in words
    ] == [
        "quast",
        "desk",
        "churn",
    ]
    others = [
        file.name
        for file in site.rglob("*")
        if file.is_file() and re.search(rb"maike|j(u|\xc3\xbc|\\u00fc)rgen", file.read_bytes().lower())
    ]
    assert others == []


@pytest.mark.slow
def test_two_catalogs_of_one_world_have_the_same_files(tmp_path):
    sites = [built(tmp_path / name) for name in ("a", "b")]
    one, other = (
        {str(file.relative_to(site)): file.read_bytes() for file in site.glob("index/**/*.js")} for site in sites
    )
    assert (one, sorted(one)) == (
        other,
        [
            "index/activity.js",
            "index/measures.js",
            "index/models.js",
            "index/more.js",
            "index/stages.js",
            "index/stages/gone.js",
            "index/stages/known.js",
            "index/stages/seconds.js",
            "index/stages/versions.js",
            "index/terms.js",
            "index/texts.js",
            "index/texts/git.example~acme~ads.js",
            "index/texts/git.example~acme~churn.js",
            "index/words.js",
            "index/words/all.js",
        ],
    )


@pytest.mark.slow
def test_a_text_with_the_same_words_in_another_order_makes_the_texts_of_its_repository(tmp_path):
    """No word changes, but the version by which a page loads texts does."""

    def state(site: Path) -> dict[str, tuple[bytes, int]]:
        return {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in site.glob("index/**/*.js")}

    before = state(built(tmp_path))
    same = state(built(tmp_path))
    after = state(built(tmp_path, CARD.replace("Quast wrote this", "this Quast wrote")))
    assert same == before
    assert {name for name in before if after[name][0] != before[name][0]} == {"git.example~acme~churn.js", "models.js"}
    assert after["git.example~acme~ads.js"] == before["git.example~acme~ads.js"]
