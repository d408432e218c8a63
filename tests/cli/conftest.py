"""The command in this process, on a small catalog."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import pytest
import typer.main

from catalog.cli import app as application
from catalog.cli import main
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
