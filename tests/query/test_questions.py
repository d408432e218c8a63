"""Questions in SQL with a reference, on the demo's fleet: the best version, the models of a dataset, owners and licences."""

from __future__ import annotations

import pytest

from catalog.query import Catalog


@pytest.fixture(scope="module")
def catalog(demo_folder):
    with Catalog.open(demo_folder / "output") as opened:
        yield opened


def test_the_best_version_is_first(catalog):
    rows = catalog.sql("from best_version('churn', 'auc')").rows
    numbers = [row["number"] for row in rows]
    assert (rows[0]["ref"].rpartition("@")[2], numbers) == ("v3.5.0", sorted(numbers, reverse=True))
    assert [row["place"] for row in rows][:3] == [1, 2, 3]


def test_of_a_metric_that_says_nothing_of_better_there_is_no_best(catalog):
    assert catalog.sql("from best_version('churn', 'rows')").rows == []


def test_the_models_in_prod_that_follow_from_a_dataset(catalog):
    rows = catalog.sql("from models_using('customers:customers', 'prod')").rows
    assert {row["artifact"] for row in rows} == {"churn", "ctr", "payments"}
    assert all("prod" in row["stages"] for row in rows)


def test_one_version_of_a_dataset_has_fewer(catalog):
    of_all = {row["ref"] for row in catalog.sql("from models_using('customers:customers', null)").rows}
    of_one = {row["ref"] for row in catalog.sql("from models_using('customers:customers@v1.0.0', null)").rows}
    assert of_one < of_all
    for ref in of_one:
        assert "demo.example/data/registry" in {row["repo"] for row in catalog.lineage(ref, depth=100).rows}


def test_what_shares_a_folder_with_an_artifact_was_not_made_with_it(catalog):
    """The tokenizer lies in the folder of `intents`: neither command calls one an input of the other."""
    of_both = [catalog.sql("from models_using($name, null)", name=name).rows for name in ("intents", "tokenizer")]
    levels = [row["level"] for row in catalog.lineage("intents", down=True).rows]
    assert (of_both, levels) == ([[], []], [0])


def test_owners_and_licences_are_those_that_show_has(catalog):
    owners: dict[str, list[str]] = {}
    for row in catalog.sql("from version_owners order by ref, owner").rows:
        owners.setdefault(row["ref"], []).append(row["owner"])
    licences = {row["ref"]: row["file"] for row in catalog.sql("from version_licences").rows}
    for ref in sorted(licences)[::12]:
        shown = catalog.show(ref).one()
        assert (sorted(set(shown["owners"])), shown["licence"] and shown["licence"]["file"]) == (
            owners.get(ref, []),
            licences[ref],
        )
