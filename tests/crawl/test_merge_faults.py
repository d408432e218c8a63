"""What is lacking, damaged or doubled in the stores of a merge costs its own repositories, and is told."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.crawl.merge import ELSEWHERE, LOST, OTHERWISE, UNOBSERVED, MergeReport, merge
from catalog.crawl.other_store import DEPTH
from catalog.crawl.shard import shards_folder
from catalog.errors import StoreError
from catalog.plugins.connector import installed
from catalog.privacy.settings import Privacy, PrivacyRule
from catalog.store import jsonl
from catalog.store.journal import Journal
from catalog.store.lock import lock
from support.shards import NAMES, Fleet, in_shards, merged, remembered, shard_folder

pytestmark = pytest.mark.slow

PRIVATE = Privacy(redact=(PrivacyRule(key="stage"),))


@pytest.fixture
def nightly(tmp_path):
    return Fleet(tmp_path)


def test_a_folder_without_a_store_is_named(nightly):
    in_shards(nightly.many, 1)
    nothing, file = nightly.folder / "nothing", nightly.folder / "file"
    nothing.mkdir()
    file.touch()
    report = merged(nightly.many, nothing, file, nightly.folder / "missing", shards_folder(nightly.many))
    assert (report.complaints, report.crawls[0].new) == (
        (
            f"{file} cannot be read: Not a directory: it is left out",
            f"{nightly.folder / 'missing'} cannot be read: No such file or directory: it is left out",
            f"{nothing} has no store: it is left out",
        ),
        4,
    )


def test_a_store_that_a_shard_was_making_is_none(nightly):
    in_shards(nightly.many, 1)
    folder = shard_folder(nightly.many, 1, 1)
    (folder / "store").rename(folder / ".store.new")
    assert merged(nightly.many).complaints == (f"{shards_folder(nightly.many)} has no store: it is left out",)


@pytest.mark.parametrize("depth", [DEPTH, DEPTH + 1])
def test_how_deep_stores_are_looked_for(nightly, depth):
    in_shards(nightly.many, 1)
    deep = nightly.folder.joinpath("a", *"bcdefg"[: depth - 1])
    deep.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(shards_folder(nightly.many), deep)
    assert bool(merged(nightly.many, nightly.folder / "a").crawls) == (depth == DEPTH)


def test_the_catalog_s_own_store_is_not_merged_into_itself(nightly):
    crawl(nightly.many, debug=True)
    assert merged(nightly.many, nightly.many.output) == MergeReport(stores=0, crawls=(), complaints=())


def test_the_same_store_twice_is_one(nightly):
    in_shards(nightly.many, 1)
    report = merged(nightly.many, shards_folder(nightly.many), shard_folder(nightly.many, 1, 1))
    assert (report.stores, report.crawls[0].new) == (1, 4)


def test_a_store_in_use_is_left_out_and_named(nightly):
    in_shards(nightly.many, 2)
    with lock(shard_folder(nightly.many, 1, 2)):
        report = merged(nightly.many)
    assert (
        report.complaints[0].partition(" is in use by process")[0],
        report.complaints[0].endswith(": it is left out"),
    ) == (
        str(shard_folder(nightly.many, 1, 2)),
        True,
    )
    assert report.complaints[1:] == ("shard 1/2 has no new crawl: its repositories keep their last rows",)


def test_a_merge_that_waits_for_a_store_keeps_no_shard_from_beginning(nightly):
    in_shards(nightly.many, 2)
    told: Queue[str] = Queue()
    waiting = Thread(target=lambda: merge(nightly.many, [shards_folder(nightly.many)], wait=True, tell=told.put))
    with lock(shard_folder(nightly.many, 2, 2)):  # a crawl of that shard
        waiting.start()
        sentence = told.get(timeout=10)
        with lock(nightly.many.output):  # from which it begins
            pass
    waiting.join(10)
    assert (sentence.endswith("; waiting"), [*outcomes(nightly.many)]) == (True, nightly.names)


def test_a_shard_that_did_not_run_is_named(nightly):
    in_shards(nightly.many, 4, 2, 4)
    assert merged(nightly.many).complaints == (
        "shard 1/4 has no new crawl: its repositories keep their last rows",
        "shard 3/4 has no new crawl: its repositories keep their last rows",
    )


def crawl_file(config: Config, number: int = 1, count: int = 1) -> Path:
    return max((shard_folder(config, number, count) / "store" / "crawls").glob("0*.jsonl"))


def cut(file: Path, lines: int) -> None:
    """Leaves so many lines of a crawl, as kill -9 would."""
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:lines]))
    (file.parent / "repos.json").unlink()


def outcomes(config: Config) -> dict[str, str]:
    last = Journal(config.output / "store" / "crawls").last_visits()
    return {repo: f"{each.outcome} {each.read_crawl}" for repo, each in sorted(last.items())}


def test_of_a_shard_that_did_not_end_the_finished_visits_count(nightly):
    in_shards(nightly.many, 1)
    merged(nightly.many)
    in_shards(nightly.many, 1)
    file = crawl_file(nightly.many)
    cut(file, 2)
    report = merged(nightly.many)
    assert (report.complaints, report.crawls[0].outcome, sorted(outcomes(nightly.many).values())) == (
        (f"{shard_folder(nightly.many, 1, 1)}: its last crawl did not end: the 2 repositories that it finished count",),
        "incomplete",
        ["fresh 2", "fresh 2", "new 1", "new 1"],
    )


def test_a_retry_of_a_shard_that_did_not_end_is_one_crawl_with_it(nightly):
    away = replace(nightly.many, output=nightly.folder / "away")
    in_shards(away, 1)
    cut(crawl_file(away), 2)
    in_shards(away, 1)
    report = merged(nightly.many, away.output)
    assert (
        report.complaints,
        [(row.crawl, row.outcome) for row in report.crawls],
        {*outcomes(nightly.many).values()},
    ) == (
        (),
        [(1, "complete")],
        {"new 1"},
    )


def test_an_earlier_visit_to_a_repository_of_two_stores_does_not_count(nightly):
    nightly.names = ["r0"]
    early, late = (replace(nightly.many, output=nightly.folder / name) for name in ("b-early", "a-late"))
    crawl(early, debug=True)
    nightly.change("r0", 0)
    crawl(late, debug=True)
    told: list[str] = []
    report = merge(nightly.many, [late.output, early.output], tell=told.append)
    partitions = [
        Journal(each.output / "store" / "crawls").last_visits()["r0"].partition for each in (nightly.many, late)
    ]
    assert (partitions[0] == partitions[1], told, report.complaints, report.crawls[0].new) == (
        True,
        [f"r0 was visited by {late.output} and {early.output}: the last visit that went well counts"],
        (),
        1,
    )


def test_of_many_repositories_that_two_stores_visited_one_is_named(nightly):
    stores = [replace(nightly.many, output=nightly.folder / name) for name in ("a", "b")]
    for store in stores:
        crawl(store, debug=True)
    told: list[str] = []
    merge(nightly.many, [store.output for store in stores], tell=told.append)
    outputs = f"{stores[0].output} and {stores[1].output}"
    assert told == [f"4 repositories, such as r0, were visited by {outputs}: the last visit that went well counts"]


def test_a_visit_that_went_well_goes_before_a_later_one_that_failed(nightly):
    nightly.names = ["r0"]
    good, bad = (replace(nightly.many, output=nightly.folder / name) for name in ("a", "b"))
    crawl(good, debug=True)
    with nightly.down({"r0"}):
        crawl(bad, debug=True)
    merged(nightly.many, good.output, bad.output)
    assert outcomes(nightly.many) == {"r0": "new 1"}


def test_the_order_of_overlapping_stores_is_irrelevant(nightly):
    outputs = []
    for number in range(3):
        nightly.names = NAMES[number : number + 3]
        config = replace(nightly.many, output=nightly.folder / f"store{number}")
        crawl(config, debug=True)
        outputs.append(config.output)
        nightly.change("r2", number)
    nightly.names = NAMES
    others = [nightly.one, replace(nightly.one, output=nightly.folder / "third")]
    reports = [merged(others[0], *outputs), merged(others[1], *reversed(outputs))]
    lines = [(config.output / "store" / "crawls" / "000001.jsonl").read_text() for config in others]
    assert (reports[0], lines[0], remembered(others[0])) == (reports[1], lines[1], remembered(others[1]))
    for output in reversed(outputs):  # one at a time, the last of all first
        merged(nightly.many, output)
    ends = [{repo: end[1] for repo, end in remembered(config)["last"].items()} for config in (others[0], nightly.many)]
    assert ends[0] == ends[1]


def test_where_stores_lie_is_irrelevant(nightly):
    in_shards(nightly.many, 2)
    folder = shards_folder(nightly.many)
    (nightly.folder / "else" / "z").mkdir(parents=True)
    merged(nightly.many)
    shutil.move(folder / "1-of-2", nightly.folder / "else" / "z")
    shutil.move(folder / "2-of-2", nightly.folder / "else")
    merged(nightly.one, nightly.folder / "else")
    lines = [
        (config.output / "store" / "crawls" / "000001.jsonl").read_text() for config in (nightly.one, nightly.many)
    ]
    assert lines[0] == lines[1]


@pytest.fixture
def visited_since(nightly):
    """A store that was merged, went on, and whose repository the catalog has visited itself since then."""
    nightly.names = ["r0"]
    away = replace(nightly.many, output=nightly.folder / "away")
    crawl(away, debug=True)
    nightly.change("r0", 0)
    crawl(nightly.many, debug=True)
    return nightly, away


def test_a_later_visit_of_the_catalog_s_own_counts(visited_since):
    nightly, away = visited_since
    told: list[str] = []
    before = Journal(nightly.many.output / "store" / "crawls").last_visits()["r0"]
    report = merge(nightly.many, [away.output], tell=told.append)
    after = Journal(nightly.many.output / "store" / "crawls").last_visits()["r0"]
    assert (before == after, told, report.complaints) == (
        True,
        [f"r0 was visited by {away.output} and by the catalog: the later visit counts"],
        (),
    )


def dated(file: Path, year: int) -> None:
    """Makes a crawl's clock one of another year."""
    texts = [re.sub(r'"\d{4}(-\d\d-\d\dT)', rf'"{year}\1', text) for text in jsonl.texts(file)]
    file.write_text("".join(map(jsonl.checked, texts)))
    (file.parent / "repos.json").unlink()


