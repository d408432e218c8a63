"""The pages of the past in Chromium: activity with 100,000 events, and the board with 100,000 periods of 10,000 models in stages: when they can be used."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bench_list import CHROMIUM, KIB, put, served
from common import smoke, tell

from sites.data.activity import ActivityRow, MonthRow
from sites.data.page_inputs import PageInputsRow
from sites.data.rows import CrawlRow
from sites.data.stages import Board, BoardPeriodRow, KnownCrawlRow
from sites.pages import ACTIVITY, AS_OF, STAGES
from sites.render import Renderer, static_files
from sites.view_models import activity, as_of, stage_board
from sites.view_models.feeds import Feeds

DAY, WEEK, YEARS = 86_400, 7 * 86_400, 5
END = int(datetime(2026, 11, 30, tzinfo=UTC).timestamp())
BEGIN = END - YEARS * 365 * DAY
ROUNDS = 5
MOVES = 40  # of the slider
USABLE, MOVE, SIZE = 1.5, 50, 150  # limits: seconds, milliseconds, KiB
NAMES = ("prod", "staging", "dev", "shadow")
WORDS = (  # noqa: SIM905 - a list would take a line for each
    "churn fraud demand credit lead price offer toxicity invoice face lane defect speech ranking click bid energy vision intent risk"
).split()

# The work of each move, with the layout that it causes. The page draws in the next frame: what is asked first there is the start, what is asked last the end.
_MOVES = """async (count) => {
  const slider = document.querySelector('input[type=range]'), taken = [], [least, most] = [Number(slider.min), Number(slider.max)];
  for (let move = 1; move <= count; move += 1) {
    let start = 0;
    requestAnimationFrame(() => { start = performance.now(); });
    slider.value = String(Math.round(most - ((most - least) * move) / count));
    slider.dispatchEvent(new Event('input'));
    await new Promise((resolve) => requestAnimationFrame(() => {
      document.body.getBoundingClientRect();
      taken.push(performance.now() - start);
      setTimeout(resolve, 20);
    }));
  }
  return taken;
}"""
_FILTERS = """() => [...document.querySelectorAll('#activity select')].flatMap((select) => [select.options[1].value, ''].map((value) => {
  const start = performance.now();
  select.value = value;
  select.dispatchEvent(new Event('change'));
  document.body.getBoundingClientRect();
  return performance.now() - start;
}))"""


class Sizes(NamedTuple):
    """How much there is."""

    models: int
    events: int
    periods: int


LARGE, SMALL = Sizes(10_000, 100_000, 100_000), Sizes(100, 1_000, 1_000)


def main() -> None:
    from playwright.sync_api import sync_playwright

    small = smoke(__doc__)
    sizes, rounds = (SMALL, 1) if small else (LARGE, ROUNDS)
    with TemporaryDirectory(prefix="bench-") as temporary, sync_playwright() as play:
        site = Path(temporary)
        for name, data in files(sizes):
            put(site / name, data)
        size = len(gzip.compress((site / stage_board.BOARD).read_bytes())) / KIB
        figure(
            f"the board's data of {sizes.models:,} models and {sizes.periods:,} periods, compressed", size, SIZE, "KiB"
        )
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        with served(site) as address:
            measure(browser, address.rpartition("/")[0], sizes, rounds)
        browser.close()


def measure(browser: Any, root: str, sizes: Sizes, rounds: int) -> None:  # noqa: ANN401 - Playwright's own type
    """When the pages can be used, and what the slider and filters cost, in fresh contexts."""
    first, whole, filters = of_page(
        browser, f"{root}/activity.html", rounds, ("activity", "activity-complete"), _FILTERS
    )
    figure(f"activity of {sizes.events:,} events in Chromium: its first rows", median(first) / 1000, USABLE, "s")
    figure(f"activity of {sizes.events:,} events in Chromium: all of them", median(whole) / 1000, USABLE, "s")
    figure(f"activity of {sizes.events:,} events in Chromium: work of a filter", median(filters), MOVE, "ms", filters)
    board, _, moves = of_page(browser, f"{root}/stages.html", rounds, ("board", "board"), _MOVES, MOVES)
    figure(f"board of {sizes.periods:,} periods in Chromium: can be used", median(board) / 1000, USABLE, "s")
    figure(f"board of {sizes.periods:,} periods in Chromium: work of a move", median(moves), MOVE, "ms", moves)


def of_page(
    browser: Any,  # noqa: ANN401 - Playwright's own type
    address: str,
    rounds: int,
    marks: tuple[str, str],
    work: str,
    argument: object = None,
) -> tuple[list[float], list[float], list[float]]:
    """When the page set each of its marks, and what its work took, in milliseconds."""
    first, last, taken = [], [], []
    for _ in range(rounds):
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(address)
        for times, mark in ((first, marks[0]), (last, marks[1])):
            page.wait_for_function(f"performance.getEntriesByName('{mark}').length")
            times.append(page.evaluate(f"performance.getEntriesByName('{mark}')[0].startTime"))
        page.evaluate(work, argument)
        page.wait_for_load_state("networkidle")  # what the past needs is loaded
        taken += page.evaluate(work, argument)
        page.context.close()
    return first, last, taken


def figure(what: str, value: float, limit: float, unit: str, every: list[float] | None = None) -> None:
    worst = f", at worst {max(every):.1f} {unit}" if every else ""
    tell(
        what, f"{value:.{2 if unit == 's' else 0}f} {unit}{worst}", f"limit {limit} {unit}", f"{value / limit:.2f}", "at most 1"
    )  # fmt: skip


def files(sizes: Sizes) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of what the two pages need."""
    chance = Random(7)
    models = [named(chance, number) for number in range(sizes.models)]
    events = sorted((event(chance, models, number) for number in range(sizes.events)), key=lambda row: -row.moment)
    render = Renderer("x")
    yield from static_files().files.items()
    yield AS_OF, as_of.script([CrawlRow(1, datetime.fromtimestamp(END, UTC).replace(tzinfo=None), 1.0, 0, 0, 1, 0, 0)])
    yield from of_activity(render, events)
    yield from of_board(render, board(chance, models, sizes.periods))


