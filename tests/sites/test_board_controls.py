"""The board of stages after any change of its controls is a new page of the same address."""

from __future__ import annotations

from contextlib import closing
from itertools import chain
from random import Random

import duckdb
import pytest

from sites.build import build
from support.browser import opened
from support.visited_worlds import (
    all_of,
    assign,
    assign_unregistered,
    delete,
    register,
    register_assigned,
    rewrite,
    unassign,
    visited_catalog,
    withdraw,
)

HOUR = 3600
DAY = 24 * HOUR
YEAR = 365 * DAY
LAST = 4 * DAY + 12 * HOUR  # the last crawl, after the beginning of the worlds
ROUNDS = 2
ALWAYS_THERE = 9  # kinds of controls that every board has, of a date, a team or none
SOME = 3  # boards that differ

# Tags that come, go and are rewritten from day to day; one version is in production for a year and a day, another for a year less two hours.
CHURN = (
    all_of(register("m", "v1.0.0", 1 * HOUR), assign("m", "staging", "v1.0.0", 2 * HOUR), assign("m", "prod", "v1.0.0", 3 * HOUR)),
    all_of(register("m", "v2.0.0", DAY), assign("m", "prod", "v2.0.0", DAY + HOUR), register("n", "v0.1.0", DAY + 2 * HOUR)),
    all_of(delete(f"m#prod#{DAY + HOUR}"), assign("n", "live", "v0.1.0", 2 * DAY), unassign("m", "staging", "v1.0.0", 2 * DAY + HOUR)),
    all_of(register("m", "v3.0.0", 3 * DAY), rewrite("m", "v1.0.0", 3 * DAY), assign("m", "prod", "v3.0.0", 3 * DAY + HOUR)),
)  # fmt: skip
AGED = (
    all_of(
        register("over", "v1.0.0", LAST - YEAR - DAY), assign("over", "prod", "v1.0.0", LAST - YEAR - DAY, number=1),
        register("under", "v1.0.0", LAST - YEAR + 2 * HOUR), assign("under", "prod", "v1.0.0", LAST - YEAR + 2 * HOUR, number=1),
    ),
    all_of(register("over", "v1.1.0", DAY), assign_unregistered("raw", "prod", DAY + HOUR)),
    all_of(withdraw("over", "v1.1.0", 2 * DAY), register_assigned("raw", "v1.0.0", "prod", DAY + HOUR, 2 * DAY)),
    all_of(register("under", "v2.0.0", 3 * DAY), *(assign("under", f"s{number}", "v2.0.0", 3 * DAY + number) for number in range(9))),
)  # fmt: skip
LOST = (all_of(register("o", "v1.0.0", 5), assign("o", "prod", "v1.0.0", 3 * HOUR)),) * 4

# What a page shows, once all that it loads is there: rows with all their attributes, and what the controls say.
SHOWN = """async (rest) => {
  await new Promise((resolve) => setTimeout(resolve, rest));
  const frame = () => new Promise(requestAnimationFrame);
  do { await frame(); await frame(); } while (document.querySelector('head script[src*="/stages/"]'));
  const values = (selector, names) => [...document.querySelectorAll(`#controls ${selector}`)].map((each) => names.map((name) => each[name] ?? each.getAttribute(name)));
  return {
    rows: [...document.querySelectorAll('#board tbody tr')].map((row) => row.outerHTML),
    head: document.querySelector('#board thead').innerText,
    height: document.querySelector('#board tbody').style.height,
    count: document.querySelector('#board').getAttribute('aria-rowcount'),
    none: document.getElementById('none').hidden,
    says: document.querySelector('#controls [role=status]').innerText,
    inputs: values('input', ['value', 'checked', 'disabled', 'min', 'max', 'aria-valuetext']),
    chosen: values('select', ['value']),
    buttons: values('button', ['innerText', 'disabled', 'aria-pressed']),
  };
}"""
REST = 200  # milliseconds: longer than the slider waits until the address has its date


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """The site of a catalog whose tags came and went from day to day; crawls were at noon."""
    folder = tmp_path_factory.mktemp("days")
    stories = {"git.example/acme/churn": CHURN, "git.example/labs/aged": AGED, "git.example/risk/old": LOST}
    file = visited_catalog(folder / "catalog.duckdb", stories, {"git.example/risk/old": 3})
    with closing(duckdb.connect(str(file))) as connection:
        connection.execute("update crawls set started_at = started_at + interval 12 hours")
    build(file, folder / "site", title="x")
    return (folder / "site/stages.html").as_uri()


