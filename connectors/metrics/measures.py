"""How good a version is: the metrics, parameters and plots of a revision, where DVC finds them, with the values that it reads.

After `dvc/repo/{metrics,params}/show.py` and `dvc/repo/plots/__init__.py` of DVC 3.67.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from posixpath import splitext

from catalog.errors import MetafileError
from catalog.git.named_files import NamedFile
from catalog.git.snapshot import RevisionFiles
from catalog.naming import without_users
from catalog.plugins.connector import Connector
from catalog.schema.record import Record, replace
from catalog.schema.tables.dvc import Param
from catalog.schema.tables.metrics import MeasureFile, Metric, Plot
from catalog.schema.tables.problems import Problem
from connectors.dvc.declared_measures import METRICS, PARAMS, PlotSpec
from connectors.dvc.files import is_read as wants_file
from connectors.dvc.index import index
from connectors.dvc.places import BAD, IN_GIT, MISSING, FileLocation
from connectors.dvc.templates.value_files import load_values
from connectors.formats.faults import Fault, problem
from connectors.metrics.content import (
    NOTHING,
    MeasureContent,
    kind_of,
    read_metrics,
    read_own_template,
    read_params,
    read_plot,
)
from connectors.metrics.files import MAX_FILES, DeclaredFile, stated_files
from connectors.metrics.lock_differences import NO_FILE, NOT_A_FILE, LockDifferences, differences_of
from connectors.metrics.opened_files import FileContent, OpenedFiles

NAME = "measures"
MAX_ROWS = 50_000  # metrics and parameters of one revision

# By DVC's documentation, DVCLive and public repositories.
USUAL = frozenset({"metrics", "plots", "scores", "summary", "eval", "evaluation", "evaluate", "results", "dvclive"})
USUAL_SUFFIXES = frozenset({".json", ".yaml", ".yml", ".toml", ".tsv", ".csv"})


def guesses_file(path: str) -> bool:
    """Small values in a file or folder that is named as metrics and plots commonly are."""
    folder, _, name = path.rpartition("/")
    stem, suffix = splitext(name)
    return suffix.lower() in USUAL_SUFFIXES and (stem in USUAL or not USUAL.isdisjoint(folder.split("/")))


def wants_also(revision: RevisionFiles) -> Iterator[NamedFile]:
    """The files of variables, then the files that these and DVC's files name; and those in DVC's storage."""
    yield from index(revision).value_files
    for each in stated_files(revision).files:
        if each.place.where == IN_GIT:
            yield each.place.file
        elif stored := each.place.stored():
            yield stored
        if each.template.place:
            yield each.template.place.file


def read_revision(revision: RevisionFiles) -> Iterator[Record]:
    """The rows of a commit's measures, and what is wrong with their files."""
    return _RevisionReader(revision).rows()


CONNECTOR = Connector(
    name=NAME,
    version=9,
    wants_file=wants_file,
    guesses_file=guesses_file,
    wants_also=wants_also,
    read_revision=read_revision,
)


