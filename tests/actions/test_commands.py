"""What each command comes to, from the tags of a repository alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.actions import commands
from catalog.actions.names import checked_artifact
from catalog.actions.plan import MAX_AHEAD, Tags
from catalog.actions.registry import TagEvent
from catalog.errors import CatalogError, Conflict, InvalidArgument
from catalog.git.tag_grammar import parse

A, B, C, D = "a" * 40, "b" * 40, "c" * 40, "d" * 40
V1, V2, V3 = ("churn@v1.0.0", A), ("churn@v2.0.0", B), ("churn@v3.0.0", C)
NOW = 1_000_000


def tags(*named, now=NOW, stages=None, more=(), artifact="churn"):
    """Annotated tags, (name, commit) or (name, commit, seconds), each ten seconds after the one before; `more` are lightweight."""
    events = []
    for number, (name, commit, *at) in enumerate(named):
        parsed = parse(name)
        if parsed.artifact == artifact:
            events.append(
                TagEvent(name=name, parsed=parsed, oid=f"{number:040}", commit=commit, at=at[0] if at else 10 * number)
            )
    oids = {name: f"{number:040}" for number, (name, *_) in enumerate(named)} | dict.fromkeys(more, A)
    return Tags(artifact=artifact, oids=oids, events=tuple(events), now=now, stages=stages)


def outcome(plan):
    """The names of the tags, or why there are none."""
    try:
        return [tag.name for tag in plan().tags]
    except CatalogError as error:
        return str(error)


@pytest.mark.parametrize(
    ("given", "version", "bump", "expected"),
    [
        pytest.param((), None, None, ["churn@v0.0.1"], id="the first"),
        pytest.param((), "v9.0.0", None, ["churn@v9.0.0"], id="the first, named"),
        pytest.param((), None, "major", "no version is registered yet", id="a bump of nothing"),
        pytest.param((V1, V2), None, None, ["churn@v2.0.1"], id="a patch"),
        pytest.param((V1, V2), None, "minor", ["churn@v2.1.0"], id="a minor"),
        pytest.param((("churn@v1.2.3-rc.1", A),), None, "patch", ["churn@v1.2.4"], id="above a candidate, as GTO"),
        pytest.param((("churn@v1.9.9+b1", A),), None, "major", ["churn@v2.0.0"], id="a major, from build metadata"),
        pytest.param((V1,), "v0.5.0", None, ["churn@v0.5.0"], id="a lower one"),
        pytest.param((V1,), "v1.0.0", None, "v1.0.0 of 'churn' is registered on aaaaaaa", id="taken"),
        pytest.param((V2, V1, ("churn@v2.0.0!", B)), "v2.0.0", None, "v2.0.0 of 'churn' was registered on bbbbbbb", id="taken once"),
        pytest.param((V1,), "1.0.0", None, "invalid version '1.0.0'", id="without v"),
        pytest.param((V1,), "v1.0", None, "invalid version 'v1.0'", id="no SemVer"),
        pytest.param((V1,), "v1.0.0#3", None, "invalid version 'v1.0.0#3'", id="with a counter"),
        pytest.param((V1,), "v01.0.0", None, "invalid version 'v01.0.0'", id="a zero before"),
        pytest.param((V1,), f"v{'1' * 100}.0.0", None, "invalid version", id="an absurd number"),
    ],
)  # fmt: skip
def test_register(given, version, bump, expected):
    names = outcome(lambda: commands.register(tags(*given), D, version, bump))
    assert names == expected if isinstance(expected, list) else expected in names


def test_a_commit_has_one_version():
    registered = "aaaaaaa is v1.0.0 of 'churn' already: expected a commit without version, which --at BRANCH or --at COMMIT names"
    assert outcome(lambda: commands.register(tags(V1), A)) == registered
    assert outcome(lambda: commands.register(tags(V1), A, "4.0")).startswith("invalid version '4.0'")
    again = tags(V1, ("churn@v1.0.0!", A))
    assert outcome(lambda: commands.register(again, A)) == ["churn@v1.0.0#1"]
    assert "registers no other version there" in outcome(lambda: commands.register(again, A, "v2.0.0"))
    assert commands.register(again, A).gto == (
        ("gto", "register", "churn", A, "--version", "v1.0.0", "--simple", "false"),
    )


def test_a_counter_follows_every_tag_of_the_artifact():
    given = tags(V1, ("churn#dev#4", A), ("fraud#dev#9", A), more=("churn#prod#7", "churn#prod#99999999999999999999"))
    assert outcome(lambda: commands.assign(given, "prod", "v1.0.0")) == ["churn#prod#8"]
    folder = tags(("models/cv=seg@v1.0.0", A), artifact="models/cv:seg")
    assert outcome(lambda: commands.assign(folder, "prod", "v1.0.0")) == ["models/cv=seg#prod#1"]


PROD = (("churn#prod#1", A), ("churn#prod#2", B), ("churn#prod#3", C))


@pytest.mark.parametrize(
    ("given", "plan", "expected"),
    [
        pytest.param((V1, V2), lambda t: commands.assign(t, "prod"), [("churn#prod#1", B)], id="the latest"),
        pytest.param((), lambda t: commands.assign(t, "prod"), "has no registered version", id="no version"),
        pytest.param((V1,), lambda t: commands.assign(t, "prod", "v7.0.0"), "has no version v7.0.0: expected one of those registered (v1.0.0)", id="another version"),
        pytest.param((V1, ("churn@v1.0.0", B)), lambda t: commands.assign(t, "prod", "v1.0.0"), "is on the commits aaaaaaa, bbbbbbb", id="a version on two commits"),
        pytest.param((V1, ("churn@v1.0.0!", A)), lambda t: commands.assign(t, "prod", "v1.0.0"), "was deregistered", id="a deregistered version"),
        pytest.param((V1, PROD[0]), lambda t: commands.assign(t, "prod", "v1.0.0"), "v1.0.0 of 'churn' is in 'prod' already", id="in the stage"),
        pytest.param((V1, V2, *PROD[:2]), lambda t: commands.assign(t, "prod", "v1.0.0"), "already, behind v2.0.0: `catalog rollback`", id="behind in the stage"),
        pytest.param((V1,), lambda t: commands.assign(t, "live.eu", "v1.0.0"), "invalid stage 'live.eu'", id="no name of a stage"),
        pytest.param((V1, V2, ("churn@v3.0.0", A), PROD[0]), lambda t: commands.assign(t, "dev", "v2.0.0"), "has the versions v1.0.0, v3.0.0", id="a stage on a commit with two versions"),
        pytest.param((V1, V2, *PROD[:2]), lambda t: commands.unassign(t, "prod"), [("churn#prod!#3", B)], id="unassign the current one"),
        pytest.param((V1, V2, *PROD[:2]), lambda t: commands.unassign(t, "prod", "v1.0.0"), [("churn#prod!#3", A)], id="unassign one behind"),
        pytest.param((V1, V2, PROD[0]), lambda t: commands.unassign(t, "prod", "v2.0.0"), "v2.0.0 of 'churn' is not in 'prod'", id="unassign what is not there"),
        pytest.param((V1, ("churn#dev#1", A)), lambda t: commands.unassign(t, "prod"), "no version of 'churn' is in 'prod': expected a stage that has one (dev); `catalog assign` assigns 'prod' to a version", id="unassign nothing"),
        pytest.param((("churn#prod#1", A),), lambda t: commands.unassign(t, "prod"), "is on commit aaaaaaa, which has no version", id="a stage of a bare commit"),
        pytest.param((V1,), lambda t: commands.deregister(t, "v1.0.0"), [("churn@v1.0.0!", A)], id="deregister"),
        pytest.param((V1, ("churn@v1.0.0!", A)), lambda t: commands.deregister(t, "v1.0.0"), "was deregistered already", id="deregister again"),
        pytest.param((V1, V2), commands.deprecate, [("churn@deprecated", B)], id="deprecate, on the commit of the newest tag"),
        pytest.param((V1, ("churn@deprecated", A)), commands.deprecate, "was deprecated already", id="deprecate again"),
        pytest.param((), commands.deprecate, "has no registry tag", id="deprecate nothing"),
        pytest.param((V1, PROD[0]), lambda t: commands.promote(t, "prod", "live"), [("churn#live#2", A)], id="promote"),
        pytest.param((V1,), lambda t: commands.promote(t, "dev", "live"), "no version of 'churn' is in 'dev', nor in any other stage; `catalog assign` assigns 'dev' to a version", id="promote nothing"),
        pytest.param((V1, V2, *PROD[:2]), lambda t: commands.rollback(t, "prod"), [("churn#prod!#3", B)], id="roll back"),
        pytest.param((V1, V2, V3, *PROD), lambda t: commands.rollback(t, "prod", "v1.0.0"), [("churn#prod!#4", B), ("churn#prod!#5", C)], id="roll back by two"),
        pytest.param((V1, V2, PROD[0], ("churn#prod!#2", A), ("churn#prod#3", B)), lambda t: commands.rollback(t, "prod", "v1.0.0"), [("churn#prod!#4", B), ("churn#prod#5", A)], id="roll back to one that was taken away"),
        pytest.param((V1, V2, PROD[0], ("churn#prod!#2", A), ("churn#prod#3", B)), lambda t: commands.rollback(t, "prod"), "was in 'prod' before v2.0.0: expected --to", id="nothing was there before"),
        pytest.param((V1, V2, PROD[0]), lambda t: commands.rollback(t, "prod", "v2.0.0"), "v2.0.0 of 'churn' was never in 'prod'", id="roll back to one that was never there"),
        pytest.param((V1, PROD[0], ("churn#prod!#2", A)), lambda t: commands.rollback(t, "prod", "v1.0.0"), "is in 'prod', nor in any other stage; `catalog assign` assigns", id="roll back a stage that is empty"),
        pytest.param((V1, PROD[0]), lambda t: commands.rollback(t, "prod", "v1.0.0"), "expected another version to go back to", id="roll back to the current one"),
    ],
)  # fmt: skip
def test_commands(given, plan, expected):
    if isinstance(expected, str):
        with pytest.raises(CatalogError) as caught:
            plan(tags(*given))
        assert expected in str(caught.value)
    else:
        assert [(tag.name, tag.commit) for tag in plan(tags(*given)).tags] == expected


def test_a_rollback_that_assigns_nothing_says_what_may_not_follow():
    taken = commands.rollback(tags(V1, V2, *PROD[:2]), "prod")
    assigned = commands.rollback(tags(V1, V2, PROD[0], ("churn#prod!#2", A), ("churn#prod#3", B)), "prod", "v1.0.0")
    note = "none of these tags assigns prod: a job that deploys on assignments alone does not run"
    assert (taken.notes, assigned.notes) == ((note,), ())


def test_gto_has_no_command_for_a_stage_of_no_version_or_of_one_on_several_commits():
    given = tags(V1, V2, ("churn@v2.0.0", D), *PROD, ("churn#prod#4", D))
    assert commands.rollback(given, "prod", "v1.0.0").gto == (None, None, None)
    given = tags(V1, V2, PROD[0], ("churn#prod#2", C), ("churn#prod#3", B))
    plan = commands.rollback(given, "prod", "v1.0.0")
    assert [tag.name for tag in plan.tags] == ["churn#prod!#4", "churn#prod!#5"]
    assert plan.gto == (None, ("gto", "deprecate", "churn", "v2.0.0", "prod"))


def test_a_stage_that_gto_s_configuration_does_not_allow():
    with pytest.raises(
        Conflict, match=r"not in \.gto, as of the last crawl: expected one that it allows \(dev, prod\)"
    ):
        commands.assign(tags(V1, stages=("dev", "prod")), "live")
    assert outcome(lambda: commands.assign(tags(V1, stages=("dev",)), "dev")) == ["churn#dev#1"]
    assert outcome(lambda: commands.assign(tags(V1, stages=()), "dev")).endswith("last crawl: it allows none")


def test_a_configuration_that_was_not_read_is_said_to_be():
    given = replace(tags(V1, PROD[0], more=("churn#dev#7",)), is_config_read=False)
    unread = ".gto was not read: whether it allows the stage dev is not known"
    assert commands.assign(given, "dev", "v1.0.0").notes == commands.promote(given, "prod", "dev").notes == (unread,)


@pytest.mark.parametrize(
    "artifact", ["", "a.b", "-a", "a-", "a=b", "x:y:z", "ä", "a b", "../x:m", "x..y:m", "x.lock/y:m"]
)
def test_a_name_that_no_artifact_can_have(artifact):
    with pytest.raises(InvalidArgument, match="invalid artifact"):
        checked_artifact(artifact)


def test_a_tag_is_dated_behind_the_newest_one():
    """In one second, an unassignment wins over an assignment."""
    given = (V1, (*PROD[0], NOW - 5), ("churn#prod!#2", A, NOW))
    plan = commands.assign(tags(*given), "prod")
    assert (plan.at, plan.notes) == (NOW + 1, ())


@pytest.mark.parametrize(("ahead", "at"), [(MAX_AHEAD - 1, NOW + MAX_AHEAD), (MAX_AHEAD, None)])
def test_a_clock_that_is_far_off(ahead, at):
    given = (V1, (*PROD[0], NOW + ahead - 1), ("churn#prod!#2", A, NOW + ahead))
    if at is None:
        with pytest.raises(
            Conflict,
            match="would change nothing: a tag of 'churn' is dated later than the new one would be, by the clock of this machine or GIT_",
        ):
            commands.assign(tags(*given), "prod")
        assert (
            "60 s after the new one: one clock is wrong, or GIT_COMMITTER_DATE was stated"
            in commands.register(tags(*given), B).notes[-1]
        )
    else:
        assert commands.assign(tags(*given), "prod").at == at


def test_names_that_git_cannot_keep_beside_each_other():
    given = tags(V1, ("churn#prod/eu#1", A), more=("churn#prod#2",))
    assert outcome(lambda: commands.assign(given, "dev")) == ["churn#dev#3"]
    blocked = tags(("churn@v1.0.0", A), more=("churn#dev#1/x",))
    assert "cannot be beside the tag 'churn#dev#1/x'" in outcome(lambda: commands.assign(blocked, "dev"))


@pytest.mark.parametrize(
    ("more", "notes"),
    [
        ((), ("the stage live is new: no tag of the repository names it yet",)),
        (("other#live#1",), ()),
        (("churn#dev#99999999999999999999",), ("the stage live is new: no tag of the repository names it yet",)),
        (("churn@v1.0.0#99999999999999999999",), ("the stage live is new: no tag of the repository names it yet",)),
        (("other#live!#99999999999999999999",), ()),
    ],
    ids=["new", "of another artifact", "a huge counter", "a huge counter without stage", "of a huge counter"],
)
def test_a_stage_that_is_new_is_said_to_be(more, notes):
    given = tags(V1, PROD[0], more=more)
    assert commands.assign(given, "live", "v1.0.0").notes == notes
    assert commands.promote(given, "prod", "live").notes == notes


def test_what_changes_for_readers():
    plan = commands.assign(tags(V1, V2, PROD[0]), "prod")
    assert [(each.what, each.before, each.after) for each in plan.effects] == [
        ("stage prod", "v1.0.0", "v2.0.0"),
        ("v2.0.0 in prod", None, "assigned"),
    ]


def test_tags_are_deleted_by_every_name():
    given = tags(V1, PROD[0], ("churn#prod!#2", A))
    given.oids["alias"] = given.oids["churn#prod#1"]
    with pytest.raises(Conflict):
        commands.unassign(given, "prod", delete=True)
    deleted = commands.deregister(given, "v1.0.0", delete=True).deleted
    assert [tag.name for tag in deleted] == ["alias", "churn#prod!#2", "churn#prod#1", "churn@v1.0.0"]
