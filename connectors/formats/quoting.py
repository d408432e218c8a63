"""A stranger's value inside a message of ours: short, on one line, and harmless to a terminal."""

from __future__ import annotations

MAX_VALUE = 80  # characters
MAX_SENTENCE = 300


def quoted(value: object) -> str:
    """The value as a message shows it: text in quotes, lists and maps by their size."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            return f"'{cleaned(value, MAX_VALUE)}'"
        case dict() | list():
            kind = "map" if isinstance(value, dict) else "list"
            return f"a {kind} of {len(value):,}" if value else f"an empty {kind}"
        case _:
            return cleaned(str(value), MAX_VALUE)


def cleaned(sentence: str, limit: int = MAX_SENTENCE) -> str:
    """What cannot be printed as visible escapes, and what is too long cut off."""
    short = sentence if len(sentence) <= limit else sentence[: limit - 1] + "…"
    if short.isprintable():
        return short
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)
    return escaped if len(escaped) <= limit else escaped[: limit - 1] + "…"
