"""A plan as it is written: a table with the metrics of the versions that follow each other, or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from shlex import quote
from typing import TYPE_CHECKING

from catalog.actions.act import PlannedAction
from catalog.actions.known import notes_of
from catalog.actions.plan import NewTag
from catalog.cli.comparison import put_comparison
from catalog.cli.formats import to_json
from catalog.cli.output import put_table, put_text, say_note
from catalog.cli.text import BOLD, DIM, TableColumn
from catalog.errors import NotFound
from catalog.naming import public_url
from catalog.query import Catalog
from catalog.query.answer import Row
from catalog.shell_line import shell_line
from catalog.text import visible

if TYPE_CHECKING:
    from catalog.cli.acting_options import PlanFormat
    from catalog.config.model import RepoConfig

_FIELDS = (TableColumn(title="", key="field", styles=(DIM,)), TableColumn(title="plan", key="value", styles=(BOLD,)))
_STAGE = "stage "
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\\": "\\\\", "'": "\\'", "!": "\\x21"}  # in `$'…'`; `!` for an interactive shell
MOST_METRICS = 10  # of two versions: more would move what is asked below them off the screen
_RANKED = """
    select name from (select unnest($names::varchar[]) as name, unnest($directions::varchar[]) as direction)
    order by internal.metric_rank(name, direction)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanPrinter:
    """Writes plans, with what the catalog has to say of them."""

    repository: RepoConfig
    catalog: Catalog | None
    output: PlanFormat
    is_of_commit: bool

    def put(self, planned: PlannedAction) -> None:
        """A table, and below it the metrics of the versions that follow each other in a stage; or JSON."""
        compared: list[list[Row]] = []
        notes = list(planned.plan.notes)
        if self.catalog is not None:
            compared = list(_compared(self.catalog, self.repository.name, planned))
            commit = planned.plan.tags[0].commit if self.is_of_commit else None
            notes += notes_of(self.catalog, self.repository.name, planned.plan.artifact, commit)
        if self.output == "json":
            put_text(to_json(_as_json(planned, self.repository, compared) | {"notes": notes}))
            return
        put_table(_FIELDS, list(_lines(planned, self.repository)))
        for rows in compared:
            self._put_metrics(rows)
        for note in notes:
            say_note(note)

    def _put_metrics(self, rows: list[Row]) -> None:
        """The metrics that matter most, and how many others there are."""
        assert self.catalog is not None  # else nothing is compared
        versions = list(dict.fromkeys(row["ref"] for row in rows))
        shown = main_metrics(self.catalog, rows)
        put_comparison(shown, {}, 1)
        if more := (len(rows) - len(shown)) // len(versions):
            command = ("catalog", "compare", *versions)
            say_note(f"(and {more:,} more: `{_command_line(command)}`)")


def main_metrics(catalog: Catalog, rows: list[Row]) -> list[Row]:
    """The rows of the main metric, then of those that differ, then of others: of MOST_METRICS in all."""
    metrics: dict[str, list[Row]] = {}
    for row in rows:
        metrics.setdefault(row["name"], []).append(row)
    directions = [of_one[0]["direction"] for of_one in metrics.values()]
    ranked = [name for (name,) in catalog.sql(_RANKED, names=list(metrics), directions=directions).values]
    ordered = ranked[:1] + sorted(ranked[1:], key=lambda name: not metrics[name][0]["differs"])
    return [row for name in ordered[:MOST_METRICS] for row in metrics[name]]


def _lines(planned: PlannedAction, repository: RepoConfig) -> Iterator[Row]:
    plan = planned.plan
    yield {"field": "repository", "value": f"{repository.name} ({public_url(planned.url)})"}
    for commit, summary in planned.summaries.items():
        yield {"field": "commit", "value": f"{commit[:7]} {summary}".strip()}
    for tag in plan.tags:
        yield {"field": "tag", "value": tag.name}
        yield {"field": "message", "value": tag.message}
    for deleted in plan.deleted:
        yield {"field": "deletes", "value": deleted.name}
    if plan.tags and planned.tagger:
        yield {"field": "tagger", "value": f"{planned.tagger}{', signed' if planned.signed else ''}"}
    for effect in plan.effects:
        yield {"field": effect.what, "value": f"{effect.before or 'none'} → {effect.after or 'none'}"}
    for number, line in enumerate(_gto(planned)):
        value = _no_command(plan.tags[number]) if line is None else _command_line(line)
        yield {"field": "with gto", "value": value}


def _gto(planned: PlannedAction) -> list[list[str] | None]:
    return [None if line is None else [*line, "--repo", public_url(planned.url)] for line in planned.plan.gto]


def _command_line(words: Sequence[str]) -> str:
    """The words for every shell; where one of them is read differently, for POSIX shells, and without characters that the output would change."""
    line = shell_line(words)
    return line if line is not None and visible(line) == line else " ".join(map(_posix_word, words))


def _posix_word(word: str) -> str:
    """Quoted; with `$'…'`, whose escapes bash, zsh and ksh read (POSIX.1-2024, 2.2.4), where a character is invisible."""
    if visible(word) == word:
        return quote(word)
    return f"$'{''.join(_ESCAPES.get(char) or _escaped(char) for char in word)}'"


def _escaped(char: str) -> str:
    if visible(char) == char:
        return char
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))


def _no_command(tag: NewTag) -> str:
    return f"GTO has no command for {tag.name}: `gto deprecate` takes a version that is registered on one commit"


def _compared(catalog: Catalog, repo: str, planned: PlannedAction) -> Iterator[list[Row]]:
    """The metrics of the version that was in a stage and the one that follows it, where the catalog has both."""
    for effect in planned.plan.effects:
        if effect.what.startswith(_STAGE) and effect.before and effect.after:
            names = [f"{repo}:{planned.plan.artifact}@{version}" for version in (effect.before, effect.after)]
            try:
                rows = [row for row in catalog.compare(*names).rows if row["what"] == "metric"]
            except NotFound:
                continue
            if rows:
                yield rows


def _as_json(planned: PlannedAction, repository: RepoConfig, compared: list[list[Row]]) -> Row:
    plan = planned.plan
    return {
        "repo": repository.name,
        "url": public_url(planned.url),
        "artifact": plan.artifact,
        "tags": [
            {
                "name": tag.name,
                "event": tag.event,
                "version": tag.version,
                "stage": tag.stage,
                "commit": tag.commit,
                "summary": planned.summaries.get(tag.commit) or None,
                "message": tag.message,
            }
            for tag in plan.tags
        ],
        "deleted": [{"name": tag.name, "oid": tag.oid} for tag in plan.deleted],
        "tagger": planned.tagger and str(planned.tagger),
        "tagged_at": datetime.fromtimestamp(plan.at, UTC),
        "signed": planned.signed,
        "effects": [{"what": each.what, "before": each.before, "after": each.after} for each in plan.effects],
        "metrics": [
            {"name": old["name"], "before": old["number"], "after": new["number"], "delta": new["delta"]}
            for rows in compared
            for old, new in zip(rows[::2], rows[1::2], strict=False)
        ],
        "gto": _gto(planned),
        "pushed": [{"name": tag.name, "oid": tag.oid} for tag in planned.pushed],
    }
