"""The command `catalog`: parses arguments, runs a command, and turns errors into a message and an exit code."""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from catalog.cli.limited_memory import is_limited, run_apart
from catalog.errors import Ambiguous, CatalogError, ConfigError, Exit, StoreError, shortage

INTERRUPTED = 130  # what a shell reports after Ctrl-C
TERMINATED = 143  # and after SIGTERM
EXPLAINED = "told"  # a note of what stopped a command that said so
CLOSED = 141  # what a shell reports of a program whose reader went away
# Allocations before the first garbage collection: imports make many objects and hardly any garbage. With Python's default, a cold `ls`
# takes 1.05 times the processor time (1.04 to 1.06), a cold `search` 1.04 times (1.02 to 1.06).
GARBAGE = 100_000


def process() -> NoReturn:
    """The command as a process of its own.

    It ends without the interpreter's teardown, with which a cold `show` takes 1.18 times the processor time (1.16 to 1.20).
    """
    gc.set_threshold(GARBAGE)
    signal.signal(signal.SIGTERM, _terminate)
    _open_streams()
    os._exit(run_apart(_flushed) if is_limited() else _flushed())


def _flushed() -> int:
    """The exit code of the command, all of whose output was written."""
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        return code or CLOSED
    except OSError:
        return code or int(Exit.STORE)
    return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; the result is its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    # Arrow's own allocators keep what each thread has freed: of a crawl with eight threads, 40 MB and more.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    try:
        _run(words)
    except (SystemExit, BrokenPipeError) as end:
        return _ended(end)
    except KeyboardInterrupt as stop:
        return _stopped(stop)
    except CatalogError as error:
        return _refused(error)
    except Exception as error:
        if "--debug" in words or os.environ.get("CATALOG_DEBUG"):
            raise
        if lacks := shortage(error) or _full(error):
            return _refused(StoreError(lacks))
        return _refused(ConfigError(culprit)) if (culprit := _shadowing()) else _bug(error)
    return int(Exit.OK)


class Terminated(KeyboardInterrupt):
    """SIGTERM came: it ends the command as Ctrl-C does, at once, but through every `finally`."""


def _terminate(*_: object) -> NoReturn:
    raise Terminated


def _ended(end: SystemExit | BrokenPipeError) -> int:
    """The exit code. Where the reader closed the pipe, as `head` does, nothing is written any more, not even when Python ends."""
    if isinstance(end, SystemExit) and not isinstance(end.__context__, BrokenPipeError):
        if end.code == INTERRUPTED:  # typer makes that of any KeyboardInterrupt
            return _stopped(end)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return CLOSED


def _stopped(end: BaseException) -> int:
    """The exit code of a command that was stopped, and a word, unless the command said how far it came."""
    chain = [end]
    while (before := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(before)
    if not any(EXPLAINED in getattr(each, "__notes__", ()) for each in chain):
        _say("stopped")
    return TERMINATED if any(isinstance(each, Terminated) for each in chain) else INTERRUPTED


def _refused(error: CatalogError) -> int:
    if isinstance(error, ConfigError) and (culprit := _shadowing()):
        error = ConfigError(culprit)
    _tell(error)
    return int(error.exit_code)


def _bug(error: Exception) -> int:
    _say(f"this is a bug in catalog: {type(error).__name__}: {error}; --debug shows where")
    return int(Exit.BUG)


def _full(error: Exception) -> str | None:
    """A sentence where the disk behind an output is full; what writes other files names them itself."""
    return f"cannot write: {error.strerror}" if isinstance(error, OSError) and error.errno == errno.ENOSPC else None


def _open_streams() -> None:
    """Gives the command outputs that write all that they are given, or raise.

    A closed one is None in Python: what is written in its place is not read. An unbuffered one (PYTHONUNBUFFERED, `python -u`) drops in
    silence what one call of the system did not take, as where a reader goes away in the middle of it.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - until the process ends
        elif isinstance(raw := getattr(stream, "buffer", None), io.RawIOBase):
            whole = io.BufferedWriter(raw)
            setattr(sys, name, io.TextIOWrapper(whole, stream.encoding, stream.errors, line_buffering=True))


def _shadowing() -> str | None:
    from catalog.cli.shadowing import shadowing

    return shadowing()


def _run(words: list[str]) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # as JSON and Parquet require; no locale may fail on a person's name
    from catalog.cli.quick import parse  # imported here, so that its errors are reported like all others

    completing = "_CATALOG_COMPLETE" in os.environ
    if not completing and (command := parse(words)) is not None:
        command()
        return
    from catalog.cli.app import app
    from catalog.cli.query_arguments import for_typer, sql_for_typer
    from catalog.cli.word_breaks import WITH_QUERY, whole_words

    if completing:
        with whole_words(os.environ):
            app(words)(words, prog_name="catalog")
        return
    if words[:1] and words[0] in WITH_QUERY:
        words = [words[0], *for_typer(words[1:])]
    elif words[:1] == ["sql"]:
        words = [words[0], *sql_for_typer(words[1:])]
    app(words)(words, prog_name="catalog")


def _tell(error: CatalogError) -> None:
    for complaint in error.complaints if isinstance(error, ConfigError) else (str(error),):
        _say(complaint)
    if isinstance(error, Ambiguous):
        for candidate in error.candidates:
            _say(candidate, prefix="  ")


def _say(text: str, *, prefix: str = "catalog: ") -> None:
    from catalog.cli.output import say

    say(prefix + text)
