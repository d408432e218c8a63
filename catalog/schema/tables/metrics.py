"""The tables of how good a version is: metrics, plots and experiments. Parameters are with DVC's files."""

from __future__ import annotations

from datetime import datetime

from catalog.schema.record import Record, column, record


@record("measure_files", key=("commit", "role", "file", "metafile", "pipeline_stage"), lives="revision")
class MeasureFile(Record):
    """The files in which DVC looks for metrics, parameters and plots at each revision, and whether they could be read."""

    commit: str = column("The commit.", identifies=True)
    dvc_root: str | None = column("The folder of the DVC project: see `metafiles`.")
    role: str = column("`metrics`, `params` or `plots`.")
    file: str = column("The file, from the Git root.")
    metafile: str | None = column(
        "The `dvc.yaml` or `.dvc` file that names it; null for the `params.yaml` that DVC reads unasked."
    )
    pipeline_stage: str | None = column("The pipeline stage that names it; null for a list at the top of the file.")
    status: str = column(
        "`ok`; `in-dvc`: in DVC's storage, not in Git; `lfs`: in Git LFS, Git has a pointer; `fetched`: read from DVC's storage or Git LFS; "
        "`missing`; `bad`: see `problems`."
    )
    blob: str | None = column("The Git blob, where it is in Git.", identifies=True)
    hash: str | None = column(
        "The hash in DVC's storage, where it is there: of the file, or of the folder that holds it.", identifies=True
    )
    size: int | None = column("Bytes, as DVC or the pointer of Git LFS states them.")
    names: tuple[str, ...] | None = column(
        "The parameters of the file that the pipeline stage names; empty: all of them. Null where no stage names the file, and for what "
        "only templates draw from it.",
        default=None,
    )
    modified_names: tuple[str, ...] | None = column(
        "The parameters whose values differ from those that the pipeline stage ran with, as `dvc status` says; of maps, what differs in them. In this and the "
        "next three columns, the empty name is the whole file; null where no stage names the file, it never ran, or the file was not read.",
        default=None,
    )
    new_names: tuple[str, ...] | None = column("The parameters that are not in the lock.", default=None)
    deleted_names: tuple[str, ...] | None = column("The parameters that the file does not have.", default=None)
    uncompared_names: tuple[str, ...] | None = column(
        "The parameters that are not compared: a pattern, such as `train.*`, leads to several values or looks at more than 100,000; the file is a folder or link, "
        "or is named whole and is no map. DVC refuses most of them.",
        default=None,
    )


@record("metrics", key=("commit", "file", "name"), lives="revision")
class Metric(Record):
    """The metrics of each revision, as `dvc metrics show` finds them."""

    commit: str = column("The commit.", identifies=True)
    dvc_root: str | None = column("The folder of the DVC project: see `metafiles`.")
    file: str = column("The metrics file, from the Git root.")
    name: str = column("The metric, with dots between the levels; empty where the file holds nothing but one value.")
    number: float | None = column("The value, where it is a number; a boolean is 0 or 1.", named_by="name")
    text: str = column("The value as text.", named_by="name")
    kind: str = column("`number`, `text` or `bool`.")


@record("plots", key=("commit", "metafile", "plot", "file", "y"), lives="revision")
class Plot(Record):
    """The plots that `dvc.yaml` defines at each revision, one row for each file that a plot draws from."""

    commit: str = column("The commit.", identifies=True)
    dvc_root: str | None = column("The folder of the DVC project: see `metafiles`.")
    metafile: str = column("The `dvc.yaml`, or the `.dvc` file, that defines it.")
    pipeline_stage: str | None = column(
        "The pipeline stage that makes the file; null for a plot at the top of the file."
    )
    plot: str = column("The plot's name: the file, or the id that `dvc.yaml` gives it.")
    file: str = column("The file that it draws from, from the Git root.")
    kind: str = column("`series` or `image`.")
    x: str | None = column("The field along the x axis; null for the number of the row.")
    x_file: str | None = column("The file that the x axis is from, where it is another.")
    y: tuple[str, ...] = column("The fields along the y axis; none stated: the last one.")
    x_label: str | None = column("The label of the x axis.")
    y_label: str | None = column("The label of the y axis.")
    title: str | None = column("The title.")
    template: str | None = column(
        "The Vega template, for example `linear` or `confusion`, or the name of a file of the repository."
    )
    content: str | None = column(
        "The content: see `plot_series` and `images`. Null where it could not be read.", identifies=True
    )
    x_content: str | None = column(
        "The content of `x_file`, where that is stated and could be read.", default=None, identifies=True
    )
    template_content: str | None = column(
        "The content of the repository's own template: see `plot_templates`. Null where the template is one of DVC's, or could not be read.",
        default=None,
        identifies=True,
    )


@record("plot_series", key=("content", "place"), lives="content")
class PlotSeries(Record):
    """The data of plots by content, so that equal files are kept once: one row for each field of a file."""

    content: str = column(
        "The content as it is read: a Git blob, `md5:` and DVC's hash, or `sha256:` and that of Git LFS; then a colon and the format, for example `csv`.",
        identifies=True,
    )
    place: int = column("The field's place in the file, from 0.")
    field: str = column("The field.")
    numbers: tuple[float | None, ...] | None = column("Its values row by row, where all are numbers or absent.")
    texts: tuple[str | None, ...] | None = column(
        "Its values row by row as text, where some are not numbers.", named_by="field"
    )


@record("plot_templates", key=("content",), lives="content")
class PlotTemplate(Record):
    """The repositories' own templates of plots (`.dvc/plots`) by content, so that equal files are kept once."""

    content: str = column("The content: a Git blob, or `sha256:` and that of Git LFS.", identifies=True)
    template: str = column(
        "The template: Vega-Lite as JSON with DVC's anchors, such as `<DVC_METRIC_DATA>`, and without links and what only an editor reads. It is an "
        "untrusted program: draw it where expressions are interpreted, and nothing can be loaded."
    )


@record("images", key=("content",), lives="content")
class Image(Record):
    """The images of plots and of cards by content, so that equal files are kept once."""

    content: str = column(
        "The content: a Git blob, `md5:` and DVC's hash, or `sha256:` and that of Git LFS.", identifies=True
    )
    media_type: str = column(
        "`image/png`, `image/jpeg`, `image/gif`, `image/webp` or `image/svg+xml`, by the content's first bytes."
    )
    data: bytes = column("The bytes. An SVG is a stranger's program: show it as an image only, never inline.")


@record("experiments", key=("ref", "commit"))
class Experiment(Record):
    """DVC's experiments: the refs under `refs/exps`."""

    ref: str = column("The ref, whole.")
    name: str = column("The experiment's name.")
    baseline: str = column("The commit that it began from.", identifies=True)
    commit: str = column(
        "Its commit. What its files say is under this commit in the other tables, where it was read.", identifies=True
    )
    parents: tuple[str, ...] = column("The commit's parents: the baseline, unless it has checkpoints.", identifies=True)
    author: str = column("Who ran it.")
    author_email: str = column("The author's e-mail address.")
    authored_at: datetime | None = column("When it was written, UTC; null where Git finds no date.")
    committed_at: datetime | None = column("When it was committed, UTC; null where Git finds no date.")
    message: str = column("The commit's message.")
