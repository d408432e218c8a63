"""Models of unusual size: very many versions, very many metrics, a very long card. Their pages stay bounded, and lose nothing that a link leads to."""

from __future__ import annotations

import json
import re
from math import ceil
from pathlib import Path

import pytest

from catalog.schema.tables.inventory import Repo
from catalog.schema.tables.registry import Event
from sites.build import build
from sites.view_models.model.history import MOST
from sites.view_models.model.version_table import OPEN, ROWS
from support.catalog_files import repository, write_catalog
from support.catalogs import rows_of
from support.small_catalog import day, event
from support.stranger import Rows
from support.worlds import World

from .conftest import PROJECT

pytestmark = pytest.mark.slow

VERSIONS = 2 * (OPEN + ROWS)
METRICS = 500
CARD = "# Heading\n\nSome *words* of a card & more.\n\n"


def registered() -> Rows:
    """A model of very many versions."""
    return {Event: [event(f"m@v1.{number}.0", f"{number:040x}", day(1 + number % 28)) for number in range(VERSIONS)]}


def measured() -> Rows:
    """A model with very many metrics, and a card of 512 KiB."""
    world = World()
    for number, stage in enumerate(("prod", "staging", "dev", "test")):
        metrics = {f"metric_of_some_length_{place}": place / 7 + number for place in range(METRICS)}
        commit = world.commit(
            {**PROJECT, "metrics.json": json.dumps(metrics), "README.md": CARD * ((512 << 10) // len(CARD))}
        )
        world.tag(f"churn@v1.{number}.0", commit)
        world.tag(f"churn#{stage}#{number}", commit)
    return rows_of(world.listing(), world.objects)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pages of both are."""
    folder = tmp_path_factory.mktemp("large")
    rows = {"many": registered(), "large": measured()}
    inventory = {Repo: [repository(name, f"https://git.example/{name}.git") for name in rows]}
    build(write_catalog(folder / "c.duckdb", rows, inventory), folder / "site", title="x")
    return folder / "site" / "models"


def test_every_version_of_very_many_has_an_anchor(folder):
    """Of 10,000 versions with 1,000 assignments the page has 0.7 MB, where a row of each was 6.2 MB."""
    html = (folder / "many/m.html").read_text("utf-8")
    script = (folder / "many/m.js").read_text("utf-8")
    anchors = re.findall(r' id="(v1\.[0-9]+\.0)"', html)
    history = json.loads(script.partition(", ")[2].removesuffix(");\n"))["history"]
    assert (sorted(anchors), html.count('<tr id="'), html.count("<li class="), len(history)) == (
        sorted(f"v1.{number}.0" for number in range(VERSIONS)),
        OPEN + ROWS,
        MOST,
        VERSIONS - MOST,
    )
    assert len(html) < 700 * (OPEN + ROWS) + 500 * MOST + 60 * VERSIONS


def test_all_of_very_many_metrics_are_in_the_page(folder):
    html = re.sub(
        '<section id="card".*?</section>', "", (folder / "large/churn.html").read_text("utf-8"), flags=re.DOTALL
    )
    sight = re.sub('<details class="(?:fold|made)".*?</details>', "", html, flags=re.DOTALL)
    assert (html.count("<tr data-metric="), len(sight) < 30_000, len(html) < 800 * METRICS) == (METRICS, True, True)


def test_a_very_long_card_is_shown_as_far_as_it_was_read(folder):
    card = re.findall(
        '<section id="card".*?</section>', (folder / "large/churn.html").read_text("utf-8"), flags=re.DOTALL
    )[0]
    assert (card.count("<h3 id="), len(card) < 4 * (64 << 10)) == (ceil((64 << 10) / len(CARD)), True)


@pytest.mark.browser
def test_a_version_and_an_event_that_the_page_has_no_room_for_are_shown_by_scripts(folder, browser):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{(folder / 'many/m.html').as_uri()}#v1.0.0")
    page.locator("a[id='v1.0.0'] + .panel").wait_for()
    page.locator("[data-older] > summary").click()
    page.locator("[data-older] li").first.wait_for()
    oldest = page.locator("[data-older] li .sub").last.inner_text()
    page.get_by_label("Filter versions").fill("v1.1.0")
    shown = page.locator("[data-older] li").count(), page.locator("#versions .bar span").inner_text()
    context.close()
    assert shown == (VERSIONS - MOST, f"1 of {VERSIONS}")
    assert re.fullmatch(r"\d+ [A-Z][a-z]{2} \d{4}, \d\d:\d\d UTC · m@v1\.0\.0 at [0-9a-f]{7}", oldest)
