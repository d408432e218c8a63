"""Metrics, parameters and plots that are of a DVC project and not of an artifact: told as such, and left out of what compares artifacts."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.cli import main
from catalog.database import database
from catalog.query import Catalog
from catalog.schema.tables.dvc import Output
from catalog.schema.tables.inventory import Repo
from catalog.schema.tables.metrics import MeasureFile, Metric
from catalog.schema.tables.registry import Annotation, Event
from sites.build import build
from spec.test_measures import annotated, made, metric, named, registered
from support.catalog_files import repository, write_catalog
from support.catalogs import asked, catalog_of, rows_of
from support.small_catalog import C2
from support.worlds import World

pytestmark = pytest.mark.slow

PROJECT = """artifacts:
  known:
    path: known.pkl
metrics: [metrics.json]
params: [params.yaml]
plots:
- roc.csv: {x: fpr, y: tpr}
"""
ASIDE = "of the project, not of this artifact"


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """A catalog of two artifacts with equal versions, of which dvc.yaml annotates one."""
    world = World()
    for number in (1, 2):
        measures = {
            "metrics.json": f'{{"acc": 0.{number}}}',
            "params.yaml": f"lr: {number}\n",
            "roc.csv": "fpr,tpr\n0,0\n1,1\n",
        }
        commit = world.commit({"dvc.yaml": PROJECT, ".dvc/config": "", "known.pkl": f"{number}", **measures})
        for artifact in ("known", "loose"):
            world.tag(f"{artifact}@v{number}.0.0", commit)
    rows = rows_of(world.listing(), world.objects)
    inventory = {Repo: [repository("r", "https://h.example/r")]}
    return write_catalog(tmp_path_factory.mktemp("project") / "catalog.duckdb", {"r": rows}, inventory)


@pytest.fixture
def catalog(file):
    with Catalog.open(file) as catalog:
        yield catalog


@pytest.fixture(scope="module")
def page(file, tmp_path_factory):
    """The text of the page of an artifact."""
    folder = tmp_path_factory.mktemp("site")
    build(file, folder, title="x")
    return lambda artifact: (folder / f"models/r/{artifact}.html").read_text("utf-8")


@pytest.fixture
def told(file, capsys):
    """What a command writes, to the output and to the terminal."""

    def tell(*arguments: str) -> tuple[str, str]:
        assert main([*arguments, "--catalog", str(file)]) == 0
        return capsys.readouterr()

    return tell


@pytest.mark.parametrize("view", ["version_metrics", "version_params", "version_plots", "version_measure_files"])
def test_the_measures_of_an_artifact_that_only_tags_know_are_those_of_its_project(file, view):
    with closing(database.connect(file)) as connection:
        rows = asked(connection, f"select distinct artifact, of_project from {view} order by all")
    assert [tuple(row.values()) for row in rows] == [("known", False), ("loose", True)]


LATER = replace(annotated("m", "dvc.yaml", "m.pkl"), commit=C2)
IN_GIT = replace(annotated("m", "artifacts.yaml", "m.pkl"), in_git="file", blob="b" * 40)


@pytest.mark.parametrize(
    ("annotations", "outputs", "of_project"),
    [
        pytest.param([], [], True, id="without an annotation"),
        pytest.param([annotated("other", "dvc.yaml", "m.pkl")], [], True, id="with one of another artifact alone"),
        pytest.param([annotated("m", "dvc.yaml", "m.pkl")], [], False, id="annotated by what names the metrics"),
        pytest.param([LATER], [], False, id="annotated at another version"),
        pytest.param([annotated("m", "artifacts.yaml", "m.pkl")], [], True, id="annotated with a path at which nothing is"),
        pytest.param([IN_GIT], [], False, id="annotated with a path that Git has"),
        pytest.param([annotated("m", "artifacts.yaml", "m.pkl")], [made("m.pkl", "m.pkl.dvc")], False, id="annotated with a path that DVC tracks"),
        pytest.param([annotated("m", "artifacts.yaml", "m.pkl")], [made("m.pkl", "dvc.lock")], False, id="made by the pipeline with the metrics"),
        pytest.param([annotated("m", "artifacts.yaml", "s3://b/m.pkl")], [], False, id="annotated with a URL that DVC does not track"),
    ],
)  # fmt: skip
def test_whether_measures_are_of_the_project(annotations, outputs, of_project):
    rows = {
        Event: (*registered("m@v1.0.0"), *registered("m@v2.0.0", commit=C2)),
        Annotation: annotations,
        Output: outputs,
        MeasureFile: [named("a.json", "dvc.yaml")],
        Metric: [metric("a.json")],
    }
    found = asked(catalog_of({"r": rows}), "select of_project from version_metrics where version = 'v1.0.0'")
    assert found == [{"of_project": of_project}]


@pytest.mark.parametrize(
    ("refs", "best"),
    [
        pytest.param(("known@v1.0.0", "known@v2.0.0"), [False, True], id="an artifact's own"),
        pytest.param(("loose@v1.0.0", "loose@v2.0.0"), [None, None], id="those of the project"),
        pytest.param(("known@v1.0.0", "loose@v2.0.0"), [None, None], id="its own beside those of the project"),
        pytest.param(
            ("known@v1.0.0", "known@v2.0.0", "loose@v2.0.0"), [False, True, None], id="only its own are compared"
        ),
    ],
)
def test_the_best_is_one_of_the_artifacts_own(catalog, refs, best):
    assert [row["best"] for row in catalog.compare(*refs).rows if row["what"] == "metric"] == best


@pytest.mark.parametrize(
    "query",
    [
        *("metric.acc:>0", "param.lr:>0", "has:metrics", "has:params", "has:plots"),
        *(
            f"is:version {query}"
            for query in ("metric.acc:>0", "param.lr:>0", "has:metrics", "has:params", "has:plots")
        ),
    ],
)
def test_no_search_finds_an_artifact_by_the_measures_of_its_project(catalog, query):
    assert {row["artifact"] for row in catalog.search(query).rows} == {"known"}


def test_the_main_metric_is_one_of_the_artifacts_own(catalog):
    found = {row["artifact"]: [metric["name"] for metric in row["metrics"]] for row in catalog.search("").rows}
    assert found == {"known": ["acc"], "loose": []}


@pytest.mark.parametrize(("query", "count"), [("", 1), ("is:version", 2)], ids=["artifacts", "versions"])
def test_facets_count_no_measures_of_the_project(catalog, query, count):
    counts = {row["value"]: row["count"] for row in catalog.facets(query).rows if row["field"] == "has"}
    assert [counts[value] for value in ("metrics", "params", "plots")] == [count] * 3


def test_versions_in_order_of_a_metric_have_no_number_of_the_project(catalog):
    rows = catalog.search("is:version sort:acc-desc").rows
    assert [(row["artifact"], [metric["text"] for metric in row["metrics"]]) for row in rows] == [
        ("known", ["0.2"]),
        ("known", ["0.1"]),
        ("loose", []),
        ("loose", []),
    ]


def test_no_number_of_the_project_is_shown_of_a_version_that_is_found_by_another_condition(catalog):
    rows = catalog.search("is:version name:loose OR metric.acc:>0.15").rows
    assert {(row["artifact"], row["version"]): [metric["text"] for metric in row["metrics"]] for row in rows} == {
        ("known", "v2.0.0"): ["0.2"],
        ("loose", "v2.0.0"): [],
        ("loose", "v1.0.0"): [],
    }


@pytest.mark.parametrize(
    ("command", "out", "said"),
    [
        pytest.param(("metrics", "loose"), "acc     0.2    higher  metrics.json", f"(these are {ASIDE})", id="metrics"),
        pytest.param(("metrics", "loose", "--all-versions"), "v2.0.0   0.2", f"(these are {ASIDE})", id="of all versions"),
        pytest.param(("params", "loose"), "lr         2      params.yaml", f"(these are {ASIDE})", id="parameters"),
        pytest.param(("show", "loose@v2.0.0"), f"(these are {ASIDE})", "", id="a version"),
        pytest.param(
            ("compare", "known@v2.0.0", "loose@v1.0.0"), "0.1~ (-0.1)", f"(~: {ASIDE}; never the best)", id="versions beside each other",
        ),
    ],
)  # fmt: skip
def test_the_command_line_says_that_measures_are_of_the_project(told, command, out, said):
    written = told(*command)
    assert (out in written[0], said in written[1]) == (True, True)


@pytest.mark.parametrize("command", [("metrics", "known"), ("params", "known"), ("show", "known@v2.0.0"), ("compare", "known@v1.0.0", "known@v2.0.0")])  # fmt: skip
def test_nothing_is_said_of_the_artifacts_own(told, command):
    assert ASIDE not in "".join(told(*command))


def test_a_page_says_that_measures_are_of_the_project(page):
    sentences = (
        f"(these are {ASIDE})",
        f"({ASIDE})",
    )  # once of the metrics; of the parameters of each version, and of plots
    assert [[page(artifact).count(text) for text in sentences] for artifact in ("loose", "known")] == [[1, 3], [0, 0]]


@pytest.mark.parametrize(
    "part",
    [
        pytest.param('aria-label="acc:', id="the chart of a metric"),
        pytest.param('<td class="num"><b>', id="the best value"),
    ],
)
def test_a_page_draws_and_compares_only_the_artifacts_own(page, part):
    assert (part in page("known"), part in page("loose")) == (True, False)
