"""A tag object, and the pack that carries it: made in memory, without the commit that it names (git-mktag(1), gitformat-pack(5))."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha1

from catalog.errors import ConfigError, InvalidArgument
from catalog.git.objects import RawObject
from catalog.text import quoted
from catalog.transport.gitconfig import GitConfig
from catalog.transport.pack import name_object

MAX_MESSAGE = 100_000  # characters of a tag's message
MAX_DATE = 253_402_214_400  # seconds, the last day of the year 9999: a later tag may be dated a second after

_TAG_KIND = 4  # of an object in a pack
_CRUD = " .,:;<>\"\\'\t\r\n\v\f\0"  # what Git takes from both ends of a name (ident.c)
_DATE = re.compile(r"@?(\d{1,12}) ([-+]\d{4})")
_RFC_2822 = re.compile(r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [-+]\d{4}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tagger:
    """Who tags, as Git's configuration says, and the time zone of this machine, such as `+0200`."""

    name: str
    email: str
    zone: str
    at: int  # seconds

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


def tagger(git: GitConfig, now: datetime) -> Tagger:
    """The committer of git-var(1). ConfigError where neither the environment nor a configuration file says who that is."""
    name, email = _stated(git, "name"), _stated(git, "email")
    at, zone = _date(git.environ, now)
    return Tagger(name=name, email=email, zone=zone, at=at)


def tag_data(name: str, commit: str, message: str, by: Tagger, at: int) -> bytes:
    """The content of a tag object, unsigned."""
    head = f"object {commit}\ntype commit\ntag {name}\ntagger {by} {at} {by.zone}\n\n"
    return f"{head}{checked_message(message)}\n".encode()


def checked_message(message: str) -> str:
    """The message as Git cleans it up at its ends. InvalidArgument for one that no tag can have."""
    cleaned = "\n".join(line.rstrip() for line in message.strip().splitlines())
    if not cleaned or "\0" in cleaned or len(cleaned) > MAX_MESSAGE or "-----BEGIN " in cleaned:
        raise InvalidArgument(
            "message",
            repr(message[:20]),
            f"1 to {MAX_MESSAGE:,} characters of text, without the beginning of a signature",
        )
    try:
        cleaned.encode()
    except UnicodeEncodeError as error:
        raise InvalidArgument("message", repr(message[:20]), "text that UTF-8 can hold") from error
    return cleaned


def object_name(data: bytes) -> str:
    """The object id of a tag."""
    return name_object(RawObject("tag", data))


def pack(objects: Sequence[bytes]) -> bytes:
    """A pack of tag objects, each as a whole."""
    body = b"PACK" + (2).to_bytes(4, "big") + len(objects).to_bytes(4, "big")
    body += b"".join(_header(len(data)) + zlib.compress(data) for data in objects)
    return body + sha1(body, usedforsecurity=False).digest()


def _header(size: int) -> bytes:
    """The kind and the size: four bits of it, then seven in each byte."""
    byte, size = _TAG_KIND << 4 | size & 15, size >> 4
    header = bytearray()
    while size:
        header.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    header.append(byte)
    return bytes(header)


def _stated(git: GitConfig, what: str) -> str:
    """The committer's name or e-mail address, from the first place that states one, as Git writes it."""
    variable = f"GIT_COMMITTER_{what.upper()}"
    places = {variable: git.environ.get(variable)}
    places |= {f"{section}.{what}": git.get(section, what) for section in ("committer", "user")}
    if what == "email":
        places["EMAIL"] = git.environ.get("EMAIL")
    place, text = next(((place, text) for place, text in places.items() if text), ("", ""))
    if not text:
        raise ConfigError(
            f"Git's configuration has no user.{what}: "
            "expected user.name and user.email in it, or GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL"
        )
    if not (cleaned := _clean(text)):
        expected = "a name" if what == "name" else "an e-mail address"
        raise ConfigError(
            f"{place} is {quoted(text)}, which has only characters that Git leaves out: expected {expected}"
        )
    return cleaned


def _clean(text: str) -> str:
    """As `strbuf_addstr_without_crud` (ident.c): what would break the line is left out."""
    try:
        return re.sub(r"[<>\n\0]", "", text.strip(_CRUD)).encode("utf-8", "surrogateescape").decode()
    except UnicodeDecodeError as error:
        raise ConfigError("Git's configuration states a name or e-mail address that is not UTF-8") from error


def _date(environ: Mapping[str, str], now: datetime) -> tuple[int, str]:
    """Now, or what GIT_COMMITTER_DATE says: seconds and zone, or a date of ISO 8601 or RFC 2822."""
    stated = environ.get("GIT_COMMITTER_DATE")
    if not stated:
        return _in_zone(now)
    try:
        at, zone = _stated_date(stated.strip())
    except (ValueError, OverflowError, OSError):  # the last two from zones at the ends of the calendar
        at, zone = -1, ""
    if not 0 <= at <= MAX_DATE:
        raise ConfigError(
            f"GIT_COMMITTER_DATE is {stated!r}: expected seconds and a zone, or a date such as 2026-01-31T12:00:00+01:00, "
            "of the years 1970 to 9999"
        )
    return at, zone


def _stated_date(stated: str) -> tuple[int, str]:
    if raw := _DATE.fullmatch(stated):
        return int(raw[1]), raw[2]
    if _RFC_2822.fullmatch(stated):
        moment = parsedate_to_datetime(stated)
        return _in_zone(moment if moment.tzinfo else moment.replace(tzinfo=UTC))  # without one where it is -0000
    return _in_zone(datetime.fromisoformat(stated))


def _in_zone(moment: datetime) -> tuple[int, str]:
    """Its seconds, and the zone of this machine."""
    local = moment.astimezone()
    return int(local.timestamp()), f"{local:%z}"[:5]
