"""Readable labels for status codes in the tables: of files of versions, of metrics files, and of outdated locks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    "deleted-inputs": "an input that is gone",
    "deleted-outputs": "an output in Git that is gone",
    "deleted-params": "a parameter that is gone",
    "inputs": "the inputs",
    "new-params": "a parameter that is new",
    "outputs": "the outputs",
    "params": "the parameters",
    "results": "the content of an output in Git",
}
# `uncompared_locks.reasons`: before the paths.
NOT_COMPARED = {
    "bad": "not readable",
    "content": "large or in Git LFS",
    "definition": "the definition of the stage",
    "filter": "converted by a filter or encoding of Git",
    "folder": "a folder in Git",
    "in-dvc": "in DVC's storage, not in Git",
    "lfs": "in Git LFS",
    "lock": "the lock itself",
    "no-hash": "tracked by DVC without a hash of its own",
    "outside": "outside of the repository, or behind a link",
    "too-many": "after as many files as are read",
    "unclear": "a pattern of several values, a folder, a link or no map",
}
# `mixed_runs`: before what differs; where nothing but inputs do, such as code.
MIXED = "model, parameters and metrics are of different runs"
OTHER_INPUTS = "inputs at this commit are not those of the run"


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


def mixed_runs(what: Sequence[str], *, other_inputs: bool) -> str:
    """What differs from the run that made a version; empty where all of it is of one run."""
    return f"{OTHER_INPUTS if other_inputs else MIXED}: {', '.join(what)}" if what else ""


def not_compared(paths: Sequence[str], reasons: Sequence[str]) -> str:
    """What was not compared with the lock of the stage that made a version, by the reason of each; empty where all was."""
    by_reason: dict[str, list[str]] = {}
    for path, reason in zip(paths, reasons, strict=True):
        by_reason.setdefault(NOT_COMPARED.get(reason, reason), []).append(path)
    parts = (f"{reason} ({', '.join(some)})" for reason, some in by_reason.items())
    return f"not compared with the lock: {'; '.join(parts)}" if paths else ""


def of_project(versions: Mapping[str, bool]) -> str:
    """A sentence on the versions whose measures are those of their project; empty where no version has such."""
    those = [version for version, is_of_project in versions.items() if is_of_project]
    if not those:
        return ""
    return f"{'these' if len(those) == len(versions) else 'those of ' + ', '.join(those)} are {OF_PROJECT}"
