"""What `dvc.yaml` and `.dvc` files name as metrics, parameters and plots, before those files are located.

After `dvc/repo/{metrics,params}/show.py`, `dvc/repo/plots/__init__.py` and `dvc/dependency/__init__.py` (`_merge_params`) of
DVC 3.67. On Linux, DVC reads metrics and parameters at paths with backslashes, as they are written on Windows, but not plots; at the
top of a file an absolute path counts from the DVC project.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from posixpath import normpath
from typing import NamedTuple

from catalog.errors import MetafileError
from catalog.text import cleaned
from connectors.dvc.files import PARAMS as DEFAULT
from connectors.dvc.lock import LockedParam, parameters
from connectors.dvc.rows import METRIC
from connectors.dvc.templates.provenance import TemplateValue
from connectors.dvc.values import (
    Complaints,
    Values,
    flag,
    is_external,
    items,
    located_from_root,
    located_measure,
    stated,
)
from connectors.formats.typed import mapping, quoted, text

METRICS, PARAMS, PLOTS = "metrics", "params", "plots"
MAX_PLOTS = 1_000  # at the top of one file


@dataclass(frozen=True, kw_only=True, slots=True)
class PlotSpec:
    """How a plot is drawn, as stated. `name` is that of a plot that may draw from several files."""

    name: str | None = None
    x: str | None = None
    x_file: str | None = None
    y: tuple[str, ...] = ()
    x_label: str | None = None
    y_label: str | None = None
    title: str | None = None
    template: str | None = None
    header: bool = True
    others: tuple[str, ...] = ()  # the plots at the top of the same file: in a folder, they come first


class DeclaredMeasure(NamedTuple):
    """A file, or a folder of files, and its role. Without `keys` and `drawn`, all parameters of the file are meant.

    `spellings` are those of its path by which a stage depends on it: the lock has it under the same.
    """

    role: str
    path: str
    stage: str | None
    keys: tuple[str, ...] = ()
    drawing: PlotSpec | None = None
    template_values: tuple[LockedParam, ...] = ()  # what templates drew from a file of variables
    spellings: tuple[str, ...] = ()


def output_named(
    path: str, role: str, flags: Values, stage: str | None, place: str, complaints: Complaints
) -> DeclaredMeasure:
    """A metrics file or a plot among the outputs of a stage, or of a `.dvc` file."""
    if role == METRIC:
        return DeclaredMeasure(METRICS, _with_slashes(path), stage)
    return DeclaredMeasure(PLOTS, path, stage, drawing=_drawing(flags, place, complaints))


def _with_slashes(path: str) -> str:
    """The path of an output as DVC reads metrics; one that would then lead out of the repository stays as it is."""
    if "\\" not in path or is_external(path):
        return path
    slashed = normpath(path.replace("\\", "/"))
    return path if slashed == ".." or slashed.startswith("../") else slashed


def params_named(
    value: object, folder: str, stage: str, place: str, complaints: Complaints
) -> Iterator[DeclaredMeasure]:
    """The parameters of a stage: names in `params.yaml`, and maps from other files to the names in them."""
    by_path: dict[str, dict[str, None]] = {}
    spellings: dict[str, dict[str, None]] = {}
    whole_files: set[str] = set()
    for where, item in items(value, place, complaints):
        for file, names in item.items() if isinstance(item, dict) else [(DEFAULT, [item])]:
            try:
                path = located_measure(folder, file, where)
                keys = by_path.setdefault(path, {})
                spellings.setdefault(path, {})[file] = None
                if names:
                    keys.update(dict.fromkeys(_names(names, where)))
                else:
                    whole_files.add(path)
            except MetafileError as error:
                complaints.append(error)
    for path, keys in by_path.items():
        if keys or path in whole_files:
            names = () if path in whole_files else tuple(keys)
            yield DeclaredMeasure(PARAMS, path, stage, names, spellings=tuple(spellings[path]))


def template_params(
    file_values: Iterable[TemplateValue], stage: str, place: str, complaints: Complaints
) -> Iterator[DeclaredMeasure]:
    """The files of variables that the templates of a stage drew from, with those values."""
    by_file: dict[str, dict[str, object]] = {}
    for file, name, value in file_values:
        by_file.setdefault(file, {})[name] = value
    for file, values in by_file.items():
        yield DeclaredMeasure(PARAMS, file, stage, template_values=tuple(parameters(values, place, complaints)))


def top_named(
    role: str, value: object, folder: str, complaints: Complaints, *, root: str = ""
) -> Iterator[DeclaredMeasure]:
    """The files of a list at the top of a `dvc.yaml` of the project in `root`; of DVC 2, the plots may be a map."""
    if role == PLOTS:
        yield from _plots(value, folder, complaints, root)
        return
    for where, item in items(value, role, complaints):
        try:
            yield DeclaredMeasure(role, located_measure(folder, item, where, root=root), None)
        except MetafileError as error:
            complaints.append(error)


def _names(value: object, place: str) -> Iterator[str]:
    for name in value if isinstance(value, list) else [value]:
        if isinstance(name, dict | list) or name is None:
            raise MetafileError(f"found {quoted(name)}, expected the name of a parameter", place=place)
        yield str(name)


def _plots(value: object, folder: str, complaints: Complaints, root: str) -> Iterator[DeclaredMeasure]:
    stated_plots = _definitions(value, complaints)
    if len(stated_plots) > MAX_PLOTS:
        message = f"found {len(stated_plots):,} plots; those after the first {MAX_PLOTS:,} are left out"
        complaints.append(MetafileError(message, place=PLOTS, rule="too-many"))
    plots = dict([*stated_plots.items()][:MAX_PLOTS])
    others = tuple(_paths(plots, folder, root))
    for name, definition in plots.items():
        place = f"{PLOTS}.{cleaned(name)}"
        try:
            props = {} if definition is None else mapping(definition, place)
            if isinstance(props.get("y"), dict):
                yield from _of_files(name, props, (folder, root), place, complaints)
            else:
                drawing = _drawing(props, place, complaints, others=others)
                path = located_from_root(folder, name, place, root)
                yield DeclaredMeasure(PLOTS, path, None, drawing=drawing)
        except MetafileError as error:
            complaints.append(error)


def _definitions(value: object, complaints: Complaints) -> dict[str, object]:
    """The plots by their names: of those that have the same, the last."""
    definitions: dict[str, object] = {}
    for where, item in items([value] if isinstance(value, dict) else value, PLOTS, complaints):
        try:
            plots = {item: None} if isinstance(item, str) else mapping(item, where)
            definitions |= {text(name, where): definition for name, definition in plots.items()}
        except MetafileError as error:
            complaints.append(error)
    return definitions


def _paths(names: Mapping[str, object], folder: str, root: str) -> Iterator[str]:
    for name in names:
        try:
            yield located_from_root(folder, name, "", root)
        except MetafileError:  # reported where the plot is read
            continue


def _of_files(
    name: str, props: Values, folders: tuple[str, str], place: str, complaints: Complaints
) -> Iterator[DeclaredMeasure]:
    """A plot that states which fields of which files it draws. `folders`: that of its `dvc.yaml`, and that of the project."""
    ys = _axis(props["y"], folders, f"{place}.y")
    x = props.get("x")
    xs = _axis(x, folders, f"{place}.x") if isinstance(x, dict) else []
    pairs = [(file, field) for file, fields in xs for field in fields]
    fields_before = 0  # the fields before: with as many fields on one axis as on the other, they go together in order
    for file, fields in ys:
        x_file, x_field = _partner(pairs, file, fields_before)
        fields_before += len(fields)
        own_props = {key: value for key, value in props.items() if key not in ("x", "y")} | {"y": [*fields]}
        own_props["x"] = x_field if isinstance(x, dict) else x
        other = x_file if x_file != file else None
        yield DeclaredMeasure(
            PLOTS, file, None, drawing=_drawing(own_props, place, complaints, name=name, x_file=other)
        )


def _partner(pairs: list[tuple[str, str]], file: str, index: int) -> tuple[str | None, str | None]:
    """The file and field along the x axis for what is drawn of a file."""
    if len(pairs) > 1:
        own = next((pair for pair in pairs if pair[0] == file), None)
        return own or (pairs[index] if index < len(pairs) else pairs[-1])
    return pairs[0] if pairs else (None, None)


def _axis(value: object, folders: tuple[str, str], place: str) -> list[tuple[str, tuple[str, ...]]]:
    folder, root = folders
    return [
        (located_from_root(folder, file, place, root), _fields(fields, place))
        for file, fields in mapping(value, place).items()
    ]


def _fields(value: object, place: str) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(text(field, place) for field in (value if isinstance(value, list) else [value]))


def _drawing(
    props: Values,
    place: str,
    complaints: Complaints,
    *,
    name: str | None = None,
    x_file: str | None = None,
    others: tuple[str, ...] = (),
) -> PlotSpec:
    if not (props or name or x_file or others):
        return _PLAIN
    return PlotSpec(
        name=name,
        x=stated(props, "x", text, place, complaints),
        x_file=x_file,
        y=stated(props, "y", _fields, place, complaints) or (),
        x_label=stated(props, "x_label", text, place, complaints),
        y_label=stated(props, "y_label", text, place, complaints),
        title=stated(props, "title", text, place, complaints),
        template=stated(props, "template", text, place, complaints),
        header=stated(props, "header", flag, place, complaints) is not False,
        others=others,
    )


_PLAIN = PlotSpec()
