"""What DVC itself makes of a revision's metrics, parameters and plots, and what we make of them, in the same words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from dvc.fs import GitFileSystem
from dvc.repo import Repo
from dvc.repo.metrics.show import _gather_metrics
from dvc.repo.params.show import _gather_params
from dvc.repo.plots import _collect_definitions, _get_data_targets, onerror_collect, parse
from dvc.scm import Git
from dvc_render.image import ImageRenderer

from catalog.git.snapshot import RevisionFiles
from catalog.schema.record import Record
from catalog.schema.tables.dvc import Param
from catalog.schema.tables.metrics import Image, MeasureFile, Metric, Plot, PlotSeries
from connectors.metrics.measures import read_revision
from support.dvc_judge import flat


class Measures(NamedTuple):
    """Values by file and name; None for a file that cannot be read."""

    metrics: dict[str, Any]
    params: dict[str, Any]
    plots: dict[Any, Any]

    def seen(self, blind: set[str]) -> Measures:
        """Without what DVC could not see."""
        params = {file: values for file, values in self.params.items() if file not in blind}
        return Measures(self.metrics, params, {} if "plots" in blind else self.plots)


class Judged(NamedTuple):
    """The measures, the metafiles that DVC refuses, and what it does not see because storage cannot be reached.

    Where it would have to ask for the list of some folder, it takes the `params.yaml` that nobody names for absent, and
    gives up all plots at once.
    """

    measures: Measures
    refused: set[str]
    blind: set[str]


def measures_of_dvc(
    path: Path, commit: str, scratch: Path, *, roots: Iterable[str] = ("",), scm: Git | None = None
) -> Judged:
    """As DVC reads a bare repository, one project after the other."""
    scm = scm or Git(str(path))
    found = Judged(Measures({}, {}, {}), set(), set())
    for root in roots:
        repo = Repo(
            root_dir=f"/{root}",
            fs=GitFileSystem(scm=scm, rev=commit),
            scm=scm,
            uninitialized=True,
            config={"cache": {"dir": str(scratch / "cache")}, "core": {"site_cache_dir": str(scratch / "site")}},
        )
        above = f"{root}/" if root else ""
        repo.stage_collection_error_handler = lambda file, _: found.refused.add(_local(file))
        for file, result in _gather_metrics(repo).items():
            found.measures.metrics[above + file] = _values(result)
        for file, result in _gather_params(repo).items():
            found.measures.params[above + file] = _values(result)
        definitions = _collect_definitions(repo, targets=[], revision="", props={}, onerror=onerror_collect)
        if "error" in definitions:
            found.blind.add("plots")
        else:
            _add_plots(found.measures, repo, above, definitions["data"] if definitions else {})
        try:
            repo.dvcfs.info("/params.yaml")
        except FileNotFoundError:
            pass
        except Exception:  # noqa: BLE001 - DVC has many, of several packages
            found.blind.add(f"{above}params.yaml")
    return found


def _local(path: str) -> str:
    return str(Path(path).resolve()).lstrip("/")


def _values(result: Any) -> dict[str, Any] | None:
    if "error" in result:
        return None
    values = result["data"]
    if not isinstance(values, dict):
        values = {"": values}
    named = flat({(key,): value for key, value in values.items()})
    return {".".join(str(part) for part in key): _word(text) for key, text in named.items()}


def _word(text: str | None) -> str | None:
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(text or "", text)


def _add_plots(found: Measures, repo: Repo, above: str, definitions: dict[str, Any]) -> None:
    sources: dict[str, Any] = {}
    for file in _get_data_targets({"data": definitions}):
        try:
            sources[file] = parse(repo.dvcfs, file, props=None, cache=True).get("data")
        except Exception:  # noqa: BLE001 - see above
            sources[file] = None
    for config, content in definitions.items():
        for plot, props in content.get("data", {}).items():
            for file, fields in props["y"].items() if isinstance(props.get("y"), dict) else [(plot, props.get("y"))]:
                x = props.get("x")
                [(x_file, x_field)] = x.items() if isinstance(x, dict) else [(None, x)]
                place = above + file.lstrip("/")  # DVC writes `/` before what is stated from the root
                key = (above + config if config else "", plot if plot != file else place, place)
                found.plots[key] = (
                    x_field,
                    above + x_file.lstrip("/") if x_file and x_file != file else None,
                    tuple([fields] if isinstance(fields, str) else fields or ()),
                    *(props.get(name) for name in ("x_label", "y_label", "title", "template")),
                    _data(file, sources.get(file)),
                )


def _data(file: str, data: Any) -> Any:
    if isinstance(data, bytes) or Path(file).suffix in ImageRenderer.EXTENSIONS:
        return data
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        return {str(key): len(data) for key in data[0] if key is not None}
    return None


def measures_of_ours(revision: RevisionFiles, *, without: Iterable[str] = ()) -> Measures:
    """As our connector reads the same revision: what belongs to a project, and not to the files `without`."""
    rows = [*read_revision(revision)]
    kept = [row for row in rows if getattr(row, "dvc_root", "") is not None]
    kept = [row for row in kept if getattr(row, "metafile", None) not in without]
    files = [row for row in kept if isinstance(row, MeasureFile)]
    found = Measures({}, {}, {})
    for file in files:
        if file.role != "plots":
            values = found.metrics if file.role == "metrics" else found.params
            values[file.file] = {} if file.status in ("ok", "fetched") else None
    for row in kept:
        match row:
            case Metric(file=file) if found.metrics.get(file) is not None:
                found.metrics[file][row.name] = row.text
            case Param(file=file) if found.params.get(file) is not None:
                found.params[file][row.name] = row.text
            case Plot():
                found.plots[
                    row.metafile if row.pipeline_stage is None and "dvc.yaml" in row.metafile else "",
                    row.plot,
                    row.file,
                ] = (
                    row.x,
                    row.x_file,
                    row.y,
                    row.x_label,
                    row.y_label,
                    row.title,
                    row.template,
                    _our_data(row, rows),
                )
    return found


def _our_data(plot: Plot, rows: list[Record]) -> Any:
    if plot.kind == "image":
        return next((row.data for row in rows if isinstance(row, Image) and row.content == plot.content), None)
    fields = [row for row in rows if isinstance(row, PlotSeries) and row.content == plot.content]
    return {field.field: len(field.numbers or field.texts or ()) for field in fields} or None
