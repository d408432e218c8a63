"""docs/repos-toml.md: the reference of repos.toml, from its declared keys and the installed kinds of forges."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from catalog.config.declaration import ConfigKey, Table
from catalog.config.keys import TABLES
from catalog.config.repository_keys import SOURCE, kind_key, scope_keys
from catalog.plugins.forge import installed

_HEAD = """\
# Keys of repos.toml

This page is generated from the keys' declarations: `python -m catalog.config.key_reference docs/repos-toml.md`.

Every table and every key is optional, unless it says *required*. An unknown key or an invalid value stops a command before any work;
the message lists all of them. [Sources](sources.md) and [the schedule](schedule.md) have pages of their own.
"""
_COLUMNS = "| key | type | default | expected | meaning |\n| --- | --- | --- | --- | --- |"


def key_reference() -> str:
    """The reference page, as Markdown."""
    return "\n".join([_HEAD, *(line for table in TABLES for line in _table(table)), *_kinds()])


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.header}\n\n{table.sentence}\n"
    yield _COLUMNS
    if table is SOURCE:
        yield _row(kind_key())
        yield from map(_row, scope_keys(installed().values()))
    if table.any_key:
        yield _row(table.any_key)
    yield from map(_row, table.keys)
    yield ""


def _kinds() -> Iterator[str]:
    yield "### Kinds\n\n| `kind` | keys that say whose repositories, one of these sets | filters |\n| --- | --- | --- |"
    for name, forge in installed().items():
        sets = "; ".join(" and ".join(f"`{word}`" for word in sorted(scope)) for scope in forge.scopes)
        filters = ", ".join(f"`{key}`" for key in sorted(forge.tells))
        yield f"| `{name}` | {sets} | {filters} |"
    yield ""


def _row(key: ConfigKey) -> str:
    cells = (f"`{key.name}`", key.type.name, _default(key), key.type.expected, key.sentence)
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _default(key: ConfigKey) -> str:
    if key.required:
        return "*required*"
    if key.absent is not None:
        return key.absent
    match key.default:
        case None | ():
            return ""
        case bool():
            return f"`{str(key.default).lower()}`"
        case str():
            return f'`"{key.default}"`'
        case number:
            return f"`{number:g}`"


if __name__ == "__main__":
    import sys

    Path(sys.argv[1]).write_text(key_reference(), encoding="utf-8")
