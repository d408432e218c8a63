"""Parses repos.toml into a frozen Config; all complaints come at once, each with its table and key."""

from __future__ import annotations

import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catalog.config.keys import CATALOG, CRAWL, METRICS, NETWORK, PRIVACY, SCHEDULE, STAGES, TABLES
from catalog.config.model import Config, RepoConfig, RepoOptions, Schedule, StorageConfig
from catalog.config.notify_keys import NOTIFY, read_notifications
from catalog.config.repository_keys import OPTIONS, REPO, SOURCE
from catalog.config.site_keys import SITE, read_sites
from catalog.config.sources import read_sources
from catalog.config.storage_keys import GET, STORAGE
from catalog.config.table_reader import TableReader
from catalog.config.urls import expected_for_path
from catalog.config.value_types import REPOSITORY_NAME
from catalog.errors import ConfigError
from catalog.naming import SCHEMES, SCP, is_repo_name, local_path, repo_name
from catalog.privacy.settings import Privacy
from catalog.text import quoted

__all__ = ["Config", "RepoConfig", "RepoOptions", "load", "parse", "read_text"]


def load(file: Path) -> Config:
    """Reads repos.toml; ConfigError with every complaint where it is not as it should be."""
    return parse(read_text(file), file)


def parse(text: str, file: Path) -> Config:
    """Reads the text of a repos.toml that lies, or would lie, at `file`. Relative paths count from there."""
    try:
        raw = tomllib.loads(text)
    except ValueError as error:  # also for a number of more digits than Python reads
        raise ConfigError(f"{file}: not TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{file}: cannot be read: its brackets are nested too deep") from error
    complaints: list[str] = []
    config = _config(TableReader(file, complaints, "", raw))
    if complaints:
        raise ConfigError(*complaints)
    return config


def read_text(file: Path) -> str:
    """The text of a file in UTF-8, with or without a byte order mark; ConfigError where it cannot be read."""
    try:
        content = file.read_bytes()
        if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            raise ConfigError(f"{file}: found text in UTF-16, expected UTF-8: save it so")
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise ConfigError(f"{file}: no such file; `catalog init` makes one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from error


def _config(reader: TableReader) -> Config:
    reader.refuse_unknown([table.name for table in TABLES])
    catalog = reader.table_at(CATALOG).values(CATALOG.keys)
    crawl_reader = reader.table_at(CRAWL)
    crawl = crawl_reader.values(CRAWL.keys)
    options = {key.name: crawl.pop(key.name) for key in OPTIONS}
    _check_executor(crawl_reader, crawl)
    output, theme = reader.file.parent / catalog.pop("output"), catalog.pop("theme")
    return Config(
        **catalog,
        file=reader.file,
        output=output,
        theme=reader.file.parent / theme if theme else None,
        schedule=_schedule(reader.table_at(SCHEDULE), crawl.pop("schedule"), output),
        **crawl,
        directions=_directions(reader.table_at(METRICS)),
        allowed_hosts=reader.table_at(NETWORK).values(NETWORK.keys)["allow"],
        allowed_urls=reader.table_at(GET).values(GET.keys)["allow"],
        storage=tuple(_storage(reader.array_at(STORAGE))),
        privacy=Privacy(**reader.table_at(PRIVACY).values(PRIVACY.keys)),
        notifications=tuple(read_notifications(reader.array_at(NOTIFY))),
        sites=tuple(read_sites(reader.array_at(SITE))),
        stages=_stages(reader.table_at(STAGES)),
        repos=tuple(_repos(reader.array_at(REPO), options)),
        sources=tuple(read_sources(reader.array_at(SOURCE), options)),
    )


def _check_executor(reader: TableReader, crawl: Mapping[str, Any]) -> None:
    refused = any(crawl[name] != reader.table.get(name, crawl[name]) for name in ("executor", "scheduler"))
    if not refused and (crawl["executor"] == "dask") != (crawl["scheduler"] is not None):
        reader.complain("executor 'dask' and 'scheduler' belong together: expected both or neither")


def _schedule(reader: TableReader, cron: str | None, output: Path) -> Schedule:
    values = reader.values(SCHEDULE.keys)
    health_file = values.pop("health_file")
    return Schedule(
        **values, cron=cron, health_file=reader.file.parent / health_file if health_file else output / "health.json"
    )


def _directions(reader: TableReader) -> tuple[tuple[str, str], ...]:
    """Patterns of metrics' names, each with which direction is better."""
    values = reader.values(METRICS.keys)
    higher = {pattern.lower() for pattern in values["higher"]}  # case does not count where names are matched
    for pattern in dict.fromkeys(values["lower"]):
        if pattern.lower() in higher:
            reader.complain(f"duplicate pattern {pattern!r}: expected it in one of 'higher' and 'lower'")
    return tuple((pattern, direction) for direction in values for pattern in dict.fromkeys(values[direction]))


def _stages(reader: TableReader) -> dict[str, str]:
    """The catalog's name of a stage, by each name that tags use."""
    stages: dict[str, str] = {}
    assert STAGES.any_key is not None
    for stage in reader.table:
        names = reader.value(replace(STAGES.any_key, name=stage))
        for name in () if names is None else dict.fromkeys([stage, *names]):
            if (first := stages.setdefault(name, stage)) != stage:
                reader.complain(
                    f"duplicate name {quoted(name)}: expected it in one of {quoted(first)} and {quoted(stage)}"
                )
    return stages


def _repos(tables: list[TableReader], options: Mapping[str, Any]) -> Iterator[RepoConfig]:
    names: dict[str, str] = {}
    for reader in tables:
        values = reader.values(REPO.keys, options)
        url, name = values.pop("url"), values.pop("name")
        if url is None or (name is None and "name" in reader.table):
            continue  # a complaint was made
        url = _located(reader, url)
        name = name or repo_name(url)
        if is_repo_name(name):
            reader.refuse_duplicate(name, names)
        else:
            reader.refuse("name", quoted(name), REPOSITORY_NAME.expected)
        aliases = tuple(dict.fromkeys(values.pop("aliases")))
        for alias in aliases:
            reader.refuse_duplicate(alias, names, "aliases")
        yield RepoConfig(name=name, url=url, aliases=aliases, options=RepoOptions(**values))


def _storage(tables: list[TableReader]) -> Iterator[StorageConfig]:
    for reader in tables:
        values = reader.values(STORAGE.keys)
        values["options"], values["env"] = dict(values["options"]), dict(values["env"])
        place = values["read_from"]
        if place is not None and "://" not in place:
            values["read_from"] = (reader.file.parent / local_path(place)).absolute().as_uri()
        if values["url"] is not None:  # else a complaint was made
            yield StorageConfig(**values)


def _located(reader: TableReader, url: str) -> str:
    """A URL as it is; a path from where the file lies. What may be a URL without its beginning is a complaint, unless a folder has that name."""
    if urlsplit(url).scheme in SCHEMES or SCP.fullmatch(url):
        return url
    folder = (reader.file.parent / local_path(url)).absolute()
    if (expected := expected_for_path(url)) and not folder.exists():
        reader.refuse("url", quoted(url), expected)
    return str(folder)
