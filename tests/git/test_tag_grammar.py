"""The grammar of GTO's tags, with GTO and the `semver` package as judges."""

import pytest
import semver
from gto.constants import COUNTER, NAME, STAGE, VERSION, Action
from gto.tag import parse_name
from hypothesis import assume, example, given
from hypothesis import strategies as st

from catalog.errors import MetafileError
from catalog.git import tag_grammar as grammar
from catalog.git.tag_grammar import (
    CREATION,
    MAX_COUNTER,
    MAX_DIGITS,
    ParsedTagName,
    foreign_digits,
    is_name,
    matches,
    parse,
    precedence,
)
from catalog.schema.tables.registry import ASSIGNMENT, DEPRECATION, DEREGISTRATION, REGISTRATION, UNASSIGNMENT

ACTIONS = {
    Action.REGISTER: REGISTRATION,
    Action.DEREGISTER: DEREGISTRATION,
    Action.ASSIGN: ASSIGNMENT,
    Action.UNASSIGN: UNASSIGNMENT,
    Action.DEPRECATE: DEPRECATION,
    None: CREATION,
}

NUMBERS = st.integers(0, 10**60).map(str) | st.integers(0, 12).map(str)
WORDS = NUMBERS | st.from_regex(r"\A[0-9]*[a-zA-Z-][0-9a-zA-Z-]{0,4}\Z")
BUILDS = st.lists(st.from_regex(r"\A[0-9a-zA-Z-]{1,4}\Z"), max_size=2).map(".".join)
NAMES = st.from_regex(r"\A[a-zA-Z0-9]([a-zA-Z0-9/_-]{0,6}[a-zA-Z0-9])?\Z")
FOLDERS = st.from_regex(r"\A[a-zA-Z0-9_./-]{1,8}\Z")


@st.composite
def versions(draw):
    core = ".".join(draw(st.tuples(NUMBERS, NUMBERS, NUMBERS)))
    prerelease, build = ".".join(draw(st.lists(WORDS, max_size=3))), draw(BUILDS)
    return f"v{core}" + (f"-{prerelease}" if prerelease else "") + (f"+{build}" if build else "")


@st.composite
def parsed(draw):
    event = draw(st.sampled_from([*ACTIONS.values()]))
    artifact = draw(NAMES | st.tuples(FOLDERS, NAMES).map(":".join))
    version = draw(versions()) if event in (REGISTRATION, DEREGISTRATION) else None
    stage = draw(NAMES) if event in (ASSIGNMENT, UNASSIGNMENT) else None
    counter = draw(st.none() | st.integers(0, 10**6))
    return ParsedTagName(artifact=artifact, event=event, version=version, stage=stage, counter=counter)


def tag(artifact, event, **more):
    return ParsedTagName(artifact=artifact, event=event, **more)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("m@v1.0.0", tag("m", REGISTRATION, version="v1.0.0"), id="a version is registered"),
        pytest.param("m@v1.0.0!", tag("m", DEREGISTRATION, version="v1.0.0"), id="a bang deregisters"),
        pytest.param(
            "m@v1.0.0!#3", tag("m", DEREGISTRATION, version="v1.0.0", counter=3), id="a counter follows the bang"
        ),
        pytest.param("m@v1.0.0-rc.1", tag("m", REGISTRATION, version="v1.0.0-rc.1"), id="a prerelease is a version"),
        pytest.param(
            "m@v1.0.0+meta.1#4",
            tag("m", REGISTRATION, version="v1.0.0+meta.1", counter=4),
            id="so is one with build metadata",
        ),
        pytest.param("m#p", tag("m", ASSIGNMENT, stage="p"), id="a stage may have one letter"),
        pytest.param("m#1", tag("m", ASSIGNMENT, stage="1"), id="one number is a stage and no counter"),
        pytest.param(
            "m#1#1", tag("m", ASSIGNMENT, stage="1", counter=1), id="of two numbers the second is the counter"
        ),
        pytest.param(
            "m#prod-1", tag("m", ASSIGNMENT, stage="prod-1"), id="the oldest format reads as a stage of its own"
        ),
        pytest.param("m#prod/eu", tag("m", ASSIGNMENT, stage="prod/eu"), id="a stage may have a slash"),
        pytest.param("m#prod#0", tag("m", ASSIGNMENT, stage="prod", counter=0), id="a counter may be zero"),
        pytest.param("m#prod#003", tag("m", ASSIGNMENT, stage="prod", counter=3), id="a counter may begin with zeros"),
        pytest.param("m#prod!#4", tag("m", UNASSIGNMENT, stage="prod", counter=4), id="a bang unassigns"),
        pytest.param("m@deprecated#7", tag("m", DEPRECATION, counter=7), id="an artifact is deprecated"),
        pytest.param("m@created#1", tag("m", CREATION, counter=1), id="an artifact is created"),
        pytest.param(
            "cv=seg@v1.0.0", tag("cv:seg", REGISTRATION, version="v1.0.0"), id="an equals sign ends the folder"
        ),
        pytest.param("./a..b=m#p", tag("./a..b:m", ASSIGNMENT, stage="p"), id="a folder may have dots"),
        pytest.param(
            "release/m@v1.0.0", tag("release/m", REGISTRATION, version="v1.0.0"), id="a slash belongs to the name"
        ),
        pytest.param("7M#p", tag("7M", ASSIGNMENT, stage="p"), id="a name may begin with a digit"),
        *(
            pytest.param(name, None, id=f"{name} is an ordinary tag")
            for name in (
                *("m@1.0.0", "m@v1", "m@v1.0", "m@v01.0.0", "m@V1.0.0", "m@v1.0.0-", "m@v1.0.0#3!", "m@deprecated!"),
                *(
                    "m#prod.eu",
                    "m#prod#",
                    "a.b@v1.0.0",
                    "_a#p",
                    "-a#p",
                    "a-#p",
                    "ä#p",
                    "a=b=m@v1.0.0",
                    "v1.0.0",
                    "m",
                    "",
                ),
                *("m@v1.0.0-01", "m@v1.0.0\n", "m#prod\n", "=m#p", "m@v1.0.0+", "m#prod#1#2", "m@latest"),
            )
        ),
    ],
)
def test_a_name_says_what_the_tag_does(name, expected):
    assert parse(name) == expected


