"""Tag objects and packs as Git makes them; who tags, and when; signatures that Git verifies."""

from __future__ import annotations

import shutil
import subprocess
import time
from datetime import UTC, datetime

import pytest

from catalog.actions import commands, signature
from catalog.actions.signature import SIGNING_SECONDS, is_wanted, sign
from catalog.actions.tag_object import (
    MAX_DATE,
    MAX_MESSAGE,
    Tagger,
    checked_message,
    object_name,
    pack,
    tag_data,
    tagger,
)
from catalog.errors import ConfigError, InvalidArgument
from catalog.transport.gitconfig import ConfigEntry
from support.loopback import WHO, environment, git
from support.pushing import config, request

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN = Tagger(name="Ann", email="ann@example.com", zone="+0000", at=1_600_000_000)


def test_a_tag_object_is_that_of_git(pushed):
    git(pushed.path, "tag", "-a", "-m", "Why:\n\nbecause", "x@v1.0.0", pushed.commits[0])
    data = tag_data("x@v1.0.0", pushed.commits[0], "Why:\n\nbecause", ANN, 1_600_000_000)
    assert object_name(data) == git(pushed.path, "rev-parse", "x@v1.0.0")


@pytest.mark.parametrize("size", [1, 15, 16, 2047, 2048, 70_000])
def test_git_reads_the_pack(pushed, size):
    """The size of an object is in four bits, then in sevens."""
    objects = [tag_data(f"x@v{number}.0.0", pushed.commits[0], "x" * size, ANN, 1) for number in range(2)]
    done = subprocess.run(
        ["git", "-C", pushed.path, "unpack-objects", "-q"], input=pack(objects), capture_output=True, check=True
    )
    assert done.stderr == b""
    for data in objects:
        shown = subprocess.check_output(["git", "-C", pushed.path, "cat-file", "tag", object_name(data)])
        assert shown == data


NOBODY = {"GIT_COMMITTER_NAME": "", "GIT_COMMITTER_EMAIL": ""}


@pytest.mark.parametrize(
    ("entries", "environ", "who"),
    [
        pytest.param([("user", "name", "Bo"), ("user", "email", "bo@x")], {}, "Bo <bo@x>", id="user"),
        pytest.param([("user", "name", "Bo"), ("committer", "name", "Ci"), ("user", "email", "b@x")], {}, "Ci <b@x>", id="committer before user"),
        pytest.param([("user", "name", "Bo")], {"GIT_COMMITTER_NAME": "Di", "EMAIL": "d@x"}, "Di <d@x>", id="the environment before both"),
        pytest.param([("user", "name", " .Bo <x>\n,"), ("user", "email", "<bo@x>")], {}, "Bo x <bo@x>", id="what would break the line"),
    ],
)  # fmt: skip
def test_who_tags(entries, environ, who):
    assert str(tagger(config(*entries, **{**NOBODY, **environ}), NOW)) == who


@pytest.mark.parametrize(
    ("entries", "environ", "says"),
    [
        pytest.param([("user", "name", "Bo")], {}, "configuration has no user.email: expected", id="no address"),
        pytest.param([("user", "email", "b@x")], {}, "configuration has no user.name: expected", id="no name"),
        pytest.param([("user", "name", ".,"), ("user", "email", "b@x")], {}, "^user.name is '.,', which has only characters that Git leaves out: expected a name$", id="a name of nothing"),
        pytest.param([("committer", "name", "<"), ("user", "name", "Bo")], {}, "^committer.name is '<', which", id="a committer of nothing"),
        pytest.param([("user", "name", "Bo")], {"GIT_COMMITTER_NAME": "<>", "EMAIL": "d@x"}, "^GIT_COMMITTER_NAME is '<>', which", id="a name of nothing in the environment"),
        pytest.param([("user", "name", "Bo"), ("user", "email", "<>")], {}, "^user.email is '<>', which has only characters that Git leaves out: expected an e-mail address$", id="an address of nothing"),
        pytest.param([("user", "name", "\udcff"), ("user", "email", "b@x")], {}, "is not UTF-8", id="not UTF-8"),
    ],
)  # fmt: skip
def test_who_cannot_tag(entries, environ, says):
    with pytest.raises(ConfigError, match=says):
        tagger(config(*entries, **{**NOBODY, **environ}), NOW)


