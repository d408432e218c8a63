"""Git over SSH, with OpenSSH at both ends: what a real server and the user's own client make of hosts, keys and start-up files."""

from __future__ import annotations

from collections.abc import Iterator
from getpass import getuser
from pathlib import Path

import pytest

from catalog.errors import Down, Gone, OriginError, Refused
from catalog.transport.origin import GitConfig, Limits, Pool, open_origin
from support.sshd import SSHD, Server, sshd

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SSHD is None, reason="needs sshd, of the package openssh-server"),
]


def refs(server: Server, path: Path | str, config: GitConfig) -> int:
    with (
        Pool(config) as pool,
        open_origin(f"ssh://{getuser()}@127.0.0.1:{server.port}{path}", Limits(idle=20), pool=pool) as origin,
    ):
        return len(origin.refs().refs)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


def test_a_repository_is_read(server: Server, team: Path) -> None:
    assert refs(server, team, server.config(known="known")) > 1


@pytest.mark.parametrize(
    ("known", "key", "path", "error", "says"),
    [
        pytest.param("nobody", "client", "", Refused, "Host key verification failed.", id="a host that nobody knows"),
        pytest.param("changed", "client", "", Refused, "the host key has changed; the known one is in ", id="another host key than before"),
        pytest.param("known", "other", "", Refused, "Permission denied (", id="a key that the server does not know"),
        pytest.param("known", "client", "/absent", Refused, "does not appear to be a git repository", id="a repository that is absent"),
        pytest.param("known", "client", "'; touch pwned; '", Refused, "does not appear to be a git repository", id="a path with a command"),
    ],
)  # fmt: skip
def test_what_openssh_refuses_is_said_behind_any_notice(
    server: Server, team: Path, known: str, key: str, path: str, error: type, says: str
) -> None:
    with pytest.raises(OriginError) as caught:
        refs(server, f"{team}{path}", server.config(known=known, key=key))
    place = f"{server.folder}/changed:2" if known == "changed" else ""
    assert (type(caught.value), says in str(caught.value), place in str(caught.value)) == (error, True, True)
    assert "authorised use" not in str(caught.value)


@pytest.mark.parametrize(
    ("command", "error", "says"),
    [
        pytest.param('echo Hello; exec sh -c "$SSH_ORIGINAL_COMMAND"', Refused, "the server prints 'Hello' before Git's answer", id="prints first"),
        pytest.param('sh -c "$SSH_ORIGINAL_COMMAND" </dev/null', Down, "", id="hangs up"),
        pytest.param("echo 'ERROR: Repository not found.' >&2; exit 1", Gone, "Repository not found", id="has no such repository"),
        pytest.param("yes '0032want me' | head -c 9000000", Down, "expected a SHA-1 object name", id="floods"),
    ],
)  # fmt: skip
def test_a_server_that(tmp_path: Path, team: Path, command: str, error: type, says: str) -> None:
    script = tmp_path / "forced"
    script.write_text(f"#!/bin/sh\n{command}\n")
    script.chmod(0o755)
    with sshd(tmp_path, f"ForceCommand {script}") as server, pytest.raises(error) as caught:
        refs(server, team, server.config(known="known"))
    assert says in str(caught.value)
