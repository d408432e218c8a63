"""The text that `catalog show REF` prints: an artifact with its stages and versions, one version, or a repository with its artifacts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.cli.contents import contents_facts, contents_tables
from catalog.cli.text import (
    BOLD,
    DIM,
    GREEN,
    YELLOW,
    Screen,
    TableColumn,
    cell,
    folded,
    short,
    table_section,
    width,
)
from catalog.query.answer import Row
from catalog.text import visible

_STAGES = (
    TableColumn(title="stage", key="stage", styles=(GREEN, BOLD)),
    TableColumn(title="version", key="version"),
    TableColumn(title="assigned (UTC)", key="assigned_at"),
    TableColumn(title="by", key="author"),
)
_VERSIONS = (
    TableColumn(title="version", key="version", styles=(BOLD,)),
    TableColumn(title="stages", key="stages", styles=(GREEN,)),
    TableColumn(title="commit", key="commit", styles=(DIM,)),
    TableColumn(title="registered (UTC)", key="created_at"),
    TableColumn(title="by", key="author"),
    TableColumn(title="notes", key="notes", styles=(YELLOW,)),
)
_ARTIFACTS = (
    TableColumn(title="artifact", key="artifact", styles=(BOLD,)),
    TableColumn(title="latest", key="latest"),
    TableColumn(title="stages", key="stages", styles=(GREEN,)),
    TableColumn(title="type", key="type"),
)
_COMMIT = 7  # digits that people read
_COPIED = ("url", "get")  # a line feed would be of no use


def artifact_card(row: Row, screen: Screen) -> str:
    """The artifact's header, which version is in which stage, and its versions."""
    versions = [_version_row(version) for version in row["all_versions"]]
    stages = [stage | {"version": _name(stage)} for stage in row["assignments"]]
    parts = [
        _header(row["id"], row["type"], row["description"], screen),
        _facts(_artifact_facts(row), screen),
        table_section(_STAGES, stages, screen),
        table_section(_VERSIONS, versions, screen),
    ]
    return "\n".join(part for part in parts if part)


def version_card(row: Row, screen: Screen) -> str:
    """One version: its registration, its author, and its contents."""
    stages = [stage | {"version": _name(row)} for stage in row["assignments"]]
    parts = [
        _header(f"{row['repo']}:{row['artifact']}@{_name(row)}", row["type"], row["description"], screen),
        _facts([*_version_facts(row), *contents_facts(row)], screen),
        table_section([column for column in _STAGES if column.key != "version"], stages, screen),
        *contents_tables(row, screen),
    ]
    return "\n".join(part for part in parts if part)


def repo_card(row: Row, screen: Screen) -> str:
    """One repository: how the last visit to it ended, and its artifacts; deprecated ones in brackets."""
    artifacts = [
        artifact
        | {
            "artifact": artifact["artifact"] if artifact["active"] else f"({artifact['artifact']})",
            "stages": ", ".join(f"{stage} {short(version)}" for stage, version in artifact["stages"].items()),
        }
        for artifact in row["all_artifacts"]
    ]
    read = f"{cell(row['read_at'])} UTC" if row["read_at"] else "never"
    facts = [
        ("url", visible(row["url"]), ""),
        ("last visit", cell(row["outcome"].replace("_", " ")), YELLOW if row["stale"] else ""),
        ("message", visible(row["message"] or ""), ""),
        ("left", visible(row["left_because"] or ""), YELLOW),
        ("read", read, ""),
        ("source", visible(row["source"] or ""), ""),
        ("problems", str(row["problems"] or ""), YELLOW),
    ]
    parts = [
        _header(row["repo"], None, None, screen),
        _facts(facts, screen),
        table_section(_ARTIFACTS, artifacts, screen),
    ]
    return "\n".join(part for part in parts if part)


def _header(name: str, kind: str | None, description: str | None, screen: Screen) -> str:
    line = screen.paint(visible(name), BOLD) + (f"  {screen.paint(visible(kind), DIM)}" if kind else "")
    text = visible(description or "")
    return "\n".join([line, *(folded(text, screen.width) if screen.width and text else [text] if text else [])]) + "\n"


def _facts(facts: Sequence[tuple[str, str, str]], screen: Screen) -> str:
    """Lines of name and value, the values under each other."""
    stated = [(name, value, style) for name, value, style in facts if value]
    indent = max((width(name) for name, _, _ in stated), default=0) + 2
    room = max(screen.width - indent, 10) if screen.width else None
    lines: list[str] = []
    for name, value, style in stated:
        first, *more = folded(value, room) if room and name not in _COPIED else [value]
        lines.append(f"{screen.paint(name, DIM)}{' ' * (indent - width(name))}{screen.paint(first, style)}\n")
        lines += [f"{' ' * indent}{screen.paint(line, style)}\n" for line in more]
    return "".join(lines)


def _artifact_facts(row: Row) -> list[tuple[str, str, str]]:
    latest = f"{visible(row['latest'])}, {cell(row['latest_at'])} UTC" if row["latest"] else "none registered"
    return [
        ("deprecated", "" if row["active"] else f"since {cell(row['deprecated_at'])} UTC", YELLOW),
        ("latest", latest, BOLD),
        ("path", visible(row["path"] or ""), ""),
        ("labels", cell(row["labels"]) if row["labels"] else "", ""),
        *(("problem", visible(f"{problem['tag']}: {problem['message']}"), YELLOW) for problem in row["problems"]),
    ]


def _version_facts(row: Row) -> list[tuple[str, str, str]]:
    verb = "registered" if row["registered"] else "seen"
    return [
        (
            "deprecated",
            "" if row["artifact_active"] else f"the artifact, since {cell(row['deprecated_at'])} UTC",
            YELLOW,
        ),
        ("notes", ", ".join(_notes(row)), YELLOW),
        (verb, f"{cell(row['created_at'])} UTC by {visible(row['author'])} <{visible(row['author_email'])}>", ""),
        ("message", visible((row["message"] or "").strip()), ""),
        ("tag", visible(row["tag"] or ""), ""),
        ("signed", visible(row["signed"] or ""), ""),
        ("commit", visible(row["revision"] or row["commit"]), ""),
        ("path", visible(row["path"] or ""), ""),
        ("labels", cell(row["labels"]) if row["labels"] else "", ""),
        ("meta", cell(row["meta"]) if row["meta"] else "", ""),
        ("stated in", _source(row), ""),
    ]


def _source(row: Row) -> str:
    if row["annotated_at"] is None:
        return ""
    return f"{visible(row['file'])} at {'this commit' if row['annotated_at'] == 'commit' else 'the tip of the default branch'}"


def _version_row(row: Row) -> Row:
    return row | {"version": _name(row), "commit": row["revision"][:_COMMIT], "notes": ", ".join(_notes(row))}


def _name(row: Row) -> str:
    """The version; the beginning of the commit for an unregistered one."""
    version = str(row["version"])
    return version[:_COMMIT] if version == row["commit"] else version


def _notes(row: Row) -> Iterator[str]:
    if row["is_latest"]:
        yield "latest"
    if not row["active"]:
        yield "deregistered"
    elif not row["registered"]:
        yield "not registered"
    if row["reachable"] is False:
        yield "on no branch"
