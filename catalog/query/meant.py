"""What was probably meant by a name with a typing error."""

from __future__ import annotations

from collections.abc import Iterable

_MOST = 3  # names with the same end


def meant(words: str, names: Iterable[str]) -> str:
    """The names that were probably meant, by their last parts: the rest is alike in most. Empty where none is."""
    from difflib import get_close_matches  # only where something was misspelt

    ends: dict[str, list[str]] = {}
    for name in names:
        ends.setdefault(name.rpartition("/")[2].lower(), []).append(name)
    last = words.rpartition("/")[2].lower()
    near = dict.fromkeys(name for end in get_close_matches(last, ends, n=1) for name in ends[end][:_MOST])
    return f"; did you mean {' or '.join(near)}?" if near else ""


def one_of(words: str, names: Iterable[str]) -> str:
    """What was expected instead of `words`: one of the names, and which of them was probably meant."""
    every = tuple(names)
    return f"one of {', '.join(every)}{meant(words, every)}"
