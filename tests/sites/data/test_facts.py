"""The rows that pages are made of: how many are read, and of how many repositories at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalog.schema.tables.inventory import Crawl
from catalog.schema.tables.metrics import Experiment, Metric
from catalog.schema.tables.registry import Event
from sites.data import facts as module
from sites.data.experiments import ExperimentMetricRow, ExperimentRow
from sites.data.groups import ChangeRow
from sites.data.rows import CardRow, CrawlRow, EventRow
from support.catalogs import catalog_of, rows_of
from support.worlds import START, World

DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)


def registration(number: int, at: timedelta) -> Event:
    return Event(
        oid=f"{number:040x}", tag=f"m@v1.{number}.0", event="registration", artifact="m", version=f"v1.{number}.0",
        precedence=f"{number:05}", stage=None, commit=f"{number:040x}", created_at=START + at, utc_offset=0,
        author="Ann", author_email="a@x", counter=None, signed=None, message="",
    )  # fmt: skip


def crawl(number: int) -> Crawl:
    return Crawl(
        crawl=number, started_at=START + number * DAY, seconds=1.0, new=1, changed=0, fresh=0, failed=0, received=0
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("at", "is_news"), [(2 * DAY, True), (2 * DAY + INSTANT, False)], ids=["a day after the last crawl", "and no more"]
)
def test_what_is_dated_long_after_the_last_crawl_is_no_news(at, is_news):
    connection = catalog_of({"r": {Event: [registration(1, at)]}}, {Crawl: [crawl(1)]})
    assert bool(module.rows(connection, "site_week", ChangeRow)) is is_news


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are shown", "one more"])
def test_the_last_crawls_are_read(beyond):
    connection = catalog_of({}, {Crawl: [crawl(number) for number in range(1, module.CRAWLS + beyond + 1)]})
    found = module.rows(connection, "site_crawls", CrawlRow, module.CRAWLS)
    assert [row.crawl for row in found] == [*range(module.CRAWLS + beyond, beyond, -1)]


@pytest.mark.parametrize(
    ("count", "queries"), [(2, 1), (3, 2)], ids=["as many repositories as are read at a time", "one more"]
)
def test_rows_are_read_for_some_repositories_at_a_time(count, queries):
    repos = [f"r{number}" for number in range(count)]
    connection = catalog_of({repo: {Event: [registration(1, DAY)]} for repo in repos})
    asked = []

    class Counting:
        """The connection, and what it is asked."""

        def execute(self, query, parameters):
            asked.append(parameters)
            return connection.execute(query, parameters)

    rows = module.ChunkedRows(Counting(), "site_events", EventRow, repos, at_once=2)
    assert [len(rows.get((repo, "m"), [])) for repo in repos] == [1] * count
    assert len(asked) == queries


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are shown", "one more"])
def test_the_newest_experiments_of_a_repository_are_read(beyond):
    count = 50 + beyond
    experiments = [
        Experiment(
            ref=f"refs/exps/ab/{'c' * 38}/e{number}", name=f"e{number}", baseline="c" * 40, commit=f"{number:040x}",
            parents=(), author="Ann", author_email="a@x", authored_at=START + number * DAY, committed_at=START, message="",
        )
        for number in range(count)
    ]  # fmt: skip
    found = module.rows(catalog_of({"r": {Experiment: experiments}}), "site_experiments", ExperimentRow)
    assert ([row.name for row in found], {row.total for row in found}) == (
        [f"e{number}" for number in range(count - 1, beyond - 1, -1)],
        {count},
    )


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are columns", "one more"])
def test_the_first_metrics_of_experiments_are_read_and_all_are_counted(beyond):
    count, most = 12 + beyond, 12
    experiment = Experiment(
        ref=f"refs/exps/ab/{'c' * 38}/e", name="e", baseline="c" * 40, commit="e" * 40, parents=(), author="Ann", author_email="a@x",
        authored_at=START, committed_at=START, message="",
    )  # fmt: skip
    metrics = [
        Metric(
            commit=commit * 40, dvc_root="", file="m.json", name=f"m{number:02}", number=1.0, text="1.0", kind="number"
        )
        for number in range(count)
        for commit in "ce"
    ]
    connection = catalog_of({"r": {Experiment: [experiment], Metric: metrics}})
    found = module.rows(connection, "site_experiment_metrics", ExperimentMetricRow, ["r"])
    assert [(row.name, row.commit[0], row.place, row.total) for row in found] == [
        (f"m{number:02}", commit, number + 1, count) for number in range(most) for commit in "ce"
    ]


@pytest.mark.slow
def test_a_card_is_read_whole_with_its_results_and_the_licence_that_nobody_recognises():
    world = World()
    results = "model-index: [{name: m, results: [{task: {type: asr}, dataset: {name: Calls}, metrics: [{type: wer, value: 0.1}]}]}]"
    files = {
        "artifacts.yaml": "m: {path: m}\n",
        "README.md": f"---\n{results}\n---\n{'x' * 5000}",
        "LICENSE": "Ours alone\n",
    }
    commit = world.commit(files)
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    (card,) = module.rows(connection, "site_cards", CardRow)
    stated = [{"task": "asr", "dataset": "Calls", "metric": "wer", "text": "0.1"}]
    assert (card.commit, card.version, card.text, card.results, card.licence, card.licence_file) == (
        commit, None, "x" * 5000, stated, None, "LICENSE",
    )  # fmt: skip
