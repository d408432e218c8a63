"""CODEOWNERS: which rule decides for which artifacts, by the manuals of GitHub and GitLab."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.schema.tables.cards import CodeOwner
from catalog.schema.tables.problems import Problem
from connectors.cards.cards import CONNECTOR
from connectors.cards.code_owners import deciding_rules, parse
from support.worlds import World


def read(files):
    world = World()
    world.commit(files)
    return [*CONNECTOR.read_revision(world.revision())]


def decides(text, path, file="CODEOWNERS"):
    """The patterns that decide for a path."""
    return [rule.pattern for rule in deciding_rules(parse(text.encode(), file), path)]


def test_the_last_rule_that_matches_decides():
    world = World()
    text = "# all\n*  @org/all\n\n/models/ @ann bo@example.com  # ours\n/models/old/\n"
    artifacts = {"churn": "models/churn.pkl", "old": "models/old/m.pkl", "far": "s3://b/k"}
    stated = "artifacts:\n" + "".join(f"  {name}: {{path: '{path}'}}\n" for name, path in artifacts.items())
    commit = world.commit(
        {"CODEOWNERS": text, "dvc.yaml": stated, "models/dvc.yaml": "artifacts: {u: {path: gs://b/k}}"}
    )
    shared = {"commit": commit, "file": "CODEOWNERS", "section": None}
    assert [*CONNECTOR.read_revision(world.revision())] == [
        CodeOwner(**shared, line=2, pattern="*", owners=("@org/all",), artifacts=("far",)),
        CodeOwner(
            **shared, line=4, pattern="/models/", owners=("@ann", "bo@example.com"), artifacts=("churn", "models:u")
        ),
        CodeOwner(**shared, line=5, pattern="/models/old/", owners=(), artifacts=("old",)),
    ]


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*", "a/b/c", True),
        ("*.pkl", "a/b/m.pkl", True),
        ("*.pkl", "a/m.pk", False),
        ("/a/", "a/b/c", True),
        ("/a/", "x/a/b", False),
        ("a/", "x/a/b", True),
        ("a/*", "a/b", True),
        ("a/*", "a/b/c", False),
        ("a/*", "x/a/b", False),
        ("/a/b", "a/b/c", True),
        ("a", "x/a/b", True),
        ("/a", "a", True),
        ("**/b", "a/b/c", True),
        ("/a/**/c", "a/x/y/c", True),
        ("/a/**", "a/x/y", True),
        ("/a/", "a/", True),
        ("/a/b/", "a/", False),
        ("*", "", True),
        ("/", "a/b", True),
    ],
)
def test_a_pattern_means_what_it_means_to_github(pattern, path, expected):
    assert bool(decides(f"{pattern} @ann", path)) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*", "a/b", True),
        ("a/*", "x/a/b", True),
        ("a/*", "x/a/b/c", False),
        ("/a/*", "x/a/b", False),
        ("/a", "a/b", False),
        ("/a/", "a/b/c", True),
        ("m.pkl", "x/y/m.pkl", True),
        ("/a/**/m.*", "a/b/c/m.pkl", True),
    ],
)
def test_a_pattern_means_what_it_means_to_gitlab(pattern, path, expected):
    assert bool(decides(f"{pattern} @ann", path, ".gitlab/CODEOWNERS")) is expected


SECTIONS = """* @all
[Models] @models
*.pkl
*.onnx @onnx
^[Docs][2] @docs
*.pkl @writers
[MODELS]
/big/
!/big/old.pkl
/big/old.pkl @nobody
"""


def test_sections_have_owners_and_decide_each_for_itself():
    rules = parse(SECTIONS.encode(), "CODEOWNERS")
    assert [(rule.line, rule.section, rule.pattern, rule.owners) for rule in rules] == [
        (1, None, "*", ("@all",)),
        (3, "Models", "*.pkl", ("@models",)),
        (4, "Models", "*.onnx", ("@onnx",)),
        (6, "Docs", "*.pkl", ("@writers",)),
        (8, "Models", "/big/", ()),
        (9, "Models", "!/big/old.pkl", ()),
        (10, "Models", "/big/old.pkl", ("@nobody",)),
    ]


@pytest.mark.parametrize(
    ("path", "patterns"),
    [
        pytest.param("a/m.pkl", ["*", "*.pkl", "*.pkl"], id="one of each section"),
        pytest.param("big/m.pkl", ["*", "/big/", "*.pkl"], id="sections of one name are one"),
        pytest.param("big/old.pkl", ["*", "!/big/old.pkl", "*.pkl"], id="what is taken out does not come back"),
    ],
)
def test_sections_decide(path, patterns):
    assert decides(SECTIONS, path) == patterns


def test_a_space_in_a_path_is_behind_a_backslash():
    assert [(rule.pattern, rule.owners) for rule in parse(rb"/my\ models/\#1 @ann", "CODEOWNERS")] == [
        (r"/my\ models/\#1", ("@ann",))
    ]
    assert decides(r"/my\ models/\#1 @ann", "my models/#1") == [r"/my\ models/\#1"]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        pytest.param(["CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"], ".github/CODEOWNERS", id="GitHub"),
        pytest.param(["CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS"], "CODEOWNERS", id="GitLab"),
        pytest.param([".gitlab/CODEOWNERS", "docs/CODEOWNERS"], "docs/CODEOWNERS", id="GitLab without one at the root"),
        pytest.param(["a/CODEOWNERS"], None, id="none elsewhere"),
    ],
)
def test_the_first_file_counts(places, expected):
    assert {row.file for row in read(dict.fromkeys(places, "* @ann"))} == ({expected} - {None})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "rules", "kept"),
    [
        pytest.param("* @ann\n" * 5_001, ["too-big"], 0, id="too many rules"),
        pytest.param("/a/b/c/d/e/f/g/h/i/j/k @ann\n" * 5_000, ["too-many"], 5_000, id="too many for so many artifacts"),
        pytest.param("/" + "a" * 2_000 + " @ann\n* @bo", [], 2, id="a pattern too long to be meant"),
        pytest.param(b"\xff @ann", [], 1, id="no text"),
    ],
)
def test_bounds(text, rules, kept):
    stated = "artifacts:\n" + "".join(f"  m{n}: {{path: m{n}}}\n" for n in range(101))
    found = read({"CODEOWNERS": text, "dvc.yaml": stated})
    told = [row.rule for row in found if isinstance(row, Problem)]
    assert (told, len(found) - len(told)) == (rules, kept)


@given(st.text("a*[]!^/\\ #@\n", max_size=60), st.text("ab/", max_size=12), st.sampled_from(["", ".gitlab/"]))
def test_no_text_upsets_the_reader(text, path, folder):
    assert decides(text, path, f"{folder}CODEOWNERS") is not None
