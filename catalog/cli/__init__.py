"""The command `catalog`: parses arguments, runs a command, and turns errors into a message and an exit code."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from catalog.errors import Ambiguous, CatalogError, ConfigError, Exit

INTERRUPTED = 130  # what a shell reports after Ctrl-C
# Allocations before the first garbage collection: imports make many objects and hardly any garbage. With Python's default, a cold `ls`
# takes 1.05 times the processor time (1.04 to 1.06), a cold `search` 1.04 times (1.02 to 1.06).
GARBAGE = 100_000


def process() -> NoReturn:
    """The command as a process of its own.

    It ends without the interpreter's teardown, with which a cold `show` takes 1.18 times the processor time (1.16 to 1.20).
    """
    gc.set_threshold(GARBAGE)
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = code or 1
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; the result is its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    # Arrow's own allocators keep what each thread has freed: of a crawl with eight threads, 40 MB and more.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    try:
        _run(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader closed the pipe, as `head` does; nothing may be written any more, not even at the interpreter's end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except CatalogError as error:
        _tell(error)
        return int(error.exit_code)
    except Exception as error:
        if "--debug" in words or os.environ.get("CATALOG_DEBUG"):
            raise
        _say(f"this is a bug in catalog: {type(error).__name__}: {error}; --debug shows where")
        return int(Exit.BUG)
    return int(Exit.OK)


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
