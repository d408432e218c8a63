"""Names and the repositories that have them: whatever is renamed, replaced or swapped, each history goes where its repository went."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.store.identities import Identities, Move, following, moves


def moved(former: str, repo: str, *, replaced: bool = False) -> Move:
    return Move(former=former, repo=repo, replaced=replaced)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param({"a": "h 1"}, {"a": "h 1"}, [], id="nothing changed"),
        pytest.param({}, {"a": "h 1"}, [], id="an id is heard of for the first time"),
        pytest.param({"a": "h 1"}, {}, [], id="it is listed no more"),
        pytest.param({"a": "h 1"}, {"b": "h 1"}, [moved("a", "b")], id="it has another name"),
        pytest.param({"a": "h 1"}, {"b": "h 1", "a": "h 2"}, [moved("a", "b", replaced=True)], id="and another one has the old one"),
        pytest.param({"a": "h 1"}, {"a": "h 2"}, [moved("a", "a (id 1)", replaced=True)], id="another one has its name, and it is gone"),
        pytest.param({"a (id 1)": "h 1", "a": "h 2"}, {"b": "h 1", "a": "h 2"}, [moved("a (id 1)", "b")], id="it is listed again"),
        pytest.param(
            {"a": "h 1", "b": "h 2"},
            {"b": "h 1", "c": "h 2"},
            [moved("b", "c", replaced=True), moved("a", "b")],
            id="a chain: a name is left before it is taken",
        ),
        pytest.param({"a": "g 1"}, {"a": "g 1", "b": "h 1"}, [], id="another host has the same id"),
        pytest.param({"a": "h github 1 x"}, {"a": "h github 2 1"}, [], id="a new reader has ids of another kind"),
    ],
)  # fmt: skip
def test_which_repositories_have_another_name(before, now, expected):
    assert [*moves(before, now)] == expected


names = st.permutations(["a", "b", "c", "d"])


@given(names, names, st.integers(0, 4), st.integers(0, 4))
def test_each_history_goes_where_its_repository_went(former, present, known, listed):
    before = {name: f"h {number}" for number, name in enumerate(former[:known])}
    now = {name: f"h {number}" for number, name in enumerate(present[:listed])}
    histories = dict(before)  # by the names of their files
    found = moves(before, now)
    for move in found:
        assert move.repo not in histories
        histories[move.repo] = histories.pop(move.former)
    assert all(now.get(name, identity) == identity for name, identity in histories.items())
    assert all(histories[name] == identity for name, identity in now.items() if identity in before.values())
    assert moves(following(before, found, now), now) == ()


def test_what_is_written_is_read_again(tmp_path):
    identities = Identities(tmp_path / "observations")
    before = identities.read()
    identities.write(before, {"b": "h 2", "a": "h 1"})
    assert (before, identities.read()) == ({}, {"a": "h 1", "b": "h 2"})


def test_a_damaged_file_is_written_anew_also_where_no_forge_states_an_id(tmp_path, caplog):
    (tmp_path / "identities.json").write_bytes(b"[]")
    identities = Identities(tmp_path)
    identities.write(identities.read(), {})
    caplog.clear()
    assert (Identities(tmp_path).read(), caplog.records) == ({}, [])


def test_a_damaged_file_is_told_and_written_anew(tmp_path, caplog):
    identities = Identities(tmp_path)
    identities.write({}, {"a": "h 1"})
    data = (tmp_path / "identities.json").read_bytes()
    (tmp_path / "identities.json").write_bytes(data.replace(b"h 1", b"h 2"))
    before = identities.read()
    identities.write(before, {"a": "h 1"})
    said = f"{tmp_path / 'identities.json'} is damaged: its checksum does not fit: a repository that was renamed since the last crawl is taken for a new one"
    assert (before, identities.read(), [record.getMessage() for record in caplog.records]) == ({}, {"a": "h 1"}, [said])
