"""Rows of a catalog for a download, with types and lengths checked: the macros of a published database can be anybody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any

from catalog.errors import NotFound
from catalog.query.answer import Answer, Row
from catalog.text import quote

MAX_TEXT = 8_192  # characters of a value

Ask = Callable[..., Answer]
Kinds = Mapping[str, type | UnionType]

TEXT, NUMBER, FLAG = str | None, int | None, bool | None
CONTENT: Kinds = {
    **dict.fromkeys(("ref", "repo", "status"), str),
    **dict.fromkeys(("revision", "path", "git_url"), TEXT),
    "size": NUMBER,
    "is_folder": FLAG,
}
OUTPUT: Kinds = {
    "path": str,
    **dict.fromkeys(("metafile", "dvc_root", "hash_kind", "hash", "version_id", "etag"), TEXT),
    **dict.fromkeys(("remote", "remote_url", "scheme", "region"), TEXT),
    **dict.fromkeys(("import_kind", "source_url", "source_path", "source_commit"), TEXT),
    **dict.fromkeys(("import_etag", "import_version"), TEXT),
    "size": NUMBER,
    **dict.fromkeys(("is_folder", "executable", "keeps_versions", "partial", "at_source"), FLAG),
}
FILE: Kinds = {"path": str, **dict.fromkeys(("hash", "version_id", "etag"), TEXT), "size": NUMBER}
REPOSITORY: Kinds = {"repo": str, "git_url": TEXT}

_SHORT_TEXT = f"text of at most {MAX_TEXT:,} characters"
_EXPECTED: Mapping[type | UnionType, str] = {
    str: _SHORT_TEXT,
    TEXT: _SHORT_TEXT,
    NUMBER: "a whole number",
    FLAG: "true or false",
}


def rows(ask: Ask, question: str, kinds: Kinds, **parameters: Any) -> list[Row]:  # noqa: ANN401 - values of SQL
    """The rows of an answer, with these columns. NotFound where a value is of another kind, or has more than 8,192 characters."""
    return [
        {name: _checked(name, row.get(name), kind) for name, kind in kinds.items()}
        for row in ask(question, **parameters).rows
    ]


def _checked(name: str, value: object, kind: type | UnionType) -> object:
    if isinstance(value, kind) and not (isinstance(value, str) and len(value) > MAX_TEXT):
        return value
    shown = "nothing" if value is None else quote(repr(value))
    raise NotFound(f"found {shown} for {name!r} in the catalog, expected {_EXPECTED[kind]}")
