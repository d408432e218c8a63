"""repos.toml: the wish. Read into a frozen Config; every complaint names its table and key, and all come at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catalog.config.model import PLAIN_TAGS, Config, Options, RepoConfig
from catalog.config.schedule import read_schedule
from catalog.config.sources import read_sources
from catalog.errors import ConfigError
from catalog.naming import SCHEMES, SCP, is_repo_name, repo_name

__all__ = ["Config", "Options", "RepoConfig", "load", "parse"]

_SIZE = re.compile(r"(\d+) ?(KiB|MiB|GiB)")
_SIZES = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
JOBS = 8  # visits at a time, overall and to one host


def load(file: Path) -> Config:
    """Reads repos.toml; ConfigError with every complaint where it is not as it should be."""
    return parse(_text(file), file)


def parse(text: str, file: Path) -> Config:
    """Reads the text of a repos.toml that lies, or would lie, at `file`. Relative paths count from there."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not TOML: {error}") from error
    reader = _Reader(file)
    config = reader.config(raw)
    if reader.complaints:
        raise ConfigError(*reader.complaints)
    return config


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"{file}: no such file; `catalog init` makes one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from error


class _Reader:
    """Walks the parsed file and collects complaints instead of stopping at the first."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.complaints: list[str] = []

    def config(self, raw: dict[str, Any]) -> Config:
        self.unknown("", raw, {"catalog", "crawl", "metrics", "schedule", "stages", "repo", "source"})
        catalog, crawl = self.table("catalog", raw), self.table("crawl", raw)
        self.unknown("[catalog]", catalog, {"title", "output", "site_url"})
        self.unknown(
            "[crawl]",
            crawl,
            {"jobs", "jobs_per_host", "processes", "connect_timeout", "idle_timeout", "schedule", *_OPTIONS},
        )
        common = self.options("[crawl]", crawl, Options())
        output = self.file.parent / (self.text("[catalog]", catalog, "output") or "output")
        return Config(
            file=self.file,
            title=self.text("[catalog]", catalog, "title") or "Model catalog",
            output=output,
            site_url=self.site_url(catalog),
            jobs=int(self.number("[crawl]", crawl, "jobs", JOBS, least=1, most=256, whole=True)),
            jobs_per_host=int(self.number("[crawl]", crawl, "jobs_per_host", JOBS, least=1, most=256, whole=True)),
            processes=self.processes(crawl),
            connect_timeout=self.number("[crawl]", crawl, "connect_timeout", 10.0),
            idle_timeout=self.number("[crawl]", crawl, "idle_timeout", 30.0),
            schedule=read_schedule(self, crawl, self.table("schedule", raw), output),
            stages=self.stages(self.table("stages", raw)),
            directions=tuple(self.directions(self.table("metrics", raw))),
            repos=tuple(self.repos(raw, common)),
            sources=tuple(read_sources(self, raw, common, set(_OPTIONS))),
        )

    def repos(self, raw: dict[str, Any], common: Options) -> Iterator[RepoConfig]:
        entries = raw.get("repo", [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self.complain("[[repo]]", "repo", entries, "an array of tables, each begun by [[repo]]")
            return
        names: dict[str, str] = {}
        for number, entry in enumerate(entries, 1):
            place = f"[[repo]] number {number}"
            self.unknown(place, entry, {"url", "name", *_OPTIONS})
            url = self.url(place, entry)
            name = self.text(place, entry, "name") or repo_name(url)
            if not is_repo_name(name):
                self.complain(
                    place, "name", name, "parts of printable characters with / between them, such as team/model"
                )
            elif url and (first := names.setdefault(name.lower(), place)) != place:
                self.complaints.append(
                    f"{self.file}: {place}: {name!r} is a duplicate of {first}; give one of them a name"
                )
            yield RepoConfig(name=name, url=url, options=self.options(place, entry, common))

    def url(self, place: str, entry: dict[str, Any]) -> str:
        if "url" not in entry:
            self.complaints.append(
                f'{self.file}: {place}: url is missing, expected for example "https://host/owner/name"'
            )
        url = self.text(place, entry, "url") or ""
        scheme = self.scheme(place, "url", url)
        if scheme is None:
            return ""
        if "://" in url and urlsplit(url).password is not None:  # it is told to nobody
            self.complaints.append(
                f"{self.file}: {place}: url holds a password, expected none; ~/.netrc and Git's credential helpers are asked"
            )
            return ""
        if scheme in SCHEMES or SCP.fullmatch(url):
            return url
        if "://" in url:
            self.complain(place, "url", url, f"one of {', '.join(SCHEMES)}, user@host:path, or a path")
        return str((self.file.parent / Path(url).expanduser()).absolute()) if url else ""

    def scheme(self, place: str, key: str, url: str) -> str | None:
        """The URL's scheme, in lower case; None, and a complaint, where it is no URL."""
        try:
            split = urlsplit(url)
            known = split.scheme in SCHEMES and split.scheme != "file"
            if not known or (split.hostname and split.port != 0):
                return split.scheme
        except ValueError:  # brackets, or a port, that are none
            pass
        shown = re.sub("//.*@", "//", url)  # without a password that it may hold
        self.complain(place, key, shown, "a URL with a host, such as https://host/owner/name")
        return None

    def options(self, place: str, table: dict[str, Any], default: Options) -> Options:
        return Options(
            timeout=self.number(place, table, "timeout", default.timeout),
            max_bytes=self.size(place, table, "max_bytes", default.max_bytes),
            history=int(self.number(place, table, "history", default.history, least=0, whole=True)),
            experiments=int(self.number(place, table, "experiments", default.experiments, least=0, whole=True)),
            plain_tags=self.plain_tags(place, table, default.plain_tags),
            fetch_remote_metrics=self.flag(place, table, "fetch_remote_metrics", default=default.fetch_remote_metrics),
        )

    def plain_tags(self, place: str, table: dict[str, Any], default: int | None) -> int | None:
        value = table.get("plain_tags", default)
        if isinstance(value, bool):
            return PLAIN_TAGS if value else 0
        if value is None or (isinstance(value, int) and value >= 0):
            return value
        self.complain(place, "plain_tags", value, "true, false, or how many of the newest to read")
        return default

    def flag(self, place: str, table: dict[str, Any], key: str, *, default: bool) -> bool:
        value = table.get(key, default)
        if isinstance(value, bool):
            return value
        self.complain(place, key, value, "true or false")
        return default

    def directions(self, table: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Patterns of metrics' names with what is better of them, in the file's order."""
        self.unknown("[metrics]", table, {"higher", "lower"})
        for direction in ("higher", "lower"):
            patterns = table.get(direction, [])
            if isinstance(patterns, list) and all(isinstance(pattern, str) and pattern for pattern in patterns):
                yield from ((pattern, direction) for pattern in dict.fromkeys(patterns))
            else:
                self.complain("[metrics]", direction, patterns, 'a list of names, such as ["auc", "*_recall"]')

    def stages(self, table: dict[str, Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        for stage, raws in table.items():
            if not isinstance(raws, list) or not all(isinstance(raw, str) for raw in raws):
                self.complain("[stages]", stage, raws, 'a list of names, such as ["production", "live"]')
                continue
            for raw in dict.fromkeys([stage, *raws]):
                if found.setdefault(raw, stage) != stage:
                    self.complaints.append(
                        f"{self.file}: [stages]: {raw!r} is in {found[raw]!r} and in {stage!r}, expected in one"
                    )
        return found

    def site_url(self, table: dict[str, Any]) -> str | None:
        url = self.text("[catalog]", table, "site_url")
        scheme = self.scheme("[catalog]", "site_url", url) if url else "https"
        if scheme not in ("http", "https", None):
            self.complain("[catalog]", "site_url", url, "a URL that begins with https:// or http://")
        return url

    def table(self, name: str, raw: dict[str, Any]) -> dict[str, Any]:
        value = raw.get(name, {})
        if isinstance(value, dict):
            return value
        self.complain("", name, value, f"a table begun by [{name}]")
        return {}

    def text(self, place: str, table: dict[str, Any], key: str) -> str | None:
        value = table.get(key)
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        self.complain(place, key, value, "text")
        return None

    def number(
        self,
        place: str,
        table: dict[str, Any],
        key: str,
        default: float,
        *,
        least: float = 0.001,
        most: float = 1e9,
        whole: bool = False,
    ) -> float:
        value = table.get(key, default)
        kinds = (int,) if whole else (int, float)
        if isinstance(value, kinds) and not isinstance(value, bool) and least <= value <= most:
            return value
        kind = "a whole number" if len(kinds) == 1 else "a number of seconds"
        self.complain(place, key, value, f"{kind} from {least:g} to {most:g}")
        return default

    def processes(self, crawl: dict[str, Any]) -> int | None:
        if "processes" not in crawl:
            return None
        return int(self.number("[crawl]", crawl, "processes", 1, least=1, most=64, whole=True))

    def size(self, place: str, table: dict[str, Any], key: str, default: int) -> int:
        value = table.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        if isinstance(value, str) and (found := _SIZE.fullmatch(value.strip())) and int(found[1]):
            return int(found[1]) * _SIZES[found[2]]
        self.complain(place, key, value, 'a number of bytes, or a size such as "256 MiB"')
        return default

    def unknown(self, place: str, table: dict[str, Any], known: set[str]) -> None:
        for key in table:
            if key not in known:
                where = f"{place}: " if place else ""
                self.complaints.append(
                    f"{self.file}: {where}unknown key {key!r}, expected one of {', '.join(sorted(known))}"
                )

    def complain(self, place: str, key: str, value: object, expected: str) -> None:
        where = f"{place}: " if place else ""
        self.complaints.append(f"{self.file}: {where}{key} is {_quote(value)}, expected {expected}")


_OPTIONS: Sequence[str] = ("timeout", "max_bytes", "history", "experiments", "plain_tags", "fetch_remote_metrics")


def _quote(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004 - a line of a terminal
