"""Teams and people as `ls` writes them: e-mail addresses are as `emails` in [privacy] says."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.cli.asking import DEFAULT_CONFIG
from catalog.cli.finding import term
from catalog.cli.formats import Format
from catalog.cli.output import put
from catalog.cli.text import BOLD, DIM, TableColumn
from catalog.privacy.emails import Mask, hide, masked
from catalog.query import Catalog

if TYPE_CHECKING:
    from catalog.query.answer import Answer, Row

_TEAMS = (
    TableColumn(title="team", key="team", styles=(BOLD,)),
    TableColumn(title="repositories", key="repos"),
    TableColumn(title="artifacts", key="artifacts"),
    TableColumn(title="in stages", key="in_stages"),
    TableColumn(title="people", key="people"),
    TableColumn(title="last tag (UTC)", key="last_at"),
    TableColumn(title="named by", key="named_by", styles=(DIM,)),
)
_PEOPLE = (
    TableColumn(title="person", key="person", styles=(BOLD,)),
    TableColumn(title="registered", key="registrations"),
    TableColumn(title="assigned", key="assignments"),
    TableColumn(title="artifacts", key="artifacts"),
    TableColumn(title="owns", key="owns"),
    TableColumn(title="last tag (UTC)", key="last_at"),
    TableColumn(title="e-mail", key="emails", styles=(DIM,)),
)


def masked_people(catalog: Catalog, *, repo: str | None = None) -> Answer:
    """The people, with what repos.toml makes of their addresses."""
    answer, mask = catalog.people(repo=repo), _mask()
    return replace(answer, values=tuple(tuple(masked(cell, mask) for cell in row) for row in answer.values))


def put_teams(answer: Answer, output: Format) -> None:
    put(answer, output, _TEAMS, lambda row: [_of_team(row)])


def put_people(catalog: Catalog, answer: Answer, output: Format) -> None:
    """Writes people; their ids are queries for what they tagged, or of those who tagged nothing, for what they own."""
    owners = {row["person"] for row in catalog.people().rows if row["owns"]} if output is Format.IDS else ()
    put(answer, output, _PEOPLE, lambda row: _of_person(row, owners))


def _of_person(row: Row, owners: Collection[str]) -> list[str]:
    """The query for a person. None for an owner whose address is masked: no query finds that."""
    if row["events"]:
        return [f"is:version {term('author', row['person'])}"]
    return [term("owner", row["person"])] if row["person"] in owners else []


def _of_team(row: Row) -> str:
    return term("owner", f"@{row['team']}") if "code_owners" in row["named_by"] else f"repo:{row['team']}/*"


def _mask() -> Mask:
    """That of repos.toml; without one, addresses are left out."""
    file = Path(os.environ.get("CATALOG_CONFIG") or DEFAULT_CONFIG)
    if file == DEFAULT_CONFIG and not file.is_file():
        return hide
    from catalog.config.parse import load  # only where there is such a file
    from catalog.database.gathering import email_mask

    return email_mask(load(file))