@pytest.mark.parametrize(
    ("stated", "at", "zone"),
    [
        pytest.param("@1700000000 +0530", 1_700_000_000, "+0530", id="as Git stores it"),
        pytest.param("1700000000 -0100", 1_700_000_000, "-0100", id="without @"),
        pytest.param("2026-01-31T12:00:00Z", 1_769_860_800, None, id="ISO 8601"),
        pytest.param("Sat, 31 Jan 2026 13:00:00 +0100", 1_769_860_800, None, id="RFC 2822"),
        pytest.param("31 Jan 2026 12:00:00 -0000", 1_769_860_800, None, id="RFC 2822 without day and zone"),
        pytest.param("@0 +0000", 0, "+0000", id="the first second"),
        pytest.param(f"@{MAX_DATE} +0000", MAX_DATE, "+0000", id="the last second"),
    ],
)
def test_when_it_is_tagged(stated, at, zone):
    by = tagger(config(GIT_COMMITTER_DATE=stated), NOW)
    assert (by.at, zone or by.zone) == (at, by.zone)


@pytest.mark.parametrize(
    "stated",
    [
        "next week",
        f"@{MAX_DATE + 1} +0000",
        "@999999999999 +0000",
        "9999-12-31T00:00:01Z",
        "9999-12-31T23:59:59-23:00",
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00+23:00",
        "Sat, 31 Foo 2026 12:00:00 +0100",
        "31 Jan 2026",
    ],
)
def test_no_date_of_a_tag(stated):
    with pytest.raises(ConfigError) as caught:
        tagger(config(GIT_COMMITTER_DATE=stated), NOW)
    assert str(caught.value) == (
        f"GIT_COMMITTER_DATE is {stated!r}: expected seconds and a zone, or a date such as 2026-01-31T12:00:00+01:00, of the years 1970 to 9999"
    )


@pytest.mark.parametrize(
    "message", ["", " \n ", "a\0b", "\ud800", "x\n-----BEGIN PGP SIGNATURE-----", "x" * (MAX_MESSAGE + 1)]
)
def test_a_message_that_no_tag_can_have(message):
    with pytest.raises(InvalidArgument, match="invalid message"):
        checked_message(message)


def test_the_longest_message():
    assert checked_message("x" * MAX_MESSAGE) == "x" * MAX_MESSAGE


@pytest.fixture
def short_folder(tmp_path_factory):
    """A folder whose path leaves room for that of a socket: 107 bytes."""
    return tmp_path_factory.mktemp("g")


def signing_config(folder, kind):
    """Git's configuration that signs, and the one that verifies."""
    if kind == "openpgp":
        home = folder / "gnupg"
        home.mkdir(mode=0o700)
        env = {"GNUPGHOME": str(home)}
        generate = [
            "gpg",
            "--batch",
            "--quiet",
            "--passphrase",
            "",
            "--quick-generate-key",
            "Ann <ann@example.com>",
            "ed25519",
            "sign",
        ]
        subprocess.run(generate, check=True, env={**environment({}), **env}, capture_output=True)
        return config(**env), {}, env
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
    (folder / "allowed").write_text(f"ann@example.com {(folder / 'key.pub').read_text()}")
    entries = [("gpg", "format", "ssh"), ("user", "signingkey", str(folder / "key"))]
    return config(*entries), {"gpg.format": "ssh", "gpg.ssh.allowedSignersFile": str(folder / "allowed")}, {}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["openpgp", "ssh"])
