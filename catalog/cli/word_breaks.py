"""Completion of arguments that bash splits: it ends words at `:` and `@`, and a term such as `-label:x` looks like an option."""

from __future__ import annotations

import io
import shlex
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager, redirect_stdout

BREAKS = frozenset("@><=;|&(:")  # bash's COMP_WORDBREAKS, without quotation marks and spaces
WITH_QUERY = ("search", "facets")

_QUOTES = ("'", '"')


@contextmanager
def whole_words(environment: MutableMapping[str, str]) -> Iterator[None]:
    """Gives typer the words as they were typed, in the variables that its shell scripts set, and bash the answers without what it keeps itself."""
    if "COMP_WORDS" not in environment:
        environment["_TYPER_COMPLETE_ARGS"] = _with_dashes(environment.get("_TYPER_COMPLETE_ARGS", ""))
        yield
        return
    words = environment["COMP_WORDS"].split("\n")
    at = int(environment["COMP_CWORD"])
    typed = joined(words[: at + 1])
    current = words[at] if at < len(words) else ""
    prefix = typed[-1][: len(typed[-1]) - len(current)] + (current if set(current) <= BREAKS else "")
    prefix = prefix.removesuffix("@")  # a break that bash hands back with the word behind it
    if _is_negation(typed):
        typed.insert(-1, "--")
    environment["COMP_WORDS"], environment["COMP_CWORD"] = "\n".join(typed), str(len(typed) - 1)
    answer = io.StringIO()
    try:
        with redirect_stdout(answer):
            yield
    finally:
        for line in filter(None, answer.getvalue().splitlines()):
            sys.stdout.write(_replacement(line.removeprefix(prefix), current) + "\n")


def joined(words: Sequence[str]) -> list[str]:
    """The words of a line that bash has taken apart, put together again."""
    typed: list[str] = []
    for word in words:
        if typed and word and typed[-1] and (word[0] in BREAKS or typed[-1][-1] in BREAKS):
            typed[-1] += word
        else:
            typed.append(word)
    return typed


def _replacement(completion: str, current: str) -> str:
    """What bash puts for the current word: one with a space is quoted, unless its quotation mark stands there already."""
    return f"'{completion}'" if " " in completion and not current.startswith(_QUOTES) else completion


def _with_dashes(line: str) -> str:
    typed = line.split(" ")
    return " ".join([*typed[:-1], "--", typed[-1]]) if _is_negation(typed) and not _is_quoted(line) else line


def _is_quoted(line: str) -> bool:
    """Whether its end is within quotation marks: all of them are one word, which no option begins."""
    try:
        shlex.split(line)
    except ValueError:
        return True
    return False


def _is_negation(typed: Sequence[str]) -> bool:
    """Whether the last word is a negated term of a query, and no option."""
    last = typed[-1]
    return len(typed) > 2 and typed[1] in WITH_QUERY and last.startswith("-") and not last.startswith("--")  # noqa: PLR2004 - catalog search TERM
