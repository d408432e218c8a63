"""Changes to the text of a repos.toml that leave its comments, its order and all other lines as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomlkit

from catalog.config.statements import TomlStatement, statements


def append_repos(text: str, entries: list[dict[str, Any]]) -> str:
    """The text with more tables [[repo]], below those that are there or else at the end, with an empty line between them."""
    document = tomlkit.parse(text)
    repos: Any = document.get("repo")
    if _is_inline(repos):
        for values in entries:
            entry = tomlkit.inline_table()
            entry.update(values)
            repos.append(entry)
        return tomlkit.dumps(document)
    lines = text.splitlines(keepends=True)
    own = [each for each in statements(text) if each.path[0] == "repo"]
    end = own[-1].last_line if own else len(lines)
    before, after = lines[:end], lines[end:]
    if before and not before[-1].endswith("\n"):
        before[-1] += "\n"
    new = "\n".join(tomlkit.dumps({"repo": [values]}) for values in entries)
    above = "\n" if before and before[-1].strip() else ""
    below = "\n" if after and after[0].strip() else ""
    return "".join([*before, above, new, below, *after])


def change_repo(text: str, number: int, values: Mapping[str, Any]) -> str:
    """The text with other values in one of its [[repo]], which are counted from 0; new keys stand below its `name`, or else its `url`."""
    for key, value in reversed([*values.items()]):
        text = _change(text, "repo", number, key, value, below="url")
    return text


def remove_repo(text: str, number: int) -> tuple[str, str]:
    """The text without one of its [[repo]], and what was removed as lines of TOML. A comment above it, or below it, stays."""
    document = tomlkit.parse(text)
    repos: Any = document["repo"]
    if _is_inline(repos):
        values = repos.pop(number).unwrap()
        return tomlkit.dumps(document), tomlkit.dumps({"repo": [values]})
    lines = text.splitlines(keepends=True)
    of_repo = [each for each in statements(text) if each.path[:2] == ("repo", number)]
    begin, end = of_repo[0].line - 1, of_repo[-1].last_line
    removed = "".join(lines[begin:end])
    while end < len(lines) and not lines[end].strip() and (begin == 0 or not lines[begin - 1].strip()):
        end += 1  # of the empty lines before and after, one remains
    return "".join(lines[:begin] + lines[end:]), removed if removed.endswith("\n") else f"{removed}\n"


def exclude_from_source(text: str, number: int, pattern: str) -> str:
    """The text with one more pattern in `exclude` of one of its [[source]], which are counted from 0."""
    document: Any = tomlkit.parse(text)
    source = document["source"][number]
    patterns = [*source.get("exclude", []), pattern]
    return _change(text, "source", number, "exclude", patterns, below="kind")


def _change(text: str, array: str, number: int, key: str, value: object, *, below: str) -> str:
    document: Any = tomlkit.parse(text)
    entry = document[array][number]
    if key in entry or _is_inline(document[array]):
        entry[key] = value
        return tomlkit.dumps(document)
    place = _place_of(text, (array, number, "name" if "name" in entry else below))
    lines = text.splitlines(keepends=True)
    before = lines[: place.last_line]
    if not before[-1].endswith("\n"):
        before[-1] += "\n"
    return "".join([*before, f"{key} = {tomlkit.item(value).as_string()}\n", *lines[place.last_line :]])


def _place_of(text: str, path: tuple[str | int, ...]) -> TomlStatement:
    return next(each for each in statements(text) if each.path == path)


def _is_inline(entries: object) -> bool:
    """Whether they are written `repo = [{url = "..."}]`."""
    return isinstance(entries, tomlkit.items.Array)
