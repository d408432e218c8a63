"""Formats values for pages: dates, people, stages, and untrusted text with invisible characters made visible."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from zlib import crc32

from markupsafe import Markup, escape

from catalog.text import plural, visible_on_page

MESSAGE = 400  # characters of a message of a visit or a problem
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
AVATARS = 6  # colours for people in site.css
HUES = 6  # and for stages that we do not know

_OBJECT = re.compile("[0-9a-f]{40}")
_SPECIAL = re.compile(r"[^\n !#-%(-;=?-~]")  # what may have to be escaped: all but printable ASCII without & < > " '
_THOUSAND, _SMALL = 1000, 1e-4  # from where on a number has its thousands apart, and up to where an exponent
_KILO = 1024

# A stage has a colour and a shape; an unknown one has a hue by its name. Stages are in this order, where repos.toml states none.
_LOOKS = {
    "prod": "prod",
    "production": "prod",
    "live": "prod",
    "staging": "staging",
    "stage": "staging",
    "preprod": "staging",
    "canary": "staging",
    "dev": "dev",
    "development": "dev",
    "test": "dev",
    "archive": "archived",
    "archived": "archived",
    "retired": "archived",
}
_ORDER = ("prod", "staging", "dev", "other", "archived")


def shown(value: object) -> object:
    """What a template prints for a value: the finishing touch of every `{{ }}`."""
    if value is None:
        return ""
    if type(value) is str:
        return visible_on_page(value)
    return value


def printed(value: object) -> str:
    """The HTML of a value, as `shown` and Jinja's autoescape print it."""
    if type(value) is str and not _SPECIAL.search(value):
        return value
    return escape(shown(value))


def clip(text: str | None, most: int) -> str:
    """The text, cut at `most` characters. Says so."""
    text = (text or "").strip()
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def short(commit: str) -> str:
    """The first seven digits of an object id; other names as they are."""
    return commit[:7] if _OBJECT.fullmatch(commit) else commit


def number(value: int) -> str:
    """A count with thousands apart."""
    return f"{value:,}"


def percent(share: float) -> str:
    """A share of a width, as SVG has it, to a tenth of a percent."""
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def decimal(value: float) -> str:
    """A finite number of a metric as lists show it, with scripts (models.js) and without: thousands apart, else four significant digits."""
    if value == int(value) or abs(value) >= _THOUSAND:
        return f"{round(value, 1):,}".removesuffix(".0")
    if abs(value) < _SMALL:
        digits, _, exponent = f"{value:.2e}".partition("e")
        return f"{digits}e{int(exponent)}"
    return f"{value:.4g}"


def of_type(count: int, kind: str | None) -> str:
    """A count of artifacts of a type, which may be any word: `2 models`, `2 of type weights`, `2 without a type`."""
    if kind in ("dataset", "model"):
        return plural(count, kind)
    return f"{number(count)} of type {kind}" if kind else f"{number(count)} without a type"


def size(count: int) -> str:
    """Bytes for people."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB"):
        if amount < _KILO:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= _KILO
    return f"{amount:.1f} GiB"


@lru_cache(maxsize=65536)
def day(moment: datetime | None) -> Markup:
    """The date of a moment in UTC; the machine-readable time goes with it."""
    return Markup("") if moment is None else _time(moment, date(moment))


@lru_cache(maxsize=65536)
def minute(moment: datetime | None) -> Markup:
    """Date and time of a moment in UTC."""
    return Markup("") if moment is None else _time(moment, f"{date(moment)}, {moment:%H:%M} UTC")


@lru_cache(maxsize=4096)
def person(name: str) -> Markup:
    """Somebody's name, with their initials on a colour that is always theirs."""
    return Markup('<span class="who a{}" data-i="{}">{}</span>').format(*face(name), visible_on_page(name))


def face(name: str) -> tuple[int, str]:
    """Somebody's colour and initials."""
    words = [word for word in re.split(r"[\W_]+", name) if word]
    initials = (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"
    return crc32(name.encode()) % AVATARS, visible_on_page(initials)


def look(stage: str) -> str:
    """The class of a stage's colour and shape."""
    name = stage.lower()
    return _LOOKS.get(name) or f"h{crc32(name.encode()) % HUES}"


def stage_order(stage: str, rank: int | None) -> tuple[bool, int, int, str]:
    """Sorts stages: first those of repos.toml in its order, then the others, from production to archive."""
    return (rank is None, rank or 0, _ORDER.index(_LOOKS.get(stage.lower(), "other")), stage)


@lru_cache(maxsize=4096)
def pill(stage: str, version: str = "") -> Markup:
    """A stage as a pill, with the version that is in it."""
    inside = Markup(" <b>{}</b>").format(visible_on_page(short(version))) if version else ""
    return Markup('<span class="pill s-{}">{}{}</span>').format(look(stage), visible_on_page(stage), inside)


def date(moment: datetime) -> str:
    """A date as pages write it."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def _time(moment: datetime, text: str) -> Markup:
    stamp = moment.replace(microsecond=0).isoformat()
    return Markup('<time datetime="{}Z">{}</time>').format(stamp, escape(text))


def with_code(sentence: str | None) -> Markup:
    """A sentence, with what stands between backticks as code; a backtick that has no other stays."""
    parts = visible_on_page(clip(sentence, MESSAGE)).split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    return Markup().join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )
