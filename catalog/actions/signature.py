"""Signs tags as Git is configured: by `gpg`, `gpgsm` or `ssh-keygen`, which find keys and agents themselves (git-config(1), gpg.format)."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from pathlib import Path
from shlex import split as split_words
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from catalog.errors import ConfigError
from catalog.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.actions.tag_object import Tagger
    from catalog.transport.gitconfig import GitConfig

SIGNING_SECONDS = 120.0  # for a passphrase, or the touch of a token

_YES = frozenset({"true", "yes", "on", "1"})
_PROGRAMS = {"openpgp": "gpg", "x509": "gpgsm", "ssh": "ssh-keygen"}
_LITERAL = ("key::", "ssh-")  # how the key begins that a command prints


def is_wanted(git: GitConfig) -> bool:
    """Whether `tag.gpgSign` has every tag signed."""
    return (git.get("tag", "gpgsign") or "false").lower() in _YES


def sign(data: bytes, by: Tagger, git: GitConfig) -> bytes:
    """The tag object with its signature. ConfigError where the program that signs cannot, with what it says."""
    kind = (git.get("gpg", "format") or "openpgp").lower()
    if kind not in _PROGRAMS:
        raise ConfigError(f"gpg.format is {quote(kind)!r}: expected openpgp, x509 or ssh")
    program = _program(git, kind)
    key = git.get("user", "signingkey")
    if kind == "ssh":
        with _key_file(key or _default_key(git)) as (file, options):
            signature = _run([program, "-Y", "sign", "-n", "git", "-f", file, *options], data, git)
    else:
        signature = _run([program, "-bsau", key or str(by)], data, git)
    if not signature.startswith(b"-----BEGIN "):
        raise ConfigError(f"{program} wrote no signature")
    return data + signature.replace(b"\r\n", b"\n")


def _program(git: GitConfig, kind: str) -> str:
    stated = git.get("gpg", "program", kind) or (git.get("gpg", "program") if kind == "openpgp" else None)
    return str(Path(stated).expanduser()) if stated else _PROGRAMS[kind]


def _default_key(git: GitConfig) -> str:
    """The public key that `gpg.ssh.defaultKeyCommand` prints: the first line, as Git reads it (git-config(1))."""
    command = git.get("gpg", "defaultkeycommand", "ssh") or ""
    if not command.strip():
        raise ConfigError(
            "neither user.signingkey nor gpg.ssh.defaultKeyCommand is set: expected the file of an SSH key, or a public key that the agent has"
        )
    try:
        words = split_words(command)
    except ValueError as error:
        raise ConfigError(f"gpg.ssh.defaultKeyCommand is {quote(command)!r}: {error}") from error
    first = _run(words, b"", git, "print a key").partition(b"\n")[0].decode("utf-8", "replace").strip()
    if not first.startswith(_LITERAL):
        raise ConfigError(f"gpg.ssh.defaultKeyCommand printed {quote(first)!r}: expected a public key after key::")
    return first


@contextmanager
def _key_file(key: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The file that ssh-keygen takes: the one that is stated, or one with the public key that is, whose other half an agent has."""
    literal = key.removeprefix("key::")
    if not key.startswith(("key::", "ssh-", "ecdsa-", "sk-")):
        yield str(Path(key).expanduser()), ()
        return
    with TemporaryDirectory(prefix="catalog-key-") as folder:
        file = Path(folder, "key.pub")
        file.write_text(f"{literal}\n", encoding="utf-8")
        yield str(file), ("-U",)


def _run(command: list[str], data: bytes, git: GitConfig, task: str = "sign the tag") -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - the user's own configuration says what to run, as in Git
            command, input=data, env=dict(git.environ), capture_output=True, timeout=SIGNING_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ConfigError(f"{command[0]} did not {task} within {SIGNING_SECONDS:g} s") from error
    except OSError as error:
        raise ConfigError(f"{command[0]} cannot be started to {task}: {error.strerror}") from error
    if done.returncode:
        printed = quote(done.stderr)
        end = f"and says {printed!r}" if printed else f"and says nothing: it ends {_end(done.returncode)}"
        raise ConfigError(f"{command[0]} does not {task} {end}")
    return done.stdout


def _end(code: int) -> str:
    """How a program ended; a signal is a negative number."""
    return f"with exit code {code}" if code > 0 else f"by signal {-code}"
