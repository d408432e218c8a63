"""Who is told what a crawl changed: once, filtered, and never with a secret."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.cli import main
from catalog.config.model import NotifyConfig
from catalog.errors import OriginError, Refused
from catalog.notify import delivery, message, notifications
from catalog.notify.message import MOST_CHANGES, MOST_LINES, Message, wanted
from catalog.privacy.emails import hide
from catalog.store import checked_file
from support.loopback import WHO, Answer, environment, git, serve

HOOK = NotifyConfig(name="team", webhook_env="HOOK")
ROW = {
    "kind": "promotion", "id": "h/acme/risk:churn", "repo": "h/acme/risk", "artifact": "churn", "stage": "prod", "what": "assigned",
    "old": "v1.0.0", "new": "v2.0.0", "better": None, "author": "Ann <ann@acme.example>", "moment": datetime(2024, 1, 2, tzinfo=UTC), "of_project": False,
}  # fmt: skip


def written(*rows, how="json", **options) -> dict:
    values = {"id": "team/1-2", "catalog": "Models", "site_url": None, "since_crawl": 1, "crawl": 2} | options
    return json.loads(Message(**values, changes=tuple(rows)).written(how))


@contextmanager
def hook(tmp_path, monkeypatch, *answers: Answer):
    """A webhook with these answers, the last again and again; the bodies that it got."""
    waiting, bodies = list(answers), []

    def rule(request):
        bodies.append(request.body)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    with serve(tmp_path, rule=rule) as site:
        monkeypatch.setenv("HOOK", f"{site}/services/T0/s3cr3t-hook?sig=s3cr3t-sig")
        yield bodies


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({}, 1),
        ({"kinds": ("promotion",)}, 1),
        ({"kinds": ("rollback",)}, 0),
        ({"stages": ("prod",)}, 1),
        ({"stages": ("dev",)}, 0),
        ({"repos": ("acme/r*",)}, 1),
        ({"repos": ("risk",)}, 1),
        ({"repos": ("isk",)}, 0),
        ({"repos": ("other", "h/*")}, 1),
    ],
    ids=str,
)
def test_which_changes_are_told(options, count):
    assert len(wanted([ROW], NotifyConfig(name="x", command="cat", **options), hide)) == count


def test_the_message_as_json():
    (change,) = wanted([ROW], HOOK, hide)
    assert written(change) == {
        "id": "team/1-2", "catalog": "Models", "site_url": None, "since_crawl": 1, "crawl": 2, "total": 1,
        "changes": [
            {
                "kind": "promotion", "repo": "h/acme/risk", "artifact": "churn", "stage": "prod", "what": "assigned", "old": "v1.0.0", "new": "v2.0.0",
                "better": None, "author": "Ann <[e-mail hidden]>", "moment": "2024-01-02T00:00:00Z",
            }
        ],
    }  # fmt: skip


def test_the_message_for_slack_is_text_in_which_nothing_of_a_stranger_is_markup():
    changes = wanted([ROW | {"author": "<!channel> & co\nx"}], HOOK, hide)
    assert written(*changes, how="slack", site_url="https://h/") == {
        "text": "Models: 1 change with crawl 2\n"
        "• promotion: h/acme/risk:churn#prod assigned v1.0.0 → v2.0.0 by &lt;!channel&gt; &amp; co x\nhttps://h/"
    }


@pytest.mark.parametrize("count", [MOST_CHANGES, MOST_CHANGES + 1])
def test_a_message_has_at_most_so_many_changes_and_counts_the_others(count):
    body = written(*wanted([ROW] * count, HOOK, hide))
    assert (len(body["changes"]), body["total"]) == (MOST_CHANGES, count)


@pytest.mark.parametrize(("count", "end"), [(MOST_LINES, "• promotion"), (MOST_LINES + 1, "and 1 more")])
def test_slack_gets_at_most_so_many_lines(count, end):
    assert written(*wanted([ROW] * count, HOOK, hide), how="slack")["text"].splitlines()[-1].startswith(end)


def test_a_webhook_gets_the_body(tmp_path, monkeypatch):
    with hook(tmp_path, monkeypatch, Answer(status=204)) as bodies:
        delivery.deliver(HOOK, b'{"a": 1}', tmp_path)
    assert bodies == [b'{"a": 1}']


def test_a_webhook_that_is_busy_is_asked_again(tmp_path, monkeypatch):
    with hook(
        tmp_path, monkeypatch, Answer(status=503), Answer(status=429, headers={"Retry-After": "0"}), Answer()
    ) as bodies:
        delivery.deliver(HOOK, b"{}", tmp_path)
    assert len(bodies) == 3


@pytest.mark.parametrize("status", [400, 404, 302, 500])
def test_what_a_webhook_refuses_is_said_without_its_address(tmp_path, monkeypatch, status):
    monkeypatch.setattr(delivery, "LONGEST_WAIT", 0.0)
    answer = Answer(status=status, headers={"Location": "/x"})
    with hook(tmp_path, monkeypatch, answer) as bodies, pytest.raises(OriginError) as caught:
        delivery.deliver(HOOK, b"{}", tmp_path)
    assert (str(caught.value), len(bodies)) == (f"notify 'team': the webhook answers {status}", 1)


def test_a_webhook_is_waited_for_at_most_so_long(tmp_path, monkeypatch):
    monkeypatch.setattr(delivery, "SECONDS", 0.0)
    with hook(tmp_path, monkeypatch, Answer()), pytest.raises(OriginError, match="not done after 0 s"):
        delivery.deliver(HOOK, b"{}", tmp_path)


@pytest.mark.parametrize("url", ["", "s3cr3t", "ftp://h/s3cr3t", "https://[s3cr3t"])
def test_a_variable_without_a_url_is_named_and_its_value_is_not(tmp_path, monkeypatch, url):
    monkeypatch.setenv("HOOK", url)
    with pytest.raises(Refused) as caught:
        delivery.deliver(HOOK, b"{}", tmp_path)
    assert str(caught.value) == "notify 'team': $HOOK has no URL, expected https://host/path"


def test_nobody_there_is_said_without_the_address(tmp_path, monkeypatch):
    monkeypatch.setattr(delivery, "LONGEST_WAIT", 0.0)
    monkeypatch.setenv("HOOK", "http://127.0.0.1:9/s3cr3t")
    with pytest.raises(OriginError) as caught:
        delivery.deliver(HOOK, b"{}", tmp_path)
    assert str(caught.value) == "notify 'team': no connection: Connection refused"


@pytest.mark.parametrize(
    "command", ["cat > got", (sys.executable, "-c", "import sys; open('got', 'w').write(sys.stdin.read())")]
)
def test_a_command_gets_the_body_in_the_folder_of_repos_toml(tmp_path, command):
    delivery.deliver(NotifyConfig(name="x", command=command), b"{}", tmp_path)
    assert (tmp_path / "got").read_text() == "{}"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("exit 3", "ended with 3"),
        (("no-such-command",), "cannot be run: No such file"),
        ("sleep 9", "did not end within 0.2 seconds"),
    ],
)
def test_a_command_that_fails(tmp_path, monkeypatch, command, says):
    monkeypatch.setattr(delivery, "SECONDS", 0.2)
    with pytest.raises(OriginError, match=f"^notify 'x': its command {says}"):
        delivery.deliver(NotifyConfig(name="x", command=command), b"{}", tmp_path)


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A repository with a model, its repos.toml, and a first crawl."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "risk").mkdir()
    git(tmp_path / "risk", "init", "-q", "-b", "main")
    git(tmp_path / "risk", "commit", "-q", "--allow-empty", "-m", "begin")
    tag("churn@v1.0.0")
    (tmp_path / "repos.toml").write_text(
        '[[repo]]\nurl = "./risk"\nname = "acme/risk"\n[[notify]]\nname = "team"\nkinds = ["new_version", "promotion"]\ncommand = "cat >> got; echo >> got; exit $(cat code)"\n'
    )
    (tmp_path / "code").write_text("0")
    assert main(["crawl", "--no-site"]) == 0
    return tmp_path


def tag(name: str) -> None:
    """A tag on a commit of its own for each version, each a minute after the last."""
    minute = len(git(Path("risk"), "tag").split())
    environ = environment({}) | WHO | {"GIT_COMMITTER_DATE": f"{1_600_000_000 + 60 * minute} +0000"}
    if "@" in name:
        subprocess.run(["git", "-C", "risk", "commit", "-q", "--allow-empty", "-m", name], env=environ, check=True)
    subprocess.run(["git", "-C", "risk", "tag", "-a", name, "-m", "why"], env=environ, check=True)


def crawl() -> None:
    assert main(["crawl", "--no-site"]) == 0


def got(world) -> list[list[str]]:
    """The kinds of the changes of each message so far."""
    file = world / "got"
    lines = file.read_text().splitlines() if file.exists() else []
    return [[change["kind"] for change in json.loads(line)["changes"]] for line in lines if line]


@pytest.mark.slow
def test_each_change_is_told_once_from_the_second_crawl_on(world):
    assert got(world) == []
    tag("churn@v2.0.0")
    crawl()
    crawl()
    assert main(["build", "--no-site"]) == 0
    tag("churn#prod#1")
    crawl()
    assert got(world) == [["new_version"], ["promotion"]]


@pytest.mark.slow
def test_what_was_not_delivered_is_in_the_next_message(world, capsys):
    (world / "code").write_text("1")
    tag("churn@v2.0.0")
    crawl()
    assert "notify 'team': its command ended with 1; the next build tries again" in capsys.readouterr().err
    (world / "code").write_text("0")
    tag("churn#prod#1")
    crawl()
    assert got(world) == [["new_version"], ["new_version", "promotion"]]


@pytest.mark.slow
def test_after_a_crash_while_it_was_sent_it_is_not_sent_again(world, monkeypatch, capsys):
    tag("churn@v2.0.0")
    with monkeypatch.context() as patch:
        patch.setattr(notifications, "deliver", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        main(["crawl", "--no-site"])
    capsys.readouterr()
    crawl()
    said = capsys.readouterr().err
    assert (got(world), "may not have arrived, and is not sent again" in said) == ([], True)
    tag("churn#prod#1")
    crawl()
    assert got(world) == [["promotion"]]


@pytest.mark.slow
def test_a_damaged_state_begins_anew(world, capsys):
    (world / "output" / "store" / notifications.FILE).write_text("{")
    tag("churn@v2.0.0")
    crawl()
    said = capsys.readouterr().err
    assert (got(world), "notifications begin anew" in said, "begins after crawl 2" in said) == ([], True, True)
    assert (
        checked_file.read(world / "output" / "store" / notifications.FILE, notifications.DeliveryRecords)
        .by_name["team"]
        .crawl
        == 2
    )


def test_the_kinds_are_those_of_the_macro():
    from catalog.config.notify_keys import KINDS
    from catalog.database.statements import statements

    (macro,) = (each for each in statements() if each.name == "changes_between")
    assert [kind for kind in KINDS if f"'{kind}'" not in macro.body] == []
    assert message.MOST_CHANGES == MOST_CHANGES
