"""The main paths through the site in a second engine: Firefox, from a folder and from a server below a path."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from support.frontend import BUNDLE, WORKSHOP, node, package
from support.site_pages import QUERIES, WIDTHS, shown_pages

pytestmark = pytest.mark.browser

SCRIPT = Path(__file__).parent / "firefox" / "paths.mjs"
MODEL = "models/github.com~acme~churn/churn.html"
SECONDS = 120


def walk(jobs):
    """What each step gave, and what Firefox complained of."""
    package("puppeteer-core")
    firefox = shutil.which("firefox-esr")
    if firefox is None:
        pytest.skip("needs Debian's firefox-esr")
    command = [str(node()), str(SCRIPT), str(WORKSHOP), firefox]
    done = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return [(walked["results"], walked["complaints"]) for walked in json.loads(done.stdout)]


def job(url, *steps, width=1440):
    return {"url": url, "width": width, "height": WIDTHS[width], "steps": steps}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder on a server of loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_every_kind_of_page_from_a_folder_and_from_a_server_wide_and_narrow(site):
    pages = shown_pages(site)  # Firefox may follow one that leads elsewhere before it counts
    with served(site.parent) as root:
        urls = {
            (kind, start): f"{base}/{page.relative_to(site)}{QUERIES.get(kind, '')}"
            for start, base in (("folder", site.as_uri()), ("server", f"{root}/{site.name}"))
            for kind, page in pages.items()
        }
        jobs = [
            job(url, ["count", "h1"], ["wider"], width=width)
            for width, start in zip(WIDTHS, ("folder", "server"), strict=True)
            for (_, begun), url in urls.items()
            if begun == start
        ]
        walked = walk(jobs)
    wrong = [(job["url"], result) for job, result in zip(jobs, walked, strict=True) if result != ([1, False], [])]
    assert wrong == []


def test_a_plot_is_zoomed_from_a_folder(site):
    if not BUNDLE.is_file():
        pytest.skip("needs the bundle of Vega: make frontend")
    steps = [
        ["click", "figure[data-plot] .plot-bar button"],
        ["wait", ".vega svg .mark-line path"],
        ["count", ".vega svg .mark-line path"],
        ["shown", "figure.open > svg"],
        ["click", "figure[data-plot] .plot-bar button"],
        ["shown", "figure[data-plot] .vega svg"],
    ]
    ((results, complaints),) = walk([job((site / MODEL).as_uri(), *steps)])
    assert (results, complaints) == ([None, None, 2, [], None, []], [])


def test_links_lead_from_the_home_page_through_the_list_to_a_model(site):
    steps = [
        ["click", "header nav a[href$='models.html']"],
        ["click", f"main a[href$='{MODEL}']"],
        ["wait", "#versions"],
        ["shown", "h1"],
    ]
    ((results, complaints),) = walk([job((site / "index.html").as_uri(), *steps)])
    assert (results[:3], [text.split()[0] for text in results[3]], complaints) == ([None] * 3, ["churn"], [])
