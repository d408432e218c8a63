"""A plan as it is printed: of the metrics of two versions, those that matter most."""

from __future__ import annotations

import pytest

from catalog.actions.act import PlannedAction
from catalog.actions.plan import ActionPlan, Effect
from catalog.cli import plan_output
from catalog.cli.acting_options import PlanFormat
from catalog.cli.plan_output import MOST_METRICS, PlanPrinter, main_metrics
from catalog.config.parse import parse
from catalog.query import Catalog
from support.small_catalog import CHURN

PLANNED = PlannedAction(
    url=f"https://{CHURN}", tagger=None, signed=False, summaries={}, requests=0,
    plan=ActionPlan(artifact="churn", tags=(), effects=(Effect(what="stage prod", before="v1.0.0", after="v2.0.0"),), gto=(), at=0),
)  # fmt: skip


@pytest.fixture(scope="module")
def small(database):
    with Catalog.open(database) as catalog:
        yield catalog


def metric(name, *, differs, direction=None):
    return [{"name": name, "direction": direction, "differs": differs, "place": place} for place in (1, 2)]


@pytest.mark.parametrize("others", [MOST_METRICS - 3, MOST_METRICS - 2], ids=["at the bound", "one beyond"])
def test_the_main_metric_is_first_then_what_differs(small, others):
    same = [row for number in range(others) for row in metric(f"a{number}", differs=False)]
    rows = [*same, *metric("b", differs=True), *metric("auc", differs=False, direction="higher"), *metric("zz", differs=True)]  # fmt: skip
    shown = main_metrics(small, rows)
    assert [row["name"] for row in shown[::2]] == ["auc", "b", "zz", *(f"a{number}" for number in range(MOST_METRICS - 3))]  # fmt: skip
    assert shown[:2] == metric("auc", differs=False, direction="higher")


def test_how_many_more_there_are(small, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(plan_output, "MOST_METRICS", 2)
    (repository,) = parse(f"[[repo]]\nurl = 'https://{CHURN}'\n", tmp_path / "repos.toml").repos
    PlanPrinter(repository=repository, catalog=small, output=PlanFormat.TABLE, is_of_commit=False).put(PLANNED)
    out, err = capsys.readouterr()
    assert [line.split()[1] for line in out.splitlines() if line.startswith("metric")] == ["auc", "loss"]
    assert err.splitlines()[-1] == (f"(and 1 more: `catalog compare {CHURN}:churn@v1.0.0 {CHURN}:churn@v2.0.0`)")
