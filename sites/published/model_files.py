"""The files beside a model's page: its record for programs, and a badge for each stage that a version is in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib.resources import files

from sites import urls
from sites.data.facts import Facts
from sites.data.page_inputs import PageInputs
from sites.data.rows import ArtifactRow
from sites.published.record import record
from sites.svg.badge import badge

SCHEMA = "data/schema/model.json"


def paths(inputs: PageInputs) -> Iterator[tuple[str, str, str]]:
    """The path of each file, that of the page which follows from the same, and the repository."""
    for row in inputs.repositories:
        pages = {artifact: urls.model(row.repo, artifact) for artifact in row.artifacts}
        yield from ((urls.record(row.repo, artifact), page, row.repo) for artifact, page in pages.items())
        for artifact, stage in ((assigned["artifact"], assigned["stage"]) for assigned in row.assigned):
            if artifact in pages:
                yield urls.badge(row.repo, artifact, stage), pages[artifact], row.repo


def of_model(facts: Facts, artifact: ArtifactRow, stale: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of those files of a model that are among these paths."""
    repo, name = artifact.repo, artifact.artifact
    if (path := urls.record(repo, name)) in stale:
        yield path, record(facts, artifact)
    for assignment in facts.assignments.get((repo, name), []):
        if (path := urls.badge(repo, name, assignment.stage)) in stale:
            yield path, badge(assignment.stage, assignment.version)


def schema() -> bytes:
    """What a record may hold, as JSON Schema."""
    return (files("sites.published") / "model.schema.json").read_bytes()