class Reader:
    """Changes the controls of a board in a random order, each once in a round."""

    def __init__(self, page, seed, dates, words):
        self.page, self.random, self.dates, self.words = page, Random(seed), dates, words
        page.locator("#board.live").wait_for()

    def round(self):
        """Changes one control after the other, and says which."""
        kinds = [
            self.date,
            self.slide,
            self.now,
            self.knows,
            self.known,
            self.team,
            self.rows,
            self.filter,
            self.list,
            self.list,
            self.since,
            self.follow,
            self.resize,
        ]
        for kind in self.random.sample(kinds, len(kinds)):
            if kind():
                yield kind.__name__

    def date(self):
        return self.fill("Date", self.dates)

    def slide(self):
        keys = ["ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"]
        self.page.get_by_label("Date, day by day").press(self.random.choice(keys))
        return True

    def now(self):
        return self.click('button:text-is("Now")')

    def knows(self):
        return self.click(".knows input")

    def known(self):
        return self.fill("Date of the catalog\u2019s knowledge", self.dates)

    def team(self):
        return self.choose("Team")

    def rows(self):
        return self.choose("Rows")

    def filter(self):
        return self.fill("Filter by name", self.words)

    def list(self):
        return self.click(self.random.choice(["#controls .chip:text('All')", "#controls .chip"]))

    def since(self):
        return self.fill("Changed since", self.dates)

    def follow(self):
        """A link from the row of a team to its artifacts."""
        return self.click('#board a[href^="?"]')

    def resize(self):
        self.page.set_viewport_size({"width": self.random.choice([1440, 820, 390]), "height": 900})
        return True

    def any_of(self, values):
        """One of these, or else nothing, for what is chosen last is often empty."""
        return self.random.choice(["", "", self.random.choice(values)])

    def fill(self, label, values):
        control = self.page.get_by_label(label, exact=True)
        if is_enabled := control.is_enabled():
            control.fill(self.any_of(values))
        return is_enabled

    def choose(self, label):
        control = self.page.get_by_label(label, exact=True)
        values = control.locator("option").evaluate_all("options => options.map(each => each.value)")
        control.select_option(self.any_of(values))
        return True

    def click(self, selector):
        places = [each for each in self.page.locator(selector).all() if each.is_enabled()]
        if places:
            self.random.choice(places).click()
        return bool(places)


def shown_and_new(page, anew):
    """What a page shows, and what another does that is opened at its address."""
    shown = page.evaluate(SHOWN, REST)
    anew.set_viewport_size(page.viewport_size)
    anew.goto(page.url)
    return shown, anew.evaluate(SHOWN, 0)


def check_walk(browser, address, seed, dates, words):
    """Compares the board with a new one after each change; each kind of control is changed, and the board follows."""
    with opened(browser, address) as page, opened(browser, address) as anew:
        reader = Reader(page, seed, dates, words)
        changes = chain.from_iterable(reader.round() for _ in range(ROUNDS))
        walk = [(kind, page.url, *shown_and_new(page, anew)) for kind in changes]
        assert [step for step in walk if step[2] != step[3]] == []
        assert (page.complaints, anew.complaints) == ([], [])
    assert len({kind for kind, *_ in walk}) >= ALWAYS_THERE
    assert len({str(shown["rows"]) for _, _, shown, _ in walk}) > SOME


DAYS = ["2023-01-05", "2023-06-01", *(f"2024-01-0{day}" for day in range(1, 6))]
WORDS = ["m", "n", "acme", "aged r", "none such"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("seed", "query"),
    [
        pytest.param(1, "", id="now"),
        pytest.param(2, "?list=changed&since=2024-01-01T02:30", id="since a time of day"),
        pytest.param(3, "?at=2024-01-02T00:30&known=2&rows=teams", id="by a crawl, with a row for each team"),
    ],
)
def test_a_board_after_each_change_of_a_control_is_that_of_its_address(browser, days, seed, query):
    check_walk(browser, days + query, seed, DAYS, WORDS)


@pytest.mark.browser
def test_so_is_that_of_the_demo(browser, demo_folder):
    dates = ["2023-06-01", "2024-12-01", "2025-12-01", "2026-03-01", "2026-11-20"]
    words = ["shelves", "risk", "v", "none such"]
    check_walk(browser, (demo_folder / "output/site/stages.html").as_uri(), 4, dates, words)


def to(date):
    return lambda page: page.get_by_label("Date", exact=True).fill(date)


def press(name):
    return lambda page: page.locator("#controls button", has_text=name).first.click()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "changes"),
    [
        pytest.param("?list=old", [to("2024-01-03"), press("Now")], id="what is old, after seconds were loaded"),
        pytest.param("?list=changed&since=2024-01-01T02:30", [to("2024-01-03"), press("Now")], id="what changed since a time of day"),
        pytest.param("?at=2024-01-03&list=behind", [press("Skipped")], id="how many are behind, after registrations were loaded"),
    ],
)  # fmt: skip
def test_what_was_loaded_before_does_not_change_the_board(browser, days, query, changes):
    with opened(browser, days + query) as page, opened(browser, days) as anew:
        page.evaluate(SHOWN, REST)
        for change in changes:
            change(page)
            page.evaluate(SHOWN, REST)
        shown, expected = shown_and_new(page, anew)
        assert (shown, shown["rows"] != []) == (expected, True)
