"""The part of repos.toml that says where repositories are to be found: the tables [[source]]."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from catalog.config.model import VISIBILITIES, Options, SourceConfig
from catalog.plugins.forge import Forge, Scope, installed

FULL_CHECK_DAYS = 7.0

_CHOICES = frozenset({"include", "exclude", "topics", "archived", "forks", "visibility", "skip_unpushed"})
_FILTERED = {"topics", "archived", "forks", "visibility", "skip_unpushed"}  # only where the forge tells
_SECRETS = frozenset({"token", "access_token", "private_token", "password", "secret", "api_key"})
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Reader(Protocol):
    """What we need of the reader of repos.toml: each method takes a key's table, and complains of what it will not have."""

    file: Path
    complaints: list[str]

    def text(self, place: str, table: dict[str, Any], key: str) -> str | None: ...
    def flag(self, place: str, table: dict[str, Any], key: str, *, default: bool) -> bool: ...
    def number(self, place: str, table: dict[str, Any], key: str, default: float) -> float: ...
    def options(self, place: str, table: dict[str, Any], default: Options) -> Options: ...
    def unknown(self, place: str, table: dict[str, Any], known: set[str]) -> None: ...
    def complain(self, place: str, key: str, value: object, expected: str) -> None: ...


def read_sources(reader: Reader, raw: dict[str, Any], common: Options, options: set[str]) -> Iterator[SourceConfig]:
    """The sources in the file's order; `options` are the keys that every repository may have."""
    tables = raw.get("source", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        reader.complain("[[source]]", "source", tables, "an array of tables, each begun by [[source]]")
        return
    names: dict[str, str] = {}
    for number, table in enumerate(tables, 1):
        place = f"[[source]] number {number}"
        found = _Table(reader, place, table).source(common, options)
        if found is None:
            continue
        if (first := names.setdefault(found.name.lower(), place)) != place:
            reader.complaints.append(
                f"{reader.file}: {place}: {found.name!r} is a duplicate of {first}; give one of them a name"
            )
        yield found


class _Table:
    """One [[source]], read against what its kind of forge needs and tells."""

    def __init__(self, reader: Reader, place: str, table: dict[str, Any]) -> None:
        self.reader, self.place = reader, place
        secrets = _SECRETS & table.keys()
        self.table = {key: value for key, value in table.items() if key not in secrets}
        for key in sorted(secrets):  # its value is told to nobody
            reader.complaints.append(
                f"{reader.file}: {place}: {key} does not belong into this file; put it into an environment variable, and name "
                "that by token_env where it is not the usual one, or into Git's credential helper"
            )

    def source(self, common: Options, options: set[str]) -> SourceConfig | None:
        forge = self.forge()
        if forge is None:
            return None
        words = self.words(forge)
        keys = {"kind", "name", "url", "token_env", "full_check_days", *_CHOICES, *options}
        self.reader.unknown(self.place, self.table, keys | {word for scope in forge.scopes for word in scope})
        self.told(forge)
        scope = Scope(api=self.address(forge, words), words=words)
        return SourceConfig(
            name=self.text("name") or _name(forge, scope),
            kind=forge.name,
            scope=scope,
            include=self.texts("include"),
            exclude=self.texts("exclude"),
            topics=self.texts("topics"),
            archived=self.flag("archived"),
            forks=self.flag("forks"),
            visibility=self.visibility(),
            skip_unpushed=self.flag("skip_unpushed"),
            full_check_days=self.reader.number(self.place, self.table, "full_check_days", FULL_CHECK_DAYS),
            token_env=self.token_env(),
            options=self.reader.options(self.place, self.table, common),
        )

    def forge(self) -> Forge | None:
        kinds = installed()
        kind = self.table.get("kind")
        if isinstance(kind, str) and kind in kinds:
            return kinds[kind]
        self.reader.complain(self.place, "kind", kind, f"one of {', '.join(kinds)}")
        return None

    def words(self, forge: Forge) -> dict[str, str]:
        """The keys that say whose repositories to list: one of the sets that the forge knows."""
        every = sorted({word for scope in forge.scopes for word in scope})
        found = {word: self.text(word) for word in every if word in self.table}
        if frozenset(found) not in forge.scopes:
            sets = " or ".join(" and ".join(sorted(scope)) for scope in forge.scopes)
            stated = " and ".join(found) or "none of them"
            self.reader.complaints.append(
                f"{self.reader.file}: {self.place}: kind {forge.name!r} needs {sets}, found {stated}"
            )
        words = {word: value or "" for word, value in found.items()}
        if "path" in words:
            words["path"] = str((self.reader.file.parent / Path(words["path"]).expanduser()).absolute())
        return words

    def address(self, forge: Forge, words: Mapping[str, str]) -> str:
        url = words.get("url") or self.text("url") or forge.url
        if not url:
            if not any("path" in scope for scope in forge.scopes):
                self.complain("url", None, f"the address of the {forge.name} server, such as https://git.example.com")
            return ""
        try:
            split = urlsplit(url)
            fine = split.scheme in {"https", "http"} and split.hostname and split.port != 0
        except ValueError:
            fine, split = None, urlsplit("")
        if split.username is not None or split.password is not None:
            self.reader.complaints.append(
                f"{self.reader.file}: {self.place}: url holds a name or password, expected none"
            )
        elif not fine:
            self.complain("url", url, "a URL that begins with https:// or http://")
        else:
            return forge.address(url)
        return ""

    def told(self, forge: Forge) -> None:
        """A choice by what the forge does not tell would choose nothing, or everything, in silence."""
        for key in sorted(_FILTERED & self.table.keys() - forge.tells):
            self.reader.complaints.append(
                f"{self.reader.file}: {self.place}: kind {forge.name!r} does not tell what {key} needs"
            )

    def visibility(self) -> tuple[str, ...]:
        value = self.table.get("visibility", [])
        wanted = [value] if isinstance(value, str) else value
        if isinstance(wanted, list) and all(word in VISIBILITIES for word in wanted):
            return tuple(wanted)
        self.complain("visibility", value, f"one or a list of {', '.join(VISIBILITIES)}")
        return ()

    def token_env(self) -> str | None:
        value = self.table.get("token_env")
        if value is None or (isinstance(value, str) and _VARIABLE.fullmatch(value)):
            return value
        # What stands there may be the token itself.
        self.reader.complaints.append(
            f"{self.reader.file}: {self.place}: token_env is no name of an environment variable, expected one such as GITHUB_TOKEN"
        )
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.table.get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
            return tuple(value)
        self.complain(key, value, 'a list of texts, such as ["acme/*"]')
        return ()

    def text(self, key: str) -> str | None:
        return self.reader.text(self.place, self.table, key)

    def flag(self, key: str) -> bool:
        return self.reader.flag(self.place, self.table, key, default=False)

    def complain(self, key: str, value: object, expected: str) -> None:
        self.reader.complain(self.place, key, value, expected)


def _name(forge: Forge, scope: Scope) -> str:
    """`github.com/acme`, `github.com/topic:mlops`, or the path or address of a folder or list."""
    if "path" in scope.words:
        return scope.words["path"]
    sites = forge.clones(scope) if frozenset(scope.words) in forge.scopes else ()
    host = sites[0].partition("://")[2] if sites else scope.api
    words = [value if key != "topic" else f"topic:{value}" for key, value in scope.words.items() if key != "url"]
    return "/".join([host, *words])
