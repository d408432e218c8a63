"""The types of values in repos.toml: each has a name, what a message says is expected, and a parser."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from catalog.config import cron
from catalog.config.model import PLAIN_TAGS, VISIBILITIES
from catalog.config.urls import mistake_in
from catalog.naming import SCHEMES, SCP, is_repo_name
from catalog.privacy.settings import PrivacyRule
from catalog.text import quoted

_SIZE = re.compile(r"(\d{1,13}) ?(KiB|MiB|GiB)")
MAX_SIZE = 1 << 40  # bytes; no request or repository comes near it
MAX_NUMBER = 1_000_000_000
_SIZES = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?")
_DIGITS = re.compile(r"[0-9.]+")  # no name: an address, or nothing
_BLANK = re.compile(r"\s")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class InvalidValue(ValueError):
    """A value that its type refuses. `expected` replaces the type's own text, `shown` the value in the message."""

    def __init__(self, *, expected: str | None = None, shown: str | None = None) -> None:
        self.expected, self.shown = expected, shown
        super().__init__(expected)


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueType:
    """What a value may be. `parse` takes the TOML value and raises InvalidValue."""

    name: str
    expected: str
    parse: Callable[[Any], Any]


def whole_number(least: int, most: int = MAX_NUMBER) -> ValueType:
    """A whole number within bounds."""

    def parse(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise InvalidValue

    return ValueType(name="whole number", expected=f"a whole number from {least:,} to {most:,}", parse=parse)


def duration(unit: str) -> ValueType:
    """A number of seconds or days, with or without a fraction."""
    least, most = 0.001, MAX_NUMBER

    def parse(value: object) -> float:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise InvalidValue

    return ValueType(name=unit, expected=f"a number of {unit} from {least:,} to {most:,}", parse=parse)


def text_list(example: str, *, blanks: bool = False) -> ValueType:
    """A list of texts; `blanks` accepts empty ones."""

    def parse(value: object) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(item, str) and (item or blanks) for item in value):
            return tuple(value)
        raise InvalidValue

    return ValueType(name="list of texts", expected=f"a list of texts, such as {example}", parse=parse)


def rules(example: str) -> ValueType:
    """A list of tables, each with one or more of the patterns `repo`, `path` and `key`."""

    def parse(value: object) -> tuple[PrivacyRule, ...]:
        if not isinstance(value, list):
            raise InvalidValue
        return tuple(map(_rule, value))

    return ValueType(
        name="list of tables", expected=f"tables with some of repo, path and key, such as {example}", parse=parse
    )


def _rule(value: object) -> PrivacyRule:
    known = {"repo", "path", "key"}
    if (
        isinstance(value, dict)
        and value
        and value.keys() <= known
        and all(isinstance(v, str) and v for v in value.values())
    ):
        return PrivacyRule(**value)
    raise InvalidValue


def choice(options: Collection[str]) -> ValueType:
    """One of several words."""

    def parse(value: object) -> str:
        if isinstance(value, str) and value in options:
            return value
        raise InvalidValue

    return ValueType(name="text", expected=f"one of {', '.join(options)}", parse=parse)


