"""Which value of each key of repos.toml holds, and where it is stated: in a line of the file, in the environment, or nowhere."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.config.declaration import ConfigKey, Table
from catalog.config.keys import CRAWL, STAGES, TABLES
from catalog.config.model import Config, RepoConfig, SourceConfig
from catalog.config.notify_keys import NOTIFY
from catalog.config.repository_keys import OPTIONS, SOURCE
from catalog.config.site_keys import SITE
from catalog.config.statements import KeyPath, statements
from catalog.config.storage_keys import STORAGE
from catalog.naming import public_url
from catalog.plugins.forge import installed
from catalog.privacy import detector

VARIABLES = ("CATALOG_CONFIG", "CATALOG_DATABASE", "CATALOG_DEBUG")  # that change what the command does


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One value. `origin` is `file`, `environment` or `default`; `line` is that of the file, `variable` that of the environment."""

    table: str
    key: str
    value: Any
    origin: str
    line: int | None = None
    variable: str | None = None


class EffectiveConfig:
    """The settings of one repos.toml, whose text was parsed without a complaint."""

    def __init__(self, config: Config, text: str, environment: Mapping[str, str]) -> None:
        self._config, self._environment = config, environment
        self._raw = tomllib.loads(text)
        self._lines: dict[KeyPath, int] = {}
        for each in statements(text):
            self._lines.setdefault(each.path, each.line)

    def settings(self) -> Iterator[Setting]:
        """Every key of the tables that there are once, and what each [[repo]] and [[source]] states."""
        for table in TABLES:
            if table.is_array:
                yield from self._entries(table)
            elif table is STAGES:
                stages = self._raw.get(table.name, {})
                yield from (self._stated(table.header, (table.name, stage)) for stage in stages)
            else:
                yield from (self._setting(table.header, key, [(table.name, key.name)]) for key in table.keys)
        yield from self._variables()

    def of_repo(self, repo: RepoConfig, source: SourceConfig | None) -> Iterator[Setting]:
        """The values that hold for one repository; `source` is where it is listed, if it has no [[repo]]."""
        number = next((place for place, each in enumerate(self._config.repos) if each.name == repo.name), None)
        own: KeyPath = ("repo", number) if number is not None else ("source", self._config.sources.index(source))
        header = f"[[{own[0]}]]"
        identity = {"name": repo.name, "url": public_url(repo.url), "aliases": list(repo.aliases)}
        for name, value in identity.items():
            path = (*own, name) if number is not None else own
            yield Setting(table=header, key=name, value=value, **self._origin(path))
        for key in OPTIONS:
            yield self._setting(header, key, [(*own, key.name), (CRAWL.name, key.name)])

    def _entries(self, table: Table) -> Iterator[Setting]:
        for number, (entry, name) in enumerate(zip(self._raw.get(table.name, ()), self._names(table), strict=True)):
            header = f"{table.header} {name}"
            for key in entry:
                yield self._stated(header, (table.name, number, key))
            if table is SOURCE:
                yield self._token(header, self._config.sources[number])

    def _names(self, table: Table) -> list[str]:
        """What tells the entries of an array of tables apart."""
        if table is STORAGE:
            return [public_url(storage.url) or "" for storage in self._config.storage]
        if table in (NOTIFY, SITE):
            named = self._config.notifications if table is NOTIFY else self._config.sites
            return [entry.name for entry in named]
        return [entry.name for entry in (self._config.sources if table is SOURCE else self._config.repos)]

    def _token(self, header: str, source: SourceConfig) -> Setting:
        """Whether there is a token; never the token."""
        names = (source.token_env,) if source.token_env else installed()[source.kind].tokens
        present = next((name for name in names if self._environment.get(name, "").strip()), None)
        if present:
            return Setting(table=header, key="token", value="(set)", origin="environment", variable=present)
        return Setting(table=header, key="token", value=None, origin="default", variable=names[0] if names else None)

    def _variables(self) -> Iterator[Setting]:
        for name in VARIABLES:
            if value := self._environment.get(name):
                yield Setting(table="environment", key=name, value=_shown(value), origin="environment", variable=name)

    def _stated(self, header: str, path: KeyPath) -> Setting:
        value = _shown(self._value(path))
        return Setting(table=header, key=str(path[-1]), value=value, **self._origin(path))

    def _setting(self, header: str, key: ConfigKey, paths: list[KeyPath]) -> Setting:
        """By the first of these places that states it, or else its default."""
        stated = next((path for path in paths if self._value(path) is not None), None)
        if stated is None:
            return Setting(table=header, key=key.name, value=_default(key), origin="default")
        return Setting(table=header, key=key.name, value=_shown(self._value(stated)), **self._origin(stated))

    def _value(self, path: KeyPath) -> Any:  # noqa: ANN401 - any of TOML's
        value: Any = self._raw
        for part in path:
            if isinstance(part, str) and part not in value:
                return None
            value = value[part]
        return value

    def _origin(self, path: KeyPath) -> dict[str, Any]:
        """Where it is stated: in a line of its own, or in that of the table or list that has it."""
        if self._value(path) is None:
            return {"origin": "default"}
        lines = (self._lines.get(path[:length]) for length in range(len(path), 0, -1))
        return {"origin": "file", "line": next(filter(None, lines))}


def _default(key: ConfigKey) -> Any:  # noqa: ANN401 - the type of the key decides
    if key.absent is not None:
        return key.absent.replace("`", "").strip('"')
    return list(key.default) if isinstance(key.default, tuple) else key.default


def _shown(value: Any) -> Any:  # noqa: ANN401 - any of TOML's
    """Without what may be a secret, in a command or in an address."""
    match value:
        case str():
            return detector.clean(public_url(value))
        case list():
            return [_shown(item) for item in value]
        case dict():
            return {key: _shown(item) for key, item in value.items()}
        case _:
            return value
