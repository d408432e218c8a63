"""An artifact in a sentence or two, for search engines and for previews of links to its page."""

from __future__ import annotations

from collections.abc import Sequence

from sites.data.rows import ArtifactRow, AssignmentRow
from sites.text import clip, short
from sites.view_models.registry import in_order

MOST_STAGES = 4
MOST_STAGE = 40  # characters of its name, and of that of a type
MOST_CHARACTERS = 200  # of its description


def summary(artifact: ArtifactRow, assignments: Sequence[AssignmentRow]) -> str:
    """What it is for, as its repository says, and which of its versions are in stages."""
    description = clip(" ".join((artifact.description or "").split()), MOST_CHARACTERS)
    staged = [
        f"{short(row.version)} in {clip(row.stage, MOST_STAGE)}" for row in in_order([*assignments])[:MOST_STAGES]
    ]
    latest = [f"latest {short(artifact.latest)}"] if artifact.latest else []
    state = ", ".join([*staged, *latest]) or "no version"
    end = "" if not description or description[-1] in ".!?…" else "."
    kind = clip(artifact.type, MOST_STAGE) or "artifact"
    return f"{description}{end} {kind[0].upper()}{kind[1:]} of {artifact.repo}: {state}.".strip()
