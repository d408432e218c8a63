"""What a terminal shows while a site is built, and what is counted."""

from __future__ import annotations

import sys
from io import StringIO
from itertools import chain, repeat

import pytest

from catalog.cli.progress import SiteProgress
from sites.build import build
from support.catalog_files import write_catalog


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "seconds", "shows"),
    [
        pytest.param(Terminal, 1.0, True, id="a terminal, after a second"),
        pytest.param(Terminal, 0.9, False, id="a terminal, before that"),
        pytest.param(StringIO, 1.0, False, id="no terminal"),
    ],
)
def test_a_bar_shows_how_much_of_the_site_was_made(stream, seconds, shows, monkeypatch):
    times = chain([0.0], repeat(seconds))
    monkeypatch.setattr("catalog.cli.progress.monotonic", lambda: next(times))
    monkeypatch.setattr(sys, "stderr", stream())
    monkeypatch.setenv("TERM", "xterm")
    with SiteProgress() as progress:
        progress(1, 30)
        progress(20, 30)
    assert (sys.stderr.getvalue() != "", "20/30" in sys.stderr.getvalue()) == (shows, shows)


@pytest.mark.slow
def test_every_file_of_a_site_is_counted(empty_catalog, tmp_path):
    counts = []
    reports = [
        build(empty_catalog, tmp_path, title="x", progress=lambda done, total: counts.append((done, total)))
        for _ in range(2)
    ]
    files = reports[0].written
    assert (counts, reports[1].unchanged) == ([(number, files) for number in range(1, files + 1)], files)


@pytest.fixture
def empty_catalog(tmp_path_factory):
    """A catalog of nothing."""
    return write_catalog(tmp_path_factory.mktemp("catalog") / "c.duckdb", {})
