"""The tables of what DVC's files say: where the bytes are, what made them, from what, and with which parameters."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.schema.record import Record, column, record


@record("metafiles", key=("commit", "file"), lives="revision")
class Metafile(Record):
    """The DVC files of each revision that DVC would read, and those that are too old for it."""

    commit: str = column("The commit.", identifies=True)
    file: str = column("The file, from the Git root.")
    kind: str = column("`.dvc`, `dvc.yaml` or `dvc.lock`.")
    dvc_root: str | None = column(
        "The folder of the DVC project that it belongs to: the nearest one above with a `.dvc` folder; empty for the Git root. Null where there is none."
    )
    format: str | None = column("The age of the format: `0`, `1.0`, `2.0` or `3`, as far as the file shows it.")
    blob: str = column("The Git blob: equal blobs have equal content.", identifies=True)


@record("outputs", key=("commit", "metafile", "pipeline_stage", "path"), lives="revision")
class Output(Record):
    """What DVC tracks at a commit: each output of each `.dvc` file and of each pipeline stage."""

    commit: str = column("The commit.", identifies=True)
    metafile: str = column("The `.dvc`, `dvc.lock` or `dvc.yaml` that states it.")
    pipeline_stage: str | None = column("The pipeline stage that makes it; null for a `.dvc` file.")
    dvc_root: str | None = column("The folder of the DVC project: see `metafiles`.")
    path: str = column("Where it lies, from the Git root; a URL for an external output.")
    hash_kind: str | None = column(
        "`md5` (DVC 3), `md5-dos2unix` (older), `etag` or `checksum`. Null where nothing was locked."
    )
    hash: str | None = column("The hash of the content, with `.dir` for a folder.", identifies=True)
    size: int | None = column("Bytes.")
    files: int | None = column("Files, of a folder.")
    is_folder: bool = column("It is a folder.")
    executable: bool = column("It is an executable file.")
    cached: bool = column("DVC stores it; otherwise it is in Git.")
    pushed: bool = column("`dvc push` stores it in a remote.")
    remote: str | None = column("The remote that it names for itself, or that holds its cloud version.")
    version_id: str | None = column("The version in a version-aware remote.", identifies=True)
    etag: str | None = column("The entity tag in a version-aware remote.", identifies=True)
    role: str = column("`out`, `metric` or `plot`.")
    type: str | None = column("The type stated with the output.")
    description: str | None = column("The description stated with the output.")
    labels: tuple[str, ...] = column("The labels stated with the output.")
    meta: Mapping[str, str] = column("Other metadata stated with the output.")
    git_hash: str | None = column(
        "Of a small file that Git has there: the hash of what a checkout writes, of the same kind; null where nothing was compared.",
        default=None,
        identifies=True,
    )
    tracked_by: str | None = column(
        "Of what a pipeline stage took in, or left in Git: `git`, `filter` (Git, behind a filter or an encoding), `dvc` or `nothing` has the path "
        "at this commit; null where a lock states no hash, and for paths outside the repository or behind a link.",
        default=None,
    )


@record("output_files", key=("commit", "metafile", "path"), lives="revision")
class OutputFile(Record):
    """The files of folders in version-aware remotes and sources, which DVC lists one by one."""

    commit: str = column("The commit.", identifies=True)
    metafile: str = column("The metafile.")
    output: str = column("The folder's path, from the Git root.")
    path: str = column("The file's path, from the Git root.")
    hash: str | None = column("Its md5.", identifies=True)
    size: int | None = column("Bytes.")
    remote: str | None = column("The remote that holds it; null where that is the source of an import.")
    version_id: str | None = column("Its version there.", identifies=True)
    etag: str | None = column("Its entity tag there.", identifies=True)


@record("dependencies", key=("commit", "metafile", "pipeline_stage", "path"), lives="revision")
class Dependency(Record):
    """What pipeline stages and imports depend on."""

    commit: str = column("The commit.", identifies=True)
    metafile: str = column("The `.dvc`, `dvc.lock` or `dvc.yaml` that states it.")
    pipeline_stage: str | None = column("The pipeline stage; null for a `.dvc` file.")
    path: str = column("From the Git root; a URL as written; `ds://name` for a dataset.")
    hash_kind: str | None = column("The kind of hash: see `outputs`.")
    hash: str | None = column("The hash of the content that was used.", identifies=True)
    size: int | None = column("Bytes.")
    files: int | None = column("Files, of a folder.")
    git_hash: str | None = column(
        "Of a small file that Git has there: the hash of what a checkout writes, of the same kind; null where nothing was compared.",
        default=None,
        identifies=True,
    )
    tracked_by: str | None = column(
        "Of what a pipeline stage took in, or left in Git: `git`, `filter` (Git, behind a filter or an encoding), `dvc` or `nothing` has the path "
        "at this commit; null where a lock states no hash, and for paths outside the repository or behind a link.",
        default=None,
    )


@record("imports", key=("commit", "metafile", "path"), lives="revision")
class Import(Record):
    """Outputs that come from elsewhere: `dvc import`, `import-url`, `import-db`."""

    commit: str = column("The commit.", identifies=True)
    metafile: str = column("The `.dvc` file.")
    path: str = column("The output, from the Git root.")
    kind: str = column("`repo`, `url` or `db`.")
    url: str | None = column("The source repository or URL, without credentials.")
    source_path: str | None = column("The path in the source repository; the table, of a database.")
    rev: str | None = column("The revision that was asked for: a branch, a tag, often a GTO tag.")
    rev_lock: str | None = column("The source's commit.", identifies=True)
    query: str | None = column("The query, of a database.")
    etag: str | None = column("The source's entity tag.", identifies=True)
    version_id: str | None = column("The source's version.", identifies=True)
    partial: bool = column("Only stated so far: its content was not downloaded.")
    version_aware: bool = column(
        "The source keeps versions, and DVC reads the bytes there: `dvc import-url --version-aware`.", default=False
    )


@record("pipeline_stages", key=("commit", "file", "pipeline_stage"), lives="revision")
class PipelineStage(Record):
    """The steps of DVC pipelines, with names expanded from foreach and matrix."""

    commit: str = column("The commit.", identifies=True)
    file: str = column("The `dvc.yaml`, or a `.dvc` file of DVC 0.x with a command.")
    pipeline_stage: str = column("The stage's name; the file's name for DVC 0.x.")
    command: str | None = column("What it runs, resolved where it is a template; several commands on several lines.")
    locked_command: str | None = column("The command that last ran, as `dvc.lock` has it.")
    wdir: str = column("Where it runs, from the Git root; empty for the root.")
    frozen: bool = column("DVC leaves it alone.")
    always_changed: bool = column("DVC runs it every time.")
    description: str | None = column("The description as stated.")


@record("remotes", key=("commit", "dvc_root", "remote"), lives="revision")
class Remote(Record):
    """The DVC remotes of each revision: where the bytes are. Secrets are never kept."""

    commit: str = column("The commit.", identifies=True)
    dvc_root: str = column("The folder of the DVC project, empty for the Git root.")
    remote: str = column("The remote's name.")
    url: str = column("Its URL, resolved where it refers to another remote, without credentials.")
    scheme: str = column("The URL's scheme: `s3`, `https`, `gs`, `azure`, `ssh`, ...; `local` for a path.")
    is_default: bool = column("DVC uses it unless told otherwise.")
    endpoint_url: str | None = column("The S3 endpoint.")
    region: str | None = column("The S3 region.")
    version_aware: bool = column("It keeps versions of files under their own names.")
    worktree: bool = column("It mirrors the working tree.")
    anonymous: bool = column("Anybody may read it.")
    secrets: tuple[str, ...] = column("The settings that were left out because they may be secrets: names, not values.")


@record("datasets", key=("commit", "file", "name"), lives="revision")
class Dataset(Record):
    """The datasets that `dvc.yaml` declares, with what `dvc.lock` says of them."""

    commit: str = column("The commit.", identifies=True)
    file: str = column("The `dvc.yaml`.")
    name: str = column("The dataset's name; a dependency on it is `ds://name`.")
    type: str = column("`dvc`, `url` or `dc`.")
    url: str = column("Its URL, without credentials.")
    path: str | None = column("The path in the repository, for `dvc`.")
    rev: str | None = column("The revision that was asked for.")
    rev_lock: str | None = column("The commit.", identifies=True)
    version: str | None = column("The version, for `dc` and versioned URLs.")


@record("params", key=("commit", "file", "name", "pipeline_stage", "metafile"), lives="revision")
class Param(Record):
    """The parameters of each revision: those that pipeline stages ran with, and those in the files that DVC reads for them."""

    commit: str = column("The commit.", identifies=True)
    dvc_root: str | None = column("The folder of the DVC project: see `metafiles`.")
    metafile: str | None = column(
        "The `dvc.lock`; or, of a value in a parameter file, the `dvc.yaml` that names the file, null for the `params.yaml` that DVC reads unasked."
    )
    pipeline_stage: str | None = column("The pipeline stage; null where the whole file counts.")
    file: str = column("The parameter file, from the Git root.")
    name: str = column("The parameter, with dots between the levels.")
    number: float | None = column("The value, where it is a number.", named_by="name")
    text: str | None = column("The value as text; lists and maps as JSON.", named_by="name")
    kind: str = column("`number`, `text`, `bool`, `list`, `map` or `null`.")
    locked: bool = column("What the stage ran with, from `dvc.lock`; otherwise what the file says.")
