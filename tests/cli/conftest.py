"""The command in this process, on a small catalog."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import duckdb
import pytest
import typer.main

from catalog.cli import app as application
from catalog.cli import main
from catalog.database import database as connections
from support.small_catalog import small_catalog


@pytest.fixture(scope="session")
def database():
    return small_catalog()


@pytest.fixture(scope="session", autouse=True)
def _made_once() -> Iterator[None]:
    """Each command is made of its signature once, not for each run of it: typer takes 10 ms, and 60 ms for all."""
    commands, make = application._COMMANDS, cache(application.app)

    def app(words: Sequence[str] = ()) -> typer.Typer:
        return make(tuple(word for word in words[:1] if word in commands))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "app", app)
        patch.setattr(typer.main, "get_command", cache(typer.main.get_command))
        yield


@pytest.fixture(scope="session", autouse=True)
def _opened_once(database: Path) -> Iterator[None]:
    """The small catalog is opened once for all commands that may hold as much memory: DuckDB takes 30 ms."""
    connect = connections.connect
    opened = cache(lambda max_memory: connect(database, max_memory=max_memory))

    def shared(path: Path, *, max_memory: int = connections.FOR_ONE) -> duckdb.DuckDBPyConnection:
        return opened(max_memory).cursor() if path == database else connect(path, max_memory=max_memory)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "connect", shared)
        yield


@pytest.fixture(autouse=True)
def _alone(tmp_path, monkeypatch):
    """An empty folder, and none of the user's settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("CATALOG", "CATALOG_CONFIG", "CATALOG_DATABASE", "CATALOG_DEBUG", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(capsys):
    """Runs the command; gives exit code, standard output, standard error."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def ask(run, database):
    """The same, of the small catalog."""
    return lambda command, *arguments: run(command, "--catalog", database, *arguments)
