"""Files of values, read by their names as DVC does: `.json`, `.toml`, `.py`, and YAML under any other.

After `dvc/utils/serialize` of DVC 3.67.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from posixpath import splitext
from typing import Any

from catalog.errors import MetafileError
from catalog.text import cleaned, encodable
from connectors.dvc.templates.python_literals import load_python
from connectors.formats.long_numbers import MAX_BITS, number_as_text, quote_long_numbers, whole_number
from connectors.formats.memo import BoundedCache
from connectors.formats.typed import load_once
from connectors.formats.yaml import MAX_DEPTH

MAX_REMEMBERED = 16 << 20  # bytes of values
PER_BYTE = 20  # bytes of values that a byte of JSON may stand for, about
MAX_TOML = 128 << 10  # characters
MAX_DOTS = 500  # in one line of TOML: the parser's time and memory grow with the square of the levels of a key

_HALF = re.compile("[\ud800-\udfff]")
_VALUES: BoundedCache[tuple[str, bytes], Any] = BoundedCache(MAX_REMEMBERED, lambda key, _: PER_BYTE * len(key[1]))


def load_values(file: str, data: bytes) -> Any:  # noqa: ANN401 - whatever a file can say
    """The values of a file, an empty map of an empty one; parsed once for all revisions. Callers must not change them.

    MetafileError where it cannot be read.
    """
    suffix = splitext(file)[1].lower()
    if suffix not in _LOADERS:
        return load_once(data) or {}
    return _VALUES.get((suffix, data), lambda: _loaded(suffix, _text(data))) or {}


def _loaded(suffix: str, source: str) -> Any:  # noqa: ANN401 - whatever a file can say
    return _checked(_LOADERS[suffix](source), escapes="\\u" in source or "\\U" in source)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MetafileError(f"byte {error.start + 1:,} is not UTF-8 text", rule="not-utf8") from error


def _json(source: str) -> Any:  # noqa: ANN401 - whatever JSON can say
    try:
        try:
            return json.loads(source)
        except json.JSONDecodeError:
            raise
        except ValueError:  # a number that Python does not read because of its length
            return json.loads(source, parse_int=whole_number)
    except RecursionError as error:
        raise MetafileError(f"nested deeper than {MAX_DEPTH}", rule="too-deep") from error
    except json.JSONDecodeError as error:  # also behind such a number
        raise MetafileError(f"not JSON: {cleaned(str(error))}", rule="not-json") from error


def _toml(source: str) -> Any:  # noqa: ANN401 - whatever TOML can say
    if len(source) > MAX_TOML:
        message = f"found TOML of {len(source):,} characters, expected at most {MAX_TOML:,}"
        raise MetafileError(message, rule="too-big")
    if any(line.count(".") > MAX_DOTS for line in source.split("\n")):
        raise MetafileError(f"found a line with more than {MAX_DOTS} dots, expected at most that", rule="too-deep")
    try:
        try:
            return tomllib.loads(source)
        except tomllib.TOMLDecodeError:
            raise
        except ValueError:  # as in JSON
            return tomllib.loads(quote_long_numbers(source))
    except RecursionError as error:
        raise MetafileError(f"nested deeper than {MAX_DEPTH}", rule="too-deep") from error
    except ValueError as error:
        raise MetafileError(f"not TOML: {cleaned(str(error))}", rule="not-toml") from error


_LOADERS: dict[str, Callable[[str], Any]] = {".json": _json, ".toml": _toml, ".py": load_python}


def _checked(value: Any, *, escapes: bool) -> Any:  # noqa: ANN401 - whatever a file can say
    """The value, with numbers that are too long as text, unless it is nested deeper than those who walk through it expect.

    Where the file has `escapes`, its texts may have halves of characters: these stay visible escapes.
    """
    whole = [value]
    level, depth = [whole], 0
    while level:
        if depth > MAX_DEPTH:
            raise MetafileError(f"nested deeper than {MAX_DEPTH}", rule="too-deep")
        if escapes:
            _escape_halves(level)
        level = [item for inside in level for item in _inside(inside)]
        depth += 1
    return whole[0]


def _inside(inside: Any) -> Iterator[Any]:  # noqa: ANN401 - a list or a map
    """The lists and maps in one. Long numbers become text."""
    for key, item in inside.items() if isinstance(inside, dict) else enumerate(inside):
        if isinstance(item, dict | list):
            yield item
        elif isinstance(item, int) and item.bit_length() > MAX_BITS:
            inside[key] = number_as_text(item)


def _escape_halves(level: Iterable[Any]) -> None:
    """Writes the halves of surrogate pairs in texts and names as escapes: nobody could store them as they are."""
    for inside in level:
        if isinstance(inside, dict):
            if any(isinstance(text, str) and _HALF.search(text) for pair in inside.items() for text in pair):
                pairs = [*map(encodable, inside.items())]
                inside.clear()
                inside.update(pairs)
        else:
            inside[:] = map(encodable, inside)