def test_git_verifies_a_signed_tag(pushed, actor, short_folder, kind):
    if shutil.which("gpg" if kind == "openpgp" else "ssh-keygen") is None:
        pytest.skip("needs the program that signs")
    git_config, verify, environ = signing_config(short_folder, kind)
    decide = request(lambda tags, _: commands.assign(tags, "prod", "v2.0.0"))
    actor(str(pushed.path), git=git_config, signed=True).push(decide, NOW)
    pushed.check()
    done = subprocess.run(
        ["git", "-C", pushed.path, "verify-tag", "churn#prod#2"],
        env=environment(verify) | WHO | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Good" in done.stderr) == (0, True), done.stderr
    if kind == "openpgp":
        subprocess.run(["gpgconf", "--kill", "all"], env={**environment({}), **environ}, check=False)


def key_command(command):
    """The entry that says what prints the key."""
    return ConfigEntry("gpg", "ssh", "defaultkeycommand", command)


@pytest.fixture
def agent(short_folder):
    """The environment of an agent that has a key, of which no file is left but the public half, `key.pub`."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", short_folder / "key"], check=True)
    socket = short_folder / "agent"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        environ = {"SSH_AUTH_SOCK": str(socket)}
        add = ["ssh-add", "-q", short_folder / "key"]
        for _ in range(200):
            if socket.exists():
                break
            time.sleep(0.05)
        subprocess.run(add, check=True, env={**environment({}), **environ})
        (short_folder / "key").unlink()
        yield environ
    finally:
        running.terminate()
        running.wait(20)


# What `gpg.ssh.defaultKeyCommand` prints; whether Git takes it for a key.
PRINTED = {
    "the keys of the agent": ("ssh-add -L", True),
    "a key": ("cat {folder}/key.pub", True),
    "a key after key::": ("sed s/^/key::/ '{folder}/key.pub'", True),
    "a file": ("echo {folder}/key", False),
    "a line before the key": ("""sh -c "echo; cat '{folder}/key.pub'" """, False),
    "nothing": ("true", False),
    "a failure": ("sh -c 'cat {folder}/key.pub; exit 3'", False),
    "no program": ("/absent/program", False),
    "words that do not end": ("cat '{folder}/key.pub", False),
    "what a shell would run": ("true; cat {folder}/key.pub", False),
}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ssh-agent") is None, reason="needs ssh-agent")
@pytest.mark.parametrize(("command", "is_key"), PRINTED.values(), ids=[*PRINTED])
def test_the_key_that_a_command_prints_signs_as_with_git(pushed, actor, short_folder, agent, command, is_key):
    stated = {"gpg.format": "ssh", "gpg.ssh.defaultKeyCommand": command.format(folder=short_folder)}
    (short_folder / "allowed").write_text(f"ann@example.com {(short_folder / 'key.pub').read_text()}")
    verified = stated | {"gpg.ssh.allowedSignersFile": str(short_folder / "allowed")}

    def status(*words):
        return subprocess.run(["git", "-C", pushed.path, *words], env=environment(verified) | WHO | agent, capture_output=True, check=False).returncode  # fmt: skip

    git_config = config(("gpg", "format", "ssh"), key_command(stated["gpg.ssh.defaultKeyCommand"]), **agent)  # fmt: skip
    decide = request(lambda tags, _: commands.assign(tags, "prod", "v2.0.0"))
    try:
        actor(str(pushed.path), git=git_config, signed=True).push(decide, NOW)
        signed = True
    except ConfigError:
        signed = False
    assert (status("tag", "-s", "-m", "m", "other") == 0, signed) == (is_key, is_key)
    if signed:
        assert (status("verify-tag", "other"), status("verify-tag", "churn#prod#2")) == (0, 0)


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        pytest.param([("gpg", "format", "smoke")], "gpg.format is 'smoke'", id="another format"),
        pytest.param([("gpg", "format", "ssh")], "neither user.signingkey nor gpg.ssh.defaultKeyCommand is set", id="no key"),
        pytest.param([("gpg", "format", "ssh"), key_command("  ")], "neither user.signingkey nor", id="an empty command for a key"),
        pytest.param([("gpg", "format", "ssh"), key_command("cat 'x")], "gpg.ssh.defaultKeyCommand is \"cat 'x\": No closing quotation", id="a command for a key that does not end"),
        pytest.param([("gpg", "format", "ssh"), key_command("true")], "gpg.ssh.defaultKeyCommand printed '': expected a public key after key::", id="a command that prints no key"),
        pytest.param([("gpg", "format", "ssh"), key_command("false")], "false does not print a key and says nothing: it ends with exit code 1$", id="a command for a key that fails"),
        pytest.param([("gpg", "program", "/absent/gpg")], "cannot be started", id="no program"),
        pytest.param([("gpg", "program", "false")], "^false does not sign the tag and says nothing: it ends with exit code 1$", id="a program that fails"),
        pytest.param([("gpg", "format", "ssh"), key_command("sh -c 'kill -9 $$'")], "sh does not print a key and says nothing: it ends by signal 9$", id="a program that is killed"),
        pytest.param([("gpg", "program", "ls")], "^ls does not sign the tag and says .ls: ", id="a program that fails and says why"),
        pytest.param([("gpg", "program", "true")], "true wrote no signature", id="a program that writes nothing"),
        pytest.param([("gpg", "format", "ssh"), ("user", "signingkey", "ssh-ed25519 AAAA")], "does not sign the tag", id="a key of no agent"),
    ],
)  # fmt: skip
def test_what_does_not_sign(entries, says):
    with pytest.raises(ConfigError, match=says):
        sign(b"object x\n", ANN, config(*entries))


def test_a_program_that_does_not_end(monkeypatch):
    monkeypatch.setattr(signature, "SIGNING_SECONDS", 0.05)
    with pytest.raises(ConfigError, match=r"did not sign the tag within 0.05 s"):
        signature._run(["sleep", "5"], b"", config())
    assert SIGNING_SECONDS == 120


@pytest.mark.parametrize(("value", "wanted"), [("true", True), ("YES", True), ("false", False), (None, False)])
def test_every_tag_is_signed_where_git_says_so(value, wanted):
    assert is_wanted(config(*([("tag", "gpgsign", value)] if value else []))) == wanted
