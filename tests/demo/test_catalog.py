"""What the catalog of the demo fleet has to show: all that the stories were written for."""

from __future__ import annotations

from contextlib import closing

import pytest

from catalog.database import database


@pytest.fixture(scope="module")
def catalog(demo_folder):
    with closing(database.connect(demo_folder / "output" / "catalog.duckdb")) as connection:
        yield connection


SHOWN = {
    "bytes are kept in nine ways": (
        "select distinct status from version_files where repo not like '%/labs/%' order by status",
        [
            "cloud-versioned",
            "external-url",
            "in-git",
            "inside-dir",
            "lfs",
            "local-remote",
            "never-locked",
            "ok",
            "partial-import",
        ],
    ),
    "one dataset is read by three teams": (
        "select distinct d.repo[14:] from dependencies d join version_files using (hash) where artifact = 'customers:customers' and version = 'v3.0.0' order by all",
        ["ads/ctr", "fraud/payments", "risk/churn"],
    ),
    "imports ask for versions of other repositories": (
        "select distinct rev from imports where rev like '%@v3.0.0' order by all",
        ["churn@v3.0.0", "customers=customers@v3.0.0"],
    ),
    "two pairs of versions are the same bytes": (
        "select version from identical_versions order by all",
        ["v1.1.0", "v1.1.1", "v2.0.0", "v2.1.0-rc.1"],
    ),
    "a version has parameters of another run than its model": (
        "select repo[14:] || ' ' || version || ' ' || unnest(what) from mixed_runs where not other_inputs order by all",
        ["fraud/payments v2.1.0-rc.1 params.yaml:train.rounds"],
    ),
    "locks are out of date: of a command and a parameter, and of data that moved on": (
        "select distinct repo[14:] || ' ' || unnest(reasons) from outdated_locks order by all",
        ["fraud/payments command", "fraud/payments params", "vision/models changed"],
    ),
    "an experiment has lost its baseline": (
        "select name from internal.list_experiments(null) where detached",
        ["lost-lynx"],
    ),
    "metrics are in DVC's storage": (
        "select distinct file from measure_files where status = 'in-dvc' order by all",
        ["eval/metrics.json"],
    ),
    "releases without a registry are read": (
        "select tag from tags join revisions using (repo, commit) where list_contains(reasons, 'release') order by all",
        ["baseline", "v1.0.0", "v1.1.0", "v1.2.0"],
    ),
    "a card states a base model": ("select distinct unnest(base_models) from cards", ["open-speech/large-v3"]),
    "MLEM described a model": ("select distinct framework from mlem_objects where object_type = 'model'", ["sklearn_pipeline"]),
    "licences are known, and of one's own": (
        "select distinct coalesce(spdx, title) from licences order by all",
        ["Copyright (c) 2021-2026 Demo Example Ltd.", "MIT"],
    ),
    "plots are series and images": ("select distinct kind from plots order by all", ["image", "series"]),
}  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), SHOWN.values(), ids=SHOWN.keys())
def test_in_the_catalog(catalog, query, expected):
    assert [row[0] for row in catalog.execute(query).fetchall()] == expected
