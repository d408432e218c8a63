"""Which licence a text is, by phrases that only it has. Texts of several licences, and changed ones, are not recognised."""

from __future__ import annotations

import re
from typing import NamedTuple

from catalog.git.objects import decode

MAX_TEXT = 128 << 10  # bytes; the longest of the recognised licences has 35 KB
MAX_TITLE = 200  # characters

_IS_LICENCE = re.compile(r"(?:un)?licen[cs]es?(?:[-._ ].*)?|copying(?:[-._ ].*)?", re.IGNORECASE)
_STATED = re.compile(r"SPDX-License-Identifier:[ \t]*([A-Za-z0-9.+\-() ]{1,200})")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_SPACE = re.compile(r"[\s\"'\u2018-\u201d*#>_]+")

# GNU's licences name each other; which one a text is stands in its title.
_GNU = re.compile(
    r"gnu (?P<kind>(?:lesser |library |affero )?general public license)[ ,]+version (?P<version>[0-9](?:\.[0-9])?)"
)
_GNU_KINDS = {"general": "GPL", "lesser": "LGPL", "library": "LGPL", "affero": "AGPL"}
_HEAD = 600  # characters in which the title begins

_CREATIVE = re.compile(
    r"creative commons attribution(?P<terms>(?:[- ](?:noncommercial|sharealike|noderivatives))*) (?P<version>[1-4]\.[05])"
)
_CREATIVE_TERMS = {"noncommercial": "NC", "sharealike": "SA", "noderivatives": "ND"}

# Phrases without quotes, stars and line breaks, in lower case. All must be there, and none behind the `-`.
_PHRASES: dict[str, tuple[str, ...]] = {
    "Apache-2.0": ("apache license", "version 2.0, january 2004"),
    "MIT": (
        "permission is hereby granted, free of charge, to any person obtaining a copy of this software",
        "the above copyright notice and this permission notice",
        "the software is provided as is",
    ),
    "BSD-2-Clause": (
        "redistribution and use in source and binary forms",
        "redistributions in binary form must reproduce",
        "-endorse or promote",
        "-advertising materials",
    ),
    "BSD-3-Clause": (
        "redistribution and use in source and binary forms",
        "redistributions in binary form must reproduce",
        "endorse or promote",
        "-advertising materials",
    ),
    "MPL-2.0": ("mozilla public license", "version 2.0", "exhibit a - source code form license notice"),
    "ISC": (
        "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee",
        "provided that the above copyright notice",
    ),
    "Unlicense": ("this is free and unencumbered software released into the public domain",),
    "CC0-1.0": ("cc0 1.0 universal",),
    "OpenRAIL-M": ("rail-m", "use-based restrictions"),
}
# Licences that contain the words of those above, and what is put above one to take back a part of it.
_OTHERS = ("commons clause", "used for good, not evil", "zope public license", "python software foundation license")


class LicenceText(NamedTuple):
    """What a licence file says."""

    spdx: str | None
    title: str


def is_licence(name: str) -> bool:
    """A file of this name holds a licence."""
    return _IS_LICENCE.fullmatch(name) is not None


def parse_licence(data: bytes) -> LicenceText:
    """The licence of a file, and its first line with text."""
    text = decode(data[:MAX_TEXT])
    return LicenceText(spdx_of(text), _title(text))


def spdx_of(text: str) -> str | None:
    """The SPDX identifier that the text states, or that its phrases imply."""
    stated = _STATED.search(text)
    if stated and stated.start() < _HEAD:  # further down, it is that of a part
        return stated[1].strip() or None
    words = _SPACE.sub(" ", text).lower().strip()
    if any(phrase in words for phrase in _OTHERS):
        return None
    identifiers = [spdx for spdx, phrases in _PHRASES.items() if all(_holds(words, phrase) for phrase in phrases)]
    identifiers += filter(None, (_gnu(words), _creative_commons(words)))
    return identifiers[0] if len(identifiers) == 1 else None


def _holds(words: str, phrase: str) -> bool:
    return phrase[1:] not in words if phrase[0] == "-" else phrase in words


def _gnu(words: str) -> str | None:
    match = _GNU.search(words)
    if match is None or match.start() >= _HEAD:
        return None
    version = match["version"] if "." in match["version"] else match["version"] + ".0"
    return f"{_GNU_KINDS[match['kind'].partition(' ')[0]]}-{version}"


def _creative_commons(words: str) -> str | None:
    match = _CREATIVE.search(words)
    if match is None:
        return None
    terms = [_CREATIVE_TERMS[term] for term in match["terms"].replace("-", " ").split()]
    return "-".join(["CC", "BY", *terms, match["version"]])


def _title(text: str) -> str:
    lines = (line.strip("#*=-_<!> \t\ufeff") for line in _COMMENT.sub("", text).splitlines())
    return next((line[:MAX_TITLE] for line in lines if line), "")
