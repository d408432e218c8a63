"""The page of the data: each line that it shows is run, as far as this machine has what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from sites.build import build
from sites.published import data_page
from sites.published.exports import exports_in
from support.frames import needs_frames, python_with_frames
from support.small_catalog import small_catalog

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]


@pytest.fixture
def line(served, data):
    """A line by its label, for the served site."""
    lines = {each.label: each for each in data_page.lines(exports_in(data))}
    return lambda label: f"{lines[label].before}{served}{lines[label].after}"


def run(folder: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder), "NO_COLOR": "1"}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


def test_the_line_for_the_command_line_lists_versions(tmp_path, line):
    command = f'catalog() {{ {sys.executable} -P -m catalog "$@"; }}; {line("Command line")} -o csv'
    assert len(run(tmp_path, "bash", "-c", command).splitlines()) > 3


def test_the_line_for_python_prints_artifacts(tmp_path, line):
    assert "churn" in run(tmp_path, sys.executable, "-P", "-c", line("Python"))


@needs_frames
@pytest.mark.parametrize("label", ["pandas", "polars"])
def test_the_lines_for_data_frames_print_rows(tmp_path, line, label):
    assert "churn" in python_with_frames(tmp_path, line(label))


@pytest.mark.parametrize("label", ["curl", "curl, the list of all files"])
def test_the_lines_for_curl_download_a_file(tmp_path, line, data, label):
    run(tmp_path, "bash", "-c", line(label))
    (file,) = tmp_path.iterdir()
    assert file.read_bytes() == (data / file.name).read_bytes()


def test_the_line_for_csv_prints_rows(tmp_path, line):
    assert "churn" in run(tmp_path, "bash", "-c", line("curl, one table as CSV"))


@pytest.mark.parametrize("label", ["DuckDB", "DuckDB, one table"])
def test_the_lines_for_duckdb_read_versions_where_it_can_reach_them(line, served, published_site, label):
    """Without the extension that reads from servers, which is not on every machine: from the folder."""
    statements = line(label).replace(served, f"{published_site}/").split("; ")
    with duckdb.connect() as connection:
        for statement in statements:
            rows = connection.execute(statement).fetchall()
    assert "churn" in repr(rows)


def test_the_page_lists_every_table_and_file(published_site, page, data):
    values = page(published_site / "data.html").values("href", "id")
    assert [path for path in exports_in(data).files if path not in values] == []
    assert [table["name"] for table in exports_in(data).tables if table["name"] not in values] == []


def test_where_the_site_will_be_is_in_the_lines(tmp_path, data):
    build(small_catalog(), tmp_path, title="Models", data=data, site_url="https://acme.example/it's")
    text = (tmp_path / "data.html").read_text("utf-8")
    assert ("https://acme.example/it%27s/" in text, "data.js" in text) == (True, False)


def test_without_data_the_page_says_how_to_add_it(tmp_path, page):
    build(small_catalog(), tmp_path, title="Models")
    assert (
        page(tmp_path / "data.html").text()[-1] == "This site was built without its data. catalog build puts it here."
    )