class _RevisionReader:
    """One revision, read from its first file to its last."""

    def __init__(self, revision: RevisionFiles) -> None:
        self._revision, self._commit = revision, revision.commit.oid
        self._files = OpenedFiles(revision)
        self._complaints: dict[tuple[str, str, str], Fault | MetafileError] = {}
        self._keys: set[Hashable] = set()
        self._left = MAX_ROWS
        self._values: dict[str, object] = {}  # of parameter files
        self._locked = {
            (metafile.path, params.stage): params.files
            for metafile in index(revision).files
            for params in metafile.read.locked
        }

    def rows(self) -> Iterator[Record]:
        stated, more = stated_files(self._revision)
        if more:
            message = f"found more than {MAX_FILES:,} files of metrics, parameters and plots; the rest is left out"
            self._complain("", [MetafileError(message, rule="too-many")])
        whole_files = {each.place.file: each for each in reversed(stated) if _is_whole(each)}
        shown = {each.place.file for each in stated if each.named.role == PARAMS and not each.named.template_values}
        for each in stated:
            if each.named.template_values and each.place.file in shown:
                continue  # as in DVC: what the file is named for counts
            opened = self._open(each.place)
            read = self._parse(each, opened, whole_files.get(each.place.file, each))
            self._complain(each.place.file, read.faults)
            if self._is_first("file", each.named.role, each.place.file, each.metafile, each.named.stage):
                yield self._file(each, opened, bad=read.bad)
            yield from self._rows_of(each, read, whole_files.get(each.place.file, each))
        for (place, _, _), fault in self._complaints.items():
            yield self._problem(place, fault)

    def _parse(self, each: DeclaredFile, opened: FileContent, whole_file: DeclaredFile) -> MeasureContent:
        """The content of a file. A parameter file that any metafile names whole is read whole."""
        if opened.data is None:
            return NOTHING
        if each.named.role == METRICS:
            return read_metrics(each.place.file, opened.data)
        if each.named.template_values:
            return MeasureContent(each.named.template_values)
        if each.named.role == PARAMS:
            return read_params(each.place.file, opened.data, whole_file.named.keys)
        header = each.named.drawing.header if each.named.drawing else True
        return read_plot(each.place.file, opened.data, opened.key, header=header)

    def _rows_of(self, each: DeclaredFile, read: MeasureContent, whole_file: DeclaredFile) -> Iterator[Record]:
        file, drawing = each.place.file, each.named.drawing
        if each.named.role == METRICS and self._is_first(METRICS, file):
            yield from self._metrics(each, read)
        elif each.named.role == PARAMS and whole_file is each:
            yield from self._params(each, read)
        elif drawing and self._is_first("plot", each.metafile, drawing.name or file, file, drawing.y):
            yield self._plot(each, drawing, read)
            yield from self._plot_data(read)
            if each.x_place:
                yield from self._plot_data(self._x_axis(each.x_place, drawing))
            yield from self._plot_data(self._template(each))

    def _open(self, place: FileLocation) -> FileContent:
        opened = self._files.open(place)
        self._complain(place.file, opened.problems)
        return opened

    def _x_axis(self, place: FileLocation, drawing: PlotSpec) -> MeasureContent:
        """What the x axis is drawn from, where it is another file."""
        opened = self._open(place)
        if opened.data is None:
            return NOTHING
        return read_plot(place.file, opened.data, opened.key, header=drawing.header)

    def _template(self, each: DeclaredFile) -> MeasureContent:
        """The template of a plot, if it is the repository's own."""
        place, complaint = each.template
        if complaint:
            self._complain(each.metafile or "", [complaint])
        opened = self._open(place) if place else None
        if place is None or opened is None or opened.data is None:
            return NOTHING
        read = read_own_template(opened.data, opened.key)
        self._complain(place.file, read.faults)
        return read

    def _metrics(self, each: DeclaredFile, read: MeasureContent) -> Iterator[Metric]:
        for name, number, text, kind in self._bounded(read.rows):
            yield Metric(
                commit=self._commit,
                dvc_root=each.root,
                file=each.place.file,
                name=name,
                number=number,
                text=text,
                kind=kind,
            )

    def _params(self, each: DeclaredFile, read: MeasureContent) -> Iterator[Param]:
        for name, number, text, kind in self._bounded(read.rows):
            yield Param(
                commit=self._commit,
                dvc_root=each.root,
                metafile=each.metafile,
                pipeline_stage=each.named.stage if each.named.keys or each.named.template_values else None,
                file=each.place.file,
                name=name,
                number=number,
                text=text,
                kind=kind,
                locked=False,
            )

    def _plot(self, each: DeclaredFile, drawing: PlotSpec, read: MeasureContent) -> Plot:
        other = self._x_axis(each.x_place, drawing) if each.x_place else NOTHING
        return Plot(
            commit=self._commit,
            dvc_root=each.root,
            metafile=each.metafile or "",
            pipeline_stage=each.named.stage,
            plot=drawing.name or each.place.file,
            file=each.place.file,
            kind=kind_of(each.place.file),
            x=drawing.x,
            x_file=drawing.x_file,
            y=drawing.y,
            x_label=drawing.x_label,
            y_label=drawing.y_label,
            title=drawing.title,
            template=drawing.template,
            content=read.content,
            x_content=other.content,
            template_content=self._template(each).content,
        )

    def _plot_data(self, read: MeasureContent) -> Iterable[Record]:
        """The data of a plot, once for the revision."""
        return read.rows if self._is_first("content", read.content) else ()

    def _file(self, each: DeclaredFile, opened: FileContent, *, bad: bool) -> MeasureFile:
        differences = None if bad else self._differences(each, opened)
        return MeasureFile(
            commit=self._commit,
            dvc_root=each.root,
            role=each.named.role,
            file=each.place.file,
            metafile=each.metafile,
            pipeline_stage=each.named.stage,
            status=BAD if bad else opened.status,
            blob=each.place.blob,
            hash=each.place.hash,
            size=each.place.size if opened.size is None else opened.size,
            names=each.named.keys if _is_dependency(each) else None,
            modified_names=differences.modified if differences else None,
            new_names=differences.new if differences else None,
            deleted_names=differences.deleted if differences else None,
            uncompared_names=differences.uncompared if differences else None,
        )

    def _differences(self, each: DeclaredFile, opened: FileContent) -> LockDifferences | None:
        """How the parameters of a stage differ from those that it ran with; None where it never ran, or the file was not read."""
        locked = self._locked.get((each.metafile or "", each.named.stage or ""))
        if locked is None or not _is_dependency(each):
            return None
        file = each.named.path
        if each.place.file != file:
            return NOT_A_FILE  # a folder
        if opened.status == MISSING:
            return NO_FILE if self._revision.entry(file) is None else NOT_A_FILE  # a link, or a submodule
        if opened.data is None:
            return None
        if file not in self._values:
            self._values[file] = load_values(file, opened.data)
        return differences_of(each.named, each.metafile or "", self._values[file], locked)

    def _bounded(
        self, rows: tuple[tuple[str, float | None, str, str], ...]
    ) -> Iterable[tuple[str, float | None, str, str]]:
        """What fits into the bound for the whole revision."""
        within_bound = rows[: self._left]
        self._left -= len(within_bound)
        if len(within_bound) < len(rows):
            message = f"found more than {MAX_ROWS:,} metrics and parameters; the rest is left out"
            self._complain("", [MetafileError(message, rule="too-many")])
        return within_bound

    def _is_first(self, *key: Hashable) -> bool:
        count = len(self._keys)
        self._keys.add(key)
        return len(self._keys) > count

    def _complain(self, file: str, faults: Iterable[Fault | MetafileError]) -> None:
        for fault in faults:
            self._complaints.setdefault((file, fault.place, fault.rule), fault)

    def _problem(self, file: str, fault: Fault | MetafileError) -> Problem:
        row = problem(NAME, self._commit, file, fault)
        return replace(row, place=without_users(row.place), message=without_users(row.message))


def _is_dependency(each: DeclaredFile) -> bool:
    """A parameter file on whose values a pipeline stage depends."""
    return each.named.role == PARAMS and each.named.stage is not None and not each.named.template_values


def _is_whole(each: DeclaredFile) -> bool:
    """A parameter file of which all values count."""
    return each.named.role == PARAMS and not each.named.keys and not each.named.template_values
