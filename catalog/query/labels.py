"""Readable labels for status codes in the tables: of files of versions, of metrics files, and of outdated locks."""

from __future__ import annotations

from collections.abc import Mapping

# `version_files.status`: where the bytes of a version are. docs/bytes.md tells more of each.
WHERE = {
    "ok": "in DVC's storage",
    "in-git": "in Git",
    "lfs": "in Git LFS",
    "external-url": "at a URL that DVC does not track",
    "cloud-versioned": "a version in the cloud",
    "inside-dir": "in a folder in DVC's storage",
    "partial-import": "imported from elsewhere, not stored",
    "never-locked": "not produced when this was committed",
    "no-remote": "in DVC, which has no remote",
    "local-remote": "in a DVC remote that only its owner reaches",
    "not-tracked": "at a path that neither Git nor DVC has",
    "not-annotated": "not stated",
    "no-dvc-repo": "outside any DVC project",
    "bad-hash": "in DVC with an invalid hash",
    "missing-object": "in Git, which could not be read there",
    "template-error": "at a path that could not be resolved",
}
# `measure_files.status`, where a file could not be read: after "is".
UNREAD = {
    "in-dvc": "in DVC's storage, not in Git",
    "lfs": "in Git LFS",
    "missing": "missing",
    "bad": "not readable: see the problems of the repository",
}
# `of_project` of metrics and parameters: nothing ties them to the artifact.
OF_PROJECT = "of the project, not of this artifact"
# `outdated_locks.reasons`: what is not as it was when the pipeline stage ran.
OUTDATED = {
    "changed": "the content of an input",
    "command": "the command",
    "inputs": "the inputs",
    "outputs": "the outputs",
    "params": "the parameters",
    "results": "the content of an output in Git",
}
# `mixed_runs`: before what differs.
MIXED = "model, parameters and metrics are of different runs"


def where(status: str, path: str | None) -> str:
    """Where the bytes of a version are, in words; of what was not found, what was looked for."""
    match status, path:
        case "not-tracked", None:
            return "at a path that leads out of the repository"
        case "not-tracked", str():
            return f"not found: neither Git nor DVC has {path}"
        case "not-annotated", str():
            return f"not found: DVC has nothing at {path}, the path that the tip of the default branch states"
    return WHERE.get(status, status)


def of_project(versions: Mapping[str, bool]) -> str:
    """A sentence on the versions whose measures are those of their project; empty where no version has such."""
    those = [version for version, is_of_project in versions.items() if is_of_project]
    if not those:
        return ""
    return f"{'these' if len(those) == len(versions) else 'those of ' + ', '.join(those)} are {OF_PROJECT}"
