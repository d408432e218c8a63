"""lineage and identify: what they print for a person, and how they end."""

from __future__ import annotations

import json
import sys
from io import StringIO
from itertools import chain, repeat

import pytest

from catalog.cli.progress import HashProgress
from catalog.query.content_hash import _CHUNK, content_hashes
from catalog.query.versions import MOST_STEPS
from support.small_catalog import C1, CHURN
from support.small_facts import DATA, MODEL, RAW

REF = "acme/churn:churn#prod"
UP = """\
git.example/acme/churn:churn@v1.0.0
└── train  (stage)
    ├── data/raw.csv
    │   └── https://git.example/acme/data@v1:raw.csv  (import)
    └── train.py
"""
MERMAID = """\
flowchart LR
    n0(["git.example/acme/churn:churn@v1.0.0"])
    n1{{"train  (stage)"}}
    n2["data/raw.csv"]
    n3["train.py"]
    n4>"https://git.example/acme/data@v1:raw.csv  (import)"]
    n1 --> n0
    n2 --> n1
    n3 --> n1
    n4 --> n2
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "expected", "said"),
    [
        pytest.param((REF,), UP, "", id="a tree of what it is made from"),
        pytest.param((REF, "-o", "mermaid"), MERMAID, "", id="a graph"),
        pytest.param((REF, "--depth", "1"), "\n".join(UP.splitlines()[:2]) + "\n", "", id="one step"),
        pytest.param((REF, "--depth", f"{MOST_STEPS}"), UP, "", id="as many steps as there may be"),
        pytest.param((REF, "--down"), UP.splitlines()[0] + "\n", "no known dependents\n", id="nothing below"),
        pytest.param(
            ("mask",),
            "git.example/acme/vision:seg:mask@v1.0.0\n",
            "no known inputs\n",
            id="nothing above",
        ),
    ],
)
def test_lineage(ask, arguments, expected, said):
    assert ask("lineage", *arguments) == (0, expected, said)


@pytest.mark.one_in(8)
@pytest.mark.parametrize("output", ["table", "jsonl", "csv", "json", "tsv", "md", "dot", "ids"])
def test_every_format_of_lineage(ask, output):
    code, out, _ = ask("lineage", REF, "-o", output)
    assert (code, bool(out)) == (0, True)


def test_identify_a_hash(ask):
    _, out, _ = ask("identify", DATA)
    assert [line.split()[:3] for line in out.splitlines()] == [
        ["what", "name", "path"],
        ["output", "data/raw.csv.dvc", "data/raw.csv"],
        ["dependency", "train", "data/raw.csv"],
    ]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("words", [C1, C1[:7], MODEL, MODEL.upper()], ids=["a commit", "its beginning", "a hash", "in capitals"])  # fmt: skip
def test_identify_a_version(ask, words):
    rows = json.loads(ask("identify", words, "-o", "json")[1])
    assert f"{CHURN}:churn@v1.0.0" in [row["ref"] for row in rows if row["what"] == "version"]


@pytest.mark.parametrize("words", [C1[:7], MODEL], ids=["a commit", "a hash"])
def test_what_is_identified_comes_in_order(ask, words):
    found = [row["what"] for row in json.loads(ask("identify", words, "-o", "json")[1])]
    assert found == sorted(found, key=["version", "output", "dependency", "commit"].index)


def test_identify_a_file_by_what_it_holds(ask, tmp_path):
    (tmp_path / "copy.csv").write_bytes(RAW)
    rows = json.loads(ask("identify", "copy.csv", "-o", "json")[1])
    assert [(row["what"], row["path"]) for row in rows] == [("output", "data/raw.csv"), ("dependency", "data/raw.csv")]


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "seconds", "shows"),
    [
        pytest.param(Terminal, 1.0, True, id="a terminal, after a second"),
        pytest.param(Terminal, 0.9, False, id="a terminal, before that"),
        pytest.param(StringIO, 1.0, False, id="no terminal"),
    ],
)
def test_hashing_shows_how_much_was_read(stream, seconds, shows, monkeypatch):
    times = chain([0.0], repeat(seconds))
    monkeypatch.setattr("catalog.cli.progress.monotonic", lambda: next(times))
    monkeypatch.setattr(sys, "stderr", stream())
    monkeypatch.setenv("TERM", "xterm")
    with HashProgress() as progress:
        progress(1 << 20)
        progress(2 << 20)
    assert (sys.stderr.getvalue() != "", "hashing: 3.0 MiB" in sys.stderr.getvalue()) == (shows, shows)


def test_a_folder_is_hashed_with_all_of_its_bytes_counted(tmp_path):
    (tmp_path / "a").write_bytes(b"a" * 3)
    (tmp_path / "b").write_bytes(b"b" * (_CHUNK + 1))
    counts = []
    content_hashes(tmp_path, counts.append)
    assert sorted(counts) == [1, 3, _CHUNK]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(
            ("identify", "nothing.pkl"),
            2,
            "catalog: invalid FILE|HASH|COMMIT 'nothing.pkl': expected an existing file or folder, or 7 to 64 hexadecimal digits of a hash or commit\n",
            id="no file and no hash",
        ),
        pytest.param(("identify", "abc123"), 2, None, id="too few digits"),
        pytest.param(("lineage", "mask#qa"), 3, None, id="nobody in that stage"),
        pytest.param(("lineage", "mask", "-o", "xml"), 2, None, id="no such format"),
        pytest.param(("lineage", "mask", "--depth", f"{MOST_STEPS + 1}"), 2, None, id="one step too many"),
    ],
)
def test_mistakes(ask, arguments, code, message):
    found, out, err = ask(*arguments)
    assert (found, out, err if message else message) == (code, "", message)


def test_a_hash_that_nobody_has(ask):
    message = f"catalog: no version, output, dependency or commit has the content or the hash of '{'0' * 32}'\n"
    assert ask("identify", "0" * 32, "-o", "json") == (3, "", message)


@pytest.mark.slow
@pytest.mark.parametrize("digits", [7, 12, 31, 32])
def test_identify_by_the_beginning_of_a_hash(ask, digits):
    _, whole, _ = ask("identify", MODEL, "-o", "ids")
    assert ask("identify", MODEL[:digits].upper(), "-o", "ids") == (0, whole, "")


@pytest.mark.slow
def test_compare_prints_hashes_that_identify_finds(ask):
    out = ask("compare", f"{CHURN}:churn@v1.0.0", f"{CHURN}:churn@v2.0.0")[1]
    (shown,) = [line.split()[2] for line in out.splitlines() if line.startswith("version  hash ")]
    assert ask("identify", shown, "-o", "ids")[1].splitlines()[0] == f"{CHURN}:churn@v1.0.0"


def test_a_link_that_leads_nowhere_is_no_file(ask, tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    assert ask("identify", "loop")[0] == 2
