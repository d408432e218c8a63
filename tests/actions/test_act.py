"""Plans and pushes against Git's own servers, over HTTP and on a disk: what is pushed, what never is, and what each refusal says."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier

import pytest

from catalog.actions import commands, receive_pack
from catalog.actions.act import MOST_COMPLAINTS, Changed
from catalog.actions.plan import MAX_AHEAD
from catalog.actions.push import push
from catalog.actions.receive_pack import MAX_PRINTED, MAX_REPORT, pushing
from catalog.actions.repository import MIN_DIGITS
from catalog.actions.tag_object import tagger
from catalog.errors import ConfigError, Conflict, Down, Gone, Refused, TooBig, TooSlow
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.limits import Limits, Meter
from catalog.transport.origin import GitConfig, Pool
from catalog.transport.packets import Mark, Packets, frame
from support.loopback import Answer, _run_backend, always, git, needs, serve
from support.pushing import config, request

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REGISTER = request(lambda tags, commit: commands.register(tags, str(commit)), of_commit=True)
ASSIGN = request(lambda tags, _: commands.assign(tags, "prod", "v2.0.0"))
DELETE = request(lambda tags, _: commands.unassign(tags, "prod", delete=True))
TAG = """object {commit}
type commit
tag churn@v2.0.1
tagger Ann <ann@example.com> 1772366400 +0000

