"""Git over SSH, with OpenSSH at both ends: what a real server and the user's own client make of hosts, keys and start-up files."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path
from time import monotonic, sleep

import pytest

from catalog.errors import Down, Gone, OriginError, Refused
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.origin import GitConfig, Limits, Pool, open_origin

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
NOTICE = "This system is for authorised use only. " * 200  # longer than what is read of a complaint

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SSHD is None, reason="needs sshd, of the package openssh-server"),
]


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server on the loopback interface, and the folder with its keys and the client's."""

    port: int
    folder: Path

    def config(self, *, known: str, key: str = "client") -> GitConfig:
        """The user's configuration of Git, with this file of known hosts and this key."""
        options = {
            "UserKnownHostsFile": self.folder / known,
            "GlobalKnownHostsFile": "/dev/null",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "IdentityFile": self.folder / key,
        }
        command = " ".join(["ssh -F none", *(f"-o {name}={value}" for name, value in options.items())])
        return GitConfig([ConfigEntry("core", "", "sshcommand", command)], {"PATH": os.environ["PATH"]})


@contextmanager
def sshd(folder: Path, *lines: str) -> Iterator[Server]:
    """Serves what the user of this process can read, with more lines of sshd_config(5)."""
    for name in ("host", "other", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    (folder / "notice").write_text(NOTICE)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    fixed = f"""Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
AuthorizedKeysFile {folder}/client.pub
Banner {folder}/notice
AcceptEnv GIT_PROTOCOL
"""
    (folder / "sshd_config").write_text(fixed + "\n".join(lines) + "\n")
    for known, key in (("known", "host"), ("changed", "other")):
        kind, value, *_ = (folder / f"{key}.pub").read_text().split()
        (folder / known).write_text(f"# hosts\n[127.0.0.1]:{port} {kind} {value}\n")
    (folder / "nobody").write_text("")
    assert SSHD is not None
    with subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "sshd_config"], stderr=subprocess.PIPE) as process:
        try:
            _await(port, process)
            yield Server(port=port, folder=folder)
        finally:
            process.terminate()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    end = monotonic() + 30
    while monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            sleep(0.05)
        else:
            return
    process.kill()
    assert process.stderr is not None
    pytest.fail(process.stderr.read().decode())


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
