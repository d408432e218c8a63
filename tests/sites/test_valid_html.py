"""Pages are valid HTML by a validator's own rules, every id in them is there once, and every link and fragment leads somewhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest

from sites.build import build
from support.frontend import WORKSHOP, answer, package
from support.site_pages import pages_of

VALIDATE = WORKSHOP / "validate.mjs"


def faults(site: Path, pages) -> list[list[object]]:
    """What html-validate complains of."""
    package("html-validate")
    return [[str(Path(file).relative_to(site)), *rest] for file, *rest in answer(VALIDATE, *map(str, pages))]


def test_the_small_world_has_a_page_of_each_kind(site):
    assert pages_of(site).keys() >= {"home", "models", "model", "repos", "repo", "missing"}


@pytest.mark.slow
def test_a_fault_is_detected(tmp_path):
    page = tmp_path / "x.html"
    page.write_text(
        "<!doctype html><html lang=en><head><title>x</title></head><body><p><div></div></p><img src=x></body>", "utf-8"
    )
    assert {rule for _, _, rule, _ in faults(tmp_path, [page])} >= {"wcag/h37", "close-order"}


@pytest.mark.slow
def test_every_page_of_the_small_world_is_valid(site):
    assert faults(site, sorted(site.rglob("*.html"))) == []


@pytest.mark.slow
def test_every_page_of_an_empty_catalog_is_valid(empty_catalog_file, tmp_path):
    build(empty_catalog_file, tmp_path, title="x")
    assert faults(tmp_path, sorted(tmp_path.rglob("*.html"))) == []


@pytest.mark.slow
def test_every_page_of_the_demo_is_valid(demo_folder):
    site = demo_folder / "output" / "site"
    assert faults(site, sorted(site.rglob("*.html"))) == []


def test_every_link_and_fragment_of_the_demo_leads_somewhere(demo_folder, page):
    site = demo_folder / "output" / "site"
    pages = {file: page(file) for file in sorted(site.rglob("*.html"))}
    ids = {file: {*parsed.values("id")} for file, parsed in pages.items()}
    lost = []
    for source, parsed in pages.items():
        for link in parsed.values("href", "src", "data-numbers", "data-vega"):
            if "://" in link or link.startswith("mailto:"):
                continue
            target, _, fragment = link.partition("#")
            file = (source.parent / unquote(target.partition("?")[0])).resolve() if target else source
            if not file.is_file() or (fragment and file in ids and unquote(fragment) not in ids[file]):
                lost.append((str(source.relative_to(site)), link))
    assert (len(pages) > 50, lost) == (True, [])


def test_an_id_is_in_a_page_of_the_demo_once(demo_folder, page):
    site = demo_folder / "output" / "site"
    doubled = {
        (str(file.relative_to(site)), name)
        for file in site.rglob("*.html")
        for name, count in Counter(page(file).values("id")).items()
        if count > 1
    }
    assert doubled == set()
