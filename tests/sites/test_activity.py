"""The pages of activity: every event that was ever seen, and what was observed, month by month."""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest

from catalog.query import Catalog
from sites import time_pages
from sites.build import build
from sites.data.activity import ActivityRow
from sites.data.page_inputs import PageInputs
from sites.manifest import SiteFile
from sites.pages import ACTIVITY, MONTH
from sites.program import digest_of
from sites.render import Renderer
from sites.text import date
from sites.theme import NO_THEME
from sites.view_models import activity
from sites.view_models.activity import DETAIL, ROWS
from support.browser import opened
from support.visited_worlds import CHURN, OLD, all_of, register, visited_catalog

NAME = "git.example/acme/churn"


@pytest.fixture(scope="module")
def visited(tmp_path_factory):
    """A catalog whose tags came, went and were rewritten, and its site."""
    folder = tmp_path_factory.mktemp("visited")
    file = visited_catalog(
        folder / "catalog.duckdb", {NAME: CHURN, "git.example/risk/old": OLD * len(CHURN)}, {"git.example/risk/old": 3}
    )
    build(file, folder / "site", title="x")
    return folder


@pytest.mark.slow
def test_all_that_happened_is_told_and_all_events_of_the_command_line(visited):
    with Catalog.open(visited / "catalog.duckdb") as catalog:
        rows = catalog.sql("from internal.site_activity()").rows
        events = {(row["repo"], row["oid"]) for row in catalog.events().rows}
    observed = [
        (row["kind"], row["repo"].rpartition("/")[2], row["tag"])
        for row in rows
        if row["kind"].endswith(("_tag", "_repo"))
    ]
    assert {(row["repo"], row["oid"]) for row in rows if not row["kind"].endswith(("_tag", "_repo"))} == events
    assert [each for each in observed if each[1] == "churn" or each[0] != "rewritten_tag"] == [
        ("found_repo", "old", None),
        ("rewritten_tag", "churn", "m@v1.0.0"),
        ("deleted_tag", "churn", "m#prod#40"),
        ("lost_repo", "old", None),
    ]


@pytest.mark.slow
def test_feeds_say_which_tags_are_gone(visited):
    """Of a tag that was deleted and of one that was rewritten, beside what tags did, in every feed that follows them."""
    feeds = visited / "site/feeds"
    gone = {}
    for name in (
        "all",
        "repos/git.example~acme~churn",
        "models/git.example~acme~churn/m",
        "kinds/deleted_tag",
        "kinds/rewritten_tag",
    ):
        titles = re.findall("<title>(m tag [^<]*)</title>", (feeds / f"{name}.xml").read_text("utf-8"))
        gone[name.rpartition("/")[2]] = sorted(titles)
    deleted, rewritten = "m tag m#prod#40 deleted", "m tag m@v1.0.0 rewritten"
    every = [deleted, rewritten]
    assert gone == {
        "all": every,
        "git.example~acme~churn": every,
        "m": every,
        "deleted_tag": [deleted],
        "rewritten_tag": [rewritten],
    }
    contents = re.findall("<content[^>]*>([^<]*m@v1.0.0[^<]*rewritten[^<]*)<", (feeds / "all.xml").read_text("utf-8"))
    assert [re.sub("[0-9a-f]{7}", "COMMIT", text) for text in contents] == [
        "git.example/acme/churn: the tag m@v1.0.0 was rewritten: it led to COMMIT, and leads to COMMIT now"
    ]


@pytest.mark.slow
def test_a_month_without_scripts_has_its_events_with_deleted_tags_struck_out(visited):
    page = (visited / "site/activity/2024-01.html").read_text("utf-8")
    rows = [row.partition("</tr>")[0] for row in page.split("<tr ") if row.startswith('class="gone"')]
    gone = [" ".join(re.sub("<[^>]*>", " ", row.partition(">")[2]).split()) for row in rows]
    assert gone[0] == "1 Jan 2024, 00:00 UTC assigned m prod Ann acme/churn"


