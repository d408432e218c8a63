"""`.dvc/config`: sections of settings, in the dialect of ConfigObj as far as DVC writes and accepts it.

After `dvc/config.py` (`load_file`, `_parse_named`) of DVC 3.67 and the manual of ConfigObj 5. Nothing is interpolated, so
that nothing can grow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from catalog.errors import MetafileError
from catalog.naming import scheme_of
from catalog.text import quoted
from connectors.dvc.values import Complaints

MAX_LINES = 10_000
MAX_STEPS = 10  # remotes that refer to the next, before the one that is meant in the end
MAX_URL = 4_096  # characters
MAX_NAME = 1_000  # characters of a section's line: a longer name is read in square time

Section = dict[str, str]

_SECTION = re.compile(r"\[\s*(?:\"\s*(\S.*?)\s*\"|'\s*(\S.*?)\s*'|([^'\"\s\[].*?))\s*\]\s*(?:#.*)?")
# Possessive: spaces that belong to a name or to what follows it would be tried as either, in square or cubic time.
_SETTING = re.compile(r"(?:\"([^\"]*)\"|'([^']*)'|([^'\"=]*+))\s*=\s*(.*)")
_VALUE = re.compile(r"(?:\"([^\"]*)\"|'([^']*)'|([^'\",#\s][^,#]*+)|)\s*(?:#.*)?")
_REMOTE = re.compile(r"\s*remote\s*\"(.*)\"\s*")


def parse(data: bytes, complaints: Complaints) -> dict[str, Section]:
    """The sections by their names, with all names in lower case. MetafileError where the file is not text."""
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise MetafileError(f"byte {error.start + 1:,} is not UTF-8 text", rule="not-utf8") from error
    if len(lines) > MAX_LINES:
        raise MetafileError(f"found {len(lines):,} lines, expected at most {MAX_LINES:,}", rule="too-big")
    sections: dict[str, Section] = {}
    section: Section | None = sections.setdefault("", {})
    for number, line in _settings_lines(lines):
        if line.startswith("["):
            name = _SECTION.fullmatch(line) if len(line) <= MAX_NAME else None
            section = sections.setdefault(_text(name).lower(), {}) if name else None
            if name is None:
                complaints.append(_unread(number, "a section's name in brackets"))
        elif section is not None:
            try:
                key, value = _setting(line, number)
                section.setdefault(key, value)
            except MetafileError as error:
                complaints.append(error)
    return sections


def remotes(sections: dict[str, Section]) -> dict[str, Section]:
    """The sections of remotes by the remotes' names."""
    return {match[1]: section for name, section in sections.items() if (match := _REMOTE.fullmatch(name))}


def resolved(name: str, sections: Mapping[str, Section]) -> Section:
    """A remote's settings, completed by those of the remote that its URL refers to (`remote://other/folder`)."""
    settings: Section = {}
    below = ""
    for _ in range(MAX_STEPS + 1):
        stated = sections.get(name)
        if stated is None:
            message = f"found a reference to the remote {quoted(name)}, expected one of this file's"
            raise MetafileError(message, rule="no-such-remote")
        url = stated.get("url", "")
        if not url or len(url) > MAX_URL:
            raise MetafileError(f"found a URL of {len(url):,} characters, expected 1 to {MAX_URL:,}", rule="no-url")
        settings = stated | settings
        if scheme_of(url) != "remote":
            return settings | {"url": f"{url}/{below}" if below else url}
        name, _, folder = url.partition("://")[2].partition("/")
        name, below = name.lower(), "/".join(part for part in (folder.lstrip("/"), below) if part)
    raise MetafileError(f"found more than {MAX_STEPS} remotes that refer to the next", rule="endless")


def _settings_lines(lines: list[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, 1):
        line = line.strip()  # noqa: PLW2901 - the same line
        if line and not line.startswith("#"):
            yield number, line


def _setting(line: str, number: int) -> tuple[str, str]:
    """A key and its value. What cannot be read is not quoted in messages: it may be a secret."""
    match = _SETTING.fullmatch(line)
    if match is None:
        raise _unread(number, "key = value")
    key = next(group for group in match.groups()[:3] if group is not None).strip().lower()
    value = _VALUE.fullmatch(match[4])
    if value is None:
        raise _unread(number, "key = value, in quotes where it has commas")
    return key, _text(value)


def _text(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), "").strip()


def _unread(number: int, expected: str) -> MetafileError:
    return MetafileError(
        f"found a line that cannot be read, expected {expected}", place=f"line {number}", rule="not-config"
    )
