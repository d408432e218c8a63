"""A scalar of YAML by the rules of version 1.2: which words are numbers, truths, dates and nothing."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import yaml

MAX_NUMBER = 1_000  # characters of a number or date; longer ones stay text: Python refuses to print 4,300 digits, and reads base 60 in square time

TAG = "tag:yaml.org,2002:"
SCALAR_TAGS = frozenset(TAG + kind for kind in ("str", "null", "bool", "int", "float", "timestamp", "merge"))
MERGE = object()  # the key `<<`

# Plain text that begins like this is text under all rules; the others are `null`, `true`, `no`, `~`, `<<`, `=` and numbers.
LETTERS = frozenset("abcdeghijklmpqrsuvwxzABCDEGHIJKLMPQRSUVWXZ_/$(*")

_PYYAML: Any = yaml.SafeLoader("")
_WORDS: dict[str, object] = {
    "": None,
    **dict.fromkeys(("~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    "<<": MERGE,
}
_EXPLICIT_BOOLS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}

# As ruamel.yaml resolves them for version 1.2, with its quirks: `012` is 12, `-_1` is -1 and `.5e3` is text.
_NUMERIC = frozenset("-+.0123456789")
_NAN = float("nan")  # one for all, as in ruamel.yaml: in lists and maps, Python takes it for equal to itself
_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)"
    r"|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_INT = re.compile(r"([-+]?)(?:([0-9_]+)|0b([01_]+)|0o([0-7_]+)|0x([0-9a-fA-F_]+))")
_BASES = (10, 2, 8, 16)
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}"
    r"(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?"
)


def plain(value: str) -> Any:  # noqa: ANN401 - whatever a scalar can say
    """A scalar without quotes or tag; text where it only looks like a number or a date, at which DVC stops. ValueError for one that is none."""
    if value in _WORDS:
        return _WORDS[value]
    if value == "=":
        raise ValueError("YAML keeps it for itself")
    if value[0] not in _NUMERIC or len(value) > MAX_NUMBER:
        return value
    if _FLOAT.fullmatch(value):
        return _float(value)
    integer = _INT.fullmatch(value)
    try:
        if integer:
            return _int(integer)
        return _time(value) if _TIME.fullmatch(value) else value
    except ValueError:  # such as `0x_` and 2024-02-30
        return value


def tagged(value: str, tag: str) -> Any:  # noqa: ANN401, PLR0911 - one return for each tag
    """A scalar whose tag says what it is. ValueError for a tag that does not fit."""
    match tag.removeprefix(TAG):
        case "int" | "float" | "timestamp" if len(value) > MAX_NUMBER:
            return value
        case "str":
            return value
        case "null":
            return None
        case "bool" if value.lower() in _EXPLICIT_BOOLS:
            return _EXPLICIT_BOOLS[value.lower()]
        case "float":
            return _float(value)
        case "int" if integer := _INT.fullmatch(value):
            return _int(integer)
        case "timestamp" if _TIME.fullmatch(value):
            return _time(value)
        case "merge":
            return MERGE
    raise ValueError(f"tag {tag}")


def old(value: str) -> Any:  # noqa: ANN401 - whatever a scalar can say
    """A plain scalar of a file that begins with `%YAML 1.1`; ruamel.yaml honours that, and PyYAML knows no other rules."""
    if len(value) > MAX_NUMBER:
        return value
    tag = _PYYAML.resolve(yaml.ScalarNode, value, (True, False))
    if tag == TAG + "merge":
        return MERGE
    try:
        return _PYYAML.yaml_constructors[tag](_PYYAML, yaml.ScalarNode(tag, value))
    except (ValueError, OverflowError):  # also of a number in base 60, beyond what a floating-point number holds
        return value


def _float(value: str) -> float:
    digits = value.replace("_", "").lower()
    return _NAN if digits == ".nan" else float(digits.replace(".inf", "inf"))


def _int(match: re.Match[str]) -> int:
    sign, *digits = match.groups()
    base, written = next((base, d) for base, d in zip(_BASES, digits, strict=True) if d is not None)
    return int(sign + written.replace("_", ""), base)


def _time(value: str) -> date:
    return _PYYAML.construct_yaml_timestamp(yaml.ScalarNode(TAG + "timestamp", value))  # type: ignore[no-any-return]  # PyYAML has no types
