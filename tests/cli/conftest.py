"""The command in this process, on a small catalog."""

from __future__ import annotations

import pytest

from catalog.cli import main
from support.small_catalog import small_catalog


@pytest.fixture(scope="session")
def database():
    return small_catalog()


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
