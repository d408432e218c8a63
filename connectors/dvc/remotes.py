"""The remotes of `.dvc/config`: where a project's bytes are. What may be a secret is named and left out.

After `dvc/config.py`, `dvc/config_schema.py` and `dvc/fs/__init__.py` (`_resolve_remote_refs`) of DVC 3.67.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from catalog.errors import MetafileError
from catalog.git.snapshot import RevisionFiles
from catalog.naming import public_url, scheme_of
from catalog.plugins.connector import Connector
from catalog.schema.record import replace
from catalog.schema.tables.dvc import Remote
from catalog.schema.tables.problems import Problem
from catalog.text import cleaned, quoted
from connectors.dvc.config import Section, parse, remotes, resolved
from connectors.dvc.files import CONFIG, LOCAL_CONFIG, is_settings, roots
from connectors.dvc.values import Complaints
from connectors.formats.faults import Fault, fault_of, problem
from connectors.formats.memo import BoundedCache

NAME = "remotes"
MAX_SECRETS = 50  # names of settings of one remote
MAX_REMEMBERED = 4 << 20  # bytes of rows
ROW = 2_000  # bytes of a row, about

_SHOWN = ("url", "endpointurl", "region", "version_aware", "worktree", "allow_anonymous_login")
# Settings of `dvc/config_schema.py` that describe the connection to a remote, not the credentials. All others may be secrets.
_HARMLESS = frozenset(
    (
        *("checksum_jobs", "jobs", "no_traverse", "type", "protected", "shared", "slow_link_warning", "verify"),
        *("listobjects", "use_ssl", "ssl_verify", "use_https", "method", "auth", "port", "replication", "sse", "acl"),
        *("timeout", "connect_timeout", "connection_timeout", "read_timeout", "max_sessions", "cache_regions"),
        *("ask_password", "ask_passphrase", "gss_auth", "allow_agent", "kerberos"),
        *("gdrive_trash_only", "gdrive_acknowledge_abuse", "gdrive_use_service_account"),
    )
)


class _RemoteSettings(NamedTuple):
    """What a file of settings states, for any project of any commit that has it."""

    rows: tuple[Remote, ...]
    faults: tuple[Fault, ...]


def _bytes_of(data: bytes, read: _RemoteSettings) -> int:
    return len(data) + ROW * (len(read.rows) + len(read.faults))


_REMEMBERED: BoundedCache[bytes, _RemoteSettings] = BoundedCache(MAX_REMEMBERED, _bytes_of)


def wants_file(path: str) -> bool:
    """DVC's settings. Those of one machine, which should not be committed, are only requested by name."""
    return is_settings(path)


def read_revision(revision: RevisionFiles) -> Iterator[Remote | Problem]:
    """The remotes of each DVC project of a commit, and what is wrong with them."""
    project_roots = roots(revision.files)
    for root in sorted(project_roots):
        path = f"{root}/{CONFIG}" if root else CONFIG
        settings = _read(revision, path)
        yield from (replace(row, commit=revision.commit.oid, dvc_root=root) for row in settings.rows)
        yield from (problem(NAME, revision.commit.oid, path, fault) for fault in settings.faults)
    for path in sorted(revision.files):
        if path == LOCAL_CONFIG or path.endswith("/" + LOCAL_CONFIG):
            message = "found the settings of one machine in Git, expected them to stay there: they may hold secrets"
            yield problem(NAME, revision.commit.oid, path, Fault("", "leaked-config", message))


CONNECTOR = Connector(name=NAME, version=3, wants_file=wants_file, read_revision=read_revision)


def _read(revision: RevisionFiles, path: str) -> _RemoteSettings:
    try:
        data = revision.read(path)
    except MetafileError as error:
        return _RemoteSettings((), (fault_of(error),))
    return _RemoteSettings((), ()) if data is None else _REMEMBERED.get(data, partial(_parsed, data))


def _parsed(data: bytes) -> _RemoteSettings:
    complaints: Complaints = []
    rows: list[Remote] = []
    try:
        rows.extend(_rows(data, complaints))
    except MetafileError as error:
        complaints.append(error)
    return _RemoteSettings(tuple(rows), tuple(map(fault_of, complaints)))


def _rows(data: bytes, complaints: Complaints) -> Iterator[Remote]:
    sections = parse(data, complaints)
    by_name = remotes(sections)
    default = sections.get("core", {}).get("remote", "").lower()
    if default and default not in by_name:
        message = f"found the default remote {quoted(default)}, expected one of this file's {len(by_name)}"
        complaints.append(MetafileError(message, place="core.remote", rule="no-such-remote"))
    for name, stated in sorted(by_name.items()):
        place = f'remote "{cleaned(name)}"'
        try:
            settings = resolved(name, by_name)
        except MetafileError as error:
            complaints.append(MetafileError(error.message, place=place, rule=error.rule))
        else:
            secrets = _secrets(settings)
            if len(secrets) > MAX_SECRETS:
                message = f"found {len(secrets):,} settings that may be secrets; those after the first {MAX_SECRETS} are not named"
                complaints.append(MetafileError(message, place=place, rule="too-many"))
            yield _row(cleaned(name), settings, secrets[:MAX_SECRETS], is_default=name == default)
        _check(name, stated, complaints)


def _row(name: str, settings: Section, secrets: tuple[str, ...], *, is_default: bool) -> Remote:
    url = settings["url"]
    endpoint = settings.get("endpointurl")
    return Remote(
        commit="",
        dvc_root="",
        remote=name,
        url=public_url(url),
        scheme=scheme_of(url) or "local",
        is_default=is_default,
        endpoint_url=public_url(endpoint) if endpoint else None,
        region=settings.get("region") or None,
        version_aware=_is_true(settings, "version_aware"),
        worktree=_is_true(settings, "worktree"),
        anonymous=_is_true(settings, "allow_anonymous_login"),
        secrets=secrets,
    )


def _secrets(settings: Section) -> tuple[str, ...]:
    """The names of settings that may be secrets, the URL among them where it has some."""
    names = {cleaned(key, 80) for key in settings if key not in _SHOWN and key not in _HARMLESS}
    url = settings["url"]
    return tuple(sorted(names if public_url(url) == url else names | {"url"}))


def _check(name: str, stated: Section, complaints: Complaints) -> None:
    for key in ("version_aware", "worktree", "allow_anonymous_login"):
        value = stated.get(key, "false")
        if value.lower() not in ("true", "false"):  # not quoted: it may be a secret in the wrong line
            message = f"found a value of {len(value):,} characters, expected true or false"
            complaints.append(MetafileError(message, place=f'remote "{cleaned(name)}".{key}', rule="wrong-type"))


def _is_true(settings: Section, key: str) -> bool:
    return settings.get(key, "").lower() == "true"
