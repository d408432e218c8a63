"""The list of models in Chromium, of 10,000 and of 100,000: when it can be used, what a key costs, and how large its index is."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import accumulate, chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from bench_search import SIZES, SMALL, write
from common import build, smoke, tell

from catalog.database import database
from catalog.privacy.emails import hide
from sites.data import facts, lists, page_inputs
from sites.data.groups import GroupRows
from sites.data.lists import FacetRow, ModelRow, WordRow
from sites.data.masking import MaskedConnection
from sites.render import Renderer, static_files
from sites.site_pages import SitePages
from sites.view_models import list_files, model_index, word_index
from sites.view_models.feeds import Feeds
from sites.view_models.scripts import script

CHROMIUM = "/usr/bin/chromium"
TYPED = ("churn eu", "credit risk", "fruad", "shapley cohort", "lightgbm stage:prod", "demand for")
MANY = 10  # times as many models in the larger list
KIB = 1024
ROUNDS = 5

# The work of each key, with the layout that it causes: the event is handled at once.
_KEYS = """async (texts) => {
  const box = document.querySelector('.bar input'), taken = [];
  for (const text of texts) for (let end = 1; end <= text.length; end += 1) {
    box.value = text.slice(0, end);
    const start = performance.now();
    box.dispatchEvent(new Event('input'));
    document.body.getBoundingClientRect();
    taken.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return taken;
}"""
_WATCH = """() => { window.seen = []; new PerformanceObserver((list) => window.seen.push(...list.getEntries().map((entry) => entry.duration)))
  .observe({ type: 'event', durationThreshold: 16 }); }"""


def main() -> None:
    from playwright.sync_api import sync_playwright

    small = smoke(__doc__)
    with TemporaryDirectory(prefix="bench-") as temporary, sync_playwright() as play:
        folder = Path(temporary)
        files, repos = write(folder / "rows", SMALL if small else SIZES)
        build(folder / "catalog.duckdb", files, repos)
        site = folder / "site"
        models, facets, words = site_of(folder / "catalog.duckdb", site)
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        rounds = 1 if small else ROUNDS
        measure(browser, site, len(models), rounds, 1.0)
        larger(site, models, facets, words)
        measure(browser, site, len(models) * MANY, rounds, 2.0)
        browser.close()


def site_of(path: Path, site: Path) -> tuple[list[ModelRow], list[FacetRow], list[WordRow]]:
    """Writes what the list needs of a site; and its rows."""
    with closing(database.connect(path)) as connection:
        masked = MaskedConnection(connection, hide)
        inputs = page_inputs.read(masked)
        listed = GroupRows(masked)
        pages = SitePages(
            facts.read(masked, []), {}, Feeds(inputs.repositories, "x", None), Renderer("x"), None, listed
        )
        words = list(lists.words(masked))
        names = word_index.shards(lists.word_counts(masked))
        every = {*list_files.FILES, *map(word_index.path, names)}
        written = (
            static_files().files.items(),
            pages.pages({"models.html"}),
            list_files.files(masked, every, listed.models),
        )
        for name, data in chain.from_iterable(written):
            put(site / name, data)
        read = lists.models(masked), lists.facets(masked, [*model_index.FIELDS, *model_index.MORE_FIELDS]), words
    size = len(gzip.compress((site / list_files.MODELS).read_bytes()))
    tell(
        f"the index of {len(read[0]):,} models, compressed",
        f"{size / KIB:.0f} KiB",
        "limit 700 KiB",
        f"{size / KIB / 700:.2f}",
        "at most 1",
    )
    return read


def larger(site: Path, models: Sequence[ModelRow], facets: Sequence[FacetRow], words: Sequence[WordRow]) -> None:
    """The same with many times the models: each again in repositories of other names."""
    count = len(models)
    rows = [row._replace(repo=f"{row.repo}-{again}") for again in range(MANY) for row in models]
    many = [f._replace(places=[n * count + p for n in range(MANY) for p in f.places]) for f in facets]
    language = (site / list_files.MODELS).read_text("utf-8").partition('"language":')[2]
    columns = model_index.columns(rows, [f for f in many if f.field in model_index.FIELDS])
    text = script("models", columns).decode().removesuffix("});\n")
    put(site / list_files.MODELS, f'{text},"language":{language}'.encode())
    put(
        site / list_files.MORE,
        script("more", model_index.more_columns(rows, [f for f in many if f.field in model_index.MORE_FIELDS])),
    )
    again = [word._replace(documents=word.documents * MANY, entries=repeated(word.entries, count)) for word in words]
    names = word_index.shards([lists.WordCountRow(word.term[:3], word.documents) for word in again])
    for name, data in word_index.files(again, names, [row.length for row in rows]):
        put(site / name, data)


def repeated(entries: str, count: int) -> str:
    """The entries of a word in a list that is that many times as long."""
    parts = [entry.partition(":") for entry in entries.split(" ")]
    last = [*accumulate(int(step) for step, _, _ in parts)][-1]
    first = f"{count - last + int(parts[0][0])}{''.join(parts[0][1:])}"
    return " ".join([entries, *([" ".join([first, *entries.split(" ")[1:]])] * (MANY - 1))])


def put(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/models.html"
    server.shutdown()
    server.server_close()


def measure(browser: Any, site: Path, count: int, rounds: int, limit: float) -> None:  # noqa: ANN401 - Playwright's own type
    """When the list can be used, and what keys cost, in fresh contexts."""
    usable, work, worst = [], [], []
    with served(site) as address:
        for _ in range(rounds):
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.goto(address)
            page.locator("#models.live tbody tr").first.wait_for()
            usable.append(page.evaluate("performance.getEntriesByName('list')[0].startTime") / 1000)
            page.evaluate(_KEYS, TYPED)  # what words need is loaded
            work += page.evaluate(_KEYS, TYPED)
            page.evaluate(_WATCH)
            for text in TYPED:
                page.locator(".bar > input").fill("")
                page.locator(".bar > input").press_sequentially(text, delay=30)
            page.wait_for_timeout(200)
            worst.append(max([0, *page.evaluate("window.seen")]))
            page.context.close()
    what = f"list of {count:,} models in Chromium"
    first, key = median(usable), median(work)
    tell(f"{what}: can be used", f"{first:.2f} s", f"limit {limit:.0f} s", f"{first / limit:.2f}", "at most 1")
    tell(
        f"{what}: work of a key",
        f"{key:.1f} ms, at worst {max(work):.1f} ms",
        "limit 16 ms",
        f"{key / 16:.2f}",
        "at most 1",
    )
    tell(
        f"{what}: Event Timing, at worst",
        f"{median(worst):.0f} ms",
        "limit 64 ms",
        f"{median(worst) / 64:.2f}",
        "at most 1",
    )


if __name__ == "__main__":
    main()
