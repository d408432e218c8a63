"""The contents of a version in `catalog show REF`: files, metrics, parameters, pipeline, inputs, card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from catalog.cli.progress import size
from catalog.cli.text import BOLD, DIM, YELLOW, Screen, TableColumn, cell, note, table_section, width
from catalog.query.answer import Row
from catalog.query.labels import OUTDATED, UNREAD, mixed_runs, not_compared, of_project, where
from catalog.shell_line import shell_line
from catalog.text import plural, visible

MOST = 20  # metrics or parameters; more are counted
Fact = tuple[str, str, str]

_METRICS = (
    TableColumn(title="metric", key="name", styles=(BOLD,)),
    TableColumn(title="value", key="text"),
    TableColumn(title="better", key="direction", styles=(DIM,)),
    TableColumn(title="file", key="file", styles=(DIM,)),
)
_PARAMS = (
    TableColumn(title="parameter", key="name", styles=(BOLD,)),
    TableColumn(title="value", key="text"),
    TableColumn(title="file", key="file", styles=(DIM,)),
)
_INPUTS = (
    TableColumn(title="input", key="path", styles=(BOLD,)),
    TableColumn(title="size", key="size"),
    TableColumn(title="hash", key="hash", styles=(DIM,)),
    TableColumn(title="from", key="source"),
)


def contents_facts(row: Row) -> list[Fact]:
    """Lines of name, value and style."""
    card, licence, maker = row["card"] or {}, row["licence"] or {}, row["made_by"]
    return [
        ("bytes", _bytes(row["bytes"]), ""),
        ("url", visible(_url(row["bytes"])), ""),
        ("hash", _hash(row["bytes"]), DIM),
        ("get", _command_line(row["get"]) if row["get"] else "", BOLD),
        ("import of", _source(row["bytes"]), ""),
        ("identical", cell(row["identical"]) if row["identical"] else "", ""),
        ("made by", f"{visible(maker['pipeline_stage'])} in {visible(maker['file'])}" if maker else "", ""),
        ("command", visible("; ".join(_command(maker).splitlines())) if maker else "", ""),
        ("lock", _lock(maker) if maker else "", YELLOW if maker and maker["outdated"] else ""),
        ("runs", visible(mixed_runs(row["mixed"] or [], other_inputs=row["other_inputs"])), YELLOW),
        ("card", _card(card), ""),
        ("licence", visible(card.get("licence") or licence.get("spdx") or licence.get("title") or ""), ""),
        ("base model", cell(card["base_models"]) if card.get("base_models") else "", ""),
        ("owners", cell(row["owners"]) if row["owners"] else "", ""),
    ]


def _command_line(words: Sequence[str]) -> str:
    """For copying, or why not: -o json has the words."""
    return shell_line(words) or "shells read a name in this command differently; -o json has its words"


def _card(card: Row) -> str:
    """What it is called and where it is, and whether it tells of the whole repository."""
    stated = ", ".join(visible(text) for text in (card.get("title"), card.get("file")) if text)
    return f"README of the repository: {stated}" if card.get("of_repository") else stated


def contents_tables(row: Row, screen: Screen) -> Iterator[str]:
    """Metrics, parameters and inputs, each where there are some, and what is not shown of them."""
    notes = "".join(note(sentence, screen) for sentence in unread(row["unread"]))
    yield _some(_METRICS, row["metrics"], ["metrics", row["ref"]], screen) + notes
    yield _some(_PARAMS, row["params"], ["params", row["ref"]], screen)
    yield table_section(_INPUTS, [_input(used) for used in row["inputs"]], screen)


def unread(files: Sequence[Row]) -> Iterator[str]:
    """A sentence for each file with measures that could not be read."""
    for file in files:
        yield f"({visible(file['file'])} is {UNREAD.get(file['status'], visible(file['status']))})"


def _some(columns: Sequence[TableColumn], rows: Sequence[Row], command: Sequence[str], screen: Screen) -> str:
    line = shell_line(["catalog", *command]) or f"catalog {command[0]}"
    more = _more(len(rows) - MOST, line, screen) if len(rows) > MOST else ""
    sentence = of_project(dict.fromkeys([line], any(row["of_project"] for row in rows)))
    return table_section(columns, rows[:MOST], screen) + more + (note(f"({sentence})", screen) if sentence else "")


def _more(count: int, line: str, screen: Screen) -> str:
    """How many more there are, and the command that shows them: for copying, so it is not broken."""
    sentence = f"(and {count:,} more:"
    if screen.width is None or width(f"{sentence} {line})") <= screen.width:
        return f"{sentence} {line})\n"
    return f"{note(sentence, screen)}{line})\n"


def _bytes(storage: Row) -> str:
    if storage["status"] is None:
        return ""
    parts = [visible(where(storage["status"], storage["path"]))]
    if storage["remote"]:
        parts[0] += f" ({visible(storage['remote'])})"
    if storage["size"] is not None:
        parts.append(size(storage["size"]))
    if storage["files"] is not None:
        parts.append(plural(storage["files"], "file"))
    return ", ".join(parts)


def _url(storage: Row) -> str:
    version = f" (version {storage['version_id']})" if storage["version_id"] else ""
    return f"{storage['link'] or storage['url']}{version}" if storage["link"] or storage["url"] else ""


def _hash(storage: Row) -> str:
    return f"{visible(storage['hash'])} ({visible(storage['hash_kind'] or 'unknown kind')})" if storage["hash"] else ""


def _lock(maker: Row) -> str:
    """Why `dvc repro` would run the stage again, and what was not compared."""
    outdated = _outdated(maker) if maker["outdated"] else ""
    uncompared = visible(not_compared(maker["not_compared"], maker["why_not_compared"]))
    return "; ".join(filter(None, (outdated, uncompared)))


def _outdated(maker: Row) -> str:
    reasons = ", ".join(OUTDATED.get(reason, visible(reason)) for reason in maker["outdated"])
    changed = f" ({cell(maker['changed'])})" if maker["changed"] else ""
    return f"out of date: {reasons}{changed}"


def _command(maker: Row) -> str:
    return maker["locked_command"] or maker["command"] or ""


def _input(row: Row) -> Row:
    return row | {
        "size": size(row["size"]) if row["size"] is not None else None,
        "hash": (row["hash"] or "")[:7],
        "source": _source(row) or row["made_by"] or row["metafile"],
    }


def _source(row: Mapping[str, str | None]) -> str:
    """Where an import is from: `url@rev:path`."""
    if not row["source_url"]:
        return ""
    rev = row["source_rev"] or (row["source_commit"] or "")[:7]
    return visible(
        row["source_url"] + (f"@{rev}" if rev else "") + (f":{row['source_path']}" if row["source_path"] else "")
    )
