"""What a catalog holds of a repository that no push can change: tag objects, commits. All else comes from the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.actions.registry import TagEvent
from catalog.errors import MetafileError
from catalog.git.tag_grammar import parse
from catalog.query.catalog import Catalog


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownObjects:
    """Facts by object id. `stages` are those that `.gto` allowed at the tip of the default branch when it was last read; None where it allowed all."""

    events: Mapping[str, TagEvent] = field(default_factory=dict)
    lightweight: frozenset[str] = frozenset()  # objects of tags that are no tag objects
    summaries: Mapping[str, str] = field(default_factory=dict)  # of commits
    stages: tuple[str, ...] | None = None
    is_config_read: bool = False  # whether a crawl has read the tip: else what `.gto` allows is unknown


def known_of(catalog: Catalog, repo: str) -> KnownObjects:
    """What the catalog holds of a repository."""
    events = catalog.sql("select oid, tag, commit, revision, created_at from events where repo = $repo", repo=repo)
    others = catalog.sql("select distinct oid from tags where repo = $repo and not annotated", repo=repo)
    summaries = catalog.sql(
        "select commit, summary from commits where repo = $repo union select commit, summary from revisions where repo = $repo",
        repo=repo,
    )
    configs = catalog.sql("select stages from gto_configs where repo = $repo and stages is not null limit 1", repo=repo)
    tips = catalog.sql(
        "select 1 from revisions where repo = $repo and list_contains(reasons, 'tip') limit 1", repo=repo
    )
    return KnownObjects(
        events={row["oid"]: event for row in events.rows if (event := _event(row)) is not None},
        lightweight=frozenset(oid for (oid,) in others.values),
        summaries=dict(summaries.values),
        stages=next((tuple(stages) for (stages,) in configs.values), None),
        is_config_read=bool(tips.values),
    )


def notes_of(catalog: Catalog, repo: str, artifact: str, commit: str | None) -> tuple[str, ...]:
    """What the catalog says against a push, or against registering a commit: allowed, but worth a look."""
    archived = catalog.sql("select 1 from repos where repo = $repo and archived", repo=repo).values
    notes = ["its forge says that the repository is archived: it takes no push"] if archived else []
    if commit is not None:
        notes += _notes_of_commit(catalog, repo, artifact, commit)
    return tuple(notes)


def _notes_of_commit(catalog: Catalog, repo: str, artifact: str, commit: str) -> list[str]:
    annotations = catalog.sql(
        "select commit, target, in_git from annotations where repo = $repo and artifact = $artifact",
        repo=repo,
        artifact=artifact,
    ).values
    read = {each for (each,) in catalog.sql("select commit from revisions where repo = $repo", repo=repo).values}
    if not annotations:
        return [f"{artifact} has no annotation: neither dvc.yaml nor artifacts.yaml has one"] if read else []
    here = [(target, in_git) for each, target, in_git in annotations if each == commit]
    if not here:
        return [f"neither dvc.yaml nor artifacts.yaml annotates {artifact} at {commit[:7]}"] if commit in read else []
    outputs = catalog.sql("select path from outputs where repo = $repo and commit = $c", repo=repo, c=commit).values
    paths = {path for (path,) in outputs}
    return [
        f"{commit[:7]} does not have {target}, which {artifact} is annotated as"
        for target, in_git in here
        if target and not in_git and not any(target == path or target.startswith(f"{path}/") for path in paths)
    ]


def _event(row: Mapping[str, object]) -> TagEvent | None:
    """The event of a row; None for one that cannot be, as in a catalog of another version."""
    try:
        parsed = parse(str(row["tag"]))
    except MetafileError:
        return None
    at = row["created_at"]
    if parsed is None or not hasattr(at, "timestamp"):
        return None
    return TagEvent(
        name=str(row["tag"]),
        parsed=parsed,
        oid=str(row["oid"]),
        commit=str(row["commit"]),
        kind="commit" if row["revision"] in (None, row["commit"]) else "tag",
        at=int(at.timestamp()),
    )
