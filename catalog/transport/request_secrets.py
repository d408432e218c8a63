"""Every secret that a request to a server carries, or that its server knows already, for the gate of a visit."""

from __future__ import annotations

from shlex import split as split_words
from typing import TYPE_CHECKING

from catalog.transport.connections import extra_headers, proxy_of, proxy_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.privacy.gate import Gate
    from catalog.transport.address import GitServer
    from catalog.transport.gitconfig import GitConfig
    from catalog.transport.pool import Pool


def learn_request(gate: Gate, remote: GitServer, pool: Pool) -> None:
    """Those of its URL, headers, proxy, ssh command, and the credentials that are known so far. One that is looked up later is learned then."""
    if remote.user:
        gate.learn_pair(remote.user, remote.secret)
    for credential in (pool.keyring.cached(remote), pool.keyring.offered(remote.site)):
        if credential is not None:
            gate.learn_pair(credential.user, credential.secret)
    if remote.scheme == "ssh":
        gate.learn(*_of_ssh(pool.git))
        return
    for name, value in extra_headers(pool.git, remote).items():
        gate.learn_header(name, value)
    gate.learn_url(proxy_url(proxy_of(pool.git, remote) or ""))


def _of_ssh(git: GitConfig) -> Iterator[str]:
    """The password that sshpass(1) is given, where the user's ssh command begins with it."""
    yield git.environ.get("SSHPASS", "")
    command = git.environ.get("GIT_SSH_COMMAND") or git.get("core", "sshcommand") or ""
    try:
        words = split_words(command)
    except ValueError:
        words = command.split()
    if words and words[0].rpartition("/")[2] == "sshpass":
        for word, following in zip(words, [*words[1:], ""], strict=True):
            if word.startswith("-p"):
                yield word[2:] or following
