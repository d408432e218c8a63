"""Chromium for tests and pictures, and pages that note what the browser complains of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Of Debian's two builds of the same version, the one without windows opens a page in 0.2 s of a processor, the other in 0.8 s.
PROGRAMS = ("chromium-headless-shell", "chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def chromium() -> Iterator[Any]:
    """Debian's Chromium without windows, running; or the other one, where that is not installed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        running = play.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


@contextmanager
def opened(browser: Any, address: str, **options: Any) -> Iterator[Any]:
    """A page in a context of its own; `complaints`: what the browser said, and what was asked of the network."""
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: request.url.startswith("file:") or page.complaints.append(request.url))
    page.goto(address)
    try:
        yield page
    finally:
        context.close()
