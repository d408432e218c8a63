"""From tag objects to events, and to problems where GTO stops."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.schema.record import replace
from catalog.schema.tables.git import Tag
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Event
from connectors.gto.tags import _DAY, CONNECTOR, MAX_LISTED, read_tags
from support.worlds import START, World


def event(oid, **more):
    """The row of a tag that World.tag made with its defaults, one second after the only commit."""
    defaults = {
        "oid": oid,
        "version": None,
        "precedence": None,
        "stage": None,
        "counter": None,
        "created_at": START + timedelta(seconds=1),
        "utc_offset": 0,
        "author": "Ann",
        "author_email": "ann@example.com",
        "message": more["tag"],
        "signed": None,
    }
    return Event(**{**defaults, "revision": more["commit"], **more})


def found(world):
    """What is left of a world's tags: the names of events, and the rules and places of problems."""
    rows = [*read_tags(world.tags())]
    events = [row.tag for row in rows if isinstance(row, Event)]
    return events, sorted((row.rule, row.place.removeprefix("refs/tags/")) for row in rows if isinstance(row, Problem))


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        pytest.param(
            "cv=seg@v1.10.0-rc.2#4",
            {"event": "registration", "artifact": "cv:seg", "version": "v1.10.0-rc.2", "counter": 4}
            | {"precedence": "0110210010 rc !012"},
            id="registration",
        ),
        pytest.param(
            "m@v1.0.0!",
            {"event": "deregistration", "artifact": "m", "version": "v1.0.0", "precedence": "011010010~"},
            id="deregistration",
        ),
        pytest.param("m#prod", {"event": "assignment", "artifact": "m", "stage": "prod"}, id="assignment"),
        pytest.param(
            "m#prod!#2", {"event": "unassignment", "artifact": "m", "stage": "prod", "counter": 2}, id="unassignment"
        ),
        pytest.param("m@deprecated", {"event": "deprecation", "artifact": "m"}, id="deprecation"),
    ],
)
def test_a_tag_becomes_an_event(name, facts):
    world = World()
    commit = world.commit()
    oid = world.tag(name)
    assert [*read_tags(world.tags())] == [event(oid, tag=name, commit=commit, **facts)]


def test_tagger_time_zone_and_message_are_kept():
    world = World()
    commit = world.commit()
    oid = world.tag("m#prod", at=90, who="Bo Li <bo@example.com>", zone="-0330", message="Ship it.\n\nNow.\n\n")
    assert [*read_tags(world.tags())] == [
        event(
            oid,
            tag="m#prod",
            commit=commit,
            event="assignment",
            artifact="m",
            stage="prod",
            created_at=START + timedelta(seconds=90),
            utc_offset=-210,
            author="Bo Li",
            author_email="bo@example.com",
            message="Ship it.\n\nNow.",
        )
    ]


def test_a_signature_is_no_part_of_the_message():
    world = World()
    commit = world.commit()
    signature = "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
    oid = world.tag("m#prod", message=f"Ship it.\n{signature}")
    facts = {"event": "assignment", "artifact": "m", "stage": "prod", "message": "Ship it.", "signed": "pgp"}
    assert [*read_tags(world.tags())] == [event(oid, tag="m#prod", commit=commit, **facts)]


def lightweight(world):  # e5
    world.lightweight("m@v1.0.0")
    return [], []


def ordinary(world):
    world.tag("v1.0.0")
    world.tag("nightly", inner="m@v1.0.0")
    return [], []


def alias(world):  # e6
    tag = world.tag("m@v1.0.0")
    world.lightweight("other@v2.0.0", tag)
    return ["m@v1.0.0"], []


def alias_of_a_deleted_ref(world):  # raw5
    world.tag("m@v1.0.0", inner="zzz@v9.9.9")
    return ["zzz@v9.9.9"], []


def inner_name_is_not_gto(world):  # raw6
    world.tag("m@v1.0.0", inner="whatever")
    return [], [("inner-name", "m@v1.0.0")]


def inner_name_is_created(world):
    world.tag("m@v1.0.0", inner="m@created")
    return [], [("created-tag", "m@v1.0.0")]


def created(world):  # e4
    world.tag("x@created")
    world.tag("x@created#1")
    world.lightweight("y@created")
    return [], [("created-tag", "x@created"), ("created-tag", "x@created#1"), ("created-tag", "y@created")]


def unreachable(world):  # e8
    world.tag("m@v1.0.0", world.commit(branch="gone"))
    del world.refs["refs/heads/gone"]
    return ["m@v1.0.0"], []


