"""The option `--dry-run` of `crawl`: lists what a crawl would visit, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from catalog.cli.formats import Format
from catalog.cli.output import put_listing, say, say_note
from catalog.cli.text import BOLD, TableColumn
from catalog.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Collection

    from catalog.config.model import Config
    from catalog.crawl.shard import Shard

_COLUMNS = ("repo", "action", "why")
_TABLE = (
    TableColumn(title="repository", key="repo", styles=(BOLD,)),
    TableColumn(title="action", key="action"),
    TableColumn(title="why", key="why"),
)


def put_dry_run(config: Config, only: Collection[str], shard: Shard | None, output: Format) -> None:
    """Writes the steps. Exit code 5 if a source could not be listed: of it, the last listing counts."""
    from catalog.crawl.dry_run import dry_run  # a cold `show` needs no dulwich

    planned = dry_run(config, only=only, shard=shard, tell=say)
    rows = [asdict(step) for step in planned.steps]
    put_listing(rows, _COLUMNS, _TABLE, output)
    counts = Counter(step.action for step in planned.steps)
    say_note(", ".join(f"{count:,} to {action}" for action, count in counts.items()) or "nothing to do")
    if planned.failures:
        raise typer.Exit(int(Exit.ORIGIN))
