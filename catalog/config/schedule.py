"""The part of repos.toml that says when to crawl: the key `schedule` of [crawl], and the table [schedule]."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from catalog.config.cron import EXAMPLE, check, zone_of
from catalog.config.model import Schedule

_MOST_JITTER = 86_400


class Reader(Protocol):
    """What we need of the reader of repos.toml: each method takes a key's table, and complains of what it will not have."""

    file: Path

    def text(self, place: str, table: dict[str, Any], key: str) -> str | None: ...
    def number(
        self,
        place: str,
        table: dict[str, Any],
        key: str,
        default: float,
        *,
        least: float = ...,
        most: float = ...,
        whole: bool = ...,
    ) -> float: ...
    def unknown(self, place: str, table: dict[str, Any], known: set[str]) -> None: ...
    def complain(self, place: str, key: str, value: object, expected: str) -> None: ...


def read_schedule(reader: Reader, crawl: dict[str, Any], table: dict[str, Any], output: Path) -> Schedule:
    """When to crawl. The health file lies in the output folder, if nothing is said."""
    place = "[schedule]"
    reader.unknown(place, table, {"timezone", "jitter", "publish", "health_file"})
    cron = _checked(reader, "[crawl]", "schedule", reader.text("[crawl]", crawl, "schedule"), check, EXAMPLE)
    zone = _checked(
        reader, place, "timezone", reader.text(place, table, "timezone"), zone_of, 'for example "Europe/Berlin"'
    )
    health_file = reader.text(place, table, "health_file")
    return Schedule(
        cron=cron,
        timezone=zone or "UTC",
        jitter=int(reader.number(place, table, "jitter", 0, least=0, most=_MOST_JITTER, whole=True)),
        publish=_publish(reader, place, table.get("publish")),
        health_file=reader.file.parent / health_file if health_file else output / "health.json",
    )


def _checked(
    reader: Reader, place: str, key: str, value: str | None, read: Callable[[str], object], example: str
) -> str | None:
    try:
        if value is not None:
            read(value)
    except ValueError as error:
        reader.complain(place, key, value, f"{example}; {error}")
        return None
    return value


def _publish(reader: Reader, place: str, value: object) -> str | tuple[str, ...] | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value) and value[0]:
        return tuple(value)
    reader.complain(
        place,
        "publish",
        value,
        'a list of words, such as ["rsync", "-a", "output/site/", "web:/srv"], or a line for the shell',
    )
    return None