@given(parsed())
def test_parse_reads_back_what_format_wrote(original):
    assert parse(grammar.format(original)) == original


@given(
    parsed().map(grammar.format)
    | st.text("am1v0.@#!=-/_+", max_size=14)
    | st.lists(
        st.sampled_from(["m", "cv=", "@", "#", "v1.0.0", "-rc.1", "+b", "prod", "!", "deprecated", "created", "#1"])
    ).map("".join)
)
def test_gto_reads_a_name_as_we_do(name):
    ours, theirs = parse(name), parse_name(name, raise_on_fail=False)
    found = ours and (ours.artifact, ours.event, ours.version, ours.stage, ours.counter)
    expected = None
    if theirs:
        event = ACTIONS[theirs.get("action")]
        expected = (theirs[NAME], event, theirs.get(VERSION), theirs.get(STAGE), theirs.get(COUNTER))
    assert found == expected


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_text_upsets_the_grammar(name, inside):
    assert matches(name + "@v1.0.0" + inside) == (parse(name + "@v1.0.0" + inside) is not None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("m@v1٣.0.0", True, id="GTO takes an Arabic digit for a digit"),
        pytest.param("m@v1.0.0", False, id="a plain version is ours"),
        pytest.param("ä@v1.0.0", False, id="GTO knows no letters of other alphabets"),
    ],
)
def test_digits_of_other_scripts_are_told_apart(name, expected):
    assert (parse_name(name, raise_on_fail=False) != {}, parse(name) is None, foreign_digits(name)) == (
        "ä" not in name,
        not name.isascii(),
        expected,
    )


LONGEST, LONGER = "1" * MAX_DIGITS, "1" * (MAX_DIGITS + 1)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            f"m@v{LONGEST}.0.0", tag("m", REGISTRATION, version=f"v{LONGEST}.0.0"), id="a number of a version"
        ),
        pytest.param(
            f"m@v1.0.0-{LONGEST}", tag("m", REGISTRATION, version=f"v1.0.0-{LONGEST}"), id="a number of a prerelease"
        ),
        pytest.param(
            f"m@v1.0.0-a{LONGEST}", tag("m", REGISTRATION, version=f"v1.0.0-a{LONGEST}"), id="digits inside of a word"
        ),
        pytest.param(f"m#prod#{MAX_COUNTER}", tag("m", ASSIGNMENT, stage="prod", counter=MAX_COUNTER), id="a counter"),
        pytest.param(
            f"m#prod#00{MAX_COUNTER}", tag("m", ASSIGNMENT, stage="prod", counter=MAX_COUNTER), id="zeros before it"
        ),
    ],
)
def test_a_number_at_its_bound_is_read(name, expected):
    assert parse(name) == expected


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(f"m@v{LONGER}.0.0", "a number of the version has 100 digits, expected at most 99", id="a version"),
        pytest.param(
            f"m@v1.0.0-{LONGER}", "a number of the version has 100 digits, expected at most 99", id="a prerelease"
        ),
        pytest.param(
            f"m@v1.0.0-a{LONGER}",
            "a number of the version has 100 digits, expected at most 99",
            id="digits inside of a word",
        ),
        pytest.param(
            f"m#prod#{MAX_COUNTER + 1}",
            "the counter has 19 digits, expected at most 9223372036854775807",
            id="a counter beyond 64 bits",
        ),
        pytest.param(
            f"m#prod#{'9' * 5000}",
            "the counter has 5,000 digits, expected at most 9223372036854775807",
            id="a counter that Python itself refuses",
        ),
    ],
)
def test_a_number_beyond_its_bound_is_refused(name, message):
    with pytest.raises(MetafileError) as caught:
        parse(name)
    assert (matches(name), caught.value.rule, caught.value.message) == (True, "huge-number", message)


def test_the_longest_number_has_its_length_in_two_digits():
    assert precedence(f"v{LONGEST}.0.0-{LONGEST}") == f"99{LONGEST}010010 !99{LONGEST}"


@given(versions(), versions())
@example("v1.0.0", "v1.0.0-rc.1")
@example("v1.0.0-alpha", "v1.0.0-alpha.1")
@example("v1.0.0-a", "v1.0.0-a-")
@example("v1.0.0-1", "v1.0.0--")
@example("v10.0.0", "v9.99.99")
def test_text_order_of_precedence_is_the_order_of_semver(left, right):
    ours = (precedence(left) > precedence(right)) - (precedence(left) < precedence(right))
    assert ours == semver.Version.parse(left[1:]).compare(right[1:])


@given(versions(), BUILDS)
def test_build_metadata_has_no_precedence(version, build):
    assume(build)
    bare = version.partition("+")[0]
    assert precedence(f"{bare}+{build}") == precedence(bare)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("prod", True),
        ("a", True),
        ("a/b_c-d", True),
        ("a.b", False),
        ("_a", False),
        ("a-", False),
        ("", False),
        ("ä", False),
        ("a:b", False),
    ],
)
def test_a_name_is_letters_digits_and_marks_between_them(name, expected):
    assert is_name(name) == expected
