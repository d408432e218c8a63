"""Models and versions as objects, and what an answer is to Python."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import catalog as registry
from catalog.cli.reading import FILTERS, What
from catalog.errors import Ambiguous, Misuse, NotFound
from catalog.query import Catalog
from catalog.query.html_table import MOST_CHARACTERS, MOST_ROWS, html_table
from support.frames import needs_frames, python_with_frames
from support.small_catalog import C1, CHURN, HOSTILE, LOOSE, VISION, small_catalog


@pytest.fixture(scope="module")
def catalog():
    with registry.open(small_catalog().parent) as opened:
        yield opened


def test_a_model_has_its_versions_and_stages(catalog):
    model = catalog.model("acme/churn:churn")
    assert (model.ref, model.name, model.repo) == (f"{CHURN}:churn", "churn", CHURN)
    assert [version.name for version in model.versions()] == ["v2.0.0", "v1.0.0"]
    assert {stage: version.name for stage, version in model.stages.items()} == {"prod": "v1.0.0", "staging": "v2.0.0"}
    assert (model.latest.name, model.latest.model) == ("v2.0.0", model)
    assert model.history().rows == catalog.history("acme/churn:churn").rows


@pytest.mark.parametrize("name", ["v1.0.0", "@v1.0.0", "#prod", "#production", C1[:7]])
def test_a_version_has_many_names(catalog, name):
    assert catalog.model("acme/churn:churn").version(name).ref == f"{CHURN}:churn@v1.0.0"


def test_a_version_has_what_the_questions_answer(catalog):
    version = catalog.version("acme/churn:churn#prod")
    assert (version.commit, version.stages, version.row["tag"]) == (C1, ["prod"], "churn@v1.0.0")
    assert version.metrics == {row["name"]: row["number"] for row in catalog.metrics(version.ref).rows}
    assert set(version.params) == {row["name"] for row in catalog.params(version.ref).rows}
    assert version.lineage(down=True).rows == catalog.lineage(version.ref, down=True).rows


def test_a_version_that_nobody_registered_is_named_after_its_commit(catalog):
    assert catalog.model("mask").version("#dev").ref == f"{VISION}:seg:mask@{LOOSE}"


@pytest.mark.parametrize(
    ("ask", "error", "sentence"),
    [
        pytest.param(lambda c: c.model("nothing"), NotFound, "no artifact 'nothing' in ", id="an unknown model"),
        pytest.param(lambda c: c.model("churn"), Ambiguous, "'churn' names 2 artifacts, expected one", id="two models"),
        pytest.param(lambda c: c.model("mask#prod"), Misuse, "invalid reference 'mask#prod': expected an artifact without", id="a version for a model"),
        pytest.param(lambda c: c.model("mask").version("@"), Misuse, "invalid version '@': expected a version", id="no version"),
        pytest.param(lambda c: c.model("mask").version("v9"), NotFound, f"{VISION}:seg:mask has no version 'v9'", id="an unknown version"),
        pytest.param(lambda c: c.model("mask").version("#nowhere"), NotFound, f"no version of {VISION}:seg:mask is in stage", id="an unknown stage"),
        pytest.param(lambda c: c.sql("select 1 where false").one(), NotFound, "the answer has no rows, expected one", id="no row"),
        pytest.param(lambda c: c.sql("from range(2)").one(), Ambiguous, "the answer has 2 rows, expected one", id="two rows"),
    ],
)  # fmt: skip
def test_what_is_refused(catalog, ask, error, sentence):
    with pytest.raises(error) as raised:
        ask(catalog)
    assert str(raised.value).startswith(sentence)


def test_models_and_datasets_are_what_the_command_line_lists(catalog):
    assert catalog.models().rows == catalog.artifacts().rows
    assert catalog.datasets().rows == catalog.artifacts(type="dataset").rows


@pytest.mark.parametrize("what", What)
def test_python_takes_what_each_list_of_the_command_line_takes(what):
    method = {What.REPOSITORIES: "repos", What.EVENTS: "history"}.get(what, what.value)
    assert {"repo", *FILTERS.get(what, ())} - set(inspect.signature(getattr(Catalog, method)).parameters) == set()


@pytest.mark.parametrize(
    "filters",
    [
        {"since": "2024-01-04"},
        {"until": "2024-01-04"},
        {"type": "model"},
        {"raw_stage": "production"},
        {"repo": "acme/churn", "stage": "prod", "deprecated": True},
    ],
    ids=str,
)
def test_models_takes_every_filter_of_artifacts(catalog, filters):
    assert catalog.models(**filters).rows == catalog.artifacts(**filters).rows != catalog.models().rows


def test_an_answer_is_a_sequence_of_rows(catalog):
    answer = catalog.models()
    assert (len(answer), list(answer)) == (4, answer.rows)
    assert catalog.sql("select 1 as x").one() == {"x": 1}


def test_other_libraries_take_an_answer(catalog):
    answer = catalog.sql("select unnest([1, 2]) as x, 'a' as y")
    assert pa.table(answer).to_pylist() == answer.rows
    assert duckdb.connect().from_arrow(answer.arrow()).fetchall() == [(1, "a"), (2, "a")]


OF_FRAMES = """
import json, catalog, polars
with catalog.open({path!r}) as opened:
    answer = opened.sql("select unnest([1, 2]) as x, 'a' as y")
    print(json.dumps([answer.df().to_dict("records"), answer.pl().to_dicts(), polars.DataFrame(answer).to_dicts()]))
