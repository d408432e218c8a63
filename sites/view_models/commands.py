"""Commands that a page offers for copying, and where GTO and DVC would answer differently."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from catalog.text import visible_on_page
from sites.data.rows import ArtifactRow, AssignmentRow, LookupRow, RepositoryRow
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
    artifact: ArtifactRow, repository: RepositoryRow | None, assignments: list[AssignmentRow], lookups: list[LookupRow]
) -> list[Snippet]:
    """Lines that can be copied. A name that no tool accepts, or that would need more than quotes, gets none."""
    name = plain_id(artifact)
    if name is None:
        return []
    commands = [Snippet(label="Ask this catalog", line=f"catalog show {name}")]
    if repository is None or visible_on_page(repository.url) != repository.url or not artifact.active:
        return commands
    url = shlex.quote(repository.url)
    commands.insert(0, Snippet(label="Ask GTO", line=f"gto show {artifact.artifact} --repo {url}"))
    download = _download(artifact, foremost(assignments), {lookup.request for lookup in lookups})
    if download:
        label, option = download
        commands.insert(0, Snippet(label=label, line=f"dvc artifacts get {url} {artifact.artifact} {option}"))
    return commands


def _download(artifact: ArtifactRow, first: AssignmentRow | None, differs: set[str]) -> tuple[str, str] | None:
    """What to download, and the option of `dvc artifacts get` for it; None where DVC would take something else."""
    if first:
        label = f"Download what is in {first.stage}"
        if f"#{first.raw_stage}" not in differs:
            return label, f"--stage {shlex.quote(first.raw_stage)}"
        if first.version != first.commit and f"@{first.version}" not in differs:
            return label, f"--rev {shlex.quote(first.version)}"
    if artifact.latest and f"@{artifact.latest}" not in differs:
        return "Download the latest version", f"--rev {shlex.quote(artifact.latest)}"
    return None


def remarks(lookups: list[LookupRow]) -> list[str]:
    """Where DVC takes another commit than GTO names, as sentences."""
    return [_remark(lookup) for lookup in lookups]


def _remark(lookup: LookupRow) -> str:
    request = "the latest version" if lookup.request == "latest" else lookup.request
    dvc = short(lookup.dvc_commit) if lookup.dvc_commit else "nothing"
    gto = short(lookup.gto_commit) if lookup.gto_commit else "none"
    return f"Asked for {request}, DVC takes {dvc}; GTO names {gto}."
