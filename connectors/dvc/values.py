"""Values of DVC's files, read one by one: a bad value becomes a complaint, and the rest of its entry stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from posixpath import join, normpath
from typing import Any, TypeVar

from catalog.errors import MetafileError
from catalog.naming import public_url
from connectors.formats.typed import mapping, quoted

T = TypeVar("T")

MAX_PATH = 4_096  # characters, as on Linux
MAX_WHOLE = (1 << 63) - 1  # what a column of whole numbers holds
MAX_WORD = 500  # characters of an entity tag or a version

_MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")
_EXTERNAL = re.compile(r"/|[A-Za-z]:[\\/]|[A-Za-z][A-Za-z0-9+.-]*://")
_SHORT = re.compile(r"[^/.:\0][^/:\0]*(?:/[^/.:\0][^/:\0]*)*")  # a path that leads nowhere but down, without detours

Complaints = list[MetafileError]
Values = Mapping[Any, object]


def stated(values: Values, key: str, read: Callable[[object, str], T], place: str, complaints: Complaints) -> T | None:
    """The value of a key as `read` takes it; None where there is none, and with a complaint where it is bad."""
    value = values.get(key)
    if value is None:
        return None
    try:
        return read(value, f"{place}.{key}" if place else key)
    except MetafileError as error:
        complaints.append(error)
        return None


def maps(value: object, place: str, complaints: Complaints) -> Iterator[tuple[str, Values]]:
    """The maps of a list, each with its place. Anything else is complained of."""
    for where, item in items(value, place, complaints):
        try:
            yield where, mapping(item, where)
        except MetafileError as error:
            complaints.append(error)


def items(value: object, place: str, complaints: Complaints) -> Iterator[tuple[str, object]]:
    """The items of a list, each with its place; none of nothing."""
    if value is None:
        return
    if not isinstance(value, list):
        complaints.append(MetafileError(f"found {quoted(value)}, expected a list", place=place, rule="wrong-type"))
        return
    for index, item in enumerate(value):
        yield f"{place}[{index}]", item


def flag(value: object, place: str) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise MetafileError(f"found {quoted(value)}, expected true or false", place=place, rule="wrong-type")


def whole_number(value: object, place: str) -> int:
    """A number of bytes or files."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_WHOLE:
        return value
    raise MetafileError(f"found {quoted(value)}, expected a whole number from 0", place=place, rule="wrong-type")


def word(value: object, place: str) -> str:
    """A name, an entity tag or a version: one short line. Storage that counts its versions may state a number."""
    line = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(line, str) and line and len(line) <= MAX_WORD and line.isprintable():
        return line
    message = f"found {quoted(value)}, expected one line of at most {MAX_WORD} characters"
    raise MetafileError(message, place=place, rule="wrong-type")


def md5(value: object, place: str) -> str:
    """An MD5 as DVC writes it. It becomes part of paths and URLs, so nothing else will do."""
    digits = str(value) if isinstance(value, int) else value  # all of its digits may be decimal, and not in quotes
    if isinstance(digits, str) and _MD5.fullmatch(digits):
        return digits
    message = f"found the hash {quoted(value)}, expected 32 digits from 0 to f, and .dir for a folder"
    raise MetafileError(message, place=place, rule="bad-hash")


def command(value: object, place: str) -> str:
    """A command, or several as a list: one on each line."""
    if isinstance(value, str):
        return value
    lines = value if isinstance(value, list) else [value]
    if not lines or not all(isinstance(line, str | int | float) and not isinstance(line, bool) for line in lines):
        message = f"found {quoted(value)}, expected a command or a list of commands"
        raise MetafileError(message, place=place, rule="wrong-type")
    return "\n".join(map(str, lines))


def is_external(path: str) -> bool:
    """A URL, or an absolute path of some machine: DVC takes it as it is."""
    return _EXTERNAL.match(path) is not None


def located(folder: str, value: object, place: str) -> str:
    """A path from the Git root, given one from `folder`; what is external stays as it is, without credentials."""
    if isinstance(value, str) and len(value) <= MAX_PATH:
        path = f"{folder}/{value}" if folder else value
        if _SHORT.fullmatch(path):
            return path
    if isinstance(value, str) and len(value) > MAX_PATH:
        message = f"found {len(value):,} characters, expected a path of at most {MAX_PATH:,}"
        raise MetafileError(message, place=place, rule="too-big")
    if not isinstance(value, str) or not value or "\0" in value:
        raise MetafileError(f"found {quoted(value)}, expected a path", place=place, rule="wrong-type")
    if is_external(value):
        return public_url(value)
    path = normpath(join(folder, value))
    if path == ".." or path.startswith("../"):
        message = f"found {quoted(value)}, which leads out of the repository; expected a path inside"
        raise MetafileError(message, place=place, rule="outside")
    return path


def located_measure(folder: str, value: object, place: str, *, root: str | None = None) -> str:
    """A file of metrics or parameters, whose path may be written with backslashes; with `root`, an absolute path counts from there."""
    path = value.replace("\\", "/") if isinstance(value, str) else value
    return located(folder, path, place) if root is None else located_from_root(folder, path, place, root)


def located_from_root(folder: str, value: object, place: str, root: str) -> str:
    """A path of which an absolute one counts from the folder of the DVC project."""
    if isinstance(value, str) and value.startswith("/"):
        return located(root, value.lstrip("/") or ".", place)
    return located(folder, value, place)


def folder_at(folder: str, value: object, place: str) -> str:
    """A working directory from the Git root, empty for the root itself."""
    path = located(folder, value, place)
    if is_external(path):
        raise MetafileError(f"found {quoted(path)}, expected a folder of the repository", place=place, rule="outside")
    return "" if path == "." else path