Registering artifact churn version v2.0.1"""
BIG = b"fff0\1" + b"x" * 0xFFEB
BIG = BIG * (MAX_REPORT // 0xFFEB + 1) + b"0000"
TEXT = {"Content_Type": "text/plain; charset=utf-8"}
RECEIVE = ("GET", "/r.git/info/refs"), ("POST", "/r.git/git-receive-pack")


def at(commit: str):
    return request(REGISTER.decide, of_commit=True, at=commit)


def hook(path, name: str, script: str) -> None:
    (path / "hooks").mkdir(exist_ok=True)
    (path / "hooks" / name).write_text(f"#!/bin/sh\n{script}\n")
    (path / "hooks" / name).chmod(0o755)


@pytest.fixture
def site(pushed):
    with serve(pushed.path.parent, push=True) as running:
        yield running


def test_a_push_of_a_commit_that_the_catalog_holds_takes_two_requests(pushed, site, actor):
    done = actor(f"{site}/r.git", pushed.known).push(at(pushed.commits[2]), NOW)
    assert [tag.name for tag in done.pushed] == ["churn@v2.0.1"]
    assert (tuple(site.requests), done.requests) == (RECEIVE, 2)
    assert pushed.content("churn@v2.0.1") == TAG.format(commit=pushed.commits[2])
    pushed.check()


@pytest.mark.parametrize(
    "where", ["{commit}", "main", None, "HEAD"], ids=["a commit", "a branch", "by default", "HEAD"]
)
def test_a_push_of_what_no_catalog_holds_takes_four_at_most(pushed, site, actor, where):
    action = request(REGISTER.decide, of_commit=True, at=where and where.format(commit=pushed.commits[2]))
    done = actor(f"{site}/r.git").push(action, NOW)
    assert pushed.content("churn@v2.0.1") == TAG.format(commit=pushed.commits[2])
    assert (done.summaries[pushed.commits[2]], done.requests) == ("commit 2", 3 + (where in {None, "HEAD"}))
    assert len(site.requests) == done.requests


@pytest.mark.parametrize(("digits", "is_enough"), [(MIN_DIGITS, True), (MIN_DIGITS - 1, False)])
def test_a_commit_by_its_beginning(pushed, actor, digits, is_enough):
    commit = pushed.commits[2]
    if is_enough:
        assert actor(pushed.path, pushed.known).plan(at(commit[:digits].upper()), NOW).plan.tags[0].commit == commit
    else:
        with pytest.raises(
            Conflict, match="and not exactly one known commit begins so: expected a branch, or all 40 digits"
        ):
            actor(pushed.path, pushed.known).plan(at(commit[:digits]), NOW)


def test_a_tag_with_a_huge_number_is_said_to_be_left_out(pushed, actor):
    huge = "churn#dev#99999999999999999999"
    for name in (huge, "churn-eu#dev#99999999999999999999", "models=churn#dev#99999999999999999999"):
        git(pushed.path, "tag", "-a", "-m", "x", name, pushed.commits[1])
    says = f"the tag '{huge}' is left out, though GTO may read it: the counter has 20 digits, expected at most 9223372036854775807"
    for action in (ASSIGN, DELETE):
        notes = actor(pushed.path).plan(action, NOW).plan.notes
        assert [note for note in notes if "left out" in note] == [says]
    with pytest.raises(Conflict) as caught:
        actor(pushed.path).plan(request(lambda tags, _: commands.unassign(tags, "dev")), NOW)
    assert (
        str(caught.value)
        == f"no version of 'churn' is in 'dev': expected a stage that has one (prod); `catalog assign` assigns 'dev' to a version; {says}"
    )


def test_a_refusal_names_some_of_the_tags_that_are_left_out(pushed, actor):
    for number in range(MOST_COMPLAINTS + 1):
        git(pushed.path, "tag", f"churn#dev#9999999999999999999{number}", pushed.commits[1])
    ask = request(lambda tags, _: commands.unassign(tags, "dev"))
    with pytest.raises(Conflict, match=r"; 1 more tag left out$") as caught:
        actor(pushed.path).plan(ask, NOW)
    assert str(caught.value).count("GTO may read it") == MOST_COMPLAINTS


def test_no_message_shows_a_token(pushed, actor, tmp_path):
    """That of a URL may be in place of the user."""
    git(tmp_path, "init", "-q", "--bare", str(pushed.path.parent / "empty.git"))
    with serve(pushed.path.parent, push=True) as site:
        host = site.replace("http://", "http://s3cr3t-t0ken@")
        ends = []
        for name, action in (("r", at("absent")), ("r", at("a" * 40)), ("empty", REGISTER)):
            with pytest.raises(Conflict) as caught:
                actor(f"{host}/{name}.git").plan(action, NOW)
            ends.append(str(caught.value))
    assert [end.partition(" ")[0] for end in ends] == [f"{site}/r.git", f"{site}/r.git", f"{site}/empty.git"]
    assert "s3cr3t" not in "".join(ends)


@pytest.mark.parametrize("v2", [True, False], ids=["version 2", "version 0"])
def test_a_plan_is_read_as_a_fetch_is_and_writes_nothing(pushed, actor, v2):
    with serve(pushed.path.parent, v2=v2) as reading:  # which takes no push
        planned = actor(f"{reading}/r.git").plan(REGISTER, NOW)
    assert [tag.name for tag in planned.plan.tags] == ["churn@v2.0.1"]
    assert [(each.what, each.before, each.after) for each in planned.plan.effects] == [
        ("version v2.0.1", None, "registered"),
        ("latest", "v2.0.0", "v2.0.1"),
    ]
    assert planned.pushed == ()
    assert "churn@v2.0.1" not in pushed.tags()


def test_a_plan_needs_no_tagger_and_a_push_does(pushed, actor):
    nobody = config(GIT_COMMITTER_NAME="", GIT_COMMITTER_EMAIL="")
    planned = actor(pushed.path, git=nobody).plan(ASSIGN, NOW)
    assert (planned.tagger, planned.plan.notes[-1][:46]) == (None, "before a push: Git's configuration has no user")
    with pytest.raises(ConfigError):
        actor(pushed.path, git=nobody).push(ASSIGN, NOW)
    assert len(pushed.tags()) == 3


@pytest.mark.parametrize("ahead", [MAX_AHEAD - 1, MAX_AHEAD])
def test_a_date_far_ahead_is_said_to_be(pushed, actor, ahead):
    """Once such a tag is there, assignments of the stage are refused."""
    stated = config(GIT_COMMITTER_DATE=f"{int(NOW.timestamp()) + ahead} +0000")
    note = "GIT_COMMITTER_DATE dates the tags 60 s after the clock of this machine: until then (2026-03-01), no later tag changes what they say"
    for ask in (actor(pushed.path, git=stated).plan, actor(pushed.path, git=stated).push):
        assert (note in ask(ASSIGN, NOW).plan.notes) == (ahead == MAX_AHEAD)
    assert note not in actor(pushed.path, git=stated).plan(DELETE, NOW).plan.notes


def test_a_push_to_a_disk_is_git_s_own(pushed, actor):
    hook(pushed.path, "post-receive", f"cat > {pushed.path}/seen")
    done = actor(f"file://{pushed.path}", pushed.known).push(at(pushed.commits[2]), NOW)
    assert pushed.content("churn@v2.0.1") == TAG.format(commit=pushed.commits[2])
    assert (pushed.path / "seen").read_text() == f"{'0' * 40} {done.pushed[0].oid} refs/tags/churn@v2.0.1\n"
    pushed.check()


def test_push_instead_of_is_for_pushes(pushed):
    both = GitConfig([ConfigEntry("url", str(pushed.path), "pushinsteadof", "team:r")], config().environ)
    assert (both.rewrite_for_push("team:r"), both.rewrite("team:r")) == (str(pushed.path), "team:r")


def test_another_message_and_a_bump(pushed, actor):
    action = request(
        lambda tags, commit: commands.register(tags, str(commit), None, "major"),
        of_commit=True,
        message=" Why:\n\nbecause  \n",
    )
    actor(pushed.path).push(action, NOW)
    assert pushed.content("churn@v3.0.0").partition("\n\n")[2] == "Why:\n\nbecause"


def test_a_tag_that_another_push_made_is_never_moved(pushed, actor):
    """It comes between the server's listing and the push."""
    first = git(pushed.path, "rev-parse", "churn@v1.0.0")

    def rule(request):
        if request.method == "POST" and request.path.endswith("receive-pack"):
            git(pushed.path, "update-ref", "refs/tags/churn@v2.0.1", first)

    with (
        serve(pushed.path.parent, push=True, rule=rule) as site,
        pytest.raises(Conflict, match="another push came first") as caught,
    ):
        actor(f"{site}/r.git", pushed.known).push(at(pushed.commits[2]), NOW)
    assert "nothing was pushed" in str(caught.value)
    assert git(pushed.path, "rev-parse", "churn@v2.0.1") == first


