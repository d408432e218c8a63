"""What every test has."""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings

from catalog.cli import main
from catalog.crawl import reading
from catalog.database import template
from support.once import once, share_in

# Compiled modules are kept, also where the environment of a container says otherwise: else each of the suite's processes compiles all of
# them, and pytest rewrites the assertions of 456 files, for 5 of the 12 s that one takes to begin.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

FEW = 8  # examples of a law

# The suite is the same every time. By default each law is tried on a few examples, so that the suite takes a minute; `.ci/run` tries them all
# with `--hypothesis-profile full`, and `--hypothesis-profile explore` looks for what nobody has thought of.
_SAME = {"derandomize": True, "deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
settings.register_profile("few", **_SAME, max_examples=FEW)
settings.register_profile("full", **_SAME)
settings.register_profile("explore", deadline=None, suppress_health_check=list(HealthCheck), max_examples=1000)
settings.load_profile("few")

FLEET = Path(__file__).parents[2] / "shared" / "fleet"


@pytest.fixture(scope="session", autouse=True)
def _stays_on_loopback() -> Iterator[None]:
    """No other host has an address: DVC looks for some that the fleet names, and without a network, each of these lookups takes seconds."""
    of_system, here = socket.getaddrinfo, ("", "localhost", socket.gethostname())

    def local(host: str | bytes | None, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host or ""
        if name not in here and not _is_address(name):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return of_system(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", local)
        patch.setenv("RES_OPTIONS", "timeout:1 attempts:1")  # of programs that tests start
        yield


def _is_address(name: str) -> bool:
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder each time. `mktemp` would read the whole folder of all tests' folders, and most tests leave theirs empty."""
    parent = tmp_path_factory.mktemp("homes")
    return _empty_folders(parent)


def _empty_folders(parent: Path) -> Iterator[Path]:
    for number in count():
        folder = parent / str(number)
        folder.mkdir()
        while not any(folder.iterdir()):
            yield folder


@pytest.fixture(autouse=True)
def _isolated_home(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of this machine decides a test: neither Git's, nor GTO's, nor DVC's, nor ours."""
    home = next(_homes)
    for name in [name for name in os.environ if name.startswith(("GIT_", "GTO_", "DVC_", "CATALOG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")


@pytest.fixture(scope="session", autouse=True)
def _reads_here() -> Iterator[None]:
    """A crawl in a test's own process reads there, too, unless it states `processes`: a process takes 0.3 s to start."""
    of_config = reading.process_count
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "process_count", lambda config, context: config.processes and of_config(config, context))
        yield


@pytest.fixture(scope="session", autouse=True)
def _shared(tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.getbasetemp()
    share_in(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture(scope="session", autouse=True)
def _one_template(_shared: None) -> Iterator[None]:
    """The empty catalog that a build begins with takes a second to make."""
    write = template._write

    def copy(path: Path, shapes: Mapping[str, pa.Schema]) -> None:
        folder = once(f"template-{template.recipe(shapes)}", lambda folder: write(folder / "catalog.duckdb", shapes))
        shutil.copyfile(folder / "catalog.duckdb", path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(template, "_write", copy)
        yield


@pytest.fixture(scope="session")
def demo_folder(_one_template: None) -> Path:
    """The folder of `catalog demo`."""
    return once("demo", _demo)


def _demo(folder: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        assert main(["demo", str(folder), "--debug"]) == 0


# Ten thousand tests are many objects, which live as long as the process: the garbage collector need not visit them again and again.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
    atexit.register(
        gc.unfreeze
    )  # else extension modules call what is left at the end a leak; pytest looks for garbage before


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what Hypothesis tries on examples, so that these can be run by themselves with more of them, and what is left to CI."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.law)
        if "demo_folder" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)  # the demo takes seconds to make
    tables: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("one_in") and not item.get_closest_marker("slow"):
            tables.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for cases in tables.values():
        _leave_to_ci(cases)


def _leave_to_ci(cases: list[pytest.Item]) -> None:
    """Where each case of a table takes long and shows much the same as its neighbours, those between each n-th are slow."""
    for number, case in enumerate(cases):
        mark = case.get_closest_marker("one_in")
        if mark and number % mark.args[0]:
            case.add_marker(pytest.mark.slow)
