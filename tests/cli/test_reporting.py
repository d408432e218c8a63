"""`catalog report`: its Markdown, which cmarkgfm renders, the numbers of `catalog compare`, and images by relative paths."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import PurePosixPath

import cmarkgfm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.cli.report_markdown import MOST_LINES, MOST_TEXT, code, render
from catalog.cli.report_plots import Picture, ReportPlot
from catalog.query.report import VersionReport
from catalog.text import cut, visible
from support.small_catalog import CHURN

REF = "acme/churn:churn"
AGAINST_PROD = """\
## `churn@v2.0.0`

Version `v2.0.0` of `git.example/acme/churn`, compared with `v1.0.0`, which is in `prod`.

|  | `v1.0.0` | `v2.0.0` | Difference |
| --- | --- | --- | --- |
| Registered (UTC) | `2024-01-02 12:00` | `2024-01-04 12:00` |  |
| Stages | `prod` | `staging` |  |
| Where the bytes are | `in DVC's storage` | `not stated` | changed |
| Hash | `aaaaaaaaaaaa` | - | changed |
| Size | `2.0 KiB` | - | changed |

### Metrics

| Metric | `v1.0.0` | `v2.0.0` | Difference | Better |
| --- | --- | --- | --- | --- |
| `auc` | 0.91 | 0.93 | +0.02 (better) | higher |
| `loss` | 0.3 | 0.25 | -0.05 (better) | lower |
| `rows` | 1000 | 1000 |  | - |

### Parameters

| Parameter | `v1.0.0` | `v2.0.0` | Difference |
| --- | --- | --- | --- |
| `lr` | 0.1 | 0.05 | -0.05 |

### Inputs

