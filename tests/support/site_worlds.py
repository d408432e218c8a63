"""A catalog that changes step by step, and its site: repositories that use each other's data, forks, failures, and another configuration.

fleet = Fleet(folder)
fleet.step(random.Random(1))        # one change, of any kind
report = fleet.build(site)          # the site of the catalog as it is now, in a folder that has that of earlier steps
fleet.differences(site)             # which of its files a build from nothing makes otherwise
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

from catalog.privacy.emails import hide
from catalog.schema.tables.inventory import Crawl, MetricDirection, Repo, StageName
from catalog.store.partitions import refs_digest
from sites.build import SiteReport, build
from sites.output import MANIFEST
from support.catalog_files import repository, write_catalog
from support.catalogs import rows_of
from support.dvc_run import PNG, dvc_run
from support.worlds import START, World

NAMES = ("forge.example/acme/churn", "forge.example/acme/ads", "forge.example/lab/paper", "alone")
DAY = timedelta(days=1)
PROJECT = {
    ".dvc/config": "[core]\n  remote = store\n['remote \"store\"']\n  url = https://store.acme.example/data\n",
    "dvc.yaml": """artifacts:
  model: {path: model.pkl, type: model, desc: Who leaves.}
  data: {path: data.csv, type: dataset}
stages:
  train:
    cmd: python train.py
    deps: [data.csv]
    outs: [model.pkl]
    metrics:
    - metrics.json: {cache: false}
