"""The wheel: our three rooms and nothing else, with the SQL, the site's files, and a bill of materials inside."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ROOT / "requirements" / "product.txt"
BUILD = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
DATA = ("*.sql", "*.html", "*.css", "*.js", "*.svg", "*.woff2", "*.xml", "*.typed")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    pytest.importorskip("hatchling", reason="hatchling makes the wheel; the extra `test` brings it")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-c", BUILD, str(folder)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.iterdir()
    assert wheel.name.startswith("federated_model_catalog-")
    return wheel


@pytest.fixture(scope="module")
def inside(wheel: Path) -> Sequence[str]:
    """The names in the wheel."""
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


def test_a_bill_of_materials_names_what_is_locked(wheel, inside):
    (name,) = [name for name in inside if name.endswith(".dist-info/sboms/federated-model-catalog.cdx.json")]
    with ZipFile(wheel) as archive:
        bill = json.loads(archive.read(name))
    named = {f"{part['name']}=={part['version']}" for part in bill["components"]}
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "federated-model-catalog")
    assert named == set(re.findall(r"^[^ #\n]+==[^ \n]+", PRODUCT.read_text(), re.MULTILINE))
    assert all(part["hashes"] for part in bill["components"])


def test_every_dependency_is_locked_and_has_its_reason():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.match(r"[a-z0-9-]+", entry)[0] for entry in declared}
    locked = set(re.findall(r"^([^ =\n]+)==", PRODUCT.read_text(), re.MULTILINE))
    reasons = re.findall(r"^\| `([a-z0-9-]+)` \| \S", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    assert (names - locked, sorted(names)) == (set(), reasons)