| Input | `v1.0.0` | `v2.0.0` |
| --- | --- | --- |
| `data/raw.csv` | `03ba77e0ebc6` | - |
| `train.py` | `cccccccccccc` | - |
"""
FIRST = "Version `v1.0.0` of `git.example/acme/churn`. It is the first one in `prod`: there is none to compare it with."
EVIL = (
    "<script>x</script> @team [a](http://evil.example) ![i](http://evil.example/i.png) http://evil.example www.evil.example a@evil.example "
    "| **b** #1 !2 a/b#3 `c` :tada: ~d~ &lt; \\| \\` </code> \u202e\n# h\n"
)


def html(markdown: str) -> str:
    return cmarkgfm.github_flavored_markdown_to_html(markdown)


def test_a_version_beside_the_one_in_a_stage(ask):
    assert ask("report", REF, "--against", "prod") == (0, AGAINST_PROD, "")


@pytest.mark.parametrize("against", ["#prod", "v1.0.0", "@v1.0.0", f"{REF}#prod", f"{CHURN}:churn@v1.0.0"])
def test_other_words_for_the_same_version(ask, against):
    stage = ", which is in `prod`" if "prod" in against else ""
    assert ask("report", REF, "--against", against)[1] == AGAINST_PROD.replace(", which is in `prod`", stage)


def test_a_version_that_is_the_first_in_its_stage_is_reported_alone(ask):
    code, out, err = ask("report", f"{REF}#prod", "--against", "prod")
    assert (code, out.splitlines()[2], "Difference" in out, err) == (0, FIRST, False, "")


def test_a_version_alone_has_all_of_its_parameters(ask):
    _, out, _ = ask("report", REF)
    assert out.partition("### Parameters\n\n")[2] == (
        "| Parameter | `v2.0.0` |\n| --- | --- |\n| `depth` | 4 |\n| `lr` | 0.05 |\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(
            (REF, "--against", "v2.0.0"), 2, f"{CHURN}:churn@v2.0.0 would be compared with itself: expected another version", id="itself"
        ),
        pytest.param((REF, "--against", "nix"), 3, "no stage 'nix' in", id="no such stage"),
        pytest.param((REF, "--against", "v9"), 3, f"{CHURN}:churn has no version 'v9'", id="no such version"),
        pytest.param((REF, "--against", "a/b:c"), 3, "no artifact 'a/b:c'", id="no such artifact"),
        pytest.param((REF, "--against", "@"), 2, "invalid reference '@': expected a stage, a version or a reference", id="no words"),
        pytest.param((REF, "--plots", "/tmp/x"), 2, "invalid --plots '/tmp/x': expected a folder below this one", id="a path from the root"),
        pytest.param((REF, "--plots", "../x"), 2, "invalid --plots '../x': expected a folder below this one", id="a folder elsewhere"),
    ],
)  # fmt: skip
def test_what_cannot_be_reported(ask, arguments, code, said):
    found, out, err = ask("report", *arguments)
    assert (found, out, err.startswith(f"catalog: {said}")) == (code, "", True)


def test_the_numbers_are_those_of_compare(ask):
    report = json.loads(ask("report", REF, "--against", "prod", "-o", "json")[1])
    compared = json.loads(ask("compare", f"{REF}#prod", REF, "-o", "json")[1])
    assert (report["compared"], [report[key] for key in ("stage", "replaced", "plots")]) == (
        compared,
        ["prod", False, []],
    )
    assert (report["version"]["ref"], report["against"]["ref"]) == (f"{CHURN}:churn@v2.0.0", f"{CHURN}:churn@v1.0.0")


@given(st.text(max_size=60) | st.text(alphabet="`|\\ \n<a>@", max_size=12))
def test_a_code_span_shows_a_text_and_nothing_else(text):
    shown = cut(visible(text), MOST_TEXT) or '""'
    cell = report(metric(text, text)).pop()
    assert unescape(re.findall("<code>(.*?)</code>", html(code(text)))[0]) == shown
    rows = re.findall("<td>(.*?)</td>", html(cell), re.DOTALL)
    assert [unescape(part) for part in rows[:1]] == [f"<code>{shown.replace(chr(92) + '|', chr(92) + '¦')}</code>"]


def metric(name, text, number=None, **other):
    row = {"what": "metric", "name": name, "text": text, "number": number, "delta": None, "best": None, "differs": True}
    return row | {"direction": None, "of_project": False} | other


def report(*rows, repo="r", version="v1", base=None, stage=None):
    """The parts of the Markdown of a report on a version alone, or with the same name as its base."""
    one = {"repo": repo, "artifact": "a", "version": version, "commit": "1" * 40}
    made = VersionReport(
        version=one, base=base and one | {"version": base}, stage=stage, replaced=False, compared=[*rows], inputs=[], images=[], base_images=[], plots=[], base_plots=[]
    )  # fmt: skip
    return re.split(r"\n### \w+\n", render(made, [], PurePosixPath()))


def test_nothing_of_a_repository_is_markup():
    plot = ReportPlot(plot=EVIL, file=EVIL, title=EVIL, axes=EVIL, base_look="dashed", picture=Picture("1.png", b""))
    rows = [metric(EVIL, EVIL), metric(EVIL, EVIL) | {"what": "param"}, metric(EVIL, EVIL) | {"what": "version"}]
    made = VersionReport(
        version={"repo": EVIL, "artifact": EVIL, "version": EVIL, "commit": "1" * 40},
        base={"repo": EVIL, "artifact": "other", "version": EVIL, "commit": "2" * 40},
        stage=EVIL,
        replaced=True,
        compared=[each for row in rows for each in (row, row)],
        inputs=[{"path": EVIL, "hash": EVIL, "is_input": True, "differs": True}] * 2,
        images=[],
        base_images=[],
        plots=[],
        base_plots=[],
    )
    rendered = html(render(made, [plot], PurePosixPath("my plots")))
    rest = re.sub("<code>.*?</code>", "", rendered, flags=re.DOTALL)
    assert "evil" not in rest
    assert sorted(set(re.findall("<([a-z0-9]+)[^>]*>", rest))) == [
        "h2",
        "h3",
        "img",
        "p",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
    ]
    assert re.findall("<img[^>]*>", rest) == ['<img src="./my%20plots/1.png" alt="Plot 1" />']
    assert [rest.count(mark) for mark in "@#![*`"] == [0] * 6


@pytest.mark.parametrize(("count", "more"), [(MOST_LINES, ""), (MOST_LINES + 1, "1 more line is not shown."), (MOST_LINES + 2, "2 more lines are not shown.")])  # fmt: skip
def test_a_long_table_ends(count, more):
    rows = [metric(f"m{number}", "1", differs=number == count - 1) for number in range(count)]
    (_, table) = report(*rows)
    lines = [line for line in table.splitlines() if line.startswith("| `m")]
    first = (
        "| `m0` | 1 | - |" if not more else f"| `m{count - 1}` | 1 | - |"
    )  # what differs is among those that are shown
    assert (len(lines), lines[0], table.splitlines()[-1] if more else "") == (MOST_LINES, first, more)


@pytest.mark.parametrize(("length", "end"), [(MOST_TEXT, "a`"), (MOST_TEXT + 1, "…`")])
def test_a_long_text_is_cut(length, end):
    assert (code("a" * length)[-2:], len(code("a" * length))) == (end, MOST_TEXT + 2)


@pytest.mark.slow
def test_a_version_in_a_stage_beside_the_one_that_it_replaced(run, demo_folder):
    database = demo_folder / "output" / "catalog.duckdb"
    code, out, err = run("report", "churn#prod", "--against", "prod", "--catalog", database)
    assert (code, out.splitlines()[2], err) == (
        0,
        "Version `v3.4.0` of `demo.example/risk/churn`, compared with `v3.3.0`, which was in `prod` before it.",
        "(1 plot: --plots FOLDER writes pictures)\n",
    )
    assert "\nNo parameter of 4 changed.\n" in out
    assert out.partition("### Inputs\n\n")[2].splitlines()[2:] == [
        "| `data/features.parquet` | `8761488b757d` | `1a2d7c69906b` |"
    ]
