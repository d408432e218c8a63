"""Every error that the catalog raises on purpose, sorted by who can fix it."""

from __future__ import annotations

import errno
import os
from enum import IntEnum, StrEnum
from pathlib import Path


class Exit(IntEnum):
    """The exit codes of the `catalog` command."""

    OK = 0
    STORE = 1
    CONFIG = 2
    NOT_FOUND = 3
    ORIGIN = 5
    UNCHANGED = 10
    BUG = 70


class VisitOutcome(StrEnum):
    """How a visit to a repository ended. What the SQL, the table reference and the site say of it is tested against this list."""

    NEW = "new"
    CHANGED = "changed"
    FRESH = "fresh"
    DOWN = "down"
    MALFORMED = "malformed"
    REFUSED = "refused"
    GONE = "gone"
    TOO_BIG = "too_big"
    TOO_SLOW = "too_slow"
    BUG = "bug"
    NEVER = "never"  # there was no visit yet
    REMOVED = "removed"  # it was taken out of repos.toml
    LEFT = "left"  # its source no longer lists it as wanted


class CrawlOutcome(StrEnum):
    """How a crawl ended: see `crawls.outcome`."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"  # repositories could not be read
    CUT_SHORT = "cut_short"  # it was stopped, or killed


DEPARTED = (VisitOutcome.REMOVED, VisitOutcome.LEFT)  # of a repository that is visited no more
# What the code of a connector may raise: everything but the user's KeyboardInterrupt.
RAISED = (Exception, SystemExit, GeneratorExit)
READ = (VisitOutcome.NEW, VisitOutcome.CHANGED, VisitOutcome.FRESH)  # of a visit that went well

_ON_DISK = (VisitOutcome.DOWN, VisitOutcome.MALFORMED, VisitOutcome.REFUSED)  # of a path: no server is at fault
_ADVICE = {  # what to do after a visit that failed
    VisitOutcome.DOWN: "check the network and its address",
    VisitOutcome.MALFORMED: "check the server, or the proxy before it: its answer is damaged",
    VisitOutcome.REFUSED: "check the credentials that Git has for it, or its SSH key",
    VisitOutcome.GONE: "mend its address or remove it in repos.toml",
    VisitOutcome.TOO_BIG: "raise the limit for it in repos.toml (max_bytes, max_refs), if it may be as big",
    VisitOutcome.TOO_SLOW: "raise the limit for it in repos.toml (timeout, processor_time)",
    VisitOutcome.BUG: "report it with the traceback that `catalog crawl --debug` writes",
}


def visit_advice(outcome: VisitOutcome, *, is_local: bool, was_read: bool) -> str | None:
    """What to do after a visit that failed: to a repository on this machine or behind a server, which has rows of an earlier visit or none."""
    advice = _ADVICE.get(outcome)
    if advice is None:
        return None
    if is_local and outcome in _ON_DISK:
        advice = "check it with `git fsck`, and its path and access rights"
    if outcome in (VisitOutcome.GONE, VisitOutcome.BUG):
        return advice + ("; its last good rows stay" if was_read else "")
    return f"{advice}: the next crawl reads it again" + (", and its last good rows stay" if was_read else "")


class CatalogError(Exception):
    """Any error that a user or an owner can fix: one clear sentence."""

    exit_code = Exit.BUG


class ConfigError(CatalogError):
    """The owner of repos.toml must mend it. Carries every complaint, not only the first."""

    exit_code = Exit.CONFIG

    def __init__(self, *complaints: str) -> None:
        self.complaints = complaints
        super().__init__("\n".join(complaints))


class OriginError(CatalogError):
    """A Git server, or time, must mend it: the repository keeps its last good rows."""

    exit_code = Exit.ORIGIN
    outcome: VisitOutcome = VisitOutcome.DOWN


class Gone(OriginError):
    """The server says that there is no such repository."""

    outcome = VisitOutcome.GONE


class Refused(OriginError):
    """The server refuses the request, or its answer cannot be read."""

    outcome = VisitOutcome.REFUSED


class Down(OriginError):
    """No answer."""

    outcome = VisitOutcome.DOWN


class Broken(Down):
    """An answer is damaged, or ends in the middle: to ask again may help."""

    outcome = VisitOutcome.MALFORMED


class Unheld(Refused):
    """The server does not have an object that was requested; `oid` is its name."""

    def __init__(self, message: str, oid: str) -> None:
        self.oid = oid
        super().__init__(message)


class TooBig(OriginError):
    """The answer went over a bound that repos.toml sets."""

    outcome = VisitOutcome.TOO_BIG


class TooSlow(OriginError):
    """The visit took longer, or more of a processor, than repos.toml allows."""

    outcome = VisitOutcome.TOO_SLOW


class Oversized(TooBig):
    """One answer went over the bound of its own request; the visit can go on."""


class Absent(Down):
    """The answer is complete, but lacks objects that were requested."""

    outcome = VisitOutcome.MALFORMED


class MetafileError(CatalogError):
    """The owner of a repository must mend one tag or one file of it: a row in `problems`.

    `place` is where inside the file (`artifacts.churn.path`), or empty; `rule` is a short stable word for
    the kind of complaint, so that problems can be counted by kind.
    """

    def __init__(self, message: str, *, place: str = "", rule: str = "unreadable") -> None:
        self.message = message
        self.place = place
        self.rule = rule
        super().__init__(f"{place}: {message}" if place else message)


class Misuse(CatalogError):
    """The user of a query must mend it: the command line, or an argument, is not of the form that is expected."""

    exit_code = Exit.CONFIG


class InvalidArgument(Misuse):
    """One argument is wrong. `argument` is its name in Python: the command line calls it as its user does."""

    def __init__(self, argument: str, given: str, expected: str, *, optional: bool = False) -> None:
        self.argument = argument
        self.given = given
        self.expected = expected
        super().__init__(f"invalid {argument} {given}: expected {expected}{' or None' if optional else ''}")

    def renamed(self, name: str) -> InvalidArgument:
        """The same under another name, for a user who cannot write None."""
        return InvalidArgument(name, self.given, self.expected)


class TargetExists(Misuse):
    """Something is in the place of what is to be written, which `force` replaces: the command line calls that as its user does."""

    def __init__(self, path: Path, force: str = "force=True") -> None:
        self.path = path
        super().__init__(f"{path} exists: expected another name, or {force}")


class NotFound(CatalogError):
    """The user of a query named something that this catalog does not hold."""

    exit_code = Exit.NOT_FOUND


class Ambiguous(CatalogError):
    """The user of a query named several things at once; `candidates` are the names to choose from."""

    exit_code = Exit.NOT_FOUND

    def __init__(self, message: str, candidates: tuple[str, ...]) -> None:
        self.candidates = candidates
        super().__init__(message)


class Conflict(CatalogError):
    """What the repository holds does not allow a change, or is not what the change was planned for: nothing was pushed."""

    exit_code = Exit.NOT_FOUND


class StoreError(CatalogError):
    """The disk, or another process, must mend it; the message says what cannot be read or written, and why."""

    exit_code = Exit.STORE


def shortage(error: BaseException | None) -> str | None:
    """What this machine had too little of, where that made an error: memory, files or threads. None for any other error."""
    seen: set[int] = set()  # an error that is raised again may be in its own chain
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        text = _text(error)
        if _is_out_of_memory(error, text):
            return "this machine has too little memory"
        if _has_too_many_files(error, text):
            return "too many files are open: the limit of this process (ulimit -n) or of this machine"
        if isinstance(error, RuntimeError) and "can't start new thread" in text:
            return "no more threads can be started: too little memory, or the limit of processes (ulimit -u)"
        error = error.__cause__ or error.__context__
    return None


def _is_out_of_memory(error: BaseException, text: str) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":  # DuckDB's
        return True
    if isinstance(error, (OSError, ImportError)) and "failed to map segment" in text:  # dlopen(3)
        return True
    return isinstance(error, OSError) and error.errno == errno.ENOMEM


def _has_too_many_files(error: BaseException, text: str) -> bool:
    if isinstance(error, ImportError) and os.strerror(errno.EMFILE) in text:  # dlopen(3), which gives no number
        return True
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except RAISED:  # its class may be a connector's
        return ""
