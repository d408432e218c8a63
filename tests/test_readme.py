"""The README's blocks of commands and Python run on the demo as they stand, and print something."""

from __future__ import annotations

import re
import shlex
import shutil
from contextlib import closing
from itertools import takewhile
from pathlib import Path

import duckdb
import pytest

from catalog.cli import main

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
COMMANDS = [line for kind, block in BLOCKS if kind == "console" for line in block.splitlines()]
LINES = [shlex.split(re.sub(r"\s#\s.*", "", line)) for line in COMMANDS]  # `#` in a word begins no comment
SET_UP = ("init", "add", "crawl")  # these begin in a folder without repos.toml; the crawl needs the network


def _commands(program: str) -> list[list[str]]:
    """The arguments of each line, as far as it redirects none of its output."""
    return [[*takewhile(">".__ne__, words[1:])] for words in LINES if words[0] == program]


QUESTIONS = [words for words in _commands("catalog") if words[0] not in SET_UP]


def test_every_block_is_run_by_a_test():
    programs = [words[0] for words in LINES]
    assert {kind for kind, _ in BLOCKS} == {"console", "python"}
    assert {*programs} == {"catalog", "duckdb", "make", "pip"}
    assert (len(QUESTIONS) > 20, programs.count("duckdb") > 2) == (True, True)


def test_make_has_the_targets():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {words[0] for words in _commands("make")} - {*targets} == set()


def test_pip_installs_this_package():
    assert _commands("pip") == [["install", "federated-model-catalog"]]


def test_the_set_up_makes_a_file_that_the_crawl_reads(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    set_up = [words for words in _commands("catalog") if words[0] in SET_UP]
    assert [words[0] for words in set_up] == [*SET_UP]
    assert [main(words) for words in set_up if words[0] != "crawl"] == [0, 0]
    assert main(["crawl", "--help"]) == 0
    assert all(url in (tmp_path / "repos.toml").read_text("utf-8") for url in set_up[1][1:])
    capsys.readouterr()


@pytest.fixture(scope="module")
def folder(demo_folder, tmp_path_factory):
    """A copy of the demo, in which a command may write."""
    return shutil.copytree(demo_folder, tmp_path_factory.mktemp("readme") / "demo")


def test_each_question_prints_something(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    for name in ("CATALOG", "CATALOG_CONFIG", "CATALOG_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    ended = {}
    for words in QUESTIONS:
        code = main(words)
        said = capsys.readouterr()
        ended[shlex.join(words)] = (code, said.out.strip() != "", "nothing found" in said.err)
    assert ended == dict.fromkeys(map(shlex.join, QUESTIONS), (0, True, False))


def test_each_query_of_duckdb_has_rows(folder):
    for options, file, query in _commands("duckdb"):
        assert options == "-readonly"
        with closing(duckdb.connect(folder / file, read_only=True)) as connection:
            assert connection.execute(query).fetchall() != [], query


def test_the_python_runs(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    (block,) = [block for kind, block in BLOCKS if kind == "python"]
    exec(compile(block, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert (printed[0].startswith("{'auc': "), "churn" in printed[1]) == (True, True)
