"""Resolves a reference, or the name of a registry tag, to one version: its commit, and where its bytes are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from catalog.errors import Ambiguous, NotFound
from catalog.query.answer import Answer, Row
from catalog.query.reference import LATEST
from catalog.query.resolve import ReferenceResolver
from catalog.query.time_range import joined

_QUESTION = "from internal.resolve_version($repo, $artifact, $version, $commit, $stage, $oid, $request)"
_TAGS = "refs/tags/"


def resolve_reference(ask: Callable[..., Answer], names: ReferenceResolver, ref: str) -> Answer:
    """The one version that `ref` means; the latest, where it names none."""
    artifact, reference = names.artifact(ref)
    version = names.version(artifact, reference)
    stage = names.stage(reference.stage)
    request = "latest" if reference.version in (None, *LATEST) else f"@{version['version']}"
    return _resolved(ask, version, stage=stage, oid=None, request=None if stage else request)


def resolve_tag(ask: Callable[..., Answer], tag: str, repos: list[str] | None) -> Answer:
    """What the registry tag of that name did, and the version that it names. NotFound where no such tag is GTO's."""
    name = tag.removeprefix(_TAGS)
    rows = [row for row in ask("from internal.find_tag($tag)", tag=name).rows if repos is None or row["repo"] in repos]
    if not rows:
        where = f" in {', '.join(repos)}" if repos else ""
        raise NotFound(
            f"no registry tag {name!r}{where}: expected an annotated tag that GTO reads, as the repository was last read"
        )
    if len(rows) > 1:
        candidates = tuple(str(row["repo"]) for row in rows)
        raise Ambiguous(f"{len(rows)} repositories have the tag {name!r}, expected one", candidates)
    row = rows[0]
    return _resolved(ask, row, stage=None, oid=row["oid"], request=f"@{row['version']}")


def _resolved(
    ask: Callable[..., Answer], version: Row, *, stage: str | None, oid: str | None, request: str | None
) -> Answer:
    version_key = {key: version[key] for key in ("repo", "artifact", "version", "commit")}
    answer = ask(_QUESTION, **version_key, stage=stage, oid=oid, request=request)
    row = answer.rows[0]
    return replace(answer, note=joined(_is_past(row), _other_commit_of_dvc(row)))


def _is_past(row: Row) -> str | None:
    return f"{row['version']} is deregistered" if row["registered"] and not row["active"] else None


def _other_commit_of_dvc(row: Row) -> str | None:
    if row["dvc_commit"] in (None, row["commit"]):
        return None
    return f"DVC takes another commit, {row['dvc_commit'][:7]}: `dvc artifacts get` goes by the newest tag, whatever that tag did"
