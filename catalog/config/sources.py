"""The tables [[source]] of repos.toml: where repositories are listed, and which of them to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from catalog.config.model import RepoOptions, SourceConfig
from catalog.config.repository_keys import FILTERS, OPTIONS, SOURCE, kind_key, scope_keys
from catalog.config.table_reader import TableReader
from catalog.config.urls import FORGES, OWNER_NAME
from catalog.naming import local_path
from catalog.plugins.forge import Forge, Scope, installed
from catalog.text import quoted

_SECRETS = frozenset({"token", "access_token", "private_token", "password", "secret", "api_key"})


# The page of an owner, with or without its scheme.
_PAGE = re.compile(rf"(?:[a-z]+://[^/]*|{'|'.join(map(re.escape, sorted(FORGES)))})(?P<path>(?:/.*)?)", re.IGNORECASE)


def read_sources(tables: list[TableReader], options: Mapping[str, Any]) -> Iterator[SourceConfig]:
    """The sources in the file's order; `options` are those of [crawl]."""
    names: dict[str, str] = {}
    for reader in tables:
        _refuse_secrets(reader)
        kind = reader.value(kind_key())
        if kind is not None:
            source = _source(reader, installed()[kind], options)
            reader.refuse_duplicate(source.name, names)
            yield source


def _refuse_secrets(reader: TableReader) -> None:
    secrets = _SECRETS & reader.table.keys()
    reader.table = {key: value for key, value in reader.table.items() if key not in secrets}
    for key in sorted(secrets):  # no message shows its value
        reader.complain(
            f"forbidden key {quoted(key)}: expected the value in an environment variable (`token_env` names one that is not the usual one) "
            "or in Git's credential helper"
        )


def _source(reader: TableReader, forge: Forge, options: Mapping[str, Any]) -> SourceConfig:
    scopes = scope_keys([forge])
    values = reader.values((kind_key(), *scopes, *SOURCE.keys), options)
    words = _words(reader, forge, values)
    _refuse_filters(reader, forge)
    scope = Scope(api=_address(reader, forge, values["url"]), words=words)
    chosen = {name: values.pop(name) for name in [key.name for key in (*scopes, *OPTIONS)] + ["url"]}
    return SourceConfig(
        **{**values, "name": values["name"] or _name(forge, scope)},
        scope=scope,
        options=RepoOptions(**{key.name: chosen[key.name] for key in OPTIONS}),
    )


def _words(reader: TableReader, forge: Forge, values: Mapping[str, Any]) -> dict[str, str]:
    """The keys that say whose repositories to list: one of the sets that the forge supports."""
    every = sorted({word for scope in forge.scopes for word in scope})
    stated = [word for word in every if word in reader.table]
    if frozenset(stated) not in forge.scopes:
        sets = " or ".join(" and ".join(sorted(scope)) for scope in forge.scopes)
        reader.complain(
            f"invalid keys for kind {quoted(forge.name)}: expected {sets}, found {' and '.join(stated) or 'none'}"
        )
    words = {word: values[word] or "" for word in stated}
    for word in sorted(words.keys() - {"path", "url"}):
        _refuse_address(reader, word, words[word])
    if "path" in words:
        words["path"] = str((reader.file.parent / local_path(words["path"])).absolute())
    return words


def _refuse_address(reader: TableReader, word: str, value: str) -> None:
    """Where an owner's name is expected, its page is not: `https://github.com/acme` for `acme`."""
    match = _PAGE.fullmatch(value)
    if match is None:
        return
    parts = [part for part in match["path"].split("/") if part]
    name = parts[-1:] if word == "topic" else parts if word == "group" else parts[:1]
    reader.refuse(
        word, quoted(value), quoted("/".join(name)) if name else f"the name of the {word}, without the server"
    )


def _refuse_filters(reader: TableReader, forge: Forge) -> None:
    """A filter by what the forge does not list would select nothing, or everything, without an error."""
    for key in sorted(set(FILTERS) & reader.table.keys() - forge.tells):
        reader.complain(f"unsupported key {quoted(key)}: kind {quoted(forge.name)} does not list what it filters by")


def _address(reader: TableReader, forge: Forge, url: str | None) -> str:
    if url and (owner := _owner_in(forge, url)):
        reader.refuse("url", quoted(url), f"the server alone, and the owner {quoted(owner)} by its own key")
    if url or forge.url:
        return forge.address(url or forge.url)
    if "url" not in reader.table and not any("path" in scope for scope in forge.scopes):
        reader.complain(
            f"missing key 'url': expected the address of the {forge.name} server, such as https://git.example.com"
        )
    return ""


def _owner_in(forge: Forge, url: str) -> str:
    """The path behind a public forge, which is not a part of its address."""
    split = urlsplit(url)
    is_list = any("url" in scope for scope in forge.scopes)
    return split.path.strip("/") if split.hostname in OWNER_NAME | {"gitlab.com"} and not is_list else ""


def _name(forge: Forge, scope: Scope) -> str:
    """`github.com/acme`, `github.com/topic:mlops`, or the path or address of a folder or list."""
    if "path" in scope.words:
        return scope.words["path"]
    sites = forge.clones(scope) if frozenset(scope.words) in forge.scopes else ()
    host = sites[0].partition("://")[2] if sites else scope.api
    words = [value if key != "topic" else f"topic:{value}" for key, value in scope.words.items() if key != "url"]
    return "/".join([host, *words])