@pytest.mark.slow
def test_a_month_is_made_again_only_when_it_changed(tmp_path):
    """The second catalog has more crawls, and the third a tag of February, too."""
    nights = (*CHURN[:2], *(all_of() for _ in range(33)))
    written = []
    for number, steps in enumerate((CHURN[:2], nights, (*nights, register("m", "v9.0.0", 35 * 86400)))):
        (tmp_path / str(number)).mkdir()
        file = visited_catalog(tmp_path / str(number) / "catalog.duckdb", {NAME: steps})
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "site").rglob("*")}
        build(file, tmp_path / "site", title="x")
        written.append(
            {
                str(path.relative_to(tmp_path / "site"))
                for path in (tmp_path / "site").rglob("*.*")
                if "activity" in str(path) and "static" not in str(path) and before.get(path) != path.stat().st_mtime_ns
            }
        )
    january, february = ({f"activity/{month}.html", f"index/activity/{month}.js"} for month in ("2024-01", "2024-02"))
    both = {"activity.html", "index/activity.js"}
    assert written == [january | both, set(), february | both]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "rows"),
    [
        pytest.param("?person=Bo+Ek", ["assigned m v3.0.0 prod Bo Ek"], id="a person"),
        pytest.param("?kind=deleted_tag&team=acme", ["tag deleted m#prod#40 m prod"], id="a kind and a team"),
        pytest.param("?repo=git.example%2Frisk%2Fold&kind=lost_repo", ["repository lost removed"], id="a repository"),
        pytest.param("?signed=yes", [], id="signed"),
    ],
)
def test_the_address_says_what_is_shown(browser, visited, query, rows):
    with opened(browser, (visited / "site/activity.html").as_uri() + query) as page:
        page.wait_for_function("performance.getEntriesByName('activity-complete').length")
        shown = page.locator("#activity tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].slice(1, -1).map(cell => cell.innerText.replace(/\\s+/g, ' ').trim()).filter(Boolean).join(' '))"
        )
        asked = {*page.url.partition("?")[2].split("&")}
        assert (shown, asked, page.complaints) == (rows, {*query[1:].split("&")}, [])


@contextmanager
def complete(browser, site, query="", **options):
    """The page, with all of its rows."""
    with opened(browser, (site / "activity.html").as_uri() + query, **options) as page:
        page.wait_for_function("performance.getEntriesByName('activity-complete').length")
        yield page


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "feed"),
    [
        pytest.param("", "Feed of everything: Atom · JSON Feed", id="no filter"),
        pytest.param("?stage=prod", "Feed of prod: Atom · JSON Feed", id="a stage"),
        pytest.param("?person=Bo+Ek", "Feed of Bo Ek: Atom · JSON Feed", id="a person"),
        pytest.param("?kind=deleted_tag", "Feed of deleted registry tags: Atom · JSON Feed", id="a kind"),
        pytest.param("?team=risk", "Feed of risk: Atom · JSON Feed", id="a team"),
        pytest.param(f"?repo={NAME.replace('/', '%2F')}", f"Feed of {NAME}: Atom", id="a repository"),
        pytest.param(
            "?stage=prod&signed=no",
            "No feed has just these entries; the nearest is that of prod: Atom · JSON Feed",
            id="a stage, and more",
        ),
        pytest.param(
            "?stage=constructor&kind=toString&week=x",
            "No feed has just these entries; the nearest is that of everything: Atom · JSON Feed",
            id="names that all objects have are those of no feed",
        ),
    ],
)
def test_the_feed_is_that_of_what_is_shown(browser, visited, query, feed):
    with complete(browser, visited / "site", query) as page:
        shown = page.locator("#activity .about p").last
        links = shown.locator("a").evaluate_all("links => links.map(link => link.href)")
        there = [Path(url2pathname(urlparse(link).path)).is_file() for link in links]
        assert (shown.inner_text(), {*there}, page.complaints) == (feed, {True}, [])


MONTHS = "rows => rows.map(row => row.querySelector('time').dateTime.slice(0, 7))"


