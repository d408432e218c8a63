"""Commands that a page offers for copying, and where GTO and DVC would answer differently."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.shell_line import shell_line
from sites.data.rows import ArtifactRow, AssignmentRow, CommandRow, LookupRow, RepositoryRow
from sites.text import short
from sites.view_models.registry import foremost

# What is safe in a shell line as it is; GTO and DVC accept no other names.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """A line for a shell: what it does, and the line."""

    label: str
    line: str


def plain_id(artifact: ArtifactRow) -> str | None:
    """The artifact's name in the catalog, where it can stand in a line for a shell."""
    return artifact.id if _PLAIN.fullmatch(artifact.artifact) and _PLAIN.fullmatch(artifact.repo) else None


def snippets(
    artifact: ArtifactRow,
    repository: RepositoryRow | None,
    assignments: Sequence[AssignmentRow],
    commands: Sequence[CommandRow],
) -> list[Snippet]:
    """Lines that can be copied. A name that no tool accepts, or that shells read differently, gets none."""
    name = plain_id(artifact)
    if name is None:
        return []
    lines = [Snippet(label="Ask this catalog", line=f"catalog show {name}")]
    if repository is None or not artifact.active:
        return lines
    # GTO knows what a tag names.
    if artifact.created_at and (line := shell_line(["gto", "show", artifact.artifact, "--repo", repository.url])):
        lines.insert(0, Snippet(label="Ask GTO", line=line))
    if download := _download(foremost([*assignments]), commands):
        lines.insert(0, download)
    return lines


def _download(first: AssignmentRow | None, commands: Sequence[CommandRow]) -> Snippet | None:
    """The command of `catalog show` for the version in the foremost stage, or else for the latest."""
    if first:
        what, at = f"what is in {first.stage}", (first.version, first.commit)
        command = next((command for command in commands if (command.version, command.commit) == at), None)
    else:
        what = "the latest version"
        command = next((command for command in commands if command.is_latest), None)
    if command is None or (line := shell_line(command.get)) is None:
        return None
    in_clone = " (in a clone)" if command.get[0] == "git" else ""
    return Snippet(label=f"Download {what}{in_clone}", line=line)


def remarks(lookups: list[LookupRow]) -> list[str]:
    """Where DVC takes another commit than GTO names, as sentences."""
    return [_remark(lookup) for lookup in lookups]


def _remark(lookup: LookupRow) -> str:
    request = "the latest version" if lookup.request == "latest" else lookup.request
    dvc = short(lookup.dvc_commit) if lookup.dvc_commit else "nothing"
    gto = short(lookup.gto_commit) if lookup.gto_commit else "none"
    return f"Asked for {request}, DVC takes {dvc}; GTO names {gto}."
