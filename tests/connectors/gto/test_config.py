"""What `.gto` says, with GTO as the judge of what is valid."""

import pytest
from gto.config import read_registry_config
from gto.exceptions import WrongConfig

from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import GtoConfig
from connectors.gto.tags import CONNECTOR, read_revision
from support.worlds import World


def rows(text):
    """What the reader says of a commit whose `.gto` is this: the settings, and the rules and places of problems."""
    world = World()
    commit = world.commit({".gto": text})
    found = [*read_revision(world.revision())]
    settings = [(row.stages, row.types, row.index) for row in found if isinstance(row, GtoConfig)]
    problems = [(row.rule, row.place) for row in found if isinstance(row, Problem)]
    assert {row.commit for row in found} <= {commit}
    return settings, problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", (None, None, None), id="an empty file says nothing"),
        pytest.param(
            "stages: [dev, prod/eu]\ntypes: [model]",
            (("dev", "prod/eu"), ("model",), None),
            id="lists are kept in order",
        ),
        pytest.param("STAGES: [dev]", (("dev",), None, None), id="keys are compared in lower case"),
        pytest.param("stages: []", ((), None, None), id="an empty list is stated"),
        pytest.param("stages: null", (None, None, None), id="null is not stated"),
        pytest.param(
            "index: other.yaml\nemojis: false", (None, None, "other.yaml"), id="the index may have another name"
        ),
    ],
)
def test_what_gto_accepts_is_read(tmp_path, text, expected):
    (tmp_path / ".gto").write_text(text)
    judge = read_registry_config(str(tmp_path / ".gto"))
    stages, types, index = expected
    assert (rows(text), judge.stages, judge.types, judge.INDEX) == (
        ([expected], []),
        None if stages is None else [*stages],
        None if types is None else [*types],
        index or "artifacts.yaml",
    )


@pytest.mark.parametrize(
    ("text", "settings", "problems"),
    [
        pytest.param("foo: 1\nstages: [a]", [(("a",), None, None)], [("unknown-key", ".gto")], id="an unknown key"),
        pytest.param("2: 3", [(None, None, None)], [("unknown-key", ".gto")], id="a key that is no text"),
        pytest.param(
            "stages: [a, b.c]", [(("a",), None, None)], [("bad-name", ".gto: stages")], id="a name that is none"
        ),
        pytest.param(
            "stages: [a, 1]", [(None, None, None)], [("wrong-type", ".gto: stages[1]")], id="a number for a stage"
        ),
        pytest.param("types: model", [(None, None, None)], [("wrong-type", ".gto: types")], id="text for a list"),
        pytest.param("index: [a]", [(None, None, None)], [("wrong-type", ".gto: index")], id="a list for the index"),
        pytest.param("[a]", [], [("wrong-type", ".gto")], id="a list for the whole file"),
        pytest.param("a: [", [], [("not-yaml", ".gto")], id="no YAML"),
    ],
)
def test_where_gto_stops_one_setting_is_lost(tmp_path, text, settings, problems):
    (tmp_path / ".gto").write_text(text)
    with pytest.raises(WrongConfig):
        read_registry_config(str(tmp_path / ".gto"))
    assert rows(text) == (settings, problems)


def test_only_the_file_at_the_root_counts():
    world = World()
    world.commit({"sub/.gto": "stages: [a]"})
    assert ([*read_revision(world.revision())], CONNECTOR.wants_file("sub/.gto"), CONNECTOR.wants_file(".gto")) == (
        [],
        False,
        True,
    )
