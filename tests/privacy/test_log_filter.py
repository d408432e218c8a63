"""The log of a crawl holds no likely secret. No secret of these tests is one."""

from __future__ import annotations

import logging

import pytest

from catalog.crawl import attempt, executor_reader, isolation
from catalog.privacy.log_filter import MAX_TRACEBACK

TOKEN = "gh" + "p_" + "a1B2" * 9


@pytest.mark.parametrize(
    "log", [isolation.log, attempt.log, executor_reader.log], ids=["of connectors", "of visits", "of executors"]
)
def test_neither_message_nor_traceback_holds_a_secret(log, caplog):
    log.error("%s: %s", "h/r", TOKEN, exc_info=ValueError(f"bad value {TOKEN}"))
    assert (TOKEN in caplog.text, caplog.text.count("[withheld: GitHub Token]")) == (False, 2)
    assert "ValueError: bad value" in caplog.text


@pytest.mark.parametrize(("length", "whole"), [(MAX_TRACEBACK - 20, True), (MAX_TRACEBACK, False)])
def test_of_a_long_traceback_the_end_is_kept(length, whole, caplog):
    attempt.log.error("h/r", exc_info=ValueError("x" * (length)))
    assert (caplog.records[0].levelno, "ValueError: " in (caplog.records[0].exc_text or "")) == (logging.ERROR, whole)