def test_of_a_store_that_knew_the_catalog_s_visit_the_next_one_counts_whatever_the_clocks_say(nightly):
    nightly.names = ["r0"]
    crawl(nightly.many, debug=True)
    dated(nightly.many.output / "store" / "crawls" / "000001.jsonl", 2099)
    nightly.change("r0", 0)
    in_shards(nightly.many, 1)
    report = merged(nightly.many)
    assert (report.complaints, outcomes(nightly.many)) == ((), {"r0": "changed 2"})


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"privacy": PRIVATE}, id="another [privacy]"),
        pytest.param({"connectors": installed()[:-1]}, id="other connectors"),
    ],
)
def test_rows_that_were_made_by_other_rules_are_left_out_and_the_last_ones_stay(nightly, other):
    away = replace(nightly.many, output=nightly.folder / "away", **{k: v for k, v in other.items() if k == "privacy"})
    crawl(nightly.many, debug=True)
    before = remembered(nightly.many)
    nightly.change("r0", 0)
    crawl(away, connectors=other.get("connectors"), debug=True)
    report = merged(nightly.many, away.output)
    after = remembered(nightly.many)
    assert (report.complaints, after["last"] == before["last"], after["observations"] == before["observations"]) == (
        (f"{away.output}: 4 repositories: {OTHERWISE}",),
        True,
        True,
    )


