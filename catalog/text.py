"""A stranger's text made harmless: quoted in a message of ours, or shown on a terminal or a page."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar, cast

T = TypeVar("T")

LONGEST = 200  # characters of what a server said
MAX_VALUE = 80  # characters of a value in a file
MAX_SENTENCE = 300

# Terminal sequences whole: without its escape character, the rest of one would be noise.
_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?|\x9b[0-?]*[ -/]*[@-~]", re.DOTALL
)
_USERINFO = re.compile(r"//[^/@\s]*@")

# Categories that a terminal may obey or hide: controls, format characters (bidi overrides among them), line separators,
# surrogates, private use, unassigned.
_UNSEEN = ("Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn")

# The first character of a text that a spreadsheet would calculate (https://owasp.org/www-community/attacks/CSV_Injection), and the pattern of a
# number with a sign, which it shows as it is.
# Python's `re` and RE2, which Arrow has, read both alike.
FORMULA = r"[=+\-@\t\r]"
SIGNED_NUMBER = r"[+-](?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_FORMULA, _SIGNED_NUMBER = re.compile(FORMULA), re.compile(SIGNED_NUMBER)

_MODIFIER = re.compile("[\u200d\ufe0f\U0001f3fb-\U0001f3ff]")  # joiner, as a picture and not as text, colours of skin
_PICTURES = (
    (0x2190, 0x21FF),
    (0x2300, 0x23FF),
    (0x25A0, 0x27BF),
    (0x2900, 0x297F),
    (0x2B00, 0x2BFF),
    (0x1F000, 0x1FAFF),
)
_SYMBOLS = ("So", "Sm")  # categories: in these ranges, what is assigned and not a modifier

# What reorders, hides or moves other text: C0 (but for tab and line feed) and C1, marks of direction, what has no width
# (but for the joiners that scripts and emoji need), line separators, and the tag characters.
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


def quote(raw: bytes | str) -> str:
    """One line of at most 200 characters, without control, bidi or escape characters and without credentials in URLs.

    What a server sent, which may repeat a credential, is quoted by `catalog.privacy.gate`.
    """
    text = raw[: 16 * LONGEST].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[: 16 * LONGEST]
    return cut(one_line(text))


def one_line(text: str) -> str:
    """The text without control, bidi or escape characters, without users in URLs, and with single spaces."""
    return " ".join(_USERINFO.sub("//", "".join(" " if _unfit(c) else c for c in without_sequences(text))).split())


def without_sequences(text: str) -> str:
    """The text without terminal sequences."""
    return _SEQUENCE.sub("", text) if "\x1b" in text or "\x9b" in text else text


def cut(text: str, most: int = LONGEST) -> str:
    """At most so many characters of a text, the last of them an ellipsis where it is longer."""
    return text if len(text) <= most else text[: most - 1] + "…"


def describe(error: BaseException) -> str:
    """What was raised, as in `KeyError: 'name'`; the class alone, where its text cannot be had."""
    name = type(error).__name__
    try:
        return f"{name}: {error}"
    except (Exception, SystemExit, GeneratorExit):  # noqa: BLE001 - the class of a stranger may raise anything here, too
        return name


def encodable(value: T) -> T:
    """The value with the half characters of its text, which UTF-8 cannot hold, as visible escapes of Python.

    JSON and Python have them, Arrow, DuckDB and every file have not. Tuples are looked into; all else is left as it is.
    """
    plain: object = value
    if isinstance(value, str):
        plain = value.encode("utf-8", "backslashreplace").decode("utf-8")
    elif isinstance(value, tuple):
        plain = tuple(map(encodable, value))
    return cast("T", plain)


def is_plain(text: str) -> bool:
    """Whether a URL or path can be shown, and handed to a program or a server, as it is."""
    return (text.isascii() and text.isprintable()) or not any(map(_unfit, text))


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
        case int():
            return cleaned(_digits(value), MAX_VALUE)
        case _:
            return cleaned(str(value), MAX_VALUE)


def _digits(number: int) -> str:
    try:
        return str(number)
    except ValueError:  # Python prints no number of more than 4,300 digits
        return hex(number)


def quoted_whole(value: object) -> str:
    """The same for a value of the reader's own file: lists and maps are shown as they are, cut off where they are long."""
    match value:
        case list():
            return cleaned(f"[{', '.join(map(quoted_whole, value))}]", MAX_VALUE)
        case dict():
            entries = ", ".join(f"{quoted(key)}: {quoted_whole(item)}" for key, item in value.items())
            return cleaned(f"{{{entries}}}", MAX_VALUE)
        case _:
            return quoted(value)


def cleaned(sentence: str, limit: int = MAX_SENTENCE) -> str:
    """What cannot be printed as visible escapes, and what is too long cut off."""
    short = sentence if len(sentence) <= limit else sentence[: limit - 1] + "…"
    if short.isprintable():
        return short
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)
    return escaped if len(escaped) <= limit else escaped[: limit - 1] + "…"


def plural(count: int, singular: str, many: str | None = None) -> str:
    """`1 version`, `2 versions`, `1,000 versions`."""
    return f"{count:,} {singular if count == 1 else many or singular + 's'}"


def visible(text: str) -> str:
    """The text with every character that could act on a terminal, or is invisible, written as an escape; joined emoji stay."""
    return (
        text if text.isascii() and text.isprintable() else re.sub("[^ -~]+", lambda match: _each(_shown, match), text)
    )


def escape_json(text: str) -> str:
    """JSON with the same characters written as JSON's own escapes: other bytes, equal data."""
    if text.isascii() and "\x7f" not in text:
        return text
    return re.sub("[^ -~\n]+", lambda match: _each(_json, match), text)


def units(text: str) -> Sequence[str]:
    """The characters of a text; of an emoji with its modifiers, and of those that are joined, all together.

    A joiner between two emoji that can be seen makes one picture of them (https://www.unicode.org/reports/tr51/, ED-16). Anywhere
    else it is an invisible character.
    """
    return _emoji().findall(text) if _MODIFIER.search(text) else text


@cache
def _emoji() -> re.Pattern[str]:
    pictures = "".join(
        chr(code)
        for first, last in _PICTURES
        for code in range(first, last + 1)
        if unicodedata.category(chr(code)) in _SYMBOLS
    )
    one = f"[{re.escape(pictures)}]\ufe0f?[\U0001f3fb-\U0001f3ff]?"
    return re.compile(f"{one}(?:\u200d{one})*|.", re.DOTALL)


def visible_on_page(text: str) -> str:
    """The text of one or more lines with control characters and marks of direction written as escapes; scripts keep their joiners."""
    return _ODD.sub(_spelled, text) if _ODD.search(text) else text


def as_cell(text: str) -> str:
    """The text for a cell of CSV: with a `'` before what a spreadsheet would calculate."""
    return f"'{text}" if _FORMULA.match(text) and not _SIGNED_NUMBER.fullmatch(text) else text


def _unfit(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _each(escape: Callable[[str], str], match: re.Match[str]) -> str:
    return "".join(map(escape, units(match[0])))


def _is_seen(unit: str) -> bool:
    return len(unit) > 1 or unicodedata.category(unit) not in _UNSEEN


def _shown(unit: str) -> str:
    if _is_seen(unit):
        return unit
    return unit.encode("unicode_escape", "surrogatepass").decode("ascii")


def _json(unit: str) -> str:
    return unit if _is_seen(unit) else json.dumps(unit)[1:-1]


def _spelled(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")
