"""A real cluster of Dask on loopback: the same partitions, whatever is killed; and what cannot be used is refused before any work."""

from __future__ import annotations

import random
import signal
from pathlib import Path
from threading import Thread
from time import sleep

import psutil
import pytest
from distributed import LocalCluster

import catalog
from catalog.crawl import dask_cluster
from catalog.crawl.crawl import crawl
from catalog.errors import ConfigError
from catalog.store.journal import Journal
from support.changes import base
from support.crawling import partition, wish
from support.dask_processes import DaskProcesses, dask_processes
from support.hostile_connector import fleet, installed_in
from support.loopback import Answer, Request, serve

pytestmark = pytest.mark.slow

HEALTHY = "abcdef"


def outcomes(report):
    return {visit.repo: (visit.outcome, visit.message) for visit in report.visits}


def partitions(config, names=HEALTHY):
    return {name: partition(config, name) for name in names}


def of(folder: Path, repos, address: str, *lines: str):
    return wish(folder, repos, "processes = 2", 'executor = "dask"', f'scheduler = "{address}"', *lines)


def test_a_laptops_cluster_stores_what_threads_store(tmp_path, monkeypatch):
    with installed_in(tmp_path, monkeypatch):
        repos = fleet(tmp_path / "git", "die", "sleep", *HEALTHY) | {"gone": str(tmp_path / "nowhere")}
        here = wish(tmp_path / "here", repos, "processes = 2", "timeout = 3")
        expected = outcomes(crawl(here))
        with LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=":0") as cluster:
            config = of(tmp_path / "dask", repos, cluster.scheduler_address, "timeout = 3")
            found = outcomes(crawl(config))
    assert (found, partitions(config)) == (expected, partitions(here))
    assert {name: found[name] for name in HEALTHY} == dict.fromkeys(HEALTHY, ("new", None))


def kill_at_random(cluster: DaskProcesses, chance: random.Random, *, scheduler: bool) -> None:
    """Kills processes of workers, which their nannies start again; at last the scheduler."""
    for _ in range(3):
        sleep(chance.uniform(0.2, 1.0))
        nanny = psutil.Process(chance.choice(cluster.started[1:]).pid)
        for child in nanny.children():
            child.send_signal(signal.SIGKILL)
    if scheduler:
        cluster.scheduler.kill()


@pytest.mark.parametrize("scheduler", [False, True], ids=["workers are killed", "workers, and the scheduler"])
def test_what_is_killed_costs_no_repository(scheduler, tmp_path):
    names = [f"m{number}" for number in range(40)]
    world = base()
    for name in names:
        world.write(tmp_path / "git" / name)

    def rule(_: Request) -> Answer | None:
        sleep(0.1)
        return None

    with serve(tmp_path / "git", rule=rule) as site, dask_processes(tmp_path / "dask") as cluster:
        repos = {name: f"{site}/{name}" for name in names}
        here = wish(tmp_path / "here", repos)
        crawl(here)
        for _ in range(2):
            cluster.worker()
        config = of(tmp_path / "there", repos, cluster.address)
        arguments = {"cluster": cluster, "chance": random.Random(7), "scheduler": scheduler}
        killer = Thread(target=kill_at_random, kwargs=arguments)
        report = crawl(config, report=lambda _visit, done, _total: done == 1 and killer.start())
        killer.join()
    assert (outcomes(report), partitions(config, names)) == (
        dict.fromkeys(names, ("new", None)),
        partitions(here, names),
    )


def test_a_scheduler_that_is_gone_is_named_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "CONNECT", 0.5)  # ten seconds otherwise
    with dask_processes(tmp_path / "dask") as cluster:
        address = cluster.address
    config = of(tmp_path, {"a": str(base().write(tmp_path / "git"))}, address)
    with pytest.raises(ConfigError, match=rf"^\[crawl\] scheduler '{address}' does not answer: "):
        crawl(config)
    assert Journal(config.output / "store" / "crawls").crawls() == ()


def test_a_scheduler_without_workers_is_named_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "WORKERLESS", 0.5)  # a minute otherwise
    with dask_processes(tmp_path / "dask") as cluster:
        config = of(tmp_path, {"a": str(base().write(tmp_path / "git"))}, cluster.address)
        with pytest.raises(ConfigError, match=rf"^\[crawl\] scheduler '{cluster.address}' has no worker after 0.5 s$"):
            crawl(config)


def test_workers_of_another_version_are_named_before_any_work(tmp_path):
    (tmp_path / "other.py").write_text("import catalog\ncatalog.__version__ = '0.0.7'\n")
    with dask_processes(tmp_path / "dask") as cluster:
        cluster.worker("--preload", str(tmp_path / "other.py"))
        config = of(tmp_path, {"a": str(base().write(tmp_path / "git"))}, cluster.address)
        with pytest.raises(ConfigError) as raised:
            crawl(config)
    assert str(raised.value).partition(" has ")[2] == f"federated-model-catalog 0.0.7, expected {catalog.__version__}"
    assert Journal(config.output / "store" / "crawls").crawls() == ()