"""


@needs_frames
@pytest.mark.slow
def test_pandas_and_polars_take_an_answer(tmp_path):
    printed = python_with_frames(tmp_path, OF_FRAMES.format(path=str(small_catalog())))
    assert json.loads(printed) == [[{"x": 1, "y": "a"}, {"x": 2, "y": "a"}]] * 3


def test_a_notebook_shows_a_table_without_markup_of_strangers(catalog):
    html = catalog.problems()._repr_html_()
    assert "<th>message</th>" in html
    assert "<b>" not in html
    assert "\x1b" not in html
    assert "&lt;b&gt;" in html
    assert HOSTILE not in html


@pytest.mark.parametrize(
    ("rows", "more"), [(MOST_ROWS, ""), (MOST_ROWS + 1, "<p>1 more row</p>"), (MOST_ROWS + 2, "<p>2 more rows</p>")]
)
def test_a_notebook_shows_the_first_rows(rows, more):
    html = html_table(["x"], [[1]] * rows, None)
    assert html.count("<td>") == MOST_ROWS
    assert html.endswith(f"</table>{more}")


@pytest.mark.parametrize(
    ("length", "shown"), [(MOST_CHARACTERS, MOST_CHARACTERS), (MOST_CHARACTERS + 1, MOST_CHARACTERS)]
)
def test_a_notebook_shows_the_beginning_of_a_long_cell(length, shown):
    html = html_table(["x"], [["a" * length]], "a note")
    assert len(html.partition("<td>")[2].partition("</td>")[0]) == shown
    assert html.endswith("<p>a note</p>")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "absent"),
    [
        pytest.param("import catalog", {"duckdb", "pyarrow", "typer", "dulwich", "dvc", "jinja2", "urllib3"}, id="nothing"),
        pytest.param(
            "import catalog; catalog.open({path!r}).model('mask').version('#prod').row",
            {"pyarrow", "typer", "dulwich", "dvc", "jinja2", "urllib3", "catalog.cli", "catalog.crawl", "catalog.transport", "fcntl"},
            id="a question",
        ),
    ],
)  # fmt: skip
def test_what_is_not_needed_is_not_imported(code, absent):
    script = f"import sys; {code.format(path=str(small_catalog()))}; print('\\n'.join(sys.modules))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert absent & set(said.stdout.split()) == set()


def test_every_public_name_is_there():
    assert [name for name in registry.__all__ if getattr(registry, name, None) is None] == []
    with pytest.raises(AttributeError):
        registry.nothing  # noqa: B018


def test_type_checkers_see_every_public_name():
    stub = Path(registry.__file__).with_suffix(".pyi").read_text("utf-8")
    assert set(re.findall(r"as (\w+)$|^(open) =", stub, re.MULTILINE)) == {
        ("", name) if name == "open" else (name, "") for name in registry.__all__
    }
