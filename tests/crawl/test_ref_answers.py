"""What is known of a server's last answer saves work, and changes nothing: whatever else a visit depends on is looked at all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.plugins.connector import installed
from catalog.store import checked_file
from catalog.transport.origin import open_origin
from support.changes import base, register
from support.crawling import visited, wish
from support.loopback import needs, serve
from support.worlds import World


def answers(config: Config) -> Path:
    return config.output / "store" / "crawls" / "answers.json"


def only(config: Config, pattern: str) -> Path:
    (file,) = (config.output / "store").glob(pattern)
    return file


@pytest.fixture
def served(tmp_path):
    """A repository that was read once: its world, where it lies, and its repos.toml."""
    world = base()
    world.write(tmp_path / "git" / "m")
    with serve(tmp_path / "git") as site:
        config = wish(tmp_path, {"m": f"{site}/m"})
        visited(config)
        yield world, tmp_path, config


def test_an_answer_as_before_is_not_parsed(served):
    """The file alone says which refs it has: where it says those of before, a change is not seen."""
    config = move_refs(*served)
    with open_origin(config.repos[0].url) as origin:
        origin.refs()
        answer = asdict(origin.answer)
    before = checked_file.read(answers(config), dict)
    checked_file.write(answers(config), {"m": {**before["m"], "answer": answer}})
    assert visited(config) == {"m": ("fresh", None)}


def lose_rows(_world: World, _folder: Path, config: Config) -> Config:
    only(config, "rows/*/*.rows").unlink()
    return config


def damage_rows(_world: World, _folder: Path, config: Config) -> Config:
    file = only(config, "rows/*/*.rows")
    file.write_bytes(file.read_bytes()[:-1])
    return config


def move_refs(world: World, folder: Path, config: Config) -> Config:
    register(world, 7)
    world.write(folder / "git" / "m")
    return config


def lose_answers(_world: World, _folder: Path, config: Config) -> Config:
    answers(config).unlink()
    return config


def damage_answers(_world: World, _folder: Path, config: Config) -> Config:
    answers(config).write_text(answers(config).read_text().replace("m", "n", 1))
    return config


def change_options(_world: World, folder: Path, config: Config) -> Config:
    return wish(folder, {"m": config.repos[0].url}, "history = 5")


def lower_bound(_world: World, folder: Path, config: Config) -> Config:
    return wish(folder, {"m": config.repos[0].url}, "max_refs = 1")


def withhold_less(_world: World, _folder: Path, config: Config) -> Config:
    return replace(config, privacy=replace(config.privacy, secrets="show"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "visit"),
    [
        pytest.param(lambda _world, _folder, config: config, ("fresh", None), id="nothing"),
        pytest.param(move_refs, ("changed", "refs_changed"), id="the refs"),
        pytest.param(lose_rows, ("changed", "rows_missing"), id="the rows are lost"),
        pytest.param(damage_rows, ("changed", "rows_missing"), id="the rows are damaged"),
        pytest.param(lose_answers, ("fresh", None), id="the file of answers is lost"),
        pytest.param(damage_answers, ("fresh", None), id="the file of answers is damaged"),
        pytest.param(change_options, ("changed", "refs_changed"), id="an option of the repository"),
        pytest.param(lower_bound, ("too_big", None), id="a bound, below what the same answer has"),
        pytest.param(withhold_less, ("changed", "privacy_changed"), id="what is withheld"),
    ],
)
def test_what_changed_is_seen_whatever_the_last_answer_was(served, change: Callable[..., Config], visit):
    config = change(*served)
    assert visited(config) == {"m": visit}


@pytest.mark.slow
def test_other_versions_of_connectors_read_again_what_is_answered_as_before(served):
    _, _, config = served
    connectors = tuple(replace(connector, version=connector.version + 1) for connector in installed())
    (visit,) = crawl(config, connectors=connectors, debug=True).visits
    assert (visit.outcome, visit.why) == ("changed", "reader_changed")


@pytest.mark.slow
def test_observations_that_are_damaged_are_recorded_anew(served):
    _, _, config = served
    file = only(config, "observations/*.jsonl")
    file.write_bytes(file.read_bytes()[:-9])
    visited(config)
    assert len(file.read_text().splitlines()) == 2


def test_a_credential_that_the_answer_repeats_is_left_out_though_it_is_the_last_answer(tmp_path, monkeypatch):
    """The credential is new, and the server knew it before."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ann password secret-of-ann\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    world = base()
    world.refs["refs/tags/secret-of-ann"] = world.tip()
    world.write(tmp_path / "git" / "m")
    with serve(tmp_path / "git") as site:
        visited(wish(tmp_path, {"m": f"{site}/m"}))
    with serve(tmp_path / "git", rule=needs("ann", "secret-of-ann")) as site:
        assert visited(wish(tmp_path, {"m": f"{site}/m"})) == {"m": ("changed", "refs_changed")}


def test_the_file_of_answers_is_written_only_where_an_answer_is_another_one(served):
    _, _, config = served
    before = answers(config).stat()
    visited(config)
    assert answers(config).stat() == before


@pytest.mark.slow
def test_answers_of_repositories_that_are_visited_no_more_are_not_kept(served):
    _, folder, config = served
    other = wish(folder, {"n": config.repos[0].url})
    visited(other)
    assert [*checked_file.read(answers(config), dict)] == ["n"]


def test_a_damaged_file_of_answers_is_named_and_made_anew(served, caplog):
    _, _, config = served
    whole = answers(config).read_bytes()
    damage_answers(*served)
    visited(config)
    assert (caplog.messages, answers(config).read_bytes()) == (
        [f"{answers(config)} is damaged: its checksum does not fit: the refs of every repository are parsed"],
        whole,
    )
