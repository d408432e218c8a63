"""How far the parts of a page move while it is loaded from a slow server: Chromium's own measure, of windows of several widths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

WIDTHS = (1440, 1024, 820, 390)  # of windows
HEIGHT = 900
MOST = 0.02  # a score too small to be seen; 0.1 is commonly called good
_LATE = {".html": 0.0, ".woff2": 0.3}  # seconds until a server answers
_OTHERS = 0.15

# Of each shift: its score, and the elements that moved the most, from where to where.
_WATCH = """window.shifts = [];
const name = (node) => (node ? node.id || node.className || node.nodeName : '');
const place = (box) => `${Math.round(box.x)} ${Math.round(box.y)}`;
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value, sources } of list.getEntries()) {
    const moved = sources.map((each) => `${name(each.node)}: ${place(each.previousRect)} to ${place(each.currentRect)}`);
    if (!hadRecentInput) window.shifts.push([value, moved]);
  }
}).observe({ type: 'layout-shift', buffered: true });"""
_SETTLED = (
    "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))"
)


@contextmanager
def late(site: Path) -> Iterator[str]:
    """The address of a site on a loopback server, whose answers come late but for pages, and are kept by no cache."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Late, directory=site)) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def moved(browser: Any, address: str) -> Mapping[int, list[tuple[float, list[str]]]]:
    """The widths of windows in which more moves than may, with the scores and what moved."""
    return {
        width: found
        for width, found in shifts(browser, address, WIDTHS).items()
        if sum(score for score, _ in found) >= MOST
    }


def shifts(browser: Any, address: str, widths: Sequence[int]) -> Mapping[int, list[tuple[float, list[str]]]]:
    """What moved in windows of these widths until the page and all that it loads was there."""
    contexts = {width: browser.new_context(viewport={"width": width, "height": HEIGHT}) for width in widths}
    try:
        pages = {width: context.new_page() for width, context in contexts.items()}
        for page in pages.values():
            page.add_init_script(_WATCH)
            page.goto(address, wait_until="commit")
        for page in pages.values():
            page.wait_for_load_state("networkidle")
            page.evaluate(_SETTLED)
        return {width: [(score, moved) for score, moved in page.evaluate("shifts")] for width, page in pages.items()}
    finally:
        for context in contexts.values():
            context.close()


class _Late(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        sleep(_LATE.get(Path(self.path.partition("?")[0]).suffix, _OTHERS))
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