plots:
- plot.png
""",
}


def run(number: int) -> dict[str, str | bytes | None]:
    """What a run leaves; of the same number, another repository has the same data and model."""
    return {
        "metrics.json": f'{{"auc": 0.{number}1}}',
        "plot.png": PNG + bytes([number]),
        **dvc_run(number, "model.pkl", 4096),
    }


@dataclass
class Fleet:
    """Repositories, what the crawl says of each, and the configuration of the site."""

    folder: Path
    worlds: dict[str, World] = field(default_factory=dict)
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    crawls: int = 1
    title: str = "Models"
    site_url: str | None = None
    mask: Callable[[str], str] = hide
    stages: dict[str, str] = field(default_factory=dict)
    directions: dict[str, str] = field(default_factory=dict)
    serial: int = 0

    def __post_init__(self) -> None:
        for name in NAMES[:3]:
            add(self, random.Random(name), name)

    def step(self, chance: random.Random) -> str:
        """One change; its name."""
        change = chance.choice(CHANGES)
        change(self, chance, chance.choice(NAMES))
        return change.__name__

    def number(self) -> int:
        """A number that no earlier call gave."""
        self.serial += 1
        return self.serial

    def build(self, site: Path) -> SiteReport:
        """Brings the database and the site up to date."""
        return build(
            self.write(self.folder / "c.duckdb"), site, title=self.title, site_url=self.site_url, mask=self.mask
        )

    def differences(self, site: Path) -> list[str]:
        """The files that database and site from nothing have otherwise."""
        anew = self.folder / "anew"
        rmtree(anew, ignore_errors=True)
        build(self.write(anew / "c.duckdb"), anew / "site", title=self.title, site_url=self.site_url, mask=self.mask)
        ours, theirs = pages(site), pages(anew / "site")
        return sorted(path for path in ours.keys() | theirs.keys() if ours.get(path) != theirs.get(path))

    def write(self, file: Path) -> Path:
        """The catalog, updated where there is one."""
        rows = {Repo: self._repos(), Crawl: [_crawl(number) for number in range(1, self.crawls + 1)]}
        rows |= {StageName: [StageName(raw=raw, stage=stage, rank=0) for raw, stage in self.stages.items()]}
        rows |= {
            MetricDirection: [
                MetricDirection(pattern=pattern, direction=direction, rank=0)
                for pattern, direction in self.directions.items()
            ]
        }
        repos = {name: rows_of(world.listing(), world.objects) for name, world in self.worlds.items()}
        return write_catalog(file, repos, rows, refs=lambda name: refs_digest(self.worlds[name].listing(), ""))

    def _repos(self) -> list[Repo]:
        now = START + self.crawls * DAY
        seen = {"outcome": "fresh", "visited_at": now, "read_at": now}
        return [
            repository(name, **{"url": f"https://{name}.git"} | seen | said) for name, said in sorted(self.said.items())
        ]


def pages(site: Path) -> Mapping[str, bytes]:
    """The files of a site, without the manifest, which has their times."""
    files = {str(file.relative_to(site)): file.read_bytes() for file in site.rglob("*") if file.is_file()}
    return {path: data for path, data in files.items() if path != MANIFEST}


def _crawl(number: int) -> Crawl:
    begun = datetime.fromtimestamp((START + number * DAY).timestamp(), UTC)
    return Crawl(crawl=number, started_at=begun, seconds=1.0, new=0, changed=0, fresh=1, failed=0, received=0)


def add(fleet: Fleet, _: random.Random, name: str) -> None:
    world, who = World(), f"{name} <ann@acme.example>"  # other names, or it would be a copy
    world.commit(PROJECT | run(1), who=who)
    world.tag("model@v1.0.0", who=who)
    world.tag("model#prod#1", who=who)
    fleet.worlds[name] = world
    fleet.said[name] = {}


def remove(fleet: Fleet, _: random.Random, name: str) -> None:
    fleet.worlds.pop(name, None)
    fleet.said.pop(name, None)


def commit_and_register(fleet: Fleet, chance: random.Random, name: str) -> None:
    if world := fleet.worlds.get(name):
        world.commit(run(chance.randrange(1, 4)))
        world.tag(f"{chance.choice(['model', 'data'])}@v1.{fleet.number()}.0", who="Bo Ek <bo@acme.example>")


def commit_only(fleet: Fleet, chance: random.Random, name: str) -> None:
    if world := fleet.worlds.get(name):
        world.commit({"README.md": f"# {fleet.number()}\n", **run(chance.randrange(1, 4))})


def assign(fleet: Fleet, chance: random.Random, name: str) -> None:
    if world := fleet.worlds.get(name):
        world.tag(f"model#{chance.choice(['prod', 'production', 'dev'])}#{100 + fleet.number()}")


def tag_for_later(fleet: Fleet, chance: random.Random, name: str) -> None:
    """Dated after the last crawl: it is no news before a later one."""
    if world := fleet.worlds.get(name):
        world.tag(
            f"model@v2.{fleet.number()}.0", at=int((fleet.crawls + chance.randrange(4)) * DAY.total_seconds()) + 1
        )


def delete_tag(fleet: Fleet, chance: random.Random, name: str) -> None:
    if (world := fleet.worlds.get(name)) and (
        tags := sorted(ref for ref in world.refs if ref.startswith("refs/tags/"))
    ):
        del world.refs[chance.choice(tags)]


def fork(fleet: Fleet, chance: random.Random, name: str) -> None:
    """A copy of another repository; some add a tag of their own."""
    others = sorted(fleet.worlds.keys() - {name})
    if others:
        original = chance.choice(others)
        fleet.worlds[name] = deepcopy(fleet.worlds[original])
        fleet.said[name] = {"fork": True, "fork_of": original, "founded_at": START + DAY}
        if chance.random() < 0.5:
            fleet.worlds[name].tag(f"model@v3.{fleet.number()}.0")


def rename(fleet: Fleet, _: random.Random, name: str) -> None:
    """It is crawled under another name from now on; the old one stays."""
    others = [other for other in NAMES if other not in fleet.said]
    if name in fleet.worlds and others:
        fleet.worlds[others[0]] = fleet.worlds[name]
        fleet.said[others[0]] = {}
        fleet.said[name] = {"renamed_to": others[0], "left_at": START, "left_because": f"renamed to {others[0]}"}


def fail(fleet: Fleet, chance: random.Random, name: str) -> None:
    if name in fleet.said:
        outcome = chance.choice(["down", "refused", "gone"])
        fleet.said[name] |= {
            "outcome": outcome, "stale": True, "message": f"failed {fleet.number()} times", "read_at": START + DAY,
        }  # fmt: skip


def recover(fleet: Fleet, _: random.Random, name: str) -> None:
    if name in fleet.said:
        fleet.said[name] = {key: cell for key, cell in fleet.said[name].items() if key.startswith("fork")}


def move(fleet: Fleet, _: random.Random, name: str) -> None:
    if name in fleet.said:
        page = f"https://github.com/acme/r{fleet.number()}"
        fleet.said[name] |= {"url": f"{page}.git", "page": page, "commit_pages": f"{page}/commit/"}


def crawl(fleet: Fleet, _: random.Random, __: str) -> None:
    fleet.crawls += 1


def configure(fleet: Fleet, chance: random.Random, _: str) -> None:
    match chance.randrange(5):
        case 0:
            fleet.title = f"Models {fleet.number()}"
        case 1:
            fleet.site_url = None if fleet.site_url else "https://models.acme.example/all"
        case 2:
            fleet.mask = str if fleet.mask is hide else hide
        case 3:
            fleet.stages = {} if fleet.stages else {"production": "prod"}
        case _:
            fleet.directions = {} if fleet.directions else {"auc": "lower"}


CHANGES: tuple[Callable[[Fleet, random.Random, str], None], ...] = (
    add, remove, commit_and_register, commit_and_register, commit_only, assign, tag_for_later, delete_tag, fork, rename, fail, recover,
    move, crawl, crawl, configure,
)  # fmt: skip
