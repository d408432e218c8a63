"""CODEOWNERS: which rule decides for which artifacts, by the manuals of GitHub and GitLab."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import MetafileError
from catalog.schema.tables.cards import CodeOwner
from catalog.schema.tables.problems import Problem
from connectors.cards.cards import CONNECTOR, MAX_REMEMBERED, ROW
from connectors.cards.code_owners import MAX_OWNERS, MAX_RULES, MAX_WORK, deciding_rules, owners_of, parse
from connectors.formats.gitignore import MAX_PATTERN
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
        pytest.param("* @ann\n" * (MAX_RULES + 1), ["too-big"], 0, id="too many rules"),
        pytest.param(
            "/a/b/c/d/e/f/g/h/i/j/k @ann\n" * MAX_RULES, ["too-many"], MAX_RULES, id="too many for so many artifacts"
        ),
        pytest.param("/" + "a" * 2 * MAX_PATTERN + " @ann\n* @bo", ["too-big"], 2, id="a pattern too long to be meant"),
        pytest.param(b"\xff @ann", [], 1, id="no text"),
    ],
)
def test_bounds(text, rules, kept):
    stated = "artifacts:\n" + "".join(f"  m{n}: {{path: m{n}}}\n" for n in range(101))
    found = read({"CODEOWNERS": text, "dvc.yaml": stated})
    told = [row.rule for row in found if isinstance(row, Problem)]
    assert (told, len(found) - len(told)) == (rules, kept)


def test_as_many_rules_as_may_be_are_read():
    text = "# all\n\n" + "* @ann\n" * MAX_RULES
    assert [rule.line for rule in parse(text.encode(), "CODEOWNERS")] == [*range(3, MAX_RULES + 3)]


def test_one_rule_more_costs_the_file():
    with pytest.raises(MetafileError) as caught:
        parse(b"* @ann\n" * (MAX_RULES + 1), "CODEOWNERS")
    assert (caught.value.rule, caught.value.message) == ("too-big", "found 5,001 rules, expected at most 5,000")


CROWD = [f"@u{number}" for number in range(MAX_OWNERS + 1)]


@pytest.mark.parametrize(
    ("count", "messages"),
    [
        pytest.param(MAX_OWNERS, [], id="as many as are kept"),
        pytest.param(
            MAX_OWNERS + 1,
            [("line 2", "too-many", "found 2 rules with more than 100 owners; the rest of their owners is left out")],
            id="one more",
        ),
    ],
)
def test_a_rule_has_so_many_owners(count, messages):
    owners = " ".join(CROWD[:count])
    found = owners_of(f"/a @ann\n/b {owners}\n[Docs] {owners}\n/c\n".encode(), "CODEOWNERS", {})
    assert ([row.owners for row in found.rows], [*found.faults]) == (
        [("@ann",), (*CROWD[:MAX_OWNERS],), (*CROWD[:MAX_OWNERS],)],
        messages,
    )


@pytest.mark.parametrize(
    ("length", "artifacts", "messages"),
    [
        pytest.param(MAX_PATTERN, ("m",), [], id="as long as is meant"),
        pytest.param(
            MAX_PATTERN + 1,
            (),
            [("line 1", "too-big", "found 1 patterns of more than 1,000 characters, which match nothing")],
            id="one character more",
        ),
    ],
)
def test_a_pattern_has_so_many_characters(length, artifacts, messages):
    path = "x" * (length - 1)
    found = owners_of(f"/{path} @ann".encode(), "CODEOWNERS", {"m": path})
    assert ([row.artifacts for row in found.rows], [*found.faults]) == ([artifacts], messages)


PATH = ("x" * 99 + "/") * 9 + "x" * 99


@pytest.mark.parametrize(
    ("more", "artifacts", "untried"),
    [
        pytest.param(0, ("a",), [], id="as much work as may be"),
        pytest.param(
            1,
            (),
            [("", "too-many", "found 2 rules for 1 artifacts; the last 1 are left out")],
            id="one character more",
        ),
    ],
)
def test_rules_are_tried_on_so_many_artifacts(more, artifacts, untried):
    """A pattern costs its characters times those of the path, and 100 times its names times those of the path."""
    work = MAX_WORK - 100 * 1 * 10  # `/` is one name
    text = f"/ @ann\n/{'y' * (work // (1 + len(PATH)) - 2 + more)} @bo"  # the long one matches nothing, and so has no names
    found = owners_of(text.encode(), "CODEOWNERS", {"a": PATH})
    told = [fault for fault in found.faults if fault.rule != "too-big"]
    assert ([row.artifacts for row in found.rows], told) == ([artifacts, ()], untried)


@pytest.mark.parametrize(
    ("more", "is_kept"),
    [pytest.param(0, True, id="a tenth of all bytes"), pytest.param(1, False, id="one byte more")],
)
def test_a_file_is_read_once_within_a_bound(more, is_kept):
    rules = "/a @a\n" * 1_000
    rest = MAX_REMEMBERED // 10 - ROW * (1_000 + 1) - len(rules)  # so many rules, and an artifact
    text = rules + "#".ljust(rest + more, "x")
    files = {"CODEOWNERS": text, "dvc.yaml": "artifacts: {a: {path: a}}"}
    first, second = (read(files) for _ in range(2))
    assert (first == second, first[0].owners is second[0].owners) == (True, is_kept)


@given(st.text("a*[]!^/\\ #@\n", max_size=60), st.text("ab/", max_size=12), st.sampled_from(["", ".gitlab/"]))
def test_no_text_upsets_the_reader(text, path, folder):
    assert decides(text, path, f"{folder}CODEOWNERS") is not None
