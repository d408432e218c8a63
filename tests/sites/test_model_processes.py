"""Pages of models that several processes render: the same bytes as by one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from catalog.privacy.emails import HASH, mask
from catalog.privacy.emails import hide as hide_emails
from sites import model_processes, processes
from sites.build import build
from sites.model_processes import MAX_PROCESSES, MIN_FILES, ModelProcesses, process_number
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
    monkeypatch.setattr(model_processes, "MIN_FILES", 2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    seen = []
    original = model_processes.run_in_processes

    def run_in_processes(make, tasks):
        if tasks:
            items = [*original(make, tasks)]
            seen.append((len(tasks), len(items)))
            yield from items

    monkeypatch.setattr(model_processes, "run_in_processes", run_in_processes)
    return seen


@pytest.mark.parametrize("emails", [
    pytest.param(hide_emails, marks=pytest.mark.slow, id="hidden"),
    pytest.param(mask(HASH, b"key"), id="as codes"),
    pytest.param(str, marks=pytest.mark.slow, id="shown"),
])  # fmt: skip
def test_several_processes_make_the_same_bytes(emails, catalog_file, tmp_path, shares):
    build(catalog_file, tmp_path / "one", title="x", mask=emails, processes=1)
    assert shares == []
    build(catalog_file, tmp_path / "two", title="x", mask=emails)
    of_models = {path for path in pages_of(tmp_path / "one") if path.startswith(("badges/", "models/"))} - {MODEL_NAMES}
    assert shares == [(2, len(of_models))]
    assert pages_of(tmp_path / "two") == pages_of(tmp_path / "one")


def test_a_mask_that_no_process_can_be_given(catalog_file, tmp_path, shares):
    build(catalog_file, tmp_path / "one", title="x", mask=lambda text: text.upper(), processes=1)
    build(catalog_file, tmp_path / "two", title="x", mask=lambda text: text.upper())
    assert shares == [(2, 0)]
    assert pages_of(tmp_path / "two") == pages_of(tmp_path / "one")


def test_what_a_killed_process_did_not_make_is_made(catalog_file, tmp_path, shares, monkeypatch, caplog):
    build(catalog_file, tmp_path / "one", title="x", processes=1)
    monkeypatch.setattr(model_processes, "render", process_tasks.HalfOfATask())
    report = build(catalog_file, tmp_path / "two", title="x")
    ((number, files),) = shares
    assert (number, files > 0, len(caplog.messages)) == (2, True, 2)
    assert report.written == len(pages_of(tmp_path / "one"))
    assert pages_of(tmp_path / "two") == pages_of(tmp_path / "one")


def test_processes_end_with_a_build_that_fails(catalog_file, tmp_path, monkeypatch):
    """They would wait for ever, and keep the interpreter from its end."""
    monkeypatch.setattr(model_processes, "MIN_FILES", 2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(model_processes, "render", process_tasks.HalfOfATask(ends=False))
    started = []

    class Recorded(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    def fail(done, _):
        if started:
            raise RuntimeError(done)

    monkeypatch.setattr(processes.subprocess, "Popen", Recorded)
    with pytest.raises(RuntimeError):
        build(catalog_file, tmp_path, title="x", progress=fail)
    assert [process.returncode for process in started] == [-signal.SIGKILL] * 2


@pytest.mark.parametrize("stated", [None, MAX_PROCESSES + 1])
def test_repos_toml_may_state_fewer_processes_and_no_more(stated, catalog_file, tmp_path, shares):
    build(catalog_file, tmp_path, title="x", processes=stated)
    assert [number for number, _ in shares] == [MAX_PROCESSES]


@pytest.mark.parametrize("beyond", [0, 1])
def test_how_many_processes_there_are_at_most(beyond, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {*range(MAX_PROCESSES + beyond)}, raising=False)
    assert process_number() == MAX_PROCESSES
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert process_number() == 1


@pytest.mark.parametrize(("name", "value"), [("frozen", True), ("executable", "")])
def test_a_program_that_python_is_a_part_of_starts_none(name, value, monkeypatch):
    monkeypatch.setattr(sys, name, value, raising=False)
    assert process_number() == 0


@pytest.mark.parametrize(("number", "shared"), [
    pytest.param(2 * MIN_FILES - 1, [], id="too few for two"),
    pytest.param(2 * MIN_FILES, [MIN_FILES, MIN_FILES], id="enough for two"),
    pytest.param(3 * MIN_FILES - 1, [MIN_FILES * 3 // 2 - 1, MIN_FILES * 3 // 2], id="too few for three"),
    pytest.param(3 * MIN_FILES, [MIN_FILES, MIN_FILES, MIN_FILES], id="enough for three"),
    pytest.param(4 * MIN_FILES, [MIN_FILES * 4 // 3] * 3, id="no more than three"),
])  # fmt: skip
def test_how_many_processes_there_are(number, shared, tmp_path, monkeypatch):
    tasks = []
    monkeypatch.setattr(
        model_processes, "run_in_processes", lambda _, made: (task for task in tasks.extend(made) or [])
    )
    repos = {f"models/{each:05}/m.html": f"h/{each:05}" for each in range(number)}
    stale = {*repos, "index.html", "models/of/no/repository.html", "repos/r.html"}
    of_models = ModelProcesses(database=tmp_path, mask=str, most=3)
    assert [*of_models.files(stale, repos | {"repos/r.html": "h/00000"}, None, None)] == []
    assert sorted(len(task.paths) for task in tasks) == sorted(shared)
    assert {path for task in tasks for path in task.paths} == (set(repos) if shared else set())
    assert all(task.repos == {repos[path] for path in task.paths} for task in tasks)


def test_the_files_of_a_model_are_made_by_one_process(tmp_path, monkeypatch):
    """As many models for each, also of one repository; so a page comes with the badges that it shows."""
    tasks = []
    monkeypatch.setattr(
        model_processes, "run_in_processes", lambda _, made: (task for task in tasks.extend(made) or [])
    )
    models = [f"m{number:04}" for number in range(MIN_FILES // 2)]
    stale = {f"badges/r/{model}/{stage}.svg": "h/r" for model in models for stage in ("prod", "staging")}
    stale |= {f"models/r/{model}.{suffix}": "h/r" for model in models for suffix in ("html", "js", "json")}
    of_models = ModelProcesses(database=tmp_path, mask=str, most=2)
    assert [*of_models.files(stale, stale, None, None)] == []
    first, last = ({path.split("/")[2].partition(".")[0] for path in task.paths} for task in tasks)
    assert (first, last) == ({*models[: len(models) // 2]}, {*models[len(models) // 2 :]})
