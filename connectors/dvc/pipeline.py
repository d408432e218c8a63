"""A `dvc.yaml` with its `dvc.lock`: what the stages of a pipeline take and make, as stated and as last run.

After `dvc/stage/loader.py`, `dvc/output.py` (`load_from_pipeline`) and `dvc/repo/datasets.py` of DVC 3.67. What cannot
be read of the one is taken from the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.errors import MetafileError
from catalog.naming import public_url
from catalog.schema.record import Record
from catalog.schema.tables.dvc import Dataset, PipelineStage
from connectors.dvc.declared_measures import (
    METRICS,
    PARAMS,
    PLOTS,
    DeclaredMeasure,
    output_named,
    params_named,
    template_params,
    top_named,
)
from connectors.dvc.entries import DataEntry, read_entry
from connectors.dvc.lock import LockedStage, LockFile
from connectors.dvc.rows import (
    METRIC,
    OUT,
    PLOT,
    Declaration,
    LockedParams,
    dependency_row,
    output_rows,
    param_rows,
    read_flags,
)
from connectors.dvc.schema import PIPELINE, refusals
from connectors.dvc.templates.foreach import LISTS, ResolvedStage, StageExpander
from connectors.dvc.templates.resolver import Load
from connectors.dvc.values import Complaints, Values, command, flag, folder_at, items, maps, stated, word
from connectors.formats.paths import dirname
from connectors.formats.typed import cleaned, mapping, quoted, text

_ROLES = {"outs": OUT, "metrics": METRIC, "plots": PLOT}
_ALL = frozenset((*LISTS, "cmd"))
Statement = Record | DeclaredMeasure | LockedParams
_SUMMARY: Values = {"cache": False}  # the summary of `live`: a metric, and no output of its stage


def format_of(definition: object) -> str | None:
    """The age of the format, where the file shows it."""
    if not isinstance(definition, dict):
        return None
    stages = definition.get("stages")
    bodies = [body for body in stages.values() if isinstance(body, dict)] if isinstance(stages, dict) else []
    if "artifacts" in definition or "datasets" in definition or any("matrix" in body for body in bodies):
        return "3"
    if isinstance(definition.get("plots"), dict) or any("live" in body for body in bodies):
        return "2.0"
    return None


class PipelineFile:
    """One `dvc.yaml` and the lock beside it, with the complaints of each."""

    def __init__(
        self, site: Declaration, complaints: Complaints, lock_file: str, lock: LockFile, lock_complaints: Complaints
    ) -> None:
        self._folder = dirname(site.metafile)
        self._site, self._complaints = site, complaints
        self._lock_file, self._lock, self._lock_complaints = lock_file, lock, lock_complaints

    def rows(self, definition: Values | None, load: Load, *, templates: bool) -> Iterator[Statement]:
        """The rows of all stages and datasets, the measures named in them, and the parameters that they ran with; of the lock where the definition could not be read.

        `templates`: the definition may contain templates.
        """
        if definition is None:
            for name, locked in self._lock.stages.items():
                yield from self._stage(
                    ResolvedStage(name=name, place=f"stages.{cleaned(name)}", body={}, failed=_ALL), locked
                )
            return
        names: set[str] = set()
        expansion = StageExpander(definition, self._folder, load, self._complaints, templates=templates)
        for stage in expansion.stages():
            if stage.unknown:
                yield from self._unknown(stage, names)
            else:
                names.add(stage.name)
                yield from self._stage(stage, self._lock.stages.get(stage.name))
        yield from self._datasets(definition, expansion)
        yield from self._named(definition, expansion)
        if format_of(definition) != "2.0":
            self._complaints += refusals(PIPELINE, definition, self._complaints)

    def _unknown(self, stage: ResolvedStage, names: set[str]) -> Iterator[Statement]:
        """The stages of a group that could not be expanded, or not to its end, as the lock has them."""
        for name, locked in self._lock.stages.items():
            if (name == stage.name or name.startswith(f"{stage.name}@")) and name not in names:
                yield from self._stage(
                    ResolvedStage(name=name, place=stage.place, body={}, failed=stage.failed), locked
                )

    def _stage(self, stage: ResolvedStage, locked: LockedStage | None) -> Iterator[Statement]:
        body, place = stage.body, stage.place
        wdir = stated(body, "wdir", lambda value, at: folder_at(self._folder, value, at), place, self._complaints)
        folder = self._folder if wdir is None else wdir
        yield PipelineStage(
            commit=self._site.commit,
            file=self._site.metafile,
            pipeline_stage=stage.name,
            command=stated(body, "cmd", command, place, self._complaints),
            locked_command=locked.command if locked else None,
            wdir=folder,
            frozen=stated(body, "frozen", flag, place, self._complaints) or False,
            always_changed=stated(body, "always_changed", flag, place, self._complaints) or False,
            description=stated(body, "desc", text, place, self._complaints),
        )
        if "wdir" in stage.failed or (wdir is None and body.get("wdir") is not None):
            return  # its paths cannot be resolved
        yield from self._outputs(stage, folder, locked)
        yield from self._dependencies(stage, folder, locked)
        where = f"{place}.params"
        yield from params_named(body.get("params"), folder, stage.name, where, self._complaints)
        yield from template_params(stage.file_values, stage.name, place, self._complaints)
        if locked:
            site = self._by(stage.name, locked=True)
            yield from param_rows(site, folder, locked.params, place, self._lock_complaints)

    def _outputs(
        self, stage: ResolvedStage, folder: str, locked: LockedStage | None
    ) -> Iterator[Record | DeclaredMeasure]:
        locked_outs = locked.outs if locked else {}
        stated_outs = _stated_outputs(stage, self._complaints)
        if stage.failed.intersection(_ROLES):
            stated_outs = {path: ({}, OUT) for path in locked_outs} | stated_outs
        for path, (values, role) in stated_outs.items():
            where = f"{stage.place}.outs.{cleaned(public_url(path))}"
            if entry := self._entry(folder, path, locked_outs.get(path), where):
                flags = read_flags(values, where, self._complaints)
                if values is not _SUMMARY or path in locked_outs:
                    yield from output_rows(self._by(stage.name, locked=path in locked_outs), entry, flags, role)
                if role != OUT:
                    yield output_named(entry.path, role, values, stage.name, where, self._complaints)

    def _dependencies(self, stage: ResolvedStage, folder: str, locked: LockedStage | None) -> Iterator[Record]:
        locked_deps = locked.deps if locked else {}
        place = f"{stage.place}.deps"
        stated_deps = [*items(stage.body.get("deps"), place, self._complaints)]
        paths = [_path(item, where, self._complaints) for where, item in stated_deps]
        for path in dict.fromkeys([*paths, *(locked_deps if "deps" in stage.failed else ())]):
            if path is not None and (
                entry := self._entry(folder, path, locked_deps.get(path), f"{place}.{cleaned(public_url(path))}")
            ):
                yield dependency_row(self._by(stage.name, locked=path in locked_deps), entry)

    def _entry(self, folder: str, path: str, locked: Values | None, place: str) -> DataEntry | None:
        complaints = self._complaints if locked is None else self._lock_complaints
        try:
            return read_entry(folder, {"path": path} if locked is None else locked, place, complaints)
        except MetafileError as error:
            self._complaints.append(error)
            return None

    def _by(self, stage: str, *, locked: bool) -> Declaration:
        """The file that states a row of the stage: the lock, for what it has locked."""
        file = self._lock_file if locked else self._site.metafile
        return Declaration(commit=self._site.commit, metafile=file, dvc_root=self._site.dvc_root, stage=stage)

    def _datasets(self, definition: Values, expansion: StageExpander) -> Iterator[Record]:
        for place, item in maps(definition.get("datasets"), "datasets", self._complaints):
            try:
                yield self._dataset(mapping(expansion.resolve(item, place), place), place)
            except MetafileError as error:
                self._complaints.append(MetafileError(error.message, place=error.place or place, rule=error.rule))

    def _named(self, definition: Values, expansion: StageExpander) -> Iterator[DeclaredMeasure]:
        for role in (METRICS, PARAMS, PLOTS):
            resolved: list[object] = []
            value = definition.get(role)
            for item in value if isinstance(value, list) else [] if value is None else [value]:
                try:
                    resolved.append(expansion.resolve(item, role))
                except MetafileError as error:
                    self._complaints.append(error)
            root = self._site.dvc_root or ""
            yield from top_named(role, resolved, self._folder, self._complaints, root=root)

    def _dataset(self, values: Values, place: str) -> Dataset:
        name, kind = text(values.get("name"), f"{place}.name"), text(values.get("type"), f"{place}.type")
        url = text(values.get("url"), f"{place}.url")
        locked = self._lock.datasets.get(name, {})
        keys = ("url", "type", "path", "rev") if kind == "dvc" else ("url", "type")
        if any((locked.get(key) or None) != (values.get(key) or None) for key in keys):
            locked = {}  # it was locked for another one
        meta = stated(locked, "meta", mapping, place, self._lock_complaints) or {}
        version = locked if kind == "dc" else {"version": meta.get("version_id")}
        return Dataset(
            commit=self._site.commit,
            file=self._site.metafile,
            name=name,
            type=kind,
            url=public_url(url),
            path=stated(values, "path", text, place, self._complaints),
            rev=stated(values, "rev", word, place, self._complaints),
            rev_lock=stated(locked, "rev_lock", word, place, self._lock_complaints),
            version=stated(version, "version", word, place, self._lock_complaints),
        )


def _stated_outputs(stage: ResolvedStage, complaints: Complaints) -> dict[str, tuple[Values, str]]:
    """The outputs that the definition states, each with its flags and its role."""
    outputs: dict[str, tuple[Values, str]] = {}
    for key, role in _ROLES.items():
        if key not in stage.body:
            continue
        flags_by_path: dict[str, dict[object, object]] = {}
        for where, item in _flagged(stage.body.get(key), f"{stage.place}.{key}", complaints):
            for path, flags in item.items():
                if isinstance(path, str):
                    flags_by_path.setdefault(path, {}).update(flags if isinstance(flags, dict) else {})
                else:
                    complaints.append(MetafileError(f"found {quoted(path)}, expected a path", place=where))
        outputs |= {path: (flags, role) for path, flags in flags_by_path.items()}
    return outputs | _live(stage.body)


def _flagged(value: object, place: str, complaints: Complaints) -> Iterator[tuple[str, Mapping[object, object]]]:
    """Outputs are paths, or maps from a path to its flags."""
    for where, item in items([value] if isinstance(value, dict) else value, place, complaints):
        match item:
            case str():
                yield where, {item: None}
            case dict():
                yield where, item
            case _:
                message = f"found {quoted(item)}, expected a path, or a path with its flags"
                complaints.append(MetafileError(message, place=where, rule="wrong-type"))


def _live(body: Values) -> dict[str, tuple[Values, str]]:
    """`live` of DVC 2: a folder of plots, and by default a summary beside it, a metric in Git that DVC never locked."""
    live = body.get("live")
    outputs: dict[str, tuple[Values, str]] = {}
    for path, settings in live.items() if isinstance(live, dict) else ():
        if isinstance(path, str):
            flags = settings if isinstance(settings, dict) else {}
            outputs[path] = {key: flags[key] for key in ("cache", "persist") if key in flags}, PLOT
            if flags.get("summary") is not False:
                outputs[f"{path}.json"] = _SUMMARY, METRIC
    return outputs


def _path(item: object, place: str, complaints: Complaints) -> str | None:
    try:
        return text(item, place)
    except MetafileError as error:
        complaints.append(error)
        return None
