"""The tables of the registry: what GTO's tags did, and what annotations say of artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from catalog.schema.record import Record, column, record

# GTO's own words for what a tag does are past participles in `gto history`; these are the values of `events.event`.
REGISTRATION, DEREGISTRATION = "registration", "deregistration"
ASSIGNMENT, UNASSIGNMENT = "assignment", "unassignment"
DEPRECATION = "deprecation"


@record("events", key=("created_at", "tag", "oid"))
class Event(Record):
    """What each GTO tag did. The artifact's state follows from these; see the views `versions` and `assignments`."""

    oid: str = column("The tag object.", identifies=True)
    tag: str = column("The name inside the tag object.")
    event: str = column("`registration`, `deregistration`, `assignment`, `unassignment` or `deprecation`.")
    artifact: str = column("The artifact: `name`, or `folder:name`.")
    version: str | None = column("The version that a registration or deregistration names.")
    precedence: str | None = column("Text that sorts as SemVer 2.0 sorts the version.")
    stage: str | None = column("The stage that an assignment or unassignment names, as the tag spells it.")
    counter: int | None = column("The number at the tag's end. It makes names unique and means nothing else.")
    commit: str = column(
        "The object that the tag names; a stage belongs to the version registered on the same one.", identifies=True
    )
    revision: str | None = column(
        "The commit that the tag leads to in the end; `commit`, but for a tag of a tag.", default=None, identifies=True
    )
    created_at: datetime = column("When, by the tagger's clock, UTC.")
    utc_offset: int = column("The tagger's time zone, in minutes east of Greenwich.")
    author: str = column("The tagger's name: a claim.")
    author_email: str = column("The tagger's e-mail address.")
    message: str = column("The tag's message.")
    signed: str | None = column("The kind of the tag's signature; not verified.")


@record("annotations", key=("commit", "file", "artifact"), lives="revision")
class Annotation(Record):
    """What `dvc.yaml` and `artifacts.yaml` say about an artifact at a commit."""

    commit: str = column("The commit.", identifies=True)
    file: str = column("The file, from the Git root.")
    source: str = column("`dvc.yaml` or `artifacts.yaml`.")
    artifact: str = column("The artifact's full name: `id` at the root, `folder:id` in a folder.")
    path: str | None = column("Where the artifact lies, as written: relative to the file's folder, or a URL.")
    type: str | None = column("The type as stated, for example `model` or `dataset`.")
    description: str | None = column("The description as stated.")
    labels: tuple[str, ...] = column("The labels as stated.")
    meta: Mapping[str, str] = column("Other metadata as stated: top-level keys; values that are not text are JSON.")
    dvc_root: str | None = column(
        "The folder of the DVC project that the file belongs to: see `metafiles`.", default=None
    )
    target: str | None = column(
        "Where the artifact lies, from the Git root, as DVC resolves the path: a backslash separates folders, an absolute path counts from the Git root. Null where it is a URL, leads out of the repository, or is not stated.",
        default=None,
    )
    in_git: str | None = column(
        "What Git has there: `file`, `folder`, `link` or `submodule`; null for nothing.", default=None
    )
    blob: str | None = column(
        "The Git blob of a file, the tree of a folder, the commit of a submodule.", default=None, identifies=True
    )
    executable: bool = column("Git has it as an executable file.", default=False)
    lfs_hash: str | None = column(
        "The sha256 of the content, where the file is a Git LFS pointer.", default=None, identifies=True
    )
    lfs_size: int | None = column("Bytes of the content, where the file is a Git LFS pointer.", default=None)


@record("gto_configs", key=("commit",), lives="revision")
class GtoConfig(Record):
    """What `.gto` says at the tip of the default branch."""

    commit: str = column("The commit.", identifies=True)
    stages: tuple[str, ...] | None = column("The stages that may be assigned, in their order.")
    types: tuple[str, ...] | None = column("The types that an annotation may have.")
    index: str | None = column("The name of the annotation file, where it is not `artifacts.yaml`.")