def test_a_repository_that_is_left_out_of_several_crawls_is_counted_once(nightly):
    away = replace(nightly.many, output=nightly.folder / "away", privacy=PRIVATE)
    for _ in range(2):
        crawl(away, debug=True)
    assert merged(nightly.many, away.output).complaints == (f"{away.output}: 4 repositories: {OTHERWISE}",)


def test_rows_that_were_left_out_come_with_the_next_crawl_by_the_same_rules(nightly):
    away = replace(nightly.many, output=nightly.folder / "away")
    crawl(replace(away, privacy=PRIVATE), debug=True)
    merged(nightly.many, away.output)
    crawl(away, debug=True)
    report = merged(nightly.many, away.output)
    assert (report.complaints, set(outcomes(nightly.many).values())) == ((), {"new 2"})


def test_what_is_withheld_now_is_withheld_from_rows_that_no_shard_read_again(nightly):
    crawl(nightly.many, debug=True)
    private = replace(nightly.many, privacy=PRIVATE)
    in_shards(private, 2, 1)
    merged(private)
    again = {file.parent.name for file in (private.output / "store" / "rows").glob("*/*.again-*.rows")}
    assert again == {
        name
        for name in nightly.names
        if name not in Journal(shard_folder(private, 1, 2) / "store" / "crawls").last_visits()
    }


