"""The command `resolve`: which commit a version is and where its bytes are, for programs and CI jobs."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.completion import complete_field
from catalog.cli.formats import Format, to_json
from catalog.cli.live import open_as_asked
from catalog.cli.options import CatalogConfig, Database, LiveOption, LiveRepoOption, Output, Ref
from catalog.cli.output import put, put_note, put_table, put_text, say_note
from catalog.cli.text import BOLD, TableColumn
from catalog.errors import Exit, InvalidArgument, Misuse, NotFound, StoreError
from catalog.query.answer import Answer, Row
from catalog.query.content_hash import FEWEST_DIGITS
from catalog.query.labels import WHERE
from catalog.query.meant import one_of
from catalog.shell_line import shell_line
from catalog.text import visible

_FIELDS = (TableColumn(title="field", key="field", styles=(BOLD,)), TableColumn(title="value", key="value"))
_CONTENT = re.compile(r"[0-9a-f]+([.]dir)?")
_OF_BYTES = ("path", "hash", "hash_kind", "size", "files", "url", "version_id", "metafile", "remote", "get")
# What dotenv files and shells read alike, without quotes and between single ones.
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")
_SAME = re.compile(r"[^'\\\x00-\x1f\x7f-\x9f]*")
# The outputs of GTO's GitHub action (gto-action v2), and the columns that they are of.
_ACTION = {"event": "event", "name": "artifact", "version": "version", "stage": "stage", "type": "type", "path": "path"}
_OURS = ("ref", "repo", "commit", "tag", "status", "hash", "hash_kind", "size", "url", "git_url", "page")


def resolve(  # noqa: PLR0913 - each is an option of the command
    ref: Ref = None,
    *,
    tag: Annotated[
        str | None,
        typer.Option(
            "--tag",
            metavar="NAME",
            help="Instead of REF: a registry tag, such as churn#prod#3, with or without refs/tags/.",
        ),
    ] = None,
    live: LiveOption = False,
    repo: LiveRepoOption = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--field",
            metavar="NAME",
            autocompletion=complete_field,
            help="Only the value of this field, such as url; may be repeated.",
        ),
    ] = None,
    github_output: Annotated[
        bool,
        typer.Option(
            "--github-output", help="Write outputs of a step of GitHub Actions, named as GTO's action names them."
        ),
    ] = False,
    dotenv: Annotated[bool, typer.Option("--dotenv", help="Write lines such as CATALOG_VERSION=v3.1.0.")] = False,
    if_changed_from: Annotated[
        str | None,
        typer.Option(
            "--if-changed-from",
            metavar="HASH|COMMIT",
            help="Exit with code 10, and write nothing, if the version still has this hash or commit.",
        ),
    ] = None,
    output: Output = Format.TABLE,
    config: CatalogConfig = None,
    database: Database = None,
) -> None:
    """Resolve a reference, or a registry tag, to one version: its commit, tag, hash, size, addresses and a command that gets it.

    Examples: catalog resolve churn#prod --field url, catalog resolve --tag "$GITHUB_REF_NAME" --github-output
    """
    _check(field=field, github_output=github_output, dotenv=dotenv, output=output is not Format.TABLE)
    known = None if if_changed_from is None else _content(if_changed_from)
    with open_as_asked(database, config, live=live, repo=repo, ref=ref) as (catalog, within):
        answer = catalog.resolve(ref, tag=tag, repo=within)
        row = answer.rows[0]
        put_note(answer)
        is_unchanged = known is not None and _is_same(row, known)
        if is_unchanged:
            say_note(f"unchanged: {row['ref']}")
        elif field:
            put_text("".join(f"{visible(_value(row, name))}\n" for name in field))
        elif github_output:
            _append_github_output(row)
        elif dotenv:
            _put_dotenv(row)
        else:
            _put(answer, row, output)
    if is_unchanged:
        raise typer.Exit(int(Exit.UNCHANGED))


def _check(*, field: list[str] | None, **others: bool) -> None:
    if "" in (field or ()):
        raise InvalidArgument("field", "''", "the name of a field")
    chosen = [name for name, value in {"field": field, **others}.items() if value]
    if len(chosen) > 1:
        raise Misuse(
            f"expected one way to write the answer, not {' and '.join('--' + name.replace('_', '-') for name in chosen)}"
        )


def _content(text: str) -> str:
    content = text.strip().lower()
    if len(content) < FEWEST_DIGITS or not _CONTENT.fullmatch(content):
        raise InvalidArgument(
            "if_changed_from", repr(text), f"a hash or a commit, or {FEWEST_DIGITS} or more digits of one"
        )
    return content


def _is_same(row: Row, content: str) -> bool:
    return any(str(row[key] or "").startswith(content) for key in ("hash", "commit"))


def _value(row: Row, name: str) -> str:
    """The value of one field as a program reads it. NotFound where there is none: a script must stop there."""
    if name not in row:
        raise InvalidArgument("field", repr(name), one_of(name, row))
    value = row[name]
    if value is None:
        where = f": it is {WHERE[row['status']]}" if name in _OF_BYTES and row["status"] in WHERE else ""
        raise NotFound(f"{row['ref'] or row['tag']} has no {name}{where}")
    return _text(name, value)


def _text(name: str, value: object) -> str:
    match value:
        case str():
            return value
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case list() if name == "get" and (line := shell_line(value)):
            return line
        case _:
            return to_json(value, indent=None).strip()


def _stated(row: Row, names: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    """Those of these columns that have a value, by the name that is written."""
    columns = names if isinstance(names, Mapping) else {name: name for name in names}
    return {name: _text(column, row[column]) for name, column in columns.items() if row[column] is not None}


def _append_github_output(row: Row) -> None:
    file = os.environ.get("GITHUB_OUTPUT")
    if not file:
        raise Misuse("GITHUB_OUTPUT is not set: expected the file that a runner of GitHub Actions names there")
    values = _stated(row, _ACTION | {"description": "description"}) | _stated(row, _OURS)
    try:
        with Path(file).open("a", encoding="utf-8", newline="\n") as lines:
            lines.write("".join(_github_lines(name, value) for name, value in values.items()))
    except OSError as error:
        raise StoreError(f"cannot write to {file}: {error.strerror}") from error


def _github_lines(name: str, value: str) -> str:
    """One output. Between two words that nobody can guess: a value of several lines is no other output."""
    end = f"end-{secrets.token_hex(8)}"
    return f"{name}<<{end}\n{value}\n{end}\n" if "\n" in value or "\r" in value else f"{name}={value}\n"


def _put_dotenv(row: Row) -> None:
    """Lines that dotenv readers and shells read alike. The names begin with a word of ours: `path` would be PATH."""
    values = _stated(row, _ACTION) | _stated(row, _OURS)
    odd = [name for name, value in values.items() if not _SAME.fullmatch(value)]
    if odd:
        say_note(f"left out, since dotenv files and shells read them differently: {', '.join(odd)}")
    put_text("".join(f"CATALOG_{name.upper()}={_quoted(value)}\n" for name, value in values.items() if name not in odd))


def _quoted(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else f"'{value}'"


def _put(answer: Answer, row: Row, output: Format) -> None:
    match output:
        case Format.TABLE:
            put_table(_FIELDS, [{"field": name, "value": value} for name, value in _stated(row, tuple(row)).items()])
        case Format.JSON:
            put_text(to_json(row))
        case _:
            put(answer, output)
