"""Whatever repositories, forges, clocks and crashes do: what the catalog remembers is the truth, as a model of docs/memory.md has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from itertools import combinations, count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.config.model import Config
from catalog.config.parse import parse
from catalog.crawl.context import CrawlContext
from catalog.crawl.crawl import CrawlRun
from catalog.crawl.plan import CrawlPlan, plan_crawl
from catalog.discovery.inventory import Inventory, Repository, read_inventory
from catalog.discovery.listing_cache import ListedRepo, SourceState
from catalog.discovery.rules import mark_departed
from catalog.errors import StoreError
from catalog.plugins.connector import installed
from catalog.plugins.forge import Listed
from catalog.plugins.forge import installed as forges
from catalog.query import Catalog
from catalog.schema.tables.inventory import Crawl, Rename, Visit
from catalog.schema.tables.observations import Observation
from catalog.store.journal import KEPT, Journal
from catalog.store.observations import Observations
from catalog.transport.origin import Pool
from support.catalogs import asked, catalog_of
from support.memory_model import History, Named, Tags, Truth, left_over
from support.worlds import START, World

SLOTS = 3
OWNER = "o"
HOME = f"github.com/{OWNER}"


@dataclass(kw_only=True, eq=False)
class Repo:
    """A repository of the story: what it is called, what is in it, and whether repos.toml and its forge have it."""

    identity: str
    name: str
    folder: Path
    has_id: bool = True  # that its forge states
    pushed_at: datetime = START
    world: World = field(default_factory=World)
    tags: Tags = field(default_factory=dict)
    gone: Tags = field(default_factory=dict)  # tags that were deleted
    listed: str = "listed"  # or `removed` from repos.toml, `left` its forge

    @property
    def versions(self) -> list[str]:
        return sorted(named.what for named in self.tags.values() if named.event == "registration")

    def tag(self, name: str, commit: str, event: str, what: str, made: int) -> None:
        oid = self.world.tag(name, commit, at=made, who=f"Ann <ann@{self.identity}.example>")
        self.tags[name] = Named(oid=oid, commit=commit, event=event, what=what, made=made)
        self.gone.pop(name, None)


class Near(Repository):
    """A repository of a forge, whose Git is on this machine."""

    has_untrusted_url = False  # type: ignore[assignment]  # a property of the original: no network is asked here


class FakeClock(datetime):
    """The machine's clock, which a story sets."""

    at = START

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        assert tz is not None
        return cls.at


class Interrupting(Observations):
    """The disk fails while one repository is recorded: before that is written down, or after."""

    victim: str | None = None
    after = False

    def record_state(self, scan: Any, scanned: Any) -> None:
        if scan.repo == self.victim and not self.after:
            raise StoreError("full")
        super().record_state(scan, scanned)
        if scan.repo == self.victim:
            raise StoreError("full")