def test_rows_that_are_damaged_are_left_out(nightly):
    in_shards(nightly.many, 1)
    file = next((shard_folder(nightly.many, 1, 1) / "store" / "rows" / "r0").iterdir())
    file.write_bytes(file.read_bytes()[:-1])
    report = merged(nightly.many)
    assert (report.complaints, [*outcomes(nightly.many)]) == (
        (f"{shard_folder(nightly.many, 1, 1)}: 1 repository: {LOST}",),
        ["r1", "r2", "r3"],
    )


def test_damaged_rows_of_the_catalog_are_mended_by_a_store_that_has_them(nightly):
    in_shards(nightly.many, 1)
    merged(nightly.many)
    file = next((nightly.many.output / "store" / "rows" / "r0").iterdir())
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(whole[:-1])
    in_shards(nightly.many, 1)
    merged(nightly.many)
    assert file.read_bytes() == whole


def test_a_folder_in_the_place_of_rows_is_moved_aside(nightly):
    in_shards(nightly.many, 1)
    source = next((shard_folder(nightly.many, 1, 1) / "store" / "rows" / "r0").iterdir())
    (nightly.many.output / "store" / "rows" / "r0" / source.name).mkdir(parents=True)
    assert (merged(nightly.many).complaints, sorted(outcomes(nightly.many))) == ((), nightly.names)


def test_observations_that_are_lost_cost_themselves(nightly):
    in_shards(nightly.many, 1)
    (shard_folder(nightly.many, 1, 1) / "store" / "observations" / "r0.jsonl").unlink()
    report = merged(nightly.many)
    assert (report.complaints, [*outcomes(nightly.many)], [*remembered(nightly.many)["observations"]]) == (
        (f"{shard_folder(nightly.many, 1, 1)}: 1 repository: {UNOBSERVED}",),
        nightly.names,
        ["r1.jsonl", "r2.jsonl", "r3.jsonl"],
    )


def test_repositories_that_repos_toml_does_not_have_are_left_out(nightly):
    in_shards(nightly.many, 1)
    nightly.names = NAMES[:1]
    report = merged(nightly.many)
    assert (report.complaints, [*outcomes(nightly.many)]) == (
        (f"{shard_folder(nightly.many, 1, 1)}: 3 repositories: {ELSEWHERE}",),
        ["r0"],
    )


def test_a_damaged_line_of_a_store_costs_its_visit(nightly):
    in_shards(nightly.many, 1)
    file = crawl_file(nightly.many)
    first, *rest = file.read_text().splitlines(keepends=True)
    file.write_text("".join([first.replace("visit", "vizit"), *rest]))
    report = merged(nightly.many)
    assert (report.complaints, len(outcomes(nightly.many))) == (
        (f"{file} has 1 damaged line: what was recorded there is lost",),
        3,
    )


def test_a_store_that_cannot_be_read_costs_itself(nightly):
    in_shards(nightly.many, 2)
    crawls = shard_folder(nightly.many, 1, 2) / "store" / "crawls"
    for file in crawls.iterdir():
        file.unlink()
        file.mkdir()
    report = merged(nightly.many)
    told = sorted(report.complaints)
    assert (len(told), "cannot be read: Is a directory" in told[0], told[1], len(outcomes(nightly.many))) == (
        2,
        True,
        "shard 1/2 has no new crawl: its repositories keep their last rows",
        2,
    )


def test_the_catalog_s_own_store_in_use_is_said(nightly):
    in_shards(nightly.many, 1)
    with lock(nightly.many.output), pytest.raises(StoreError, match="is in use by process"):
        merged(nightly.many)