def two_versions_without_a_stage(world):
    world.tag("m@v1.0.0")
    world.tag("m@v2.0.0")
    return ["m@v1.0.0", "m@v2.0.0"], []


def two_versions_and_a_stage(world):  # e3
    world.tag("m@v1.0.0")
    world.tag("m@v2.0.0")
    world.tag("other@v1.0.0")
    world.tag("m#prod")
    world.tag("other#prod")
    events = ["m@v1.0.0", "m@v2.0.0", "other@v1.0.0", "m#prod", "other#prod"]
    return events, [("ambiguous-stage", "m#prod")]


def deregistration_counts_as_a_version(world):
    world.tag("m@v1.0.0")
    world.tag("m@v2.0.0!")
    world.tag("m#prod!#1")
    return ["m@v1.0.0", "m@v2.0.0!", "m#prod!#1"], [("ambiguous-stage", "m#prod!#1")]


def registered_again(world):  # e10
    world.tag("m@v1.0.0")
    world.tag("m@v1.0.0!")
    world.tag("m@v1.0.0#2")
    world.tag("m#prod")
    return ["m@v1.0.0", "m@v1.0.0!", "m@v1.0.0#2", "m#prod"], []


def same_version_on_two_commits(world):  # e9
    world.tag("m@v1.0.0")
    world.commit()
    world.tag("m@v1.0.0#2")
    return ["m@v1.0.0", "m@v1.0.0#2"], [("two-commits", "m@v1.0.0#2")]


def no_tagger(world):  # raw1
    world.tag("m@v1.0.0", who=None)
    return [], [("no-tagger", "m@v1.0.0")]


def no_email(world):  # raw2
    world.tag("m@v1.0.0", who="Ann <>")
    return [], [("no-email", "m@v1.0.0")]


def no_name(world):
    world.tag("m@v1.0.0", who="<ann@example.com>")
    return [], [("no-name", "m@v1.0.0")]


def message_is_not_utf8(world):  # raw3
    world.tag("m@v1.0.0", message=b"caf\xe9\n")
    return [], [("not-utf8", "m@v1.0.0")]


def tree(world):  # e7
    world.tag("m@v1.0.0", world.tree({"a": "1"}))
    return [], [("not-a-commit", "m@v1.0.0")]


def blob(world):
    world.tag("m@v1.0.0", world.add("blob", b"1"))
    return [], [("not-a-commit", "m@v1.0.0")]


def absurd_time(world):
    world.tag("m@v1.0.0", at=10**15)
    return [], [("absurd-time", "m@v1.0.0")]


def date_that_is_none_in_its_zone(world):
    world.tag("m@v1.0.0", at=253402300799 - 1704067200, zone="+0100")  # the last second of the year 9999, UTC
    return [], [("absurd-time", "m@v1.0.0")]


def absurd_zone(world):
    world.tag("m@v1.0.0", zone="+9900")
    return [], [("absurd-time", "m@v1.0.0")]


def garbage(world):
    world.raw_tag("m@v1.0.0", b"object nothing\nof the kind")
    return [], [("malformed-tag", "m@v1.0.0")]


def digits_of_another_script(world):
    world.tag("m@v1٣.0.0")
    return [], [("not-ascii", "m@v1٣.0.0")]


def digits_without_end(world):
    world.tag(f"m@v{'9' * 100}.0.0")
    return [], [("huge-number", f"m@v{'9' * 100}.0.0")]


WORLDS = [
    pytest.param(lightweight, id="GTO ignores lightweight tags"),
    pytest.param(ordinary, id="an ordinary name is ignored whatever is inside"),
    pytest.param(alias, id="a second ref of one tag object is no second event"),
    pytest.param(alias_of_a_deleted_ref, id="the name inside the object is the one that counts"),
    pytest.param(inner_name_is_not_gto, id="a name inside that is not GTO's costs the tag"),
    pytest.param(inner_name_is_created, id="so does @created inside"),
    pytest.param(created, id="@created is a problem even of a lightweight tag"),
    pytest.param(unreachable, id="a commit on no branch counts"),
    pytest.param(two_versions_without_a_stage, id="two versions of one commit are fine"),
    pytest.param(two_versions_and_a_stage, id="a stage of two versions is ambiguous, and kept as a fact"),
    pytest.param(
        deregistration_counts_as_a_version, id="a version that was only deregistered makes a stage ambiguous too"
    ),
    pytest.param(registered_again, id="registered again is one version"),
    pytest.param(same_version_on_two_commits, id="one version of two commits is kept and told"),
    pytest.param(no_tagger, id="nobody made the tag"),
    pytest.param(no_email, id="the tagger has no e-mail address"),
    pytest.param(no_name, id="the tagger has no name"),
    pytest.param(message_is_not_utf8, id="the message is not UTF-8"),
    pytest.param(tree, id="the tag is of a folder"),
    pytest.param(blob, id="the tag is of a file"),
    pytest.param(absurd_time, id="the year has eight digits"),
    pytest.param(date_that_is_none_in_its_zone, id="the year is 10000 where the tag was made"),
    pytest.param(absurd_zone, id="the time zone is four days off"),
    pytest.param(garbage, id="the object is no tag object"),
    pytest.param(digits_of_another_script, id="the version has a digit of another script"),
    pytest.param(digits_without_end, id="the version has a hundred digits"),
]


