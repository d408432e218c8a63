"""Credentials from ~/.netrc and Git's credential helpers, looked up only after a 401 and never by a prompt."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from shlex import split as split_words
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from catalog.transport.netrc import MAX_FILE, Netrc, read_netrc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from catalog.transport.address import GitServer
    from catalog.transport.gitconfig import GitConfig

HELPER_SECONDS = 10.0

# A helper that cannot prompt must fail instead (gitcredentials(7), and the managers that follow it).
NO_PROMPT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """A name and a secret. The secret is in no repr."""

    user: str
    secret: str = field(repr=False)

    @property
    def basic(self) -> str:
        """The value of an HTTP Authorization header."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.secret}".encode("utf-8", "surrogateescape")).decode(
            "ascii"
        )


class Keyring:
    """Credentials by host, looked up once and cached as long as the pool."""

    def __init__(self, git: GitConfig) -> None:
        self._git = git
        self._lock = Lock()
        self._cache: dict[tuple[str, ...], Credential | None] = {}
        self._offered: dict[str, Credential] = {}

    def offer(self, site: str, credential: Credential) -> None:
        """A credential for a server (`https://host`), used where neither the URL nor the user's files and helpers have one."""
        self._offered.setdefault(site, credential)

    def offered(self, site: str) -> Credential | None:
        """What was offered for a server, which may know it although no request has sent it."""
        return self._offered.get(site)

    def cached(self, remote: GitServer) -> Credential | None:
        """The credential in the URL, or the one that an earlier visit looked up."""
        if remote.user and remote.secret is not None:
            return Credential(user=remote.user, secret=remote.secret)
        return self._cache.get(self._key(remote))

    def find(self, remote: GitServer) -> Credential | None:
        """The credential of the user's files and helpers. One thread looks it up; the others wait for its result."""
        key = self._key(remote)
        with self._lock:
            if key not in self._cache:
                self._cache[key] = next(self._ask(remote), None)
            return self._cache[key]

    @property
    def complaints(self) -> tuple[str, ...]:
        """What of the user's netrc file cannot be read, by line."""
        return tuple(f"{self._netrc_path}: {complaint}" for complaint in self._netrc.complaints)

    @property
    def _netrc_path(self) -> str:
        return self._git.environ.get("NETRC") or "~/.netrc"

    @cached_property
    def _netrc(self) -> Netrc:
        return read_netrc(Path(self._netrc_path).expanduser())

    def _key(self, remote: GitServer) -> tuple[str, ...]:
        url = remote.shown
        helpers = self._git.every("credential", "helper", url)
        return remote.site, remote.user or "", self._path(remote), *helpers

    def _path(self, remote: GitServer) -> str:
        with_path = self._git.yes("credential", "usehttppath", remote.shown, default=False)
        return remote.path.lstrip("/") if with_path else ""

    def _ask(self, remote: GitServer) -> Iterator[Credential]:
        host = remote.site.partition("://")[2]
        if entry := self._netrc.find(remote.host, remote.user):
            yield Credential(user=entry[0], secret=entry[1])
        question = {"protocol": remote.scheme, "host": host, "path": self._path(remote)}
        question["username"] = remote.user or self._git.most_specific("credential", "username", remote.shown) or ""
        for helper in self._git.every("credential", "helper", remote.shown):
            answer = self._answer(helper, question)
            if answer.get("username"):
                question["username"] = answer["username"]
            if answer.get("password") and question["username"]:
                yield Credential(user=question["username"], secret=answer["password"])
            if answer.get("quit", "").lower() in {"1", "true"}:
                return
        if remote.site in self._offered:
            yield self._offered[remote.site]

    def _answer(self, helper: str, question: dict[str, str]) -> dict[str, str]:
        words = helper.split()
        if words[:1] == ["store"]:
            return _read_store(words[1:], question, self._git.environ)
        command = _command(helper)
        text = "".join(f"{key}={value}\n" for key, value in question.items() if value)
        answer = _run(command, text, self._git.environ) if command else ""
        return dict(line.partition("=")[::2] for line in answer.splitlines() if "=" in line)


def _command(helper: str) -> str | None:
    """The shell command behind `credential.helper` (gitcredentials(7), custom helpers)."""
    if helper.startswith("!"):
        return helper[1:] + " get"
    if Path(helper).is_absolute():
        return helper + " get"
    name = (helper.split() or [""])[0]
    if shutil.which(f"git-credential-{name}"):
        return f"git-credential-{helper} get"
    return f"git credential-{helper} get" if shutil.which("git") else None


def _run(command: str, text: str, environ: Mapping[str, str]) -> str:
    process = subprocess.Popen(  # noqa: S602 - the user's own configuration is a shell command, as in Git
        command,
        shell=True,
        env={**environ, **NO_PROMPT},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # without a terminal there is no prompt, and the whole group can be ended
    )
    with process:
        try:
            return process.communicate(text.encode(), HELPER_SECONDS)[0].decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return ""


def _read_store(options: list[str], question: dict[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The first line that fits, of the files that git-credential-store(1) reads."""
    for path in _store_files(split_words(" ".join(options)), environ):
        try:
            lines = _read_lines(Path(path).expanduser())
        except OSError:
            continue
        for line in lines:
            answer = _fits(line.strip(), question)
            if answer:
                return answer
    return {}


def _read_lines(path: Path) -> list[str]:
    """The lines of a file; of a longer one those that end within MAX_FILE bytes."""
    with path.open("rb") as file:
        content = file.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        content = content.rpartition(b"\n")[0]
    return content.decode("utf-8", "replace").splitlines()


def _store_files(options: list[str], environ: Mapping[str, str]) -> list[str]:
    for index, option in enumerate(options):
        if option.startswith("--file="):
            return [option.removeprefix("--file=")]
        if option == "--file" and index + 1 < len(options):
            return [options[index + 1]]
    return ["~/.git-credentials", f"{environ.get('XDG_CONFIG_HOME') or '~/.config'}/git/credentials"]


def _fits(line: str, question: dict[str, str]) -> dict[str, str]:
    try:
        parts = urlsplit(line)
    except ValueError:
        return {}
    user, secret = unquote(parts.username or ""), unquote(parts.password or "")
    stated = {
        "protocol": parts.scheme,
        "host": unquote(parts.netloc.rpartition("@")[2]),
        "path": parts.path.strip("/"),
        "username": user,
    }
    if any(value and stated[key] != value for key, value in question.items()):
        return {}
    return {"username": user, "password": secret}
