"""What every test has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from catalog.crawl import crawl as crawls

FEW = 8  # examples of a law

# The suite is the same every time. By default each law is tried on a few examples, so that the suite takes a minute; `.ci/run` tries them all
# with `--hypothesis-profile full`, and `--hypothesis-profile explore` looks for what nobody has thought of.
_SAME = {"derandomize": True, "deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
settings.register_profile("few", **_SAME, max_examples=FEW)
settings.register_profile("full", **_SAME)
settings.register_profile("explore", deadline=None, suppress_health_check=list(HealthCheck), max_examples=1000)
settings.load_profile("few")

FLEET = Path(__file__).parents[2] / "shared" / "fleet"


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new folder for each test. `mktemp` would read the whole folder of all tests' folders for each of them."""
    parent = tmp_path_factory.mktemp("homes")
    return (parent / str(number) for number in count())


@pytest.fixture(autouse=True)
def _isolated_home(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of this machine decides a test: neither Git's, nor GTO's, nor DVC's, nor ours."""
    home = next(_homes)
    home.mkdir()
    for name in [name for name in os.environ if name.startswith(("GIT_", "GTO_", "DVC_", "CATALOG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")


@pytest.fixture(autouse=True)
def _reads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crawl in a test's own process reads there, too, unless it states `processes`: a process takes 0.3 s to start."""
    of_config = crawls._processes
    monkeypatch.setattr(crawls, "_processes", lambda config, context: config.processes and of_config(config, context))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what Hypothesis tries on examples, so that these can be run by themselves with more of them."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.law)