@pytest.mark.browser
def test_a_month_that_cannot_be_loaded_costs_no_other(browser, demo_folder, tmp_path):
    with complete(browser, demo_folder / "output/site") as page:
        months = page.locator("#activity tbody tr").evaluate_all(MONTHS)
    site = shutil.copytree(demo_folder / "output/site", tmp_path / "site")
    (lost,) = site.rglob(f"{months[len(months) // 2]}.js")
    lost.unlink()
    with opened(browser, (site / "activity.html").as_uri()) as page:
        page.get_by_text("the list is not complete").wait_for()
        shown = page.locator("#activity tbody tr").evaluate_all(MONTHS)
    others = [month for month in months if month != lost.stem]
    assert 0 < len(others) < len(months)
    assert shown[: len(others)] == others


@pytest.mark.browser
def test_a_kind_that_there_is_not_is_named_and_a_week_that_is_none_is_dropped(browser, visited):
    with complete(browser, visited / "site", "?kind=toString&week=x") as page:
        kind = page.get_by_label("All kinds").locator("option:checked").inner_text()
        assert (kind, page.url.partition("?")[2]) == ("toString", "kind=toString")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_is_no_wider_than_the_window(browser, demo_folder, width):
    with complete(browser, demo_folder / "output/site", viewport={"width": width, "height": 900}) as page:
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0


# The class of each row, and its cells but for ages, which follow the clock; from the root of the site.
CELLS = """rows => rows.map(row => [row.className, ...[...row.cells].map(cell => cell.innerHTML
  .replace(/ title="[^"]*"/g, '').replaceAll('href="../', 'href="').trim())])"""


@pytest.mark.browser
def test_scripts_draw_the_rows_of_a_month_as_its_page_has_them(browser, visited):
    site = visited / "site"
    with complete(browser, site) as page, opened(browser, (site / "activity/2024-01.html").as_uri()) as month:
        drawn = page.locator("#activity tbody tr").evaluate_all(CELLS)
        there = month.locator("tbody tr").evaluate_all(CELLS)
        heads = [each.locator("th").all_inner_texts() for each in (page, month)]
    assert (drawn[-len(there) :], heads[0]) == (there, heads[1])


@pytest.mark.browser
def test_scripts_write_dates_as_pages_have_them(browser, visited):
    moments = [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2026, 9, 30, 23, 59, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
    ]
    with opened(browser, (visited / "site/activity.html").as_uri()) as page:
        written = page.evaluate(
            "moments => moments.map((moment) => S.date(new Date(moment)))",
            [moment.isoformat() for moment in moments],
        )
    assert written == [date(moment) for moment in moments] == ["1 Jan 1", "30 Sep 2026", "31 Dec 9999"]


FIRST_WEEK = "28 in the week from 1 Jan 2024"
WEEKS = [
    FIRST_WEEK,
    "nothing in the week from 23 Dec 2024",
    FIRST_WEEK,
    "nothing in the week from 8 Jan 2024",
    FIRST_WEEK,
]


@pytest.mark.browser
def test_the_weeks_are_one_stop_of_the_tab_key_and_arrows_move_between_them(browser, visited):
    with complete(browser, visited / "site") as page:
        stops = page.locator(".heat button[tabindex='0']")
        stops.focus()
        told = [page.locator(".week p").inner_text()]
        for key in ("End", "Home", "ArrowRight", "ArrowLeft"):
            page.keyboard.press(key)
            told.append(page.locator(".week p").inner_text())
        page.keyboard.press("Enter")
        chosen = page.locator(".heat [aria-selected=true]").evaluate_all("cells => cells.map(cell => cell.ariaLabel)")
        entries = page.locator("#activity .about p").first.inner_text()
        assert (stops.count(), told, chosen, page.url.partition("?")[2], entries) == (
            1, WEEKS, [FIRST_WEEK], "week=2024-01-01", "28 entries",
        )  # fmt: skip


