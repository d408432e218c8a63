"""A connector of somebody else, installed as a distribution of its own, with a table of its own: from crawl to SQL and Parquet."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from support.changes import base
from support.once import once

PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "catalog-mlproject"
version = "1.0"

[project.entry-points."catalog.connectors"]
mlproject = "catalog_mlproject:CONNECTOR"
"""
MODULE = '''\
"""Reads the names of MLflow projects."""

from catalog.plugins.connector import Connector
from catalog.schema.record import Record, column, record
from catalog.schema.tables.problems import Problem


@record("ml_projects", key=("commit", "file"), lives="revision")
class MlProject(Record):
    """MLflow projects, as their files name them."""

    commit: str = column("The commit.")
    file: str = column("The file.")
    name: str | None = column("What the file calls the project.")


def read_revision(revision):
    content = revision.files.get("MLproject")
    if content is not None:
        {BODY}
    yield from ()


CONNECTOR = Connector(
    name="mlproject", version={VERSION}, tables=(MlProject,), wants_file="MLproject".__eq__, read_revision=read_revision
)
'''
SOUND = 'yield MlProject(commit=revision.commit.oid, file="MLproject", name=revision.read("MLproject").decode().partition(": ")[2].strip())'


@pytest.fixture
def fleet(tmp_path):
    """Two repositories, one of them with the file of an MLflow project, and a repos.toml."""
    project, other = base(), base()
    project.commit({"MLproject": "name: churn\n"})
    urls = [world.write(tmp_path / name) for name, world in (("project", project), ("other", other))]
    (tmp_path / "repos.toml").write_text("".join(f'[[repo]]\nurl = "{url}"\nname = "{url.name}"\n' for url in urls))
    return tmp_path


def install(folder: Path, body: str, version: int = 1) -> None:
    """Puts the distribution, built and installed once for all tests, beside them."""
    text = MODULE.replace("{BODY}", body).replace("{VERSION}", str(version))
    digest = sha256(text.encode()).hexdigest()[:16]
    shutil.rmtree(folder / "installed", ignore_errors=True)
    shutil.copytree(
        once(f"third-party-{digest}", lambda target: _install(target, text)) / "installed", folder / "installed"
    )


def _install(folder: Path, text: str) -> None:
    source = folder / "source"
    (source / "catalog_mlproject").mkdir(parents=True)
    (source / "pyproject.toml").write_text(PROJECT)
    (source / "catalog_mlproject" / "__init__.py").write_text(text)
    options = ("--no-index", "--no-deps", "--no-build-isolation", "--quiet", "--target", folder / "installed")
    subprocess.run([sys.executable, "-m", "pip", "install", *options, source], check=True, timeout=100)


def catalog(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(folder / "installed"), *sys.path])
    return subprocess.run(
        [sys.executable, "-P", "-m", "catalog", *arguments],
        cwd=folder, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


def asked(folder: Path, query: str) -> list[dict[str, object]]:
    return json.loads(catalog(folder, "sql", query, "-o", "json").stdout)


@pytest.mark.slow
def test_a_table_of_its_own_from_crawl_to_parquet(fleet):
    install(fleet, SOUND)
    done = catalog(fleet, "crawl")
    assert (done.returncode, asked(fleet, "select repo, file, name from ml_projects")) == (
        0,
        [{"repo": "project", "file": "MLproject", "name": "churn"}],
    )
    exported = pq.read_table(fleet / "output" / "data" / "ml_projects.parquet")
    comments = {field.name: field.metadata[b"comment"].decode() for field in exported.schema if field.metadata}
    assert (exported.num_rows, comments["name"]) == (1, "What the file calls the project.")
    assert asked(fleet, "select comment from duckdb_tables() where table_name = 'ml_projects'") == [
        {"comment": "MLflow projects, as their files name them."}
    ]


@pytest.mark.slow
def test_what_it_raises_costs_its_own_rows_until_it_is_mended(fleet):
    install(fleet, "raise KeyError('name')")
    broken = catalog(fleet, "crawl")
    versions = asked(fleet, "select repo, count(*)::int as versions from versions group by repo order by repo")
    problems = asked(fleet, "select repo, connector, rule, message from problems where rule = 'connector-bug'")
    install(fleet, SOUND, version=2)
    catalog(fleet, "crawl")
    mended = asked(
        fleet, "select name, (select count(*)::int from problems where rule = 'connector-bug') as bugs from ml_projects"
    )
    assert (broken.returncode, versions, problems, mended) == (
        0,
        [{"repo": "other", "versions": 2}, {"repo": "project", "versions": 2}],
        [{"repo": "project", "connector": "mlproject", "rule": "connector-bug", "message": "KeyError: 'name'"}],
        [{"name": "churn", "bugs": 0}],
    )
    assert "connector mlproject, commit" in broken.stderr
    assert "raise KeyError('name')" in broken.stderr


@pytest.mark.slow
def test_its_table_goes_when_it_is_uninstalled_and_comes_back_with_it(fleet):
    install(fleet, SOUND)
    catalog(fleet, "crawl")
    (fleet / "installed").rename(fleet / "away")
    without = [catalog(fleet, command).returncode for command in ("build", "crawl")]
    tables = asked(fleet, "select count(*)::int as tables from duckdb_tables() where table_name = 'ml_projects'")
    left = (fleet / "output" / "data" / "ml_projects.parquet").exists()
    (fleet / "away").rename(fleet / "installed")
    catalog(fleet, "crawl")
    assert (without, tables, left, asked(fleet, "select name from ml_projects")) == (
        [0, 0],
        [{"tables": 0}],
        False,
        [{"name": "churn"}],
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "reason"),
    [
        pytest.param("import nothing_of_the_kind", "ModuleNotFoundError: No module named 'nothing_of_the_kind'", id="imports nothing"),
        pytest.param("import sys; sys.exit(9)", "SystemExit: 9", id="exits"),
    ],
)  # fmt: skip
def test_one_that_cannot_be_loaded_is_named(fleet, module, reason):
    install(fleet, SOUND)
    (fleet / "installed" / "catalog_mlproject" / "__init__.py").write_text(module + "\n")
    done = catalog(fleet, "crawl")
    assert (done.returncode, done.stderr) == (
        2,
        f"catalog: connector 'mlproject' of catalog-mlproject cannot be loaded: {reason}; mend or uninstall it\n",
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "reason"),
    [
        pytest.param("versions", "has the name of a view of the catalog", id="of a view"),
        pytest.param("tags", "has the name of a table of catalog.schema.tables.git", id="of a table"),
    ],
)
def test_a_table_with_a_name_that_is_taken_is_refused_before_any_work(fleet, table, reason):
    install(fleet, SOUND)
    module = fleet / "installed" / "catalog_mlproject" / "__init__.py"
    module.write_text(module.read_text().replace('"ml_projects"', f'"{table}"'))
    done = catalog(fleet, "crawl")
    assert (done.returncode, done.stderr, (fleet / "output" / "store").exists()) == (
        2,
        f"catalog: connector 'mlproject' of catalog-mlproject cannot be used: its table '{table}' {reason}, expected another\n",
        False,
    )
