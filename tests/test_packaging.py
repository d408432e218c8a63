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
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PRODUCT = ROOT / "requirements" / "product.txt"
BUILD = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
DATA = ("*.sql", "*.html", "*.css", "*.js", "*.svg", "*.woff2", "*.txt", "*.xml", "*.typed")


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
        if file.parent != ROOT / "sites" / "static" / "vendor"  # see tests/test_frontend.py
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


DOCUMENT = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def declared(entries):
    """What is asked for of others."""
    return [asked for entry in entries if (asked := Requirement(entry)).name != PROJECT["name"]]


def locked(lock: str) -> dict[str, str]:
    """Versions by name."""
    return dict(re.findall(r"^([^ =\n]+)==([^ ;\n]+)", (ROOT / "requirements" / lock).read_text("utf-8"), re.MULTILINE))


def test_every_dependency_has_its_reason():
    reasons = re.findall(r"^\| `([a-z0-9-]+)` \| [^`\s]", DOCUMENT, re.MULTILINE)
    assert reasons == sorted(asked.name for asked in declared(PROJECT["dependencies"]))


def test_every_dependency_of_an_extra_has_its_reason():
    reasons = re.findall(r"^\| `([a-z0-9-]+)` \| `([a-z]+)` \| \S", DOCUMENT, re.MULTILINE)
    extras = PROJECT["optional-dependencies"].items()
    assert sorted(reasons) == sorted((asked.name, extra) for extra, entries in extras for asked in declared(entries))


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("product.txt", ()), ("build.txt", ("build",)), ("development.txt", ("build", "dask", "test", "lint", "fuzz"))],
)
def test_a_lock_has_what_is_declared_by_version_and_hash(lock, extras):
    versions = locked(lock)
    entries = [
        *PROJECT["dependencies"],
        *(entry for extra in extras for entry in PROJECT["optional-dependencies"][extra]),
    ]
    unfit = [str(asked) for asked in declared(entries) if versions.get(asked.name, "0") not in asked.specifier]
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    blocks = re.findall(r"^[^ =\n]+==(?:.*\\\n)*.*\n", text, re.MULTILINE)
    assert (unfit, "".join(blocks) == text, [block for block in blocks if "--hash=sha256:" not in block]) == (
        [],
        True,
        [],
    )


def test_locks_agree():
    product, build, development = map(locked, ("product.txt", "build.txt", "development.txt"))
    assert product.items() <= build.items() <= development.items()


def test_what_only_builds_the_wheel_is_no_part_of_the_product():
    assert (
        not {asked.name for asked in declared(PROJECT["optional-dependencies"]["build"])} & locked("product.txt").keys()
    )
