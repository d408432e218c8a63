"""What search engines read of a model's page: schema.org as JSON-LD. A script element of this type runs nothing, so that no policy forbids it."""

from __future__ import annotations

import json

from markupsafe import Markup

from sites import urls
from sites.data.rows import ArtifactRow

_TYPES = {"dataset": "Dataset", "data": "Dataset"}


def json_ld(artifact: ArtifactRow, site_url: str | None) -> Markup:
    """The element for the head of the page."""
    content = {
        "@context": "https://schema.org",
        "@type": _TYPES.get((artifact.type or "").lower(), "CreativeWork"),
        "identifier": artifact.id,
        "name": artifact.name,
        "description": artifact.description,
        "keywords": artifact.labels or None,
        "version": artifact.latest,
        "dateModified": f"{artifact.updated_at.isoformat(timespec='seconds')}Z" if artifact.updated_at else None,
        "url": f"{site_url.rstrip('/')}/{urls.model(artifact.repo, artifact.artifact)}" if site_url else None,
    }
    stated = {key: value for key, value in content.items() if value is not None}
    text = json.dumps(stated, separators=(",", ":")).replace("<", "\\u003c")
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704 - ASCII without `<`: it ends no element, and begins none
