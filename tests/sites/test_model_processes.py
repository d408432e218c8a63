"""Pages of models that several processes render: the same bytes as by one."""

from __future__ import annotations

import os
import sys

import pytest

from catalog.privacy.emails import HASH, mask
from catalog.privacy.emails import hide as hide_emails
from sites import model_processes
from sites.build import build
from sites.model_processes import EACH, MOST, ModelProcesses, usual_number
from sites.pages import MODEL_NAMES
from support import process_tasks


def pages_of(folder):
    """The bytes of each file but the list of what was made, which has times."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name != ".made.json"
    }


@pytest.fixture
def shares(monkeypatch):
    """How many processes there were, and how many files they made, of each time that there were some: two files are enough for one."""
    monkeypatch.setattr(model_processes, "EACH", 2)
    seen = []
    original = model_processes.arriving

    def arriving(make, tasks):
        if tasks:
            items = [*original(make, tasks)]
            seen.append((len(tasks), len(items)))
            yield from items

    monkeypatch.setattr(model_processes, "arriving", arriving)
    return seen


@pytest.mark.parametrize("emails", [
    pytest.param(hide_emails, marks=pytest.mark.slow, id="hidden"),
    pytest.param(mask(HASH, b"key"), id="as codes"),
    pytest.param(str, marks=pytest.mark.slow, id="shown"),
])  # fmt: skip
def test_several_processes_make_the_same_bytes(emails, catalog_file, tmp_path, shares):
    build(catalog_file, tmp_path / "one", title="x", mask=emails, processes=1)
    assert shares == []
    build(catalog_file, tmp_path / "three", title="x", mask=emails, processes=3)
    of_models = {path for path in pages_of(tmp_path / "one") if path.startswith(("badges/", "models/"))} - {MODEL_NAMES}
    assert shares == [(3, len(of_models))]
    assert pages_of(tmp_path / "three") == pages_of(tmp_path / "one")


def test_a_mask_that_no_process_can_be_given(catalog_file, tmp_path, shares):
    build(catalog_file, tmp_path / "one", title="x", mask=lambda text: text.upper(), processes=1)
    build(catalog_file, tmp_path / "three", title="x", mask=lambda text: text.upper(), processes=3)
    assert shares == [(3, 0)]
    assert pages_of(tmp_path / "three") == pages_of(tmp_path / "one")


def test_what_a_killed_process_did_not_make_is_made(catalog_file, tmp_path, shares, monkeypatch, caplog):
    build(catalog_file, tmp_path / "one", title="x", processes=1)
    monkeypatch.setattr(model_processes, "share_files", process_tasks.HalfOfAShare())
    report = build(catalog_file, tmp_path / "two", title="x", processes=2)
    ((number, files),) = shares
    assert (number, files > 0, len(caplog.messages)) == (2, True, 2)
    assert report.written == len(pages_of(tmp_path / "one"))
    assert pages_of(tmp_path / "two") == pages_of(tmp_path / "one")


@pytest.mark.parametrize("beyond", [0, 1])
def test_how_many_processes_there_are_at_most_by_default(beyond, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {*range(MOST + beyond)}, raising=False)
    assert usual_number() == MOST
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert usual_number() == 1


@pytest.mark.parametrize(("name", "value"), [("frozen", True), ("executable", "")])
def test_a_program_that_python_is_a_part_of_starts_none(name, value, monkeypatch):
    monkeypatch.setattr(sys, name, value, raising=False)
    assert usual_number() == 0


@pytest.mark.parametrize(("number", "shared"), [
    pytest.param(2 * EACH - 1, [], id="too few for two"),
    pytest.param(2 * EACH, [EACH, EACH], id="enough for two"),
    pytest.param(3 * EACH - 1, [EACH * 3 // 2 - 1, EACH * 3 // 2], id="too few for three"),
    pytest.param(3 * EACH, [EACH, EACH, EACH], id="enough for three"),
    pytest.param(4 * EACH, [EACH * 4 // 3] * 3, id="no more than three"),
])  # fmt: skip
def test_how_many_processes_there_are(number, shared, tmp_path, monkeypatch):
    tasks = []
    monkeypatch.setattr(model_processes, "arriving", lambda _, shares: iter(tasks.extend(shares) or []))
    repos = {f"models/{each:05}/m.html": f"h/{each:05}" for each in range(number)}
    stale = {*repos, "index.html", "models/of/no/repository.html", "repos/r.html"}
    processes = ModelProcesses(database=tmp_path, mask=str, most=3)
    assert [*processes.files(stale, repos | {"repos/r.html": "h/00000"}, None, None)] == []
    assert sorted(len(task.paths) for task in tasks) == sorted(shared)
    assert {path for task in tasks for path in task.paths} == (set(repos) if shared else set())
    assert all(task.repos == {repos[path] for path in task.paths} for task in tasks)
