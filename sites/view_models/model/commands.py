"""Commands that a page offers for copying, and where GTO and DVC would answer differently."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from catalog.shell_line import shell_line
from sites.data.rows import ArtifactRow, AssignmentRow, CommandRow, LookupRow, RepositoryRow
from sites.text import short
from sites.view_models.registry import foremost, in_order

MOST = 6  # versions of which a page says how to use them

# What is safe in a shell line as it is; GTO and DVC accept no other names.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:-]*")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


class Snippet(NamedTuple):
    """Lines for a shell or for Python: what they do, and the lines."""

    label: str
    line: str


class UsageTab(NamedTuple):
    """What is used, and lines for it."""

    name: str
    snippets: list[Snippet]


class Usage(NamedTuple):
    """How to use a version: the words for it, and a tab for each tool."""

    words: str
    tabs: list[UsageTab]


def plain_id(artifact: ArtifactRow) -> str | None:
    """The artifact's name in the catalog, where it can stand in a line for a shell."""
    return artifact.id if _PLAIN.fullmatch(artifact.artifact) and _PLAIN.fullmatch(artifact.repo) else None


def usages(
    artifact: ArtifactRow,
    repository: RepositoryRow | None,
    assignments: Sequence[AssignmentRow],
    commands: Sequence[CommandRow],
    links: Mapping[tuple[str, str], str],
) -> list[Usage]:
    """How to use the versions in stages, the foremost first, and the latest. A name that no tool accepts, or that shells read differently, gets no line.

    `links`: the addresses of the bytes of versions, by version and commit.
    """
    name = plain_id(artifact)
    if name is None:
        return []
    first = foremost([*assignments])
    ordered = [a for a in (first, *(a for a in in_order([*assignments]) if a is not first)) if a]
    chosen = [
        (a.version, a.commit, f"{short(a.version)} in {a.stage}", reference)
        for a in ordered
        if (reference := _reference(name, a.stage, a.version)) is not None
    ]
    latest = next((row for row in commands if row.is_latest), None)
    reference = _reference(name, "", latest.version) if latest else None
    if latest and reference and all((latest.version, latest.commit) != each[:2] for each in chosen):
        chosen.append((latest.version, latest.commit, f"{short(latest.version)}, the latest", reference))
    if not chosen or repository is None or not artifact.active:
        return [Usage("", [UsageTab("CLI", [Snippet("Show", f"catalog show {name}")])])]
    get = {(row.version, row.commit): row.get for row in commands}
    shown = []
    for version, commit, words, reference in chosen[:MOST]:
        at = (version, commit)
        tabs = _tabs(artifact, repository, reference, get.get(at), links.get(at))
        shown.append(Usage(words, [tab for tab in tabs if tab.snippets]))
    return shown


def _reference(name: str, stage: str, version: str) -> str | None:
    """What names a version: its stage, or else its own name, if one of them can stand in a line."""
    whole = (f"{name}#{stage}", stage), (f"{name}@{version}", version)
    return next((reference for reference, word in whole if _WORD.fullmatch(word)), None)


def _tabs(
    artifact: ArtifactRow, repository: RepositoryRow, reference: str, get: Sequence[str] | None, link: str | None
) -> list[UsageTab]:
    """`get`: the command of DVC or Git that gets the bytes."""
    ours = [("Show", ["catalog", "show", reference])]
    ours += [("Download", ["catalog", "get", reference])] if get else []
    in_clone = " in a clone" if get and get[0] == "git" else ""
    file = (artifact.path or "").rpartition("/")[2]
    return [
        UsageTab("CLI", _lines(*ours)),
        UsageTab("Python", [Snippet("Metrics and parameters", _python(artifact.id, reference))]),
        UsageTab("DVC", _lines((f"Download{in_clone}", get or []))),
        # GTO knows what a tag names.
        UsageTab(
            "GTO",
            _lines(
                ("Show", ["gto", "show", artifact.artifact, "--repo", repository.url] if artifact.created_at else [])
            ),
        ),
        UsageTab("CI", _lines(("Commit, tag, hash and address", ["catalog", "resolve", reference, "-o", "json"]))),
        UsageTab(
            "curl",
            _lines(("Download; private storage refuses", ["curl", "-fL", "-o", file, link] if link and file else [])),
        ),
    ]


def _lines(*commands: tuple[str, Sequence[str]]) -> list[Snippet]:
    return [Snippet(label, line) for label, words in commands if words and (line := shell_line(words))]


def _python(name: str, reference: str) -> str:
    """Python that asks the catalog of this folder; both are names that can stand between quotes."""
    version = reference.removeprefix(name).removeprefix("@")
    return f'import catalog\n\nwith catalog.open() as registry:\n    version = registry.model("{name}").version("{version}")\n    print(version.metrics, version.params)'


def remarks(lookups: list[LookupRow]) -> list[str]:
    """Where DVC takes another commit than GTO names, as sentences."""
    return [_remark(lookup) for lookup in lookups]


def _remark(lookup: LookupRow) -> str:
    request = "the latest version" if lookup.request == "latest" else lookup.request
    dvc = short(lookup.dvc_commit) if lookup.dvc_commit else "nothing"
    gto = short(lookup.gto_commit) if lookup.gto_commit else "none"
    return f"Asked for {request}, DVC takes {dvc}; GTO names {gto}."
