"""What earlier crawls observed, when `[privacy]` changes: nothing stays that is withheld now, and no observation is lost. No secret of these tests is one."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.config.parse import Config, load, parse
from catalog.crawl.crawl import crawl
from catalog.crawl.merge import merge
from catalog.crawl.withhold_observed import withhold_lines
from catalog.database import database
from catalog.database.build import build
from catalog.privacy.detector import withheld
from catalog.privacy.settings import DEFAULT, Privacy, PrivacyRule
from catalog.store.observation_line import EVENT_CELLS, EventCells, ObservationLine
from catalog.store.observations import Observations
from catalog.store.partition_format import read_file
from catalog.store.ref_timeline import RefTimeline
from support.killing import completed, killed
from support.worlds import World

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GITHUB = withheld("GitHub Token")
SHOW, WITHHOLD = "secrets = 'show'", "secrets = 'withhold'"


def token(letter: str) -> str:
    return "gh" + "p_" + f"{letter}1B2" * 9


MESSAGE, AUTHOR, ADDRESS, BRANCH, GONE, NEXT = map(token, "abcdef")
PLANTED = (MESSAGE, AUTHOR, ADDRESS, BRANCH, GONE)


def config(folder: Path, privacy: str) -> Config:
    (folder / "repos.toml").write_text(f"[[repo]]\nname = 'r'\nurl = '{folder / 'git'}'\n[privacy]\n{privacy}\n")
    return load(folder / "repos.toml")


def crawled(folder: Path, privacy: str) -> Config:
    wanted = config(folder, privacy)
    crawl(wanted)
    build(wanted)
    return wanted


def observed(folder: Path) -> World:
    """A repository of which two crawls remember, with `secrets = 'show'`, what is there and what is gone."""
    world = World()
    world.commit({"artifacts.yaml": "m:\n  type: model\n"}, message="x")
    who = f"{AUTHOR} <{ADDRESS}@example.com>"
    world.tag("m@v1.0.0", message=MESSAGE, who=who)
    world.tag("m@v1.1.0", message=GONE)
    world.commit({"a": "x"}, branch=BRANCH, message="x")
    world.write(folder / "git")
    crawled(folder, SHOW)
    del world.refs["refs/tags/m@v1.1.0"]
    world.write(folder / "git")
    crawled(folder, SHOW)
    return world


def everything(folder: Path) -> dict[str, str]:
    """Every file that is left, as it lies there and as it is read."""
    files = [file for file in (folder / "output").rglob("*") if file.is_file()]
    found = {file.name: file.read_bytes().decode("latin-1") for file in files}
    for file in files:
        if file.suffix == ".rows":
            found[f"{file.name}, read"] = repr([rows.to_pylist() for rows in read_file(file).values()])
    with closing(database.connect(folder / "output" / "catalog.duckdb")) as connection:
        for (name,) in connection.execute("select name from relations()").fetchall():
            found[name] = repr(connection.execute(f'from "{name}"').fetchall())
    return found


def leaks(folder: Path) -> set[str]:
    return {name for name, text in everything(folder).items() if any(each in text for each in PLANTED)}


def remembered(folder: Path) -> list[tuple[object, ...]]:
    """What each interval is, but for texts, and for the end of the last visit."""
    observations = Observations(folder / "output" / "store" / "observations")
    rows = [row for name in observations.stamps() for row in observations.load(name).rows()]
    return sorted((row.oid, row.first_crawl, row.ended_crawl, row.first_seen, row.event or "") for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize("is_gone", [False, True], ids=["a repository that is there", "a repository that is gone"])
def test_a_change_of_privacy_reaches_what_was_observed(is_gone, tmp_path, caplog):
    observed(tmp_path)
    before = remembered(tmp_path)
    assert {"r.jsonl", "observations"} < leaks(tmp_path)
    if is_gone:
        (tmp_path / "git").rename(tmp_path / "elsewhere")
    crawled(tmp_path, WITHHOLD)
    assert (leaks(tmp_path), remembered(tmp_path)) == (set(), before)
    sentence = "[privacy] or a detector has changed: what is withheld now left the observations of 1 repository"
    assert sentence in caplog.messages
    caplog.clear()
    lines = (tmp_path / "output/store/observations/r.jsonl").read_bytes()
    crawled(tmp_path, WITHHOLD)
    assert ((tmp_path / "output/store/observations/r.jsonl").read_bytes(), sentence in caplog.messages) == (
        lines,
        False,
    )


@pytest.mark.slow
def test_a_change_of_privacy_reaches_what_was_observed_also_where_only_shards_crawl(tmp_path):
    observed(tmp_path)
    before = remembered(tmp_path)
    merge(config(tmp_path, WITHHOLD), [])
    build(config(tmp_path, WITHHOLD))
    text = (tmp_path / "output/store/observations/r.jsonl").read_text()
    assert ([each for each in PLANTED if each in text], remembered(tmp_path)) == ([], before)


@pytest.mark.slow
def test_a_change_of_the_detector_reaches_the_messages_of_earlier_crawls(tmp_path, monkeypatch):
    """Those are without likely secrets whatever `[privacy]` says; here an earlier detector has found none."""
    wanted = parse(f"[[repo]]\nname = 'r'\nurl = '{tmp_path}/{MESSAGE}'\n", tmp_path / "repos.toml")
    with monkeypatch.context() as patch:
        patch.setattr("catalog.crawl.attempt.clean", str)
        patch.setattr("catalog.privacy.detector.clean", str)
        patch.setattr("catalog.privacy.detector.digest", lambda: "earlier")
        crawl(wanted)
        crawl(wanted)
    folder = wanted.output / "store" / "crawls"
    assert sum(MESSAGE in file.read_text() for file in folder.iterdir()) == len(["000001.jsonl", "000002.jsonl", "repos.json"])  # fmt: skip
    crawl(wanted)
    assert [file.name for file in folder.iterdir() if MESSAGE in file.read_text()] == []


@pytest.mark.slow
def test_what_is_withheld_by_a_rule_leaves_what_was_observed(tmp_path):
    observed(tmp_path)
    rules = [{"key": key} for key in ("message", "author", "author_email")]
    crawled(tmp_path, f"{SHOW}\nredact = {[*rules]}".replace("'key':", "key ="))
    text = (tmp_path / "output/store/observations/r.jsonl").read_text()
    assert [each in text for each in PLANTED] == [False, False, False, True, False]


WORK = """
from catalog.config.parse import load
from catalog.crawl.crawl import crawl

