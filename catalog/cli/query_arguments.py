"""Separates the options of `catalog search` from query terms that also begin with a `-`, and those of `catalog sql` from a comment."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.cli.formats import Format

_OF_SQL = ("-p", "--parameter", "--timeout", "--max-rows", "--max-memory", "-o", "--output", "--catalog")
_WITH_VALUE = ("-o", "--output", "-n", "--limit", "--catalog", "--field", "--cursor", "--save")


def separated(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The options, each with its value, and the terms of the query in their order. What stands behind `--` is the query's.

    `-f` is an option beside `--save`; without, what is asked is that the word f is not there.
    """
    saving = any(word.partition("=")[0] == "--save" for word in arguments)
    options: list[str] = []
    terms: list[str] = []
    remaining = list(arguments)
    while remaining:
        word = remaining.pop(0)
        if word == "--":
            terms += remaining
            break
        if word in _WITH_VALUE:
            options += [word, *remaining[:1]]
            remaining = remaining[1:]
        elif word.startswith("--") or word == "-h" or _is_short_option(word) or (saving and word == "-f"):
            options.append(word)
        else:
            terms.append(word)
    return options, terms


def for_typer(arguments: Sequence[str]) -> list[str]:
    """The arguments of a command that takes a query, in an order in which no term is taken for an option."""
    options, terms = separated(arguments)
    return [*options, "--", *terms] if terms else options


def sql_for_typer(arguments: Sequence[str]) -> list[str]:
    """The arguments of `catalog sql`, with a statement that begins with a comment at the end, where it is not taken for an option."""
    before: list[str] = []
    remaining = list(arguments)
    while remaining and remaining[0] != "--":
        word = remaining.pop(0)
        if word in _OF_SQL:
            before += [word, *remaining[:1]]
            remaining = remaining[1:]
        elif word.startswith("--") and "\n" in word and word.partition("=")[0] not in _OF_SQL:
            return [*before, *remaining, "--", word]
        else:
            before.append(word)
    return [*before, *remaining]


def _is_short_option(word: str) -> bool:
    """Whether it is an option with its value in one word: `-ojson`, `-n5`."""
    return (word.startswith("-o") and word[2:] in set(Format)) or (word.startswith("-n") and word[2:].isdecimal())