def test_a_plan_that_names_a_tag_that_is_there_is_not_pushed(pushed, actor):
    """Neither is one that would delete a tag that is another by now."""
    plan, deletion = (actor(pushed.path).plan(each, NOW).plan for each in (ASSIGN, DELETE))
    with Pool(config()) as pool, pushing(str(pushed.path), pool, Limits()) as connection:
        refs = connection.refs()
        taken = {**refs, "refs/tags/churn#prod#2": "a" * 40, "refs/tags/churn#prod#1": "b" * 40}
        for each, says in (
            (plan, "is there already: it is not moved"),
            (deletion, "is another now: nothing was deleted"),
        ):
            with pytest.raises(Conflict, match=says):
                push(connection, taken, each, tagger(pool.git, NOW), signed=False, pool=pool, limits=Limits())
    assert len(pushed.tags()) == 3


@pytest.mark.slow
def test_of_two_pushes_at_once_one_wins(pushed, site, actor):
    start = Barrier(2)

    def push(each):
        start.wait()
        try:
            return each.push(ASSIGN, NOW).pushed[0].name
        except Conflict as error:
            return str(error)

    actors = [actor(f"{site}/r.git", pushed.known) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        ends = list(threads.map(push, actors))
    names = [end for end in ends if end.startswith("churn#prod#")]
    conflicts = [end for end in ends if end not in names]
    # Either they met, or the second one saw what the first had pushed.
    assert names == ["churn#prod#2"]
    assert re.search("another push came first|already in|is in 'prod' already", conflicts[0])
    assert pushed.tags().count("churn#prod#2") == 1
    pushed.check()


def test_what_is_not_as_it_was_shown_is_not_pushed(pushed, actor):
    shown = actor(pushed.path).plan(ASSIGN, NOW).plan
    git(pushed.path, "tag", "-a", "-m", "x", "churn#dev#7", pushed.commits[1])
    with pytest.raises(Changed) as caught:
        actor(pushed.path).push(ASSIGN, NOW, shown)
    assert (shown.tags[0].name, caught.value.planned.plan.tags[0].name) == ("churn#prod#2", "churn#prod#8")
    assert ("churn#prod#8" in pushed.tags(), caught.value.exit_code) == (False, 3)


def test_several_tags_are_pushed_together(pushed, site, actor):
    for tag in ("churn#prod!#2", "churn#prod#3"):
        git(pushed.path, "tag", "-a", "-m", "x", tag, pushed.commits[1])
    with pytest.raises(Conflict):  # v2.0.0 is not in force there; the server's clock is that of START
        actor(pushed.path).push(request(lambda tags, _: commands.rollback(tags, "prod", "v3.0.0")), NOW)
    actor(f"{site}/r.git").push(ASSIGN, NOW)
    done = actor(f"{site}/r.git").push(request(lambda tags, _: commands.rollback(tags, "prod", "v1.0.0")), NOW)
    assert [tag.name for tag in done.pushed] == ["churn#prod!#5"]


def two_tags(pushed, actor, url):
    """A plan of two tags: the stage is taken from v2.0.0, and assigned to v1.0.0, from which it had been taken."""
    for number, (tag, commit) in enumerate((("churn#prod!#2", 0), ("churn#prod#3", 1)), 1):
        actor(pushed.path).push(
            request(
                lambda tags, _, tag=tag: (
                    commands.unassign(tags, "prod") if "!" in tag else commands.assign(tags, "prod", "v2.0.0")
                )
            ),
            NOW.replace(minute=number),
        )
        assert git(pushed.path, "rev-parse", f"{tag}^{{}}") == pushed.commits[commit]
    return actor(url).push(request(lambda tags, _: commands.rollback(tags, "prod", "v1.0.0")), NOW.replace(minute=9))


def test_a_rollback_of_two_tags(pushed, site, actor):
    assert [tag.name for tag in two_tags(pushed, actor, f"{site}/r.git").pushed] == ["churn#prod!#4", "churn#prod#5"]
    pushed.check()


def test_of_two_tags_none_is_pushed_where_one_is_refused(pushed, site, actor):
    hook(pushed.path, "update", 'case "$1" in *"#5") echo "ask the release team" >&2; exit 1;; esac')
    with pytest.raises(Refused) as caught:
        two_tags(pushed, actor, f"{site}/r.git")
    assert str(caught.value) == (
        f"{site}/r.git: the tag 'churn#prod#5' is refused: 'hook declined', and the server says 'ask the release team; error: hook declined to update refs/tags/churn#prod#5'; nothing was pushed"
    )
    assert {"churn#prod!#4", "churn#prod#5"}.isdisjoint(pushed.tags())


@pytest.mark.parametrize("kind", ["http", "disk"])
def test_a_hook_that_refuses(pushed, site, actor, kind):
    hook(pushed.path, "pre-receive", 'echo "remote: prod is frozen" >&2; exit 1')
    url = f"{site}/r.git" if kind == "http" else str(pushed.path)
    with pytest.raises(Refused) as caught:
        actor(url).push(ASSIGN, NOW)
    assert str(caught.value) == (
        f"{url}: the tag 'churn#prod#2' is refused: 'pre-receive hook declined', and the server says 'prod is frozen'; nothing was pushed"
    )
    assert "churn#prod#2" not in pushed.tags()


def test_what_a_hook_prints_is_cut():
    for size, printed in (
        (MAX_PRINTED - 1, MAX_PRINTED - 1),
        (MAX_PRINTED, MAX_PRINTED),
        (MAX_PRINTED + 1, MAX_PRINTED),
    ):
        report = receive_pack.PushReport()
        packet = b"\2" + b"x" * size
        framed = iter([b"%04x" % (len(packet) + 4) + packet + b"0000"])
        meter = Meter("x", Limits())
        receive_pack._sideband(Packets(framed.__next__, meter), report, meter)
        assert len(report.printed) == printed


@pytest.mark.parametrize(
    ("rule", "error", "says"),
    [
        pytest.param(always(403), Refused, "403: the server refuses the request; expected a repository that you may push to", id="may not"),
        pytest.param(always(403, b"remote: You may\r\n\r\nremote: not push\n", **TEXT), Refused, "the request; the server says 'You may; not push'; expected a repo", id="may not, and says why"),
        pytest.param(always(403, b"x" * 2 * MAX_PRINTED, **TEXT), Refused, "xx…'; expected a repo", id="may not, at length"),
        pytest.param(always(403, b"<p>No</p>", Content_Type="text/html"), Refused, "the server refuses the request; expected a repo", id="may not, in a page"),
        pytest.param(always(405), Refused, "/r.git: 405: the server refuses the request", id="does not push"),
        pytest.param(always(404), Gone, "404: the server knows no such repository", id="absent"),
        pytest.param(needs("ann", "right"), Refused, "401: needs credentials, or does not exist; expected", id="without credentials"),
        pytest.param(always(429, Retry_After="99"), Down, "429: too many requests, and asks to wait '99'", id="a quota"),
    ],
)  # fmt: skip
def test_a_server_that_does_not_let_push(pushed, actor, rule, error, says):
    with serve(pushed.path.parent, push=True, rule=rule) as site, pytest.raises(error) as caught:
        actor(f"{site}/r.git", pushed.known).push(ASSIGN, NOW)
    assert says in str(caught.value)
    assert ("you may push to" in str(caught.value)) == (caught.value.args[0].split(": ")[1] in {"401", "403"})


def test_credentials_are_those_of_git(pushed, actor, tmp_path):
    (tmp_path / "store").write_text("")
    with serve(pushed.path.parent, push=True, rule=needs("ann", "right")) as site:
        (tmp_path / "store").write_text(site.replace("http://", "http://ann:right@") + "\n")
        git_config = config(("credential", "helper", f"store --file={tmp_path}/store"))
        done = actor(f"{site}/r.git", pushed.known, git=git_config).push(ASSIGN, NOW)
    assert (done.pushed[0].name, site.requests) == ("churn#prod#2", [RECEIVE[0], *RECEIVE])


def test_a_commit_that_the_server_does_not_have(pushed, site, actor):
    absent = "a" * 40
    with pytest.raises(Conflict, match="does not have commit aaaaaaa: push the commit first"):
        actor(f"{site}/r.git").push(at(absent), NOW)
    stale = pushed.known.__class__(events=pushed.known.events, summaries={absent: "gone"})
    with pytest.raises(Conflict, match=r"names a commit that the server does not have; nothing was pushed"):
        actor(f"{site}/r.git", stale).push(at(absent), NOW)
    assert len(pushed.tags()) == 3


RESULT = {"Content-Type": "application/x-git-receive-pack-result"}
NO_REPORTS = [
    pytest.param(Answer(headers=RESULT, body=b"00"), "too early", id="cut short"),
    pytest.param(Answer(headers=RESULT, body=b"0001"), "has a DELIMITER packet", id="no report"),
    pytest.param(Answer(headers=RESULT, body=b"000a\3gone!0000"), "ends the push and says 'gone!'", id="the fatal channel"),
    pytest.param(Answer(headers=RESULT, body=b"0013\x01000eunpack ok\n0009\x0100000000"), "the server does not report what became of it", id="no line of the tag"),
    pytest.param(Answer(headers={"Content-Type": "text/html"}, body=b"ok"), "answers with 'text/html'", id="a page"),
    pytest.param(Answer(headers=RESULT, body=BIG), "more than 1,048,576 bytes", id="too long"),
    pytest.param(Answer(status=500), "500: the server is busy or broken", id="a server that breaks"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "says"), NO_REPORTS)
@pytest.mark.parametrize("does", ["carries it out", "does nothing"])
def test_a_push_whose_answer_is_lost_is_looked_up(pushed, actor, does, answer, says):
    def rule(request):
        if request.method != "POST":
            return None
        if does == "carries it out":
            _run_backend(pushed.path.parent, {"http.receivepack": "true", "safe.directory": "*"}, request, v2=False)
        return answer

    with serve(pushed.path.parent, push=True, rule=rule) as site:
        each = actor(f"{site}/r.git", pushed.known)
        if does == "carries it out":
            assert each.push(ASSIGN, NOW).pushed[0].name == "churn#prod#2"
        else:
            with pytest.raises(Down) as caught:
                each.push(ASSIGN, NOW)
            assert says in str(caught.value)
            assert "; the server lists none of the tags now: `git ls-remote` shows whether they come" in str(
                caught.value
            )
        assert [method for method, _ in site.requests].count("POST") == 1  # never a second time
    assert ("churn#prod#2" in pushed.tags()) == (does == "carries it out")


@pytest.mark.parametrize(("status", "error"), [(401, Refused), (403, Refused), (404, Gone), (413, Refused)])
def test_a_push_that_is_refused_before_it_is_read_is_not_looked_up(pushed, actor, status, error):
    def rule(request):
        return Answer(status=status) if request.method == "POST" else None

    with serve(pushed.path.parent, push=True, rule=rule) as site:
        with pytest.raises(error, match=f": {status}: ") as caught:
            actor(f"{site}/r.git", pushed.known).push(ASSIGN, NOW)
        assert ("ls-remote" in str(caught.value), tuple(site.requests)) == (False, RECEIVE)


def reported(pushed, line: str, before=lambda: None):
    """A rule: a report of one line about the tag."""

    def rule(request):
        if request.method != "POST":
            return None
        before()
        content = frame(["unpack ok", line, Mark.FLUSH])
        return Answer(headers=RESULT, body=b"%04x\1%s0000" % (len(content) + 5, content))

    return serve(pushed.path.parent, push=True, rule=rule)


@pytest.mark.parametrize("reason", ["failed to update ref", "cannot lock ref 'x'", "failed to delete"])
@pytest.mark.parametrize("came_first", [True, False])
def test_a_ref_that_cannot_be_locked_is_a_conflict_where_it_is_another(pushed, actor, reason, came_first):
    def another():
        if came_first:
            git(pushed.path, "update-ref", "refs/tags/churn#prod#2", pushed.commits[0])

    with (
        reported(pushed, f"ng refs/tags/churn#prod#2 {reason}", another) as site,
        pytest.raises(Conflict if came_first else Refused) as caught,
    ):
        actor(f"{site}/r.git", pushed.known).push(ASSIGN, NOW)
    assert ("another push came first" in str(caught.value), reason in str(caught.value)) == (came_first, True)
    assert str(caught.value).endswith("; nothing was pushed")


def test_only_the_refs_of_the_push_are_kept_of_a_report():
    lines = ["unpack ok", "ng refs/tags/other no", "ok refs/tags/a", "ng refs/tags/b", Mark.FLUSH]
    framed, report, meter = iter([frame(lines)]), receive_pack.PushReport(), Meter("x", Limits())
    receive_pack._read_report(Packets(framed.__next__, meter), report, {"refs/tags/a", "refs/tags/b"}, meter)
    assert report == receive_pack.PushReport(refs={"refs/tags/a": None, "refs/tags/b": "no reason"})


@pytest.mark.parametrize("beyond", [False, True])
def test_a_report_has_a_bound(beyond):
    """Also of a server that sends it without a sideband."""
    lines = b"%04x%s" % (1028, b"x" * 1024) * (MAX_REPORT // 1024) + b"0005x" * beyond
    meter = Meter("x", Limits())
    bands = b"%04x\1%s" % (1029, b"x" * 1024) * (MAX_REPORT // 1024) + b"0006\1x" * beyond
    for read, content in (
        (lambda packets: receive_pack._read_report(packets, receive_pack.PushReport(), (), meter), lines),
        (lambda packets: receive_pack._sideband(packets, receive_pack.PushReport(), meter), bands),
    ):
        packets = Packets(iter([content + b"0000"]).__next__, meter)
        with pytest.raises(TooBig, match="more than 1,048,576 bytes") if beyond else nullcontext():
            read(packets)


def test_a_long_report_ends_at_the_limit_of_time():
    slow = Meter("x", Limits(total=0))
    for packet, read in (
        (b"0005x", lambda packets: receive_pack._read_report(packets, receive_pack.PushReport(), (), slow)),
        (b"0006\2x", lambda packets: receive_pack._sideband(packets, receive_pack.PushReport(), slow)),
    ):
        with pytest.raises(TooSlow):
            read(Packets(iter([packet * 64 + b"0000"]).__next__, slow))


def test_a_deletion_says_deleted(pushed, actor):
    name = "refs/tags/churn#prod#1"
    with reported(pushed, f"ng {name} no") as site, pytest.raises(Refused, match="'no'; nothing was deleted"):
        actor(f"{site}/r.git", pushed.known).push(DELETE, NOW)
    with (
        reported(pushed, "ok refs/tags/x") as site,
        pytest.raises(Down, match="; the server lists all of the tags still"),
    ):
        actor(f"{site}/r.git", pushed.known).push(DELETE, NOW)


def test_a_tag_is_deleted(pushed, site, actor):
    done = actor(f"{site}/r.git", pushed.known).push(DELETE, NOW)
    assert ([(tag.name, tag.oid) for tag in done.pushed], pushed.tags()) == (
        [("churn#prod#1", None)],
        ["churn@v1.0.0", "churn@v2.0.0"],
    )
    assert "deletes history" in done.plan.notes[0]


def test_a_server_that_deletes_nothing(pushed, site, actor):
    hook(pushed.path, "update", f'test "$3" != {"0" * 40}')
    with pytest.raises(Refused, match="'hook declined'"):
        actor(f"{site}/r.git", pushed.known).push(DELETE, NOW)

    def rule(request):
        answer = _run_backend(
            pushed.path.parent, {"http.receivepack": "true", "safe.directory": "*"}, request, v2=False
        )
        return replace(answer, body=answer.body.replace(b" delete-refs ", b" no-deletes! "))

    with serve(pushed.path.parent, rule=rule) as other, pytest.raises(Refused, match="expected delete-refs"):
        actor(f"{other}/r.git", pushed.known).push(DELETE, NOW)
    assert "churn#prod#1" in pushed.tags()


def test_an_empty_repository_and_one_without_a_head(pushed, actor, tmp_path):
    git(tmp_path, "init", "-q", "--bare", str(tmp_path / "empty.git"))
    with pytest.raises(Conflict, match="has no commit at HEAD"):
        actor(tmp_path / "empty.git").plan(REGISTER, NOW)
    with pytest.raises(Gone, match="folder not found"):
        actor(tmp_path / "absent.git").push(ASSIGN, NOW)
    (pushed.path / "HEAD").write_text(f"{pushed.commits[2]}\n")  # detached
    assert actor(pushed.path).push(REGISTER, NOW).pushed[0].name == "churn@v2.0.1"