class Story:
    """Repositories, what their forge lists, and crawls; `truth` knows what the catalog could have seen."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.truth = folder, Truth()
        text = f"[crawl]\njobs = 1\n[[source]]\nkind = 'github'\norg = '{OWNER}'\nskip_unpushed = true\n"
        self.config: Config = parse(text, folder / "repos.toml")
        self.observations = Interrupting(folder / "output" / "store" / "observations")
        self._ids, self._made = count(1), count(1)
        self.crawls = 0
        self._known: dict[str, ListedRepo] = {}
        self.repos = [self._repo(f"{HOME}/{letter}") for letter in "abc"[:SLOTS]]

    def _repo(self, name: str) -> Repo:
        identity = str(next(self._ids))
        repo = Repo(identity=identity, name=name, folder=self.folder / "git" / identity)
        repo.world.commit({"x": identity})
        return repo

    # What happens to a repository

    def push(self, slot: int, number: int) -> None:
        repo, made = self.repos[slot], next(self._made)
        version = f"v{number}.0.0"
        repo.tag(f"m@{version}", repo.world.commit({"x": str(made)}, at=made), "registration", version, made)

    def assign(self, slot: int, number: int) -> None:
        repo, made = self.repos[slot], next(self._made)
        if repo.versions:
            version = repo.versions[number % len(repo.versions)]
            repo.tag(f"m#prod#{number}", repo.tags[f"m@{version}"].commit, "assignment", "prod", made)

    def delete(self, slot: int, number: int) -> None:
        repo = self.repos[slot]
        if repo.tags:
            name = sorted(repo.tags)[number % len(repo.tags)]
            repo.gone[name] = repo.tags.pop(name)
            del repo.world.refs[f"refs/tags/{name}"]

    def restore(self, slot: int, number: int) -> None:
        repo = self.repos[slot]
        if repo.gone:
            name = sorted(repo.gone)[number % len(repo.gone)]
            repo.tags[name] = repo.gone.pop(name)
            repo.world.refs[f"refs/tags/{name}"] = repo.tags[name].oid

    def force_push(self, slot: int, _: int) -> None:
        self.repos[slot].world.commit({"x": str(next(self._made))}, parents=())

    def remove(self, slot: int, _: int) -> None:
        self.repos[slot].listed = "removed"

    def leave(self, slot: int, _: int) -> None:
        self.repos[slot].listed = "left"

    def come_back(self, slot: int, _: int) -> None:
        self.repos[slot].listed = "listed"

    def forget_id(self, slot: int, _: int) -> None:
        self.repos[slot].has_id = False

    def state_id(self, slot: int, _: int) -> None:
        self.repos[slot].has_id = True

    def rename(self, slot: int, number: int) -> None:
        name = f"{HOME}/{'abc'[slot]}{number % 3 or ''}"
        if all(repo.name != name for repo in self.repos):
            self.repos[slot].name = name

    def swap(self, slot: int, _: int) -> None:
        one, other = self.repos[slot], self.repos[(slot + 1) % SLOTS]
        one.name, other.name = other.name, one.name

    def replace(self, slot: int, _: int) -> None:
        """Another repository gets the name, and the one before is heard of no more."""
        old = self.repos[slot]
        self.repos[slot] = self._repo(old.name)
        self.repos[slot].has_id = old.has_id

    # What a crawl does, and what it can know then

    def crawl(self, listed_at: datetime, clock: datetime, down: set[int], crash: tuple[int, bool, bool] | None) -> None:
        for slot, repo in enumerate(self.repos):
            if slot not in down:
                repo.world.write(repo.folder)
        inventory = self._inventory(listed_at, down)
        number = max([0, *self.truth.clocks, self.crawls]) + 1
        with self._machine(clock):
            context = replace(
                CrawlContext.of(self.config.output, installed(), Pool(), debug=True), observations=self.observations
            )
            run = CrawlRun(self.config, context)
            plan = plan_crawl(self.config.file, inventory, {}, lambda entry: run._skip_reason(entry, clock))
            histories = self.truth.take_listing(number, self._stated(inventory))
            order = self._order(histories, plan)
            victim = self._victim(order, down, crash)
            self.observations.victim, self.observations.after = victim, bool(crash and crash[1])
            try:
                run.visit_all(plan, lambda *_: None, lambda _: None)
            except StoreError:
                assert victim
                if crash and crash[2]:
                    run.save(plan)
            else:
                assert victim is None
                run.save(plan)
        self.crawls = number
        traced = self._know_departures(number, clock, histories)
        traced |= self._know_visits(number, clock, histories, order, down, victim, recorded=bool(crash and crash[1]))
        if traced or victim is None:
            self.truth.clocks[number] = clock

    def _inventory(self, listed_at: datetime, down: set[int]) -> Inventory:
        """As the forge lists it, by the rules of repos.toml and of `catalog.discovery`."""
        listed = tuple(
            Listed(
                url=f"https://{repo.name}", forge_id=repo.identity if repo.has_id else None, pushed_at=repo.pushed_at
            )
            for repo in self.repos
            if repo.listed != "left"
        )
        (source,) = self.config.sources
        source = replace(source, exclude=self._excluded())
        self._known = mark_departed(source, forges()[source.kind], listed, self._known, listed_at)
        state = SourceState(listed_at=listed_at, listed=listed, known=self._known)
        inventory = read_inventory(replace(self.config, sources=(source,)), {source.name: state})
        folders = {
            repo.name: str(self.folder / "nowhere" if slot in down else repo.folder)
            for slot, repo in enumerate(self.repos)
        }
        entries = (
            Near(
                repo=replace(entry.repo, url=entry.repo.url if entry.has_left else folders[entry.repo.name]),
                source=entry.source,
                known=entry.known,
            )
            for entry in inventory.repositories
        )
        return replace(inventory, repositories=tuple(entries))

    def _excluded(self) -> tuple[str, ...]:
        return tuple(repo.name for repo in self.repos if repo.listed == "removed")

    def _stated(self, inventory: Inventory) -> dict[str, str | None]:
        """The names that the forge lists, each with the id that it states."""
        ids = {repo.name: repo.identity if repo.has_id else None for repo in self.repos}
        return {entry.repo.name: ids[entry.repo.name] for entry in inventory.repositories if not entry.has_left}

    @contextmanager
    def _machine(self, clock: datetime) -> Iterator[None]:
        FakeClock.at = clock
        with patch("catalog.crawl.crawl.datetime", FakeClock), patch("catalog.crawl.driver.datetime", FakeClock):
            yield

    def _order(self, histories: dict[str, History], plan: CrawlPlan) -> list[Repo]:
        """Visits come in the order of names, those that failed last time at the end. What is skipped has not changed."""
        repos = {repo.name: repo for repo in self.repos}
        for name in plan.skipped:
            assert histories[name].outcome(self.crawls) == "read"
            assert histories[name].tags(self.crawls) == repos[name].tags
        names = sorted(histories.keys() - plan.skipped.keys())
        names.sort(key=lambda name: histories[name].outcome(self.crawls) == "failed")
        return [repos[name] for name in names]

    def _victim(self, order: list[Repo], down: set[int], crash: tuple[int, bool, bool] | None) -> str | None:
        up = [repo.name for repo in order if self.repos.index(repo) not in down]
        return up[crash[0] % len(up)] if crash and up else None

    def _know_visits(
        self,
        number: int,
        clock: datetime,
        histories: dict[str, History],
        order: list[Repo],
        down: set[int],
        victim: str | None,
        *,
        recorded: bool,
    ) -> bool:
        traced = False
        for repo in order:
            history = histories[repo.name]
            is_down, is_victim = self.repos.index(repo) in down, repo.name == victim
            if not is_down and (recorded or not is_victim):
                history.scans.append((number, dict(repo.tags)))
            if is_victim:
                break
            history.visits.append((number, "failed" if is_down else "read", clock))
            traced = True
        return traced

    def _know_departures(self, number: int, clock: datetime, histories: dict[str, History]) -> bool:
        """Before the visits: who is visited no more."""
        traced = False
        for history in self.truth.histories:
            if history not in histories.values() and history.visits and history.state(number) != "departed":
                outcome = "removed" if history.name in self._excluded() else "left"
                history.visits.append((number, outcome, clock))
                traced = True
        return traced


ACTS: list[Callable[[Story, int, int], None]] = [
    Story.push, Story.push, Story.assign, Story.assign, Story.delete, Story.restore, Story.force_push, Story.remove, Story.leave,
    Story.come_back, Story.come_back, Story.rename, Story.swap, Story.replace, Story.forget_id, Story.state_id,
]  # fmt: skip
PUSHES = (Story.push, Story.assign, Story.delete, Story.restore, Story.force_push)
acts = st.tuples(st.sampled_from(ACTS), st.integers(0, SLOTS - 1), st.integers(1, 4))
crashes = st.tuples(st.integers(0, SLOTS - 1), st.booleans(), st.booleans())
crawls = st.tuples(
    st.lists(acts, max_size=4),
    st.sets(st.integers(0, SLOTS - 1), max_size=2),  # who is down
    st.sampled_from(
        [(0, 0), (0, 0), (0, 0), (0, 0), (-9, -9), (3650, 3650), (-9, 0), (0, -9), (3650, 0)]
    ),  # by how many days the clock is off as the forge lists, and as the crawl begins
    st.one_of(st.none(), st.none(), st.none(), crashes),
)


def catalog(story: Story, *, stored: bool) -> duckdb.DuckDBPyConnection:
    """The catalog of the folder that the crawls left."""
    journal = Journal(story.config.output / "store" / "crawls")
    timelines = [story.observations.load(name) for name in story.observations.stamps()]
    rows = {timeline.repo: {Observation: [*timeline.rows()]} for timeline in timelines}
    assert len(rows) == len(timelines)
    whole = {Crawl: journal.crawls(), Visit: journal.visits(), Rename: journal.renames()}
    return catalog_of(rows, whole, stored=stored)


def told_diff(connection: duckdb.DuckDBPyConnection, a: int, b: int) -> set[tuple[str, ...]]:
    return {
        tuple(_told(row)) for row in asked(connection, "from changes_between(?, ?) where kind <> 'skewed_tag'", a, b)
    }


def _told(row: dict[str, Any]) -> list[str]:
    kind, repo = row["kind"], row["repo"]
    match kind:
        case "promotion" | "rollback" | "vacancy":
            return ["prod", repo, str(row["old"]), str(row["new"])]
        case "new_version":
            return [kind, repo, row["new"]]
        case "lost_version":
            return [kind, repo, row["old"]]
        case "rewritten_tag" | "deleted_tag":
            return [kind, repo, row["what"]]
        case "renamed_repo":
            return [kind, repo, row["old"], row["new"]]
        case _:
            return [kind, repo]


def check_lists(connection: duckdb.DuckDBPyConnection, truth: Truth, last: int) -> None:
    rewritten = asked(connection, "from rewritten_tags")
    assert {
        (row["repo"], row["tag"], row["old_oid"], row["oid"], row["crawl"]) for row in rewritten
    } == truth.rewritten()
    deleted = asked(connection, "from deleted_tags")
    assert {(row["repo"], row["tag"], row["oid"], row["crawl"]) for row in deleted} == truth.deleted()
    lost = "from visits where outcome = 'gone' qualify row_number() over (partition by repo order by crawl desc) = 1 and crawl >= (select max(crawl) from visits v where v.repo = visits.repo)"
    since = {row["repo"]: (row["first_at"], row["times"]) for row in asked(connection, lost)}
    expected = {repo: (at.replace(tzinfo=None), times) for repo, (at, times) in truth.lost_since(last).items()}
    assert since == expected
    assert {row["crawl"] for row in asked(connection, "from crawls")} == set(truth.clocks)
    assert {row["crawl"] for row in asked(connection, "from crawl_times where suspect")} == truth.suspects()


def check_known(connection: duckdb.DuckDBPyConnection, truth: Truth, crawl: int) -> None:
    rows = asked(connection, "from stages_known_at('infinity'::timestamp, ?)", crawl)
    assert {row["repo"]: row["version"] for row in rows} == truth.prod(crawl)


OUTCOMES = {"new": "read", "changed": "read", "fresh": "read", "gone": "failed"}


def check_visits(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Of each crawl all visits, and where they are not kept one by one, how repositories stood then: nothing that was not so."""
    kept = set(sorted(truth.clocks)[-KEPT:])
    for crawl in truth.clocks:
        rows = asked(connection, "from visits_in(?)", crawl)
        found = {(row["repo"], OUTCOMES.get(row["outcome"], row["outcome"])): row["visited"] for row in rows}
        visited = {each for each, known in found.items() if known}
        assert visited <= truth.visits(crawl) <= found.keys() <= truth.outcomes(crawl)
        assert visited == found.keys() or crawl not in kept