def of_activity(render: Renderer, events: list[ActivityRow]) -> Iterator[tuple[str, bytes]]:
    months = {name: list(rows) for name, rows in groupby(events, key=lambda row: row.month)}
    repos = sorted({row.repo for row in events})
    empty = dict.fromkeys(PageInputsRow._fields)
    own = {
        "artifact": "m",
        "stages": [*NAMES],
        "kinds": ["registration", "assignment"],
        "people": sorted({row.author or "" for row in events}),
        "is_signed": True,
    }
    inputs = [PageInputsRow(**empty | {"repo": repo, "news": [own]}) for repo in repos]
    counts = [MonthRow(name, len(rows), 0, weeks(rows)) for name, rows in months.items()]
    news = Feeds(inputs, "x", None)
    yield activity.INDEX, activity.index_script(counts, NAMES, repos, news, "", "0")
    yield from ((activity.data(name), activity.month_script(name, rows)) for name, rows in months.items())
    listed = [(activity.page(row.month), activity.title(row.month), row.entries) for row in counts]
    yield ACTIVITY.pattern, render(ACTIVITY, {"months": listed, "feeds": [*news.of_stages(), *news.of_kinds()]})


def of_board(render: Renderer, rows: Board) -> Iterator[tuple[str, bytes]]:
    yield from stage_board.scripts(rows, "")
    shown, rest = stage_board.first_lines(rows)
    context = {
        "teams": shown,
        "has_periods": True,
        "host": "",
        "columns": stage_board.columns(rows),
        "others": False,
        "rest": rest,
    }
    yield STAGES.pattern, render(STAGES, context)


def named(chance: Random, number: int) -> tuple[str, str]:
    """Repository and name of a model."""
    team, *words = chance.choices(WORDS, k=3)
    return f"git.example/{team}/{chance.choice(WORDS)}-{number // 5}", f"{'-'.join(words)}-{number}"


def event(chance: Random, models: list[tuple[str, str]], number: int) -> ActivityRow:
    repo, artifact = chance.choice(models)
    moment = chance.randrange(BEGIN, END)
    kind = chance.choice(("registration", "assignment", "assignment"))
    return ActivityRow(
        month=datetime.fromtimestamp(moment, UTC).strftime("%Y-%m"), kind=kind, moment=moment, repo=repo, artifact=artifact,
        version=version(chance), stage=chance.choice(NAMES) if kind == "assignment" else None, author=f"{chance.choice(WORDS)} {number % 300}",
        signed=chance.choice((*[None] * 9, "pgp")), tag=None, oid=None, detail=None, is_gone=not chance.randrange(100), has_page=True,
    )  # fmt: skip


def weeks(rows: list[ActivityRow]) -> dict[int, int]:
    return dict(Counter((row.moment - 4 * DAY) // WEEK * WEEK + 4 * DAY for row in rows))


def board(chance: Random, models: list[tuple[str, str]], count: int) -> Board:
    """Periods of models in stages, one after the other in each; the last of each goes on."""
    periods = []
    places = [(model, stage) for model in models for stage in NAMES if stage == "prod" or chance.randrange(2)]
    for number, ((repo, artifact), stage) in enumerate(places):
        share = count // len(places) + (number < count % len(places))
        starts = sorted(chance.randrange(BEGIN, END) for _ in range(share))
        for start, end in zip(starts, [*starts[1:], None], strict=True):
            row = BoardPeriodRow(
                repo=repo, artifact=artifact, stage=stage, rank=NAMES.index(stage), version=version(chance), started_at=start, ended_at=end, held_since=start,
                known_from=1, known_until=None, is_current=True, is_gone=False, unregistered=False, skipped=False, page="present",
            )  # fmt: skip
            periods.append(row)
    return Board(
        periods=periods,
        behind=[],
        versions=[],
        crawls=[KnownCrawlRow(1, float(END))],
        absences=[],
        prod="prod",
        earliest=BEGIN,
    )


def version(chance: Random) -> str:
    return f"v{chance.randrange(1, 6)}.{chance.randrange(10)}.{chance.randrange(4)}"


if __name__ == "__main__":
    main()