def work(folder):
    crawl(load(folder / "repos.toml"))
"""
OBSERVATIONS = "/observations"


@pytest.mark.slow
def test_a_kill_at_any_file_operation_loses_no_observation(tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    observed(state)
    before = remembered(state)
    (state / "git").rename(state / "elsewhere")
    config(state, WITHHOLD)
    _, operations = completed(state, WORK, below=OBSERVATIONS)
    complaints = []
    for folder in killed(state, WORK, [*range(1, operations + 1)], below=OBSERVATIONS):
        if remembered(folder) != before:
            complaints.append(f"{folder.name}: something was forgotten")
        crawled(folder, WITHHOLD)
        if remembered(folder) != before or leaks(folder):
            complaints.append(f"{folder.name}: the next crawl does not make up for it")
        shutil.rmtree(folder)
    assert (complaints, operations > 5) == ([], True)


REFS = [f"refs/tags/{name}" for name in ("a", "b", *(f"{token(letter)}-x" for letter in "pq"), token("r"))]
TEXTS = ["x", token("s"), f"see {token('t')}", "PASSWORD=hunter2"]


def cells(text: str) -> EventCells:
    blank = dict.fromkeys(EVENT_CELLS) | dict.fromkeys(("tag", "event", "artifact", "commit"), "m")
    texts = {"author": text, "author_email": text, "message": text}
    return EventCells(**blank | texts | {"created_at": NOON, "utc_offset": 0})


@st.composite
def histories(draw) -> list[ObservationLine]:
    """The lines of some visits, as visits write them: what is seen, what goes, and what tags say."""
    lines, present = [], dict[str, str]()
    for crawl_number in range(1, draw(st.integers(1, 5)) + 1):
        seen = {ref: (draw(st.sampled_from("1234")) * 40, None) for ref in draw(st.sets(st.sampled_from(REFS)))}
        gone = draw(st.sets(st.sampled_from(sorted(present)))) - seen.keys() if present else set()
        present = {ref: oid for ref, oid in present.items() if ref not in gone} | {ref: oid for ref, (oid, _) in seen.items()}  # fmt: skip
        told = {ref: cells(draw(st.sampled_from(TEXTS))) for ref in sorted(seen) if draw(st.booleans())}
        at = NOON + timedelta(hours=crawl_number)
        lines.append(ObservationLine(at=at, before=None, repo="r", gone=tuple(sorted(gone)), seen=seen, told=told, crawl=crawl_number, partition=f"{crawl_number}-a-b"))  # fmt: skip
    return lines


@pytest.mark.slow
@settings(max_examples=60)
@given(histories())
def test_nothing_but_texts_changes_whatever_is_withheld(lines):
    """Also where several refs had the same name then."""
    kept = withhold_lines(lines, DEFAULT)
    before, after = RefTimeline.of(lines), RefTimeline.of(kept)
    assert [blank(row) for row in after.rows()] == [blank(row) for row in before.rows()]
    names = dict(zip((row.ref for row in before.rows()), (row.ref for row in after.rows()), strict=True))
    assert len({*names.values()}) == len(names)
    assert not [ref for ref in (*names.values(), repr(kept)) if "1B2" in ref or "hunter2" in ref]
    assert withhold_lines(kept, DEFAULT) == kept


def blank(row):
    return [getattr(row, name) for name in ("oid", "first_crawl", "ended_crawl", "last_seen", "event", "tag")]


def line(*refs: str, crawl: int = 1, gone: tuple[str, ...] = ()) -> ObservationLine:
    seen = {ref: (f"{place}" * 40, None) for place, ref in enumerate(refs)}
    return ObservationLine(at=NOON, before=None, repo="r", gone=gone, seen=seen, told={}, crawl=crawl, partition="1-a-b")  # fmt: skip


def test_of_refs_that_get_one_name_the_last_that_is_there_has_it():
    first, second, third = (f"refs/heads/{token(letter)}" for letter in "pqr")
    kept = withhold_lines([line(first, second, third), line(gone=(third,), crawl=2)], DEFAULT)
    name = f"refs/heads/{GITHUB}"
    assert [[*each.seen, *each.gone] for each in kept] == [[f"{name} (2)", name, f"{name} (3)"], [f"{name} (3)"]]


@pytest.mark.parametrize(
    "privacy",
    [
        pytest.param(Privacy(secrets="show"), id="secrets are shown"),
        pytest.param(DEFAULT, id="there is no secret"),
        pytest.param(Privacy(redact=(PrivacyRule(key="message", path="other"),)), id="the rule is of another path"),
    ],
)
def test_lines_are_the_very_same_where_nothing_is_withheld(privacy):
    lines = [line("refs/tags/a"), line("refs/tags/b", crawl=2)]
    assert [after is before for after, before in zip(withhold_lines(lines, privacy), lines, strict=True)] == [
        True,
        True,
    ]
