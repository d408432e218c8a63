"""The command `config`: which values of repos.toml hold, and where each is stated."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.cli.asking import DEFAULT_CONFIG
from catalog.cli.completion import complete_repo
from catalog.cli.formats import Format
from catalog.cli.options import ConfigFile, Output
from catalog.cli.output import put_listing
from catalog.cli.text import BOLD, DIM, TableColumn

if TYPE_CHECKING:
    from catalog.query.answer import Row

_COLUMNS = ("table", "key", "value", "origin", "file", "line", "variable")
_TABLE = (
    TableColumn(title="table", key="table", styles=(DIM,)),
    TableColumn(title="key", key="key", styles=(BOLD,)),
    TableColumn(title="value", key="shown"),
    TableColumn(title="from", key="from"),
)


def config(
    *,
    repo: Annotated[
        str | None,
        typer.Option(
            "--repo", metavar="REPO", autocompletion=complete_repo, help="The values that hold for this repository."
        ),
    ] = None,
    output: Output = Format.TABLE,
    config_file: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Show the values of repos.toml that hold, and where each is from: a line of the file, the environment, or a default.

    No token or password is shown; of a token, whether there is one.

    Examples: catalog config, catalog config --repo risk/churn -o json
    """
    from catalog.cli.choosing import choose  # a cold `show` needs no TOML
    from catalog.config.effective import EffectiveConfig
    from catalog.config.parse import parse, read_text
    from catalog.discovery.inventory import read_inventory

    text = read_text(config_file)
    parsed = parse(text, config_file)
    effective = EffectiveConfig(parsed, text, os.environ)
    if repo is None:
        settings = list(effective.settings())
    else:
        entries = {each.repo.name: each for each in read_inventory(parsed).repositories if not each.has_left}
        chosen = choose((each.repo for each in entries.values()), repo, config_file, argument="repo")
        settings = list(effective.of_repo(chosen, entries[chosen.name].source))
    rows = [asdict(setting) | {"file": str(config_file) if setting.line else None} for setting in settings]
    if output is Format.TABLE:
        rows = [row | {"shown": _text(row["value"]), "from": _from(row)} for row in rows]
    elif output is not Format.JSON:
        rows = [row | {"value": _text(row["value"])} for row in rows]
    put_listing(rows, _COLUMNS, _TABLE, output, ids=lambda row: [f"{row['table']} {row['key']}"])


def _text(value: Any) -> str | None:  # noqa: ANN401 - any of TOML's
    """As TOML would have it; a text without quotation marks."""
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _from(row: Row) -> str:
    if row["line"]:
        return f"{row['file']}:{row['line']}"
    if row["origin"] == "environment":
        return f"${row['variable']}"
    return f"${row['variable']} is not set" if row["variable"] else "default"
