"""OpenSSH's server on a free loopback port, with keys of its own, as the user of this process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest

from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.origin import GitConfig

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
NOTICE = "This system is for authorised use only. " * 200  # longer than what is read of a complaint


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
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "sshd_config"], stderr=log) as process,
    ):
        try:
            await_server(port, process, folder / "log")
            yield Server(port=port, folder=folder)
        finally:
            process.terminate()


def await_server(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until it listens; a server that ends, or is too slow, fails the test with its log."""
    end = monotonic() + 30
    while monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            sleep(0.05)
        else:
            return
    process.kill()
    pytest.fail(log.read_text())
