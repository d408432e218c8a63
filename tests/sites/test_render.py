"""Compiled templates are kept where Python keeps compiled modules, and only where they are whole and of this program they are used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sites import render
from sites.pages import MISSING

pytestmark = pytest.mark.slow

MINE = b"a template of mine"


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """The folder of compiled templates, where some are."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(render, "cache_from_source", lambda _: str(tmp_path / "kept" / "render.pyc"))
    (tmp_path / "kept").mkdir()
    missing_page()
    return tmp_path / "kept"


def missing_page() -> bytes:
    """A page as a process renders it that has no template in memory."""
    render.environment.cache_clear()
    return render.Renderer("Title")(MISSING, {}, root="")


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:40])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def replace(file: Path) -> None:
    file.write_bytes(MINE)


def fold(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.usefixtures("kept")
def test_a_compiled_template_is_used_again(monkeypatch):
    monkeypatch.setattr(render.Environment, "compile", lambda *_, **__: pytest.fail("it is compiled again"))
    assert b"Title" in missing_page()


@pytest.mark.parametrize("harm", [truncate, empty, replace, fold])
def test_a_damaged_one_is_compiled_again(kept, harm: Callable[[Path], None]):
    page = missing_page()
    for file in kept.iterdir():
        harm(file)
    assert missing_page() == page


def test_those_of_another_program_are_neither_used_nor_kept(kept, monkeypatch):
    before = {file.name for file in kept.iterdir()}
    monkeypatch.setattr(render, "program_digest", lambda: "another")
    missing_page()
    now = {file.name for file in kept.iterdir()}
    assert (len(now), before & now) == (len(before), set())


def test_nothing_is_written_where_python_writes_no_compiled_modules(kept, monkeypatch):
    for file in kept.iterdir():
        file.unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    missing_page()
    assert [*kept.iterdir()] == []


def test_a_folder_that_is_not_there_costs_no_page(kept, monkeypatch):
    monkeypatch.setattr(render, "cache_from_source", lambda _: str(kept / "nowhere" / "render.pyc"))
    assert b"Title" in missing_page()