def test_the_page_of_a_month_leads_to_all_of_its_entries():
    page = Renderer("x", NO_THEME)(
        MONTH, {"title": "January 2024", "host": "", "lines": [], "total": ROWS + 1, "most": ROWS}
    ).decode()
    lede = page.partition('<p class="lede">')[2].partition("</p>")[0]
    assert (
        lede
        == '1,001 entries, the last first. The first 1,000 are here; <a href="../activity.html">Activity</a> has all of them.'
    )


def row(number: int, **said: object) -> ActivityRow:
    """A registration."""
    return ActivityRow(
        month="2024-01", kind="registration", moment=1704067200 + number, repo=NAME, artifact="m", version="v1.0.0", stage=None, author="Ann",
        signed=None, tag="m@v1.0.0", oid=f"{number:040x}", detail=None, is_gone=False, has_page=True,
    )._replace(**said)  # fmt: skip


@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as is shown", "one more"])
def test_what_a_visit_complained_of_is_clipped(beyond):
    (line,) = activity.lines([row(1, detail="x" * (DETAIL + beyond))])
    assert (len(line.detail), line.detail.endswith("…")) == (DETAIL, bool(beyond))


@pytest.mark.parametrize("moment", [activity._FIRST, activity._FIRST - 1, activity._LAST, activity._LAST + 1])
def test_a_date_that_python_does_not_have_is_the_nearest(moment):
    (line,) = activity.lines([row(1, moment=moment)])
    assert re.findall("datetime=.([0-9]+)-", str(line.when)) == (["0001"] if moment < 0 else ["9999"])


def pages_after(months: list[str]) -> time_pages.TimePages:
    """The pages of a catalog of which nothing changed since the build that left these pages of months."""
    inputs = PageInputs(recipe="", repositories=[], crawls=[], observed=1)
    last = {
        ACTIVITY.pattern: SiteFile(digest=digest_of("lists", 1)),
        **{path: SiteFile(digest=path) for path in months},
    }
    return time_pages.TimePages(
        connection=None, renderer=lambda: lambda _, context: context, news=None, inputs=inputs, of_lists="lists", of_all="all", host="", last=last
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "questions"), [(time_pages.CACHED, 1), (time_pages.CACHED + 1, 2)], ids=["few rows", "one more"]
)
def test_few_rows_of_months_are_read_once_for_scripts_and_pages(monkeypatch, rows, questions):
    asked = []

    def of_months(_, names):
        asked.append(names)
        return {name: [row(1)] * rows for name in names}

    monkeypatch.setattr(time_pages.activity_rows, "of_months", of_months)
    monkeypatch.setattr(time_pages.activity, "month_script", lambda _, rows: len(rows))
    files = pages_after([activity.page("2026-01")])
    (_, in_script), (_, of_page) = [
        *files.script_files({activity.data("2026-01")}),
        *files.page_files({activity.page("2026-01")}),
    ]
    assert (len(asked), in_script, of_page["total"]) == (questions, rows, rows)


@pytest.mark.parametrize(
    "months", [time_pages.MONTHS, time_pages.MONTHS + 1], ids=["as many as are read at once", "one more"]
)
@pytest.mark.parametrize("beyond", [0, 1], ids=["as many rows as are shown", "one more"])
def test_a_page_has_the_first_rows_of_its_month(monkeypatch, months, beyond):
    """Each month is whole, however many are read at once."""
    asked = []

    def of_months(_, names):
        asked.append(len(names))
        return {name: [row(number) for number in range(ROWS + beyond)] if name == "m0" else [row(1)] for name in names}

    monkeypatch.setattr(time_pages.activity_rows, "of_months", of_months)
    monkeypatch.setattr(time_pages.activity, "title", lambda month: month)
    names = [activity.page(f"m{number}") for number in range(months)]
    pages = pages_after(names)
    contexts = dict(pages.page_files({*names}))
    first = contexts["activity/m0.html"]
    assert (sum(asked), len(asked), len(first["lines"]), first["total"]) == (
        months,
        1 + (months > time_pages.MONTHS),
        ROWS,
        ROWS + beyond,
    )
