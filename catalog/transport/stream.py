"""Connections that last for a visit: Git's own protocol over TCP, and SSH."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from catalog.errors import Broken, Down, Gone, OriginError, Refused
from catalog.transport.address import PORTS
from catalog.transport.connections import permitted_address
from catalog.transport.credentials import NO_PROMPT
from catalog.transport.legacy import read_advertisement
from catalog.transport.packets import Garbled, Mark, Packets, frame
from catalog.transport.request_secrets import learn_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.transport.address import GitServer
    from catalog.transport.gitconfig import GitConfig
    from catalog.transport.limits import Meter
    from catalog.transport.pool import Pool
    from catalog.transport.wire import Advertisement

_CHUNK = 1 << 16
_LAST_WORDS = 4096  # bytes of an ssh command's error output
_FAREWELL = 1.0  # seconds for an ssh command to end by itself

_ABSENT = re.compile(
    r"(?:repository|project)\b.{0,200}\b(?:not found|could not be found|does not exist)", re.IGNORECASE | re.DOTALL
)
_OFFENDING = re.compile(r"Offending (?:\S+ )?key (?:for IP )?in (.+:\d+)")  # a file and a line
_DENIED = re.compile(
    r"permission denied|host key verification failed|access denied|not appear to be a git repository|unauthorized",
    re.IGNORECASE,
)


class StreamWire:
    """One repository over ssh or git. Version 2 takes one command after another; older ones only a single fetch."""

    shy = False
    service = "git-upload-pack"

    def __init__(self, remote: GitServer, meter: Meter, pool: Pool) -> None:
        self._remote, self._meter, self._git = remote, meter, pool.git
        learn_request(meter.gate, remote, pool)
        self._connection: GitConnection | None = None
        self._advertisement: Advertisement | None = None

    def advertisement(self) -> Advertisement:
        """The refs that the server sent when the connection was opened."""
        if self._connection is None or self._advertisement is None:
            self.close()
            self._meter.requests += 1
            self._connection = self._connect()
            with self._ending_on_error(self._connection):
                self._advertisement = read_advertisement(self._connection.packets)
        return self._advertisement

    @contextmanager
    def ask(self, request: bytes, version: int = 2) -> Iterator[Packets]:
        self.advertisement()
        connection = self._connection
        assert connection is not None
        with self._ending_on_error(connection):
            self._meter.requests += 1
            connection.send(request)
            yield connection.packets
        if version != 2:  # noqa: PLR2004 - the server hangs up after a pack
            self._end()

    def close(self) -> None:
        if self._connection is not None:
            with suppress(OriginError):
                self._connection.send(frame([Mark.FLUSH]))
            self._end()

    def _connect(self) -> GitConnection:
        open_connection = _dial if self._remote.scheme == "git" else _run_ssh
        return open_connection(self._remote, self._meter, self._git, self.service)

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    @contextmanager
    def _ending_on_error(self, connection: GitConnection) -> Iterator[None]:
        """After an error the position in the stream is unknown."""
        try:
            yield
        except Garbled as error:
            verdict = (
                None if connection.packets.begun else connection.verdict(error.beginning + connection.packets.unread)
            )
            self._end()
            if verdict is not None:
                raise verdict from error
            raise
        except BaseException:
            self._end()
            raise


class GitConnection:
    """A socket under the meter."""

    def __init__(self, sock: socket.socket, meter: Meter) -> None:
        self._sock, self._meter = sock, meter
        self.packets = Packets(self._receive, meter)

    def send(self, data: bytes) -> None:
        self._sock.settimeout(self._meter.patience(self._meter.limits.idle))
        try:
            self._sock.sendall(data)
        except TimeoutError:
            raise self._meter.silence() from None
        except OSError as error:
            verdict = self.verdict()
            raise verdict or Down(
                f"{self._meter.where}: the connection broke: {self._meter.quote(error.strerror or '')}"
            ) from error

    def _receive(self) -> bytes:
        self._sock.settimeout(self._meter.patience(self._meter.limits.idle))
        try:
            data = self._sock.recv(_CHUNK)
        except TimeoutError:
            raise self._meter.silence() from None
        except OSError as error:
            raise Broken(
                f"{self._meter.where}: the connection broke: {self._meter.quote(error.strerror or '')}"
            ) from error
        self._meter.receive(len(data))
        return data

    def verdict(self, _received: bytes = b"") -> OriginError | None:
        """What else is known about a connection that ended before an answer; `received` came instead of one."""
        return None

    def close(self) -> None:
        self._sock.close()


class _CommandConnection(GitConnection):
    """A socket that is the standard input and output of a command, such as ssh."""

    def __init__(self, sock: socket.socket, meter: Meter, process: subprocess.Popen[bytes], name: str) -> None:
        super().__init__(sock, meter)
        self._process, self._name = process, name

    def verdict(self, received: bytes = b"") -> OriginError:
        """What the command complained of, which waits in a pipe that bounds it; or what the server printed in place of an answer."""
        if line := received.partition(b"\n")[0].strip():
            return Refused(
                f"{self._meter.where}: the server prints {self._meter.quote(line)!r} before Git's answer, expected nothing: "
                "a start-up file of its shell, such as .bashrc, may write that"
            )
        assert self._process.stderr is not None
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self._meter.patience(_FAREWELL))
        os.set_blocking(self._process.stderr.fileno(), False)
        output = (self._process.stderr.read(_LAST_WORDS) or b"").decode("utf-8", "replace")
        kind = Gone if _ABSENT.search(output) else Refused if _DENIED.search(output) else Down
        return kind(f"{self._meter.where}: {_complaint(output, self._meter, self._name)}")

    def close(self) -> None:
        super().close()
        assert self._process.stderr is not None
        self._process.stderr.close()
        try:
            self._process.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _complaint(output: str, meter: Meter, name: str) -> str:
    """What a command wrote, without the frame around OpenSSH's warning of a host key that is another one than before."""
    if "REMOTE HOST IDENTIFICATION HAS CHANGED" in output:
        place = _OFFENDING.search(output)
        where = f"; the known one is in {meter.quote(place[1])}" if place else ""
        return f"the host key has changed{where}"
    return f"{name} ends without an answer and says {meter.quote(output)!r}"