@pytest.mark.parametrize("make", WORLDS)
def test_where_gto_stops_one_tag_is_lost(make):
    world = World()
    world.commit()
    expected = make(world)
    assert found(world) == expected


def test_a_tag_of_a_tag_belongs_to_the_tag_between():  # e7
    world = World()
    commit = world.commit()
    between = world.tag("m@v1.0.0")
    outer = world.tag("m#prod", between)
    first = {"event": "registration", "artifact": "m", "version": "v1.0.0", "precedence": "011010010~"}
    second = {"event": "assignment", "artifact": "m", "stage": "prod", "created_at": START + timedelta(seconds=2)}
    assert [*read_tags(world.tags())] == [
        event(between, tag="m@v1.0.0", commit=commit, **first),
        event(outer, tag="m#prod", commit=between, revision=commit, **second),
    ]


def test_a_problem_says_what_was_found_what_gto_does_and_what_was_expected():
    world = World()
    world.commit()
    world.tag("m@v1.0.0", inner="bad\x1b[31m")
    assert [*read_tags(world.tags())] == [
        Problem(
            connector="gto",
            rule="inner-name",
            place="refs/tags/m@v1.0.0",
            message="the name inside the tag is 'bad\\x1b[31m'; GTO goes by it, expected a GTO tag's name",
        )
    ]


def problems(world):
    return [(row.place, row.message) for row in read_tags(world.tags()) if isinstance(row, Problem)]


@pytest.mark.parametrize(
    ("count", "listed"),
    [
        pytest.param(MAX_LISTED, "v1.0.0, v1.0.1, v1.0.2, v1.0.3, v1.0.4", id="as many as are listed"),
        pytest.param(MAX_LISTED + 1, "v1.0.0, v1.0.1, v1.0.2, v1.0.3, v1.0.4 and 1 more", id="one more"),
    ],
)
def test_a_message_lists_so_many_versions(count, listed):
    world = World()
    commit = world.commit()
    for number in range(count):
        world.tag(f"m@v1.0.{number}")
    world.tag("m#prod")
    message = f"the commit {commit[:7]} has the versions {listed} of 'm', expected one"
    message += "; GTO cannot tell which one the stage is for, and stops"
    assert problems(world) == [("refs/tags/m#prod", message)]


@pytest.mark.parametrize(
    ("count", "rest"),
    [
        pytest.param(MAX_LISTED, "", id="as many as are listed"),
        pytest.param(MAX_LISTED + 1, " and 1 more", id="one more"),
    ],
)
def test_a_message_lists_so_many_commits(count, rest):
    world = World()
    commits = []
    for number in range(count):
        commits.append(f"commit {world.commit()[:7]}")
        world.tag(f"m@v1.0.0#{number}")
    message = f"v1.0.0 of 'm' is on {', '.join(commits[:MAX_LISTED])}{rest}, expected one commit"
    message += "; GTO lists them all and refuses commands that name the version"
    assert problems(world) == [("refs/tags/m@v1.0.0#1", message)]


def test_a_tag_object_is_never_called_a_commit():
    world = World()
    commit = world.commit()
    world.tag("m@v1.0.0")
    between = world.tag("between")
    world.tag("m@v1.0.0#2", between)
    world.tag("m@v2.0.0", between)
    world.tag("m#prod", between)
    place = f"tag object {between[:7]}"
    ambiguous = f"the {place} has the versions v1.0.0, v2.0.0 of 'm', expected one"
    ambiguous += "; GTO cannot tell which one the stage is for, and stops"
    twice = f"v1.0.0 of 'm' is on commit {commit[:7]}, {place}, expected one commit"
    twice += "; GTO lists them all and refuses commands that name the version"
    assert problems(world) == [("refs/tags/m#prod", ambiguous), ("refs/tags/m@v1.0.0#2", twice)]


