"""The same repository over every wire and protocol version: the same listing, the same objects."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from catalog.errors import Down, Gone, OriginError, Refused
from catalog.git.snapshot import Ref, RefListing
from catalog.transport import stream
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.origin import GitConfig, Limits, Pool, open_origin
from catalog.transport.stream import _LAST_WORDS
from support.loopback import daemon, git, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WIRES = {
    "http": "http",
    "http, from a server that knows version 0 only": "http-v0",
    "http, from a server without filters": "http-unfiltered",
    "git": "git",
    "ssh": "ssh",
    "ssh with a port": "ssh-port",
    "user@host:path": "scp",
    "ssh to a server that knows version 0 only": "ssh-v0",
    "file": "file",
    "path": "path",
}
V2 = ("http", "git", "ssh")


def ssh_config(tmp_path: Path, *, v2: bool = True) -> GitConfig:
    """An `ssh` that drops its options and the host, and runs the command here."""
    script = tmp_path / "ssh"
    forget = "" if v2 else "unset GIT_PROTOCOL; "
    script.write_text(f'#!/bin/sh\n{forget}while [ $# -gt 1 ]; do shift; done\nexec sh -c "$1"\n')
    script.chmod(0o755)
    settings = {"uploadpack.allowFilter": "true", "uploadpack.allowAnySHA1InWant": "true", "safe.directory": "*"}
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        environ |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return GitConfig([ConfigEntry("core", "", "sshcommand", str(script))], environ)


@contextmanager
def wired(wire: str, folder: Path, tmp_path: Path) -> Iterator[tuple[str, Pool]]:
    """The base URL of `folder` over a wire."""
    kind, _, variant = wire.partition("-")
    with Pool(ssh_config(tmp_path, v2=variant != "v0")) as pool:
        if kind == "http":
            with serve(folder, variant != "unfiltered", v2=variant != "v0") as site:
                yield site, pool
        elif kind == "git":
            with daemon(folder) as url:
                yield url, pool
        else:
            port = ":2222" if variant == "port" else ""
            starts = {"ssh": f"ssh://ann@example.com{port}", "scp": "ann@example.com:", "file": "file://", "path": ""}
            yield starts[kind] + str(folder), pool


every_wire = pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES)


def expected_listing(repo: Path) -> RefListing:
    """What git itself says, in our words."""
    names = git(repo, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    refs = []
    for line in [f"HEAD {git(repo, 'rev-parse', 'HEAD')}", *names]:
        name, oid = line.split()
        peeled = git(repo, "rev-parse", f"{oid}^{{}}")
        if name == "HEAD" or name.startswith(("refs/heads/", "refs/tags/", "refs/exps/")):
            refs.append(Ref(name=name, oid=oid, peeled=peeled if peeled != oid else None))
    return RefListing(refs=tuple(sorted(refs, key=lambda ref: ref.name)), head="refs/heads/main")


@pytest.mark.one_in(3)
@every_wire
def test_a_listing_is_the_same_over_every_wire(wire: str, folder: Path, team: Path, tmp_path: Path) -> None:
    with wired(wire, folder, tmp_path) as (base, pool), open_origin(f"{base}/team.git", pool=pool) as origin:
        found = origin.refs()

    assert found == expected_listing(team)


@pytest.mark.one_in(3)
@every_wire
def test_tags_commits_and_trees_arrive_as_git_stores_them(wire: str, folder: Path, team: Path, tmp_path: Path) -> None:
    wants = [git(team, "rev-parse", name) for name in ("nested", "churn@v2.0.0", "main", "blobby")]

    with wired(wire, folder, tmp_path) as (base, pool), open_origin(f"{base}/team.git", pool=pool) as origin:
        objects = origin.fetch(wants, filters="blob:none", depth=1)
        found = {oid: (objects[oid].kind, objects[oid].data.decode()) for oid in wants}

    kinds = [git(team, "cat-file", "-t", oid) for oid in wants]
    assert found == {
        oid: (kind, git(team, "cat-file", kind, oid) + "\n") for oid, kind in zip(wants, kinds, strict=True)
    }


@pytest.mark.slow
@pytest.mark.parametrize("wire", V2)
def test_a_visit_takes_one_filtered_fetch_after_another(wire: str, folder: Path, team: Path, tmp_path: Path) -> None:
    blob, tree, commit = (git(team, "rev-parse", name) for name in ("main:big", "main^{tree}", "main"))

    with wired(wire, folder, tmp_path) as (base, pool), open_origin(f"{base}/team.git", pool=pool) as origin:
        origin.refs()
        fetched = [
            sorted(raw.kind for raw in origin.fetch(wants, filters=filters, depth=depth).values())
            for wants, filters, depth in [
                ([commit], "tree:0", None),
                ([commit], "blob:none", 1),
                ([tree], "blob:none", None),
                ([blob], "blob:none", None),
            ]
        ]

    assert (fetched, origin.filtered) == (
        [["commit", "commit", "commit"], ["commit", "tree", "tree"], ["tree", "tree"], ["blob"]],
        True,
    )


@pytest.mark.parametrize("wire", ["http", "http-v0", "git", "ssh-v0"])
def test_what_we_have_is_not_sent(wire: str, folder: Path, team: Path, tmp_path: Path) -> None:
    new, old = (git(team, "rev-parse", name) for name in ("main", "main~1"))

    with wired(wire, folder, tmp_path) as (base, pool), open_origin(f"{base}/team.git", pool=pool) as origin:
        origin.refs()
        objects = origin.fetch([new], filters="tree:0", haves=[old])

    assert {oid: raw.kind for oid, raw in objects.items() if raw.kind == "commit"} == {new: "commit"}


def test_a_server_without_filters_sends_everything_and_is_known_for_it(
    folder: Path, team: Path, tmp_path: Path
) -> None:
    with (
        wired("http-unfiltered", folder, tmp_path) as (base, pool),
        open_origin(f"{base}/team.git", pool=pool) as origin,
    ):
        objects = origin.fetch([git(team, "rev-parse", "main")], filters="tree:0", depth=1)

    assert (sorted(raw.kind for raw in objects.values()), origin.filtered) == (
        ["blob", "commit", "tree", "tree"],
        False,
    )


@pytest.mark.one_in(4)
@pytest.mark.parametrize("wire", ["http", "http-v0", "git", "ssh", "path"])
@pytest.mark.parametrize(
    ("repo", "names", "head"),
    [
        ("empty.git", [], None),
        ("unborn.git", ["refs/heads/side"], None),
        ("detached.git", ["HEAD", "refs/heads/side"], None),
    ],
    ids=["an empty repository", "HEAD leads to an unborn branch", "HEAD is detached"],
)
def test_a_repository_without_a_default_branch_is_fine(
    wire: str, repo: str, names: list[str], head: str | None, folder: Path, tmp_path: Path
) -> None:
    with wired(wire, folder, tmp_path) as (base, pool), open_origin(f"{base}/{repo}", pool=pool) as origin:
        found = origin.refs()

    assert ([ref.name for ref in found.refs], found.head) == (names, head)


@pytest.mark.parametrize("wire", ["http", "http-v0", "git", "ssh", "path"])
def test_a_repository_with_sha256_names_is_refused(wire: str, folder: Path, tmp_path: Path) -> None:
    with wired(wire, folder, tmp_path) as (base, pool):
        with pytest.raises(Refused) as caught, open_origin(f"{base}/sha256.git", pool=pool) as origin:
            origin.refs()

        shown = f"{base}/sha256.git".replace("ann@", "")
        assert str(caught.value) == f"{shown}: the repository uses SHA-256 object names, expected SHA-1"


@pytest.mark.parametrize(
    ("wire", "error", "says"),
    [
        ("http", Gone, "404: the server knows no such repository"),
        ("path", Gone, "folder not found"),
        ("git", Refused, "the server says 'access denied or repository not exported: /absent.git'"),
        (
            "ssh",
            Refused,
            "ssh ends without an answer and says \"fatal: '{path}' does not appear to be a git repository\"",
        ),
    ],
)
def test_an_absent_repository_is_an_outcome(wire: str, error: type, says: str, folder: Path, tmp_path: Path) -> None:
    with wired(wire, folder, tmp_path) as (base, pool):
        with pytest.raises(error) as caught, open_origin(f"{base}/absent.git", pool=pool) as origin:
            origin.refs()

        shown = f"{base}/absent.git".replace("ann@", "")
        assert str(caught.value) == f"{shown}: {says.format(path=folder / 'absent.git')}"


SAYINGS = {
    "git@example.com: Permission denied (publickey).": Refused,
    "Host key verification failed.": Refused,
    "ERROR: Repository not found.": Gone,
    "ssh: Could not resolve hostname example.com": Down,
}


@pytest.mark.parametrize(("said", "error"), SAYINGS.items(), ids=SAYINGS)
def test_what_ssh_complains_of_is_an_outcome(said: str, error: type) -> None:
    config = GitConfig(
        [ConfigEntry("core", "", "sshcommand", f"echo '{said}' >&2; exit 255; ")], {"PATH": os.environ["PATH"]}
    )

    with pytest.raises(error) as caught, open_origin("git@example.com:org/x", git=config) as origin:
        origin.refs()

    assert str(caught.value) == f"example.com:org/x: ssh ends without an answer and says {said!r}"


def test_what_a_server_prints_before_gits_answer_is_named() -> None:
    config = GitConfig(
        [ConfigEntry("core", "", "sshcommand", "echo 'Welcome to host 7'; echo 0000; exit 0; ")],
        {"PATH": os.environ["PATH"]},
    )

    with pytest.raises(Refused) as caught, open_origin("git@example.com:org/x", git=config) as origin:
        origin.refs()

    assert str(caught.value) == (
        "example.com:org/x: the server prints 'Welcome to host 7' before Git's answer, expected nothing: "
        "a start-up file of its shell, such as .bashrc, may write that"
    )


CHANGED = """@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
The fingerprint for the ED25519 key sent by the remote host is x.
Offending ECDSA key in /home/ann/.ssh/known_hosts:3
Host key verification failed.
"""


def test_a_changed_host_key_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "said").write_text(CHANGED)
    config = GitConfig(
        [ConfigEntry("core", "", "sshcommand", f"cat {tmp_path}/said >&2; exit 255; ")], {"PATH": os.environ["PATH"]}
    )

    with pytest.raises(Refused) as caught, open_origin("git@example.com:org/x", git=config) as origin:
        origin.refs()

    place = "/home/ann/.ssh/known_hosts:3"
    assert str(caught.value) == f"example.com:org/x: the host key has changed; the known one is in {place}"


@pytest.mark.parametrize(
    ("length", "error"), [(_LAST_WORDS, Gone), (_LAST_WORDS + 1, Down)], ids=["as long as is read", "one byte longer"]
)
def test_of_what_ssh_complains_the_beginning_counts(length: int, error: type) -> None:
    said = "Repository not found".rjust(length, ".")
    config = GitConfig(
        [ConfigEntry("core", "", "sshcommand", f"echo '{said}' >&2; exit 255; ")], {"PATH": os.environ["PATH"]}
    )

    with pytest.raises(OriginError) as caught, open_origin("git@example.com:org/x", git=config) as origin:
        origin.refs()

    assert type(caught.value) is error


@pytest.mark.slow
def test_an_ssh_that_stays_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_FAREWELL", 0.2)  # not a second
    command = f"echo $$ > {tmp_path}/process; exec sleep 60; "
    config = GitConfig([ConfigEntry("core", "", "sshcommand", command)], {"PATH": os.environ["PATH"]})

    with (
        pytest.raises(Down, match=r": no byte for 0\.5 s"),
        open_origin("git@example.com:org/x", Limits(idle=0.5), git=config) as origin,
    ):
        origin.refs()

    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "process").read_text()), 0)


def test_openssh_is_told_not_to_ask(tmp_path: Path) -> None:
    script = tmp_path / "ssh"
    script.write_text(f'#!/bin/sh\necho "$GIT_PROTOCOL $@" > {tmp_path}/told\n')
    script.chmod(0o755)
    config = GitConfig([], {"PATH": os.environ["PATH"], "GIT_SSH_COMMAND": str(script)})

    with pytest.raises(Down), open_origin("ssh://git@example.com:22/~ann/it's", git=config) as origin:
        origin.refs()

    told = (tmp_path / "told").read_text()
    options = "-x -o BatchMode=yes -o LogLevel=ERROR -o ConnectTimeout=9 -o SendEnv=GIT_PROTOCOL"
    assert told.replace("=10", "=9") == f"version=2 {options} git@example.com git-upload-pack '~ann/it'\\''s'\n"
