"""The wheel: our three rooms and nothing else, with the SQL and the site's files inside."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
BUILD = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
DATA = ("*.sql", "*.html", "*.css", "*.js", "*.svg", "*.woff2", "*.xml", "*.typed")


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Sequence[str]:
    """The names in the wheel."""
    pytest.importorskip("hatchling", reason="hatchling makes the wheel; the extra `test` brings it")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-c", BUILD, str(folder)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.iterdir()
    assert wheel.name.startswith("federated_model_catalog-")
    with ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_holds_our_rooms_and_nothing_else(inside):
    tops = {name.partition("/")[0] for name in inside}
    assert {top.partition("-")[0] if top.endswith(".dist-info") else top for top in tops} == {
        "catalog",
        "connectors",
        "sites",
        "federated_model_catalog",
        "federated_model_catalog.py",
    }


def test_every_source_and_data_file_is_inside(inside):
    ours = {
        str(file.relative_to(ROOT))
        for room in ("catalog", "connectors", "sites")
        for pattern in ("*.py", *DATA)
        for file in (ROOT / room).rglob(pattern)
    }
    assert ours - set(inside) == {"catalog/launcher.py"}  # which is there as federated_model_catalog.py


def test_nothing_that_was_made_is_inside(inside):
    assert [name for name in inside if "__pycache__" in name or name.startswith("tests") or name.endswith(".pyc")] == []