def _dial(remote: GitServer, meter: Meter, _git: GitConfig, service: str) -> GitConnection:
    """git://: the request line names the service, the path, the host, and behind a second NUL the version."""
    port = remote.port or 9418
    try:
        host = permitted_address(remote.host, port, meter) if meter.permits else remote.host
        sock = socket.create_connection((host, port), meter.patience(meter.limits.connect))
    except TimeoutError:
        meter.patience(0)
        raise Down(f"{meter.where}: no connection within {meter.limits.connect:g} s") from None
    except OSError as error:
        raise Down(f"{meter.where}: no connection: {meter.quote(error.strerror or str(error))}") from error
    connection = GitConnection(sock, meter)
    host = remote.site.partition("://")[2]
    line = f"{service} {remote.path}\0host={host}\0\0version=2\0".encode()
    connection.send(b"%04x%s" % (len(line) + 4, line))
    return connection


def _run_ssh(remote: GitServer, meter: Meter, git: GitConfig, service: str) -> GitConnection:
    """ssh, or the command that the user set."""
    return run(_ssh_command(remote, meter, git, service), "ssh", meter, git)


def run(command: list[str], name: str, meter: Meter, git: GitConfig) -> GitConnection:
    """A command that speaks Git's protocol, and its `name` for messages. In a session of its own it has no terminal for prompts."""
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own configuration says what to run, as in Git
                command,
                env={**git.environ, **NO_PROMPT, "GIT_PROTOCOL": "version=2"},
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise Down(f"{meter.where}: {name} cannot be started: {meter.quote(error.strerror or '')}") from error
    return _CommandConnection(ours, meter, process, name)


def _ssh_command(remote: GitServer, meter: Meter, git: GitConfig, service: str) -> list[str]:
    """The command and its arguments, by the rules of core.sshCommand and ssh.variant (git-config(1))."""
    shell = git.environ.get("GIT_SSH_COMMAND") or git.get("core", "sshcommand")
    program = git.environ.get("GIT_SSH") or "ssh"
    # `~user` in a URL's path is that user's home folder; the slash before it belongs to the URL.
    path = remote.path[1:] if remote.path.startswith("/~") else remote.path
    target = f"{remote.user}@{remote.host}" if remote.user else remote.host
    pinned = _pinned(remote, meter)
    options = [*_ssh_options(remote, meter), *pinned] if _takes_options(git, shell or program, target) else []
    arguments = [*options, target, f"{service} {_quoted(path)}"]
    return ["sh", "-c", f'{shell} "$@"', shell, *arguments] if shell else [program, *arguments]


def _quoted(path: str) -> str:
    """In quotes in any case, as Git writes it (quote.c, sq_quote_buf): git-shell reads nothing else."""
    return "'" + path.replace("'", "'\\''").replace("!", "'\\!'") + "'"


def _ssh_options(remote: GitServer, meter: Meter) -> list[str]:
    seconds = max(1, int(meter.patience(meter.limits.connect)))
    # Below the level of errors ssh shows the server's notice, behind which its complaint may not be read any more.
    settings = ("BatchMode=yes", "LogLevel=ERROR", f"ConnectTimeout={seconds}", "SendEnv=GIT_PROTOCOL")
    options = ["-x", *(word for setting in settings for word in ("-o", setting))]
    return [*options, "-p", str(remote.port)] if remote.port else options


def _pinned(remote: GitServer, meter: Meter) -> list[str]:
    """For a server at an untrusted URL, the address that was checked; its host key is looked up by its name."""
    if meter.permits is None:
        return []
    try:
        address = permitted_address(remote.host, remote.port or PORTS["ssh"], meter)
    except OSError as error:
        raise Down(f"{meter.where}: the host name does not resolve") from error
    known_as = f"[{remote.host}]:{remote.port}" if remote.port else remote.host
    return ["-o", f"HostName={address}", "-o", f"HostKeyAlias={known_as}"]


def _takes_options(git: GitConfig, command: str, target: str) -> bool:
    """Whether a command is OpenSSH or passes its options on; `-G` prints a configuration and connects to nothing."""
    variant = git.environ.get("GIT_SSH_VARIANT") or git.get("ssh", "variant") or "auto"
    if variant != "auto":
        return variant == "ssh"
    if command.split(maxsplit=1)[0].rpartition("/")[2] == "ssh":
        return True
    with suppress(OSError, subprocess.TimeoutExpired):
        probe = subprocess.run(  # noqa: S603 - as above
            ["sh", "-c", f'{command} "$@"', command, "-G", target],  # noqa: S607 - the user's own shell
            env={**git.environ, **NO_PROMPT},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=5,
            check=False,
            start_new_session=True,
        )
        return probe.returncode == 0
    return False
