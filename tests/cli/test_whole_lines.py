"""Messages of two threads at once: each is a line of its own."""

from __future__ import annotations

import io
import sys
from concurrent.futures import ThreadPoolExecutor
from time import sleep

from catalog.cli.output import say


class Yielding(io.StringIO):
    """Lets another thread go on after each write, as a full pipe does."""

    def write(self, text: str) -> int:
        written = super().write(text)
        sleep(0.001)
        return written


def test_no_message_comes_into_that_of_another_thread(monkeypatch):
    stream = Yielding()
    monkeypatch.setattr(sys, "stderr", stream)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda word: [say(word) for _ in range(20)], ("left", "right")))
    assert sorted(stream.getvalue().splitlines()) == ["left"] * 20 + ["right"] * 20
