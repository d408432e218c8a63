"""The search of the page of models, asked in a browser: from a folder, or from a server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

_ASK = """([queries, most]) => { window.answers = {}; (async () => {
  const models = new ModelSearch.Models(SiteData.get('models')), searcher = new WordSearch.Searcher(models, SiteData.get);
  const groups = ModelSearch.facets(models, 0);
  for (const query of queries) {
    let found = searcher.search(query);
    while (found.missing) { await Promise.all(found.missing.map(SiteData.load)); found = searcher.search(query); }
    const { rows } = ModelSearch.filter(models, groups, new Map(), found);
    window.answers[query] = found.ask ? 'ask' : found.error ?? [
      ModelSearch.sortByQuery(models, rows, found).slice(0, most).map((row) => `${models.repoName(row)}:${models.artifacts[row]}`), rows.length];
  }
  window.done = true;
})(); }"""


def asked(browser: Any, site: Path, way: str, queries: Sequence[str], most: int = 10) -> dict[str, object]:
    """What each query finds in a site that is opened by this `way`, `file` or `http`: the references of the first rows, and how many there are; `ask` for what is left to the command line."""
    with _address(site, way) as address:
        page = browser.new_page()
        page.goto(f"{address}/models.html")
        page.locator("#models.live").wait_for()
        page.evaluate(_ASK, [[*queries], most])
        page.locator("body").evaluate(
            "() => new Promise((resolve) => { const wait = () => (window.done ? resolve() : setTimeout(wait, 20)); wait(); })"
        )
        answers: dict[str, object] = page.evaluate("window.answers")
        page.close()
    return answers


@contextmanager
def _address(site: Path, way: str) -> Iterator[str]:
    if way == "file":
        yield site.as_uri()
        return
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=site)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass
