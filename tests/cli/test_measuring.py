"""metrics, params, compare, experiments: what they print for a person, and how they end."""

from __future__ import annotations

import csv
import io
import json

import pytest

from catalog.cli.comparison import _HASH, _LONG, _WHOLE, put_comparison
from catalog.cli.measuring import FEWEST, MOST
from support.small_catalog import CHURN, VISION

REF = "acme/churn:churn"
UNREAD = "(eval/roc.json is in DVC's storage, not in Git)\n"
METRICS = """\
metric  value  better  file
auc     0.91   higher  metrics.json
loss    0.3    lower   metrics.json
rows    1000   -       metrics.json
"""
ALL_METRICS = """\
version  auc   loss  rows
v2.0.0   0.93  0.25  1000
v1.0.0   0.91  0.3   1000
"""
PARAMS = """\
parameter  value  file
depth      4      params.yaml
lr         0.05   params.yaml
"""
COMPARED = """\
what     name        v1.0.0            v2.0.0
version  registered  2024-01-02 12:00  2024-01-04 12:00
version  stages      prod              staging
version  bytes       in DVC's storage  not stated
version  hash        aaaaaaaaaaaa      -
version  size        2.0 KiB           -
metric   auc         0.91              0.93* (+0.02)
metric   loss        0.3               0.25* (-0.05)
metric   rows        1000              1000
param    depth       4                 4
param    lr          0.1               0.05 (-0.05)
"""
EXPERIMENTS = """\
experiment  began from    when (UTC)        by  metrics  detached  commit   repository
lost-cat    9999999       2024-01-11 12:00  Cy  0        yes       6666666  git.example/acme/churn
eager-bee   churn@v1.0.0  2024-01-10 12:00  Cy  1        no        5555555  git.example/acme/churn
"""


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("arguments", "expected", "said"),
    [
        pytest.param(("metrics", f"{REF}#prod"), METRICS, UNREAD, id="metrics of a version"),
        pytest.param(("metrics", REF, "--all-versions"), ALL_METRICS, UNREAD, id="metrics of all versions"),
        pytest.param(("metrics", "mask"), "", "nothing found\n", id="no metrics"),
        pytest.param(("params", REF), PARAMS, "", id="parameters of the latest"),
        pytest.param(
            ("compare", f"{REF}#prod", REF),
            COMPARED,
            "(in brackets: the difference from v1.0.0; *: the best)\n",
            id="versions of one artifact",
        ),
        pytest.param(("experiments",), EXPERIMENTS, "", id="experiments"),
        pytest.param(("experiments", "vision"), "", "nothing found\n", id="no experiments"),
        pytest.param(
            ("experiments", "-n", "1", "--columns", "name,commit", "--sort", "name"),
            f"name       commit\neager-bee  {'5' * 40}\n",
            "the first 1 of 2 rows: --limit\n",
            id="the first by name",
        ),
        pytest.param(("experiments", "-q"), f"{'5' * 40}\n", "", id="references of experiments"),
    ],
)
def test_tables(ask, arguments, expected, said):
    assert ask(*arguments) == (0, expected, said)


def test_versions_of_several_artifacts_have_their_names(ask):
    _, out, err = ask("compare", f"{REF}#prod", "mask#prod", "--baseline", "2")
    assert (out.splitlines()[0], err) == (
        "what     name        churn:churn@v1.0.0  mask@v1.0.0",
        "(in brackets: the difference from mask@v1.0.0; *: the best)\n",
    )


@pytest.mark.slow
def test_only_what_differs(ask):
    _, out, _ = ask("compare", f"{REF}#prod", REF, "--changed", "-o", "jsonl")
    assert list(dict.fromkeys(json.loads(line)["name"] for line in out.splitlines())) == [
        "registered", "stages", "bytes", "hash", "size", "auc", "loss", "lr",
    ]  # fmt: skip


@pytest.mark.slow
def test_what_is_unknown_of_all_does_not_differ(ask):
    """Neither has a hash or a size."""
    assert ask("compare", REF, REF, "--changed", "-o", "jsonl") == (0, "", "")


@pytest.mark.slow
def test_a_comparison_for_machines_has_a_row_for_each_cell(ask):
    _, out, _ = ask("compare", f"{REF}#prod", REF, "-o", "csv")
    rows = [row for row in csv.DictReader(io.StringIO(out, newline="")) if row["name"] == "loss"]
    assert [(row["ref"], row["number"], row["direction"], row["best"]) for row in rows] == [
        (f"{CHURN}:churn@v1.0.0", "0.3", "lower", "false"),
        (f"{CHURN}:churn@v2.0.0", "0.25", "lower", "true"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [("metrics", REF), ("params", REF), ("compare", REF, "mask#prod"), ("experiments",)]
)
@pytest.mark.parametrize("output", ["json", "jsonl", "csv", "tsv", "md", "ids"])
def test_every_format(ask, command, output):
    code, out, _ = ask(*command, "-o", output)
    assert (code, bool(out)) == (0, True)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(
            ("compare", *["mask"] * (FEWEST - 1)),
            2,
            "catalog: compare takes 2 to 7 references, not 1\n",
            id="one reference too few",
        ),
        pytest.param(
            ("compare", *["mask"] * (MOST + 1)),
            2,
            "catalog: compare takes 2 to 7 references, not 8\n",
            id="one too many",
        ),
        pytest.param(
            ("compare", "mask", "mask", "--baseline", "3"),
            2,
            "catalog: invalid --baseline 3: expected a whole number from 1 to 2, the place of a reference\n",
            id="a baseline that is none of them",
        ),
        pytest.param(
            ("metrics", "mask@v9.9.9"),
            3,
            f"catalog: {VISION}:seg:mask has no version 'v9.9.9', expected one of v1.0.0, {'4' * 40}\n",
            id="no such version",
        ),
        pytest.param(("experiments", "nobody"), 3, None, id="no such repository"),
    ],
)
def test_mistakes(ask, arguments, code, message):
    found, out, err = ask(*arguments)
    assert (found, out, err if message else message) == (code, "", message)


@pytest.mark.slow
@pytest.mark.parametrize("number", [FEWEST, MOST], ids=["the fewest", "the most"])
def test_so_many_versions_are_compared(ask, number):
    code, out, _ = ask("compare", *["mask"] * number)
    assert (code, out.splitlines()[0].count("v1.0.0")) == (0, number)


def cell(**values):
    row = {"place": 1, "repo": "r", "artifact": "m", "version": "v1.0.0", "commit": "1" * 40, "what": "metric"}
    return row | {"name": "acc", "number": None, "text": "", "delta": None, "best": None, "of_project": False} | values


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        pytest.param(cell(number=0.91304347826, text="0.91304347826"), "0.913043", id="digits that say nothing"),
        pytest.param(
            cell(number=0.12345678, text="0." + "1" * (_LONG - 2)), "0." + "1" * (_LONG - 2), id="a long number"
        ),
        pytest.param(cell(number=0.12345678, text="0." + "1" * (_LONG - 1)), "0.123457", id="one digit longer"),
        pytest.param(
            cell(what="param", name="seed", number=2.0**53, text="9007199254740993"),
            "9007199254740993",
            id="a parameter, of which every digit counts",
        ),
        pytest.param(
            cell(number=1, text="1", delta=_WHOLE - 1.0), "1 (+9999999999)", id="a difference with all digits"
        ),
        pytest.param(cell(number=1, text="1", delta=float(_WHOLE)), "1 (+1e+10)", id="a greater one"),
        pytest.param(cell(what="version", name="hash", text="a" * (_HASH + 1)), "a" * _HASH, id="a hash"),
        pytest.param(cell(text="a long text that is no number"), "a long text that is no number", id="a text"),
        pytest.param(cell(text="\x1b[2J"), "\\x1b[2J", id="what a stranger wrote"),
        pytest.param(cell(number=1, text="1", delta=-1e-9), "1 (-1e-09)", id="a small difference"),
        pytest.param(
            cell(number=415107, text="415107", delta=10471.0, best=True), "415107* (+10471)", id="a whole difference"
        ),
        pytest.param(cell(number=2e30, text="2e+30", delta=1e30), "2e+30 (+1e+30)", id="a difference of many digits"),
        pytest.param(
            cell(what="version", name="size", number=2048, text="2048", delta=-1024),
            "2.0 KiB (-1.0 KiB)",
            id="a size",
        ),
    ],
)
def test_cells_of_a_comparison(capsys, row, shown):
    put_comparison([row], {}, 1)
    assert capsys.readouterr().out.splitlines()[1].split(maxsplit=2)[2] == shown
