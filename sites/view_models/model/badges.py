"""The badges that a page of a model offers for READMEs and wikis: one for each stage that a version is in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sites import urls
from sites.data.rows import ArtifactRow, AssignmentRow
from sites.svg.badge import width
from sites.text import short
from sites.view_models.registry import in_order


class BadgeLink(NamedTuple):
    """A badge: what it says, where it is from the root of the site, its width, and the Markdown for it, where the address of the site is known."""

    words: str
    path: str
    width: int
    markdown: str


def badges(artifact: ArtifactRow, assignments: Sequence[AssignmentRow], site_url: str | None) -> list[BadgeLink]:
    """The badges in the order of stages."""
    page = urls.model(artifact.repo, artifact.artifact)
    shown: dict[str, BadgeLink] = {}
    for row in in_order([*assignments]):
        path = urls.badge(row.repo, row.artifact, row.stage)
        words = f"{row.stage}: {short(row.version)}"
        root = (site_url or "").rstrip("/")
        label = "".join(f"\\{letter}" if letter in "\\[]`*_<&!" else letter for letter in " ".join(words.split()))
        markdown = f"[![{label}]({root}/{path})]({root}/{page})" if site_url else ""
        shown.setdefault(path, BadgeLink(words, path, width(row.stage, row.version), markdown))
    return [*shown.values()]