def _text(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise InvalidValue


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise InvalidValue


def _size(value: object) -> int:
    if isinstance(value, str) and (match := _SIZE.fullmatch(value.strip())):
        value = int(match[1]) * _SIZES[match[2]]
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_SIZE:
        return value
    raise InvalidValue


def _tag_limit(value: object) -> int:
    if isinstance(value, bool):
        return PLAIN_TAGS if value else 0
    if isinstance(value, int) and 0 <= value <= MAX_NUMBER:
        return value
    raise InvalidValue


def _repository_name(value: object) -> str:
    if is_repo_name(name := _text(value)):
        return name
    raise InvalidValue


def _repository_url(value: object) -> str:
    url = _text(value)
    scheme = _scheme(url)
    if "://" in url and urlsplit(url).password is not None:  # no message shows it
        raise InvalidValue(expected="none; Git reads it from ~/.netrc and credential helpers", shown="with a password")
    if mistake := mistake_in(url):
        raise InvalidValue(expected=mistake.expected, shown=_without_user(url))
    if scheme in SCHEMES or SCP.fullmatch(url) or "://" not in url:
        return url
    raise InvalidValue(expected=f"one of {', '.join(SCHEMES)}, user@host:path, or a path")


def _scheme(url: str) -> str:
    """The scheme of a URL in lower case; InvalidValue where the URL needs a host and has none."""
    try:
        split = urlsplit(url)
        needs_host = split.scheme in SCHEMES and split.scheme != "file"
        if not needs_host or _has_server(split):
            return split.scheme
    except ValueError:  # invalid brackets, or an invalid port
        pass
    raise InvalidValue(expected="a URL with a host, such as https://host/owner/name", shown=_without_user(url))


def _has_server(split: SplitResult) -> bool:
    """Whether there is a host that can exist, and no port 0; ValueError of a port that is no number."""
    return bool(split.hostname) and not _BLANK.search(split.hostname or "") and split.port != 0


def _site_url(value: object) -> str:
    url = _text(value)
    if _scheme(url) in ("http", "https"):
        return url
    raise InvalidValue


def _server_url(value: object) -> str:
    url = _text(value)
    try:
        split = urlsplit(url)
        valid = split.scheme in ("http", "https") and _has_server(split)
    except ValueError as error:
        raise InvalidValue(shown=_without_user(url)) from error
    if split.username is not None or split.password is not None:
        raise InvalidValue(expected="none", shown="with a name or password")
    if valid:
        return url
    raise InvalidValue


def _without_user(url: str) -> str:
    return quoted(re.sub("//.*@", "//", url))


def _hosts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InvalidValue
    for entry in value:
        if not isinstance(entry, str) or not _is_host(entry):
            raise InvalidValue(shown=quoted(entry))
    return tuple(entry.lower() for entry in value)


def _is_host(text: str) -> bool:
    """Whether it is a host's name, an address, or a network without bits for its hosts."""
    if _HOST.fullmatch(text) and not _DIGITS.fullmatch(text):
        return True
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _visibilities(value: object) -> tuple[str, ...]:
    words = [value] if isinstance(value, str) else value
    if isinstance(words, list) and all(word in VISIBILITIES for word in words):
        return tuple(words)
    raise InvalidValue


def _variable(value: object) -> str:
    if isinstance(value, str) and _VARIABLE.fullmatch(value):
        return value
    raise InvalidValue(shown="")  # the value may be the token itself


def _cron(value: object) -> str:
    text = _text(value)
    try:
        cron.check(text)
    except ValueError as error:
        raise InvalidValue(expected=f"{cron.EXAMPLE}; {error}") from error
    return text


def _time_zone(value: object) -> str:
    text = _text(value)
    try:
        cron.zone_of(text)
    except ValueError as error:
        raise InvalidValue from error
    return text


def _command(value: object) -> str | tuple[str, ...]:
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value) and value[0]:
        return tuple(value)
    raise InvalidValue


_COMMAND = 'a list of words, such as ["rsync", "-a", "output/site/", "web:/srv"], or a line for the shell'

TEXT = ValueType(name="text", expected="text that is not blank", parse=_text)
FLAG = ValueType(name="true or false", expected="true or false", parse=_flag)
SECONDS, DAYS = duration("seconds"), duration("days")
SIZE = ValueType(name="size", expected='a number of bytes, or a size such as "256 MiB", up to 1 TiB', parse=_size)
TAG_LIMIT = ValueType(
    name="whole number, true or false",
    expected=f"true, false, or how many of the newest to read, up to {MAX_NUMBER:,}",
    parse=_tag_limit,
)
REPOSITORY_URL = ValueType(name="URL or path", expected='for example "https://host/owner/name"', parse=_repository_url)
REPOSITORY_NAME = ValueType(
    name="text",
    expected="parts of printable characters with / between them, such as team/model",
    parse=_repository_name,
)
SITE_URL = ValueType(name="URL", expected="a URL that begins with https:// or http://", parse=_site_url)
SERVER_URL = ValueType(name="URL", expected="a URL that begins with https:// or http://", parse=_server_url)
VISIBILITY = ValueType(
    name="text, or list of texts", expected=f"one or a list of {', '.join(VISIBILITIES)}", parse=_visibilities
)
VARIABLE = ValueType(name="text", expected="the name of an environment variable, such as GITHUB_TOKEN", parse=_variable)
HOSTS = ValueType(
    name="list of texts",
    expected='a list of hosts, addresses and networks, such as ["git.example.com", "10.0.0.0/8"]',
    parse=_hosts,
)
CRON = ValueType(name="text", expected=cron.EXAMPLE, parse=_cron)
TIME_ZONE = ValueType(name="text", expected='the name of a time zone, such as "Europe/Berlin"', parse=_time_zone)
COMMAND = ValueType(name="text, or list of texts", expected=_COMMAND, parse=_command)