@pytest.mark.parametrize("sign", [1, -1], ids=["east", "west"])
@pytest.mark.parametrize(
    ("minutes", "is_read"),
    [pytest.param(_DAY - 1, True, id="the last minute of a day"), pytest.param(_DAY, False, id="a day")],
)
def test_a_time_zone_is_less_than_a_day_off(sign, minutes, is_read):
    world = World()
    commit = world.commit()
    oid = world.tag("m#prod")
    (tag,) = world.tags()
    facts = {"event": "assignment", "artifact": "m", "stage": "prod", "utc_offset": sign * minutes}
    message = f"invalid tagger time 2024-01-01 00:00 UTC {sign * minutes:+} minutes, expected a date; GTO stops at it"
    problem = Problem(connector="gto", rule="absurd-time", place="refs/tags/m#prod", message=message)
    assert [*read_tags([replace(tag, utc_offset=sign * minutes)])] == [
        event(oid, tag="m#prod", commit=commit, **facts) if is_read else problem
    ]


@pytest.fixture(scope="module")
def tags_of_one_second():
    """Tags made in one second, the last two of one name; and the rows that are expected of them."""
    world = World()
    world.commit()
    names = ["a@v1.0.0", "b@v1.0.0", "b@v1.0.0!", "c#dev", "c#prod", "d@deprecated"]
    oids = [world.tag(name, at=5) for name in names]
    again = [world.tag(f"alias-{n}@v1.0.0", at=5, inner="z@v1.0.0", message=f"{n}") for n in range(4)]
    return world.tags(), [*zip(names, oids, strict=True), *(("z@v1.0.0", oid) for oid in sorted(again))]


@given(st.data())
def test_events_of_one_second_come_in_the_order_of_names_then_of_objects(tags_of_one_second, data):
    tags, expected = tags_of_one_second
    rows = read_tags(data.draw(st.permutations(tags)))
    assert [(row.tag, row.oid) for row in rows if isinstance(row, Event)] == expected


def test_gto_names_are_wanted_and_no_others():
    names = ["m@v1.0.0", "m#prod", "x@created", "v1.0.0", "m@v1٣.0.0", "m"]
    assert [name for name in names if CONNECTOR.wants_tag(name)] == ["m@v1.0.0", "m#prod", "x@created"]


@pytest.fixture(scope="module")
def every_tag():
    """The tags of a world with a bit of everything."""
    world = World()
    world.commit()
    for name in ("m@v1.0.0", "m@v2.0.0", "m#prod", "m#prod!#2", "m@deprecated", "x@created", "cv=s@v1.0.0", "v1"):
        world.tag(name, at=5)
    world.commit()
    world.tag("m@v1.0.0#2", at=5)
    world.tag("m@v3.0.0", who="Ann <>")
    world.lightweight("z@v1.0.0", world.refs["refs/tags/m@v1.0.0"])
    return world.tags()


@given(st.data())
def test_the_order_of_tags_changes_no_row(every_tag, data):
    shuffled = data.draw(st.permutations(every_tag))
    assert {*read_tags(shuffled)} == {*read_tags(every_tag)}


@given(
    st.builds(
        Tag,
        tag=st.sampled_from(["m@v1.0.0", "m#prod", "x@created", "m", "m@v1٣.0.0"]) | st.text(),
        oid=st.text("0123456789abcdef", min_size=1, max_size=3),
        annotated=st.booleans(),
        commit=st.none() | st.text(),
        inner_name=st.none() | st.sampled_from(["m@v1.0.0", "m#prod!"]) | st.text(),
        target=st.none() | st.text(),
        target_kind=st.none() | st.sampled_from(["commit", "tag", "tree"]),
        tagger=st.none() | st.text(),
        tagger_email=st.none() | st.text(),
        tagged_at=st.none() | st.datetimes(timezones=st.timezones()),
        utc_offset=st.none() | st.integers(-(10**6), 10**6),
        message=st.none() | st.text(),
        rule=st.none() | st.text(),
        problem=st.none() | st.text(),
    )
)
def test_no_row_upsets_the_reader(tag):
    assert all(isinstance(row, Event | Problem) for row in read_tags([tag, tag]))
