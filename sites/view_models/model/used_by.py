"""Used by: what was made with an artifact, as `models_using` has it, with production first."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from sites import urls
from sites.data.detail_rows import UserRow, UserStage
from sites.data.facts import Facts
from sites.data.rows import ArtifactRow, AssignmentRow
from sites.text import pill, stage_order
from sites.view_models.registry import foremost

MOST_USERS = 100  # on the page; the macro models_using has all


class UserLine(NamedTuple):
    """An artifact that was made with the one of the page."""

    path: str
    name: str
    versions: int
    stages: Markup


class UsedBy(NamedTuple):
    """What was made with an artifact."""

    lines: list[UserLine]
    total: int
    in_prod: int
    ref: str
    version: str
    has_graph: bool


def used_by(facts: Facts, artifact: ArtifactRow, assignments: list[AssignmentRow]) -> UsedBy | None:
    """What the page shows of lineage between artifacts; None where nothing is known."""
    key = (artifact.repo, artifact.artifact)
    users = sorted(facts.users.get(key, []), key=_order)
    has_graph = artifact.repo in facts.graphs and any(file.path for file in facts.files.get(key, []))
    if not users and not has_graph:
        return None
    first = foremost(assignments)
    version = (first.version if first else artifact.latest) or ""
    return UsedBy(
        lines=[
            UserLine(
                path=urls.model(user.user_repo, user.user_artifact),
                name=f"{user.user_repo}:{user.user_artifact}",
                versions=user.user_versions,
                stages=Markup("").join(pill(stage["stage"], stage["version"]) for stage in _stages(user)),
            )
            for user in users[:MOST_USERS]
        ],
        total=len(users),
        in_prod=sum(user.in_prod for user in users),
        ref=f"{artifact.repo}:{artifact.artifact}" + (f"@{version}" if version else ""),
        version=version or artifact.artifact,
        has_graph=has_graph,
    )


def _stages(user: UserRow) -> list[UserStage]:
    return sorted(user.stages, key=lambda stage: stage_order(stage["stage"], stage["rank"]))


def _order(user: UserRow) -> tuple[bool, bool, str, str]:
    return (not user.in_prod, not user.stages, user.user_repo, user.user_artifact)
