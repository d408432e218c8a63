"""No secret of a repository is in anything that is made of it (THREATS: secrets in params or metrics)."""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from catalog.store.partition_format import read_file
from support.canaries import Canary, canaries, leaks, world

ROOT = Path(__file__).parents[2]
PLANTED = canaries(1)
EMAIL = "ann@example.com"


def catalog(folder: Path, *arguments: str) -> bytes:
    """What a command says on both of its channels."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "catalog", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout + done.stderr


def outputs(folder: Path) -> dict[str, bytes]:
    """Every file as it lies there, and everything in it that is compressed as text."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    found = {str(file.relative_to(folder)): file.read_bytes() for file in files}
    for file in files:
        name = f"{file.relative_to(folder)}, read"
        if file.suffix == ".parquet":
            found[name] = repr(pq.read_table(file).to_pylist()).encode()
        elif file.suffix == ".rows":
            found[name] = repr({table: rows.to_pylist() for table, rows in read_file(file).items()}).encode()
    with duckdb.connect(folder / "catalog.duckdb", read_only=True) as connection:
        # Views are among the exported files.
        names = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, table in names:
            rows = connection.execute(f'from "{schema}"."{table}"').fetchall()
            found[f"{schema}.{table}"] = repr(rows).encode()
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What a crawl, its catalog and its site hold, and what commands say."""
    folder = tmp_path_factory.mktemp("canaries")
    repository = world(PLANTED)
    repository.write(folder / "repo")
    (folder / "repos.toml").write_text("[catalog]\nsite_url = 'https://models.example.org'\n[crawl]\nexperiments = 1000\nplain_tags = true\n[[repo]]\nurl = 'repo'\nname = 'h/o/canaries'\n")  # fmt: skip
    said = {"crawl": catalog(folder, "crawl", "--report", "report.json")}
    repository.commit({"params.yaml": f'{{"db_password": "{PLANTED[0].value}"}}'}, message=PLANTED[7].value)
    repository.tag("m@v3.0.0", message=PLANTED[7].value)
    repository.write(folder / "repo")
    said |= {"crawl again": catalog(folder, "crawl", "--report", "report2.json")}
    for words in (["ls", "problems"], ["show", "m"], ["events"], ["params", "m"], ["history", "m"], ["status"]):
        said[" ".join(words)] = catalog(folder, *words, "-o", "json")
    said |= {file.name: file.read_bytes() for file in folder.glob("report*.json")}
    return outputs(folder / "output"), said


@pytest.mark.slow
def test_nothing_that_is_made_holds_a_secret(made):
    files, said = made
    found = {name: kinds for name, data in (files | said).items() if (kinds := leaks(data, PLANTED))}
    assert found == {}


@pytest.mark.slow
def test_every_place_is_read_and_reported(made):
    files, said = made
    places = said["ls problems"].decode()
    expected = ["params.yaml", "p.json", "p.toml", "p.py", "metrics.json", "dvc.yaml", "dvc.lock", "old/dvc.yaml", "zero.dvc", "three.dvc", "artifacts.yaml", "m.mlem", "README.md", "CODEOWNERS", "m@v1.0.7", "LICENSE", "refs/exps/"]  # fmt: skip
    assert [place for place in expected if place not in places] == []
    assert len(PLANTED) >= 30
    assert b"[withheld: " in files["data/plot_series.parquet, read"]


@pytest.mark.slow
def test_no_address_is_published(made):
    files, _ = made
    published = [name for name in files if name.startswith(("site/", "data/"))]
    assert [name for name in published if EMAIL.encode() in files[name].lower()] == []
    assert any(EMAIL.encode() in data for name, data in files.items() if name not in published)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda body: body, id="as it is"),
        pytest.param(str.upper, id="in another case"),
        pytest.param(lambda body: body[:12] + "…", id="its beginning"),
        pytest.param(lambda body: "".join(f"%{ord(char):02X}" for char in body), id="percent-encoded"),
        pytest.param(lambda body: b64encode(f"u:{body}".encode()).decode(), id="in Base64"),
    ],
)
def test_a_leak_is_found(change):
    canary = Canary(kind="k", value="x", body="Zq81kPw0aXd3Lm5T9uV2")
    assert (leaks(f"a {change(canary.body)} b".encode(), [canary]), leaks(b"Zq81kPw0", [canary])) == ({"k"}, set())