def check_dates(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    dates = {at + timedelta(hours=hours) for at in truth.clocks.values() for hours in (-1, 1)}
    found = {at: asked(connection, "select crawl_at(?) as crawl", at.replace(tzinfo=None))[0]["crawl"] for at in dates}
    assert found == {at: truth.crawl_at(at) for at in dates}


class Script:
    """Somebody who asks for events after each crawl, and goes on from the last cursor."""

    def __init__(self) -> None:
        self.cursor: str | None = None
        self.heard: list[str] = []

    def listen(self, connection: duckdb.DuckDBPyConnection) -> None:
        rows = Catalog(connection, Path("catalog.duckdb")).events(self.cursor).rows
        self.heard += [row["oid"] for row in rows]
        self.cursor = rows[-1]["cursor"] if rows else self.cursor


def told(folder: Path, steps: list[Any], every: int, places: int = 6) -> None:
    """Lives a story, and asks what the catalog knows: lists and events every few crawls, the states of some crawls at the end."""
    story, script = Story(folder), Script()
    for number, (happened, down, jumps, crash) in enumerate(steps, 1):
        today = START + timedelta(days=number)
        for act, slot, argument in happened:
            act(story, slot, argument)
            if act in PUSHES:
                story.repos[slot].pushed_at = today - timedelta(hours=1)
        listed_at, clock = (today + timedelta(days=jump) for jump in jumps)
        story.crawl(listed_at, clock, down, crash)
        if number % every == 0 or number == len(steps):
            connection = catalog(story, stored=number == len(steps))  # the last one is asked most
            check_lists(connection, story.truth, story.crawls)
            script.listen(connection)
    assert sorted(script.heard) == sorted(oid for _, oid in story.truth.events(story.crawls))
    check_dates(connection, story.truth)
    check_visits(connection, story.truth)
    last = story.crawls
    chosen = list(dict.fromkeys([last, last // 2, last - 1, 0, last // 3, 1]))[:places]
    for crawl in chosen:
        check_known(connection, story.truth, crawl)
    check_diffs(connection, story.truth, sorted(chosen))


def check_diffs(connection: duckdb.DuckDBPyConnection, truth: Truth, places: list[int]) -> None:
    found = {(a, b): told_diff(connection, a, b) for a, b in combinations(places, 2)}
    for (a, b), changes in found.items():
        assert changes == truth.diff(a, b), (a, b)
    for a, b, c in combinations(places, 3):
        always = {each.name for each in truth.histories if "departed" not in {each.state(k) for k in (a, b, c)}}
        told = [{change for change in found[edges] if change[1] in always} for edges in ((a, b), (b, c), (a, c))]
        assert left_over(told[0], told[1]) == left_over(told[2], set()), (a, b, c)


def take_name(story: Story, slot: int, other: int) -> None:
    """A repository is there no more, and another one has its name."""
    story.repos[slot].name = story.repos[other].name
    story.repos[other] = story._repo(f"{HOME}/other{next(story._ids)}")


@pytest.mark.slow
@pytest.mark.parametrize(
    "leaves", [Story.remove, Story.leave, None], ids=["removed before", "left before", "there until then"]
)
def test_a_repository_that_takes_the_name_of_one_without_an_id_is_not_that_one(tmp_path, leaves):
    steps: list[Any] = [
        ([(Story.forget_id, 1, 0), (Story.push, 0, 1), (Story.assign, 0, 1), (Story.push, 1, 2)], set(), (0, 0), None),
        ([(leaves, 1, 0)] if leaves else [], set(), (0, 0), None),
        ([(take_name, 0, 1), (Story.push, 0, 3)], set(), (0, 0), None),
        ([(Story.assign, 0, 2), (Story.forget_id, 1, 0)], set(), (0, 0), None),
        ([(Story.push, 0, 4)], set(), (0, 0), None),
    ]
    told(tmp_path, steps, every=1)


def import_over(story: Story, slot: int, _: int) -> None:
    """Another repository gets the name; both were pushed in one second, as an import of many does."""
    pushed_at = story.repos[slot].pushed_at
    story.replace(slot, 0)
    story.push(slot, 3)
    story.repos[slot].pushed_at = pushed_at


FORGET, STATE, RENAME, SWAP = (Story.forget_id, 0, 0), (Story.state_id, 0, 0), (Story.rename, 0, 1), (Story.swap, 0, 0)
FORGET_OTHER, STATE_OTHER = (Story.forget_id, 1, 0), (Story.state_id, 1, 0)
PUSH, ASSIGN, PUSH_AGAIN, PUSH_OTHER = (Story.push, 0, 1), (Story.assign, 0, 1), (Story.push, 0, 2), (Story.push, 1, 1)
REPLACE, IMPORT = (Story.replace, 0, 0), (import_over, 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "acts_between",
    [
        pytest.param([[FORGET], [PUSH_AGAIN], [STATE]], id="a listing without the id, and with it again"),
        pytest.param([[FORGET, RENAME], [PUSH_AGAIN], [STATE]], id="renamed while its id is not stated"),
        pytest.param([[FORGET], [RENAME, STATE], [PUSH_AGAIN]], id="renamed as its id is stated again"),
        pytest.param([[FORGET], [REPLACE, PUSH], [STATE], [PUSH_AGAIN]], id="replaced while no id is stated"),
        pytest.param([[FORGET], [REPLACE, STATE, PUSH]], id="replaced as an id is stated again"),
        pytest.param([[FORGET, FORGET_OTHER, SWAP], [PUSH_AGAIN], [STATE, STATE_OTHER]], id="two names exchanged, no ids stated"),
        pytest.param([[FORGET, SWAP], [PUSH_AGAIN], [STATE]], id="two names exchanged, one id stated"),
        pytest.param([[FORGET], [(Story.leave, 0, 0)], [(Story.come_back, 0, 0)], [STATE]], id="left and back without its id"),
        pytest.param([[IMPORT], [(Story.assign, 0, 1)]], id="another one, pushed in the second of the one before"),
    ],
)  # fmt: skip
def test_a_repository_whose_id_its_forge_forgets(tmp_path, acts_between):
    happened = [[PUSH, ASSIGN, PUSH_OTHER], *acts_between]
    told(tmp_path, [(acts, set(), (0, 0), None) for acts in happened], every=1)


@pytest.mark.slow
def test_what_is_remembered_is_the_truth_in_a_short_story(tmp_path):
    told(tmp_path, SHORT, every=5, places=1)


SHORT: list[Any] = [
    ([(Story.push, 0, 1), (Story.assign, 0, 1), (Story.push, 1, 1)], set(), (0, 0), None),
    ([(Story.push, 0, 1), (Story.delete, 1, 0)], {2}, (3650, 3650), None),
    ([(Story.replace, 0, 0), (Story.rename, 1, 1), (Story.push, 0, 2)], set(), (0, 0), (1, True, False)),
    ([(Story.remove, 2, 0), (Story.restore, 1, 0)], set(), (0, 0), None),
    ([(Story.come_back, 2, 0), (Story.swap, 0, 0)], set(), (-9, -9), None),
]


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.lists(crawls, min_size=2, max_size=30))
def test_what_is_remembered_is_the_truth(steps):
    with TemporaryDirectory() as folder:
        told(Path(folder), steps, every=4)
