"""The shapes that DVC 3 takes its files for. Where one is of another shape, DVC reads nothing of the whole project.

After `dvc/schema.py`, `dvc/output.py`, `dvc/dependency/` and `dvc/annotations.py` of DVC 3.67; `artifacts` are checked where they are
read. The catalog reads more: what it can read of such a file stays, and the problem says that DVC refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from catalog.errors import MetafileError
from catalog.text import cleaned, quoted

REFUSED = "refused-by-dvc"
_ALSO_REFUSED = ("wrong-type", "template")


class _Misfit(Exception):
    """A value is of another shape. `steps` lead to it, the last one first: a place is put together for what is wrong alone."""

    def __init__(self, message: str, *steps: object) -> None:
        super().__init__(message)
        self.message, self.steps = message, list(steps)

    def place(self) -> str:
        """Where it is, as in `stages.train.outs[0]`."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{cleaned(str(step))}" for step in reversed(self.steps))
        return "".join(steps).removeprefix(".")


Shape = Callable[[object], object]  # raises _Misfit where a value is of another


def refusals(shape: Shape, content: object, complaints: Sequence[MetafileError]) -> list[MetafileError]:
    """The first fault for which DVC refuses the content of a file; none where complaints tell of one that DVC refuses, too."""
    if any(complaint.rule in _ALSO_REFUSED for complaint in complaints):
        return []
    try:
        shape(content)
    except _Misfit as fault:
        return [MetafileError(f"{fault.message}: DVC 3 refuses this file", place=fault.place(), rule=REFUSED)]
    return []


def _is(expected: str, *kinds: type) -> Shape:
    def check(value: object) -> None:
        if not isinstance(value, kinds):
            raise _misfit(value, expected)

    return check


def _list_of(shape: Shape) -> Shape:
    def check(value: object) -> None:
        if not isinstance(value, list):
            raise _misfit(value, "a list")
        for index, item in enumerate(value):
            _within(index, shape, item)

    return check


def _map_of(shape: Shape, *, most: int | None = None) -> Shape:
    def check(value: object) -> None:
        values = _mapping(value)
        if most is not None and len(values) > most:
            raise _Misfit(f"found {len(values)} keys, expected {most}")
        for key, item in values.items():
            _name(key)
            _within(key, shape, item)

    return check


def _fields(shapes: Mapping[str, Shape], *required: str) -> Shape:
    def check(value: object) -> None:
        values = _mapping(value)
        for key, item in values.items():
            if key not in shapes:
                raise _Misfit("found an unknown key", str(key))
            _within(key, shapes[key], item)
        for key in required:
            if key not in values:
                raise _Misfit(f"found no {key}")

    return check


def _text_or(shape: Shape) -> Shape:
    def check(value: object) -> None:
        if not isinstance(value, str):
            shape(value)

    return check


def _null_or(shape: Shape) -> Shape:
    def check(value: object) -> None:
        if value is not None:
            shape(value)

    return check


def _within(step: object, shape: Shape, value: object) -> None:
    try:
        shape(value)
    except _Misfit as fault:
        fault.steps.append(step)
        raise


def _mapping(value: object) -> Mapping[Any, object]:
    if isinstance(value, dict):
        return value
    raise _misfit(value, "a map")


def _misfit(value: object, expected: str) -> _Misfit:
    return _Misfit(f"found {quoted(value)}, expected {expected}")


def _anything(_value: object) -> None: ...


def _hash(value: object) -> None:
    if value is None or value == "":
        return
    shortest = 3
    if not isinstance(value, str | int) or len(str(value)) < shortest:
        raise _misfit(value, "a hash")


def _version(value: object) -> None:
    if value != "2.0":
        raise _misfit(value, "the text '2.0'")


def _stage(value: object) -> None:
    """A pipeline stage, or a group of them."""
    is_group = isinstance(value, dict) and not value.keys().isdisjoint(("foreach", "do"))
    (_GROUP if is_group else _STAGE)(value)


def _stages(value: object) -> None:
    for name in _mapping(value):
        if isinstance(name, str) and "@" in name:
            raise _Misfit("found the name of a stage with @, which DVC keeps for groups", name)
    _map_of(_stage)(value)


def _plot(value: object) -> None:
    """A plot at the top of a file, by its path or name."""
    if value == {}:
        raise _misfit(value, "a plot")
    _map_of(_null_or(_PLOT))(value)


def _fields_drawn(value: object) -> None:
    """One field or several; or a map from files to such."""
    if isinstance(value, dict):
        _map_of(_text_or(_texts))(value)
    elif not isinstance(value, str):
        _texts(value)


def _params(value: object) -> None:
    """Files of parameters, each with the names in it."""
    for file, names in _mapping(value).items():
        _within(str(file), _names, names)


_TEXT, _FLAG, _NUMBER, _MAP = _is("text", str), _is("true or false", bool), _is("a number", int), _is("a map", dict)
_name = _is("text as the key", str)
_texts = _list_of(_TEXT)
_vars = _list_of(_is("a file, or a map of values", str, dict))
_command = _is("a command or a list of commands", str, list)

_CONTENT: dict[str, Shape] = {
    "md5": _hash,
    "checksum": _hash,
    "etag": _hash,
    "size": _NUMBER,
    "nfiles": _NUMBER,
    "isexec": _FLAG,
    "version_id": _TEXT,
}
_CLOUD: dict[str, Shape] = {"cloud": _map_of(_fields(_CONTENT), most=1)}
_FILES: dict[str, Shape] = {"files": _list_of(_fields({**_CONTENT, **_CLOUD, "relpath": _TEXT}, "relpath"))}
_ENTRY: dict[str, Shape] = {**_CONTENT, **_CLOUD, **_FILES, "path": _TEXT, "hash": _TEXT}
_OF_FILE: dict[str, Shape] = {**_ENTRY, "persist": _FLAG, "fs_config": _MAP}
_ANNOTATION: dict[str, Shape] = {"desc": _TEXT, "type": _TEXT, "labels": _texts, "meta": _anything}
_FLAGS: dict[str, Shape] = {"cache": _FLAG, "remote": _TEXT, "push": _FLAG}
_IMPORT = {
    "repo": _fields(
        {
            "url": _TEXT,
            "rev": _TEXT,
            "rev_lock": _TEXT,
            "config": _is("text or a map", str, dict),
            "remote": _is("text or a map", str, dict),
        },
        "url",
    ),
    "db": _fields({"query": _TEXT, "connection": _TEXT, "file_format": _TEXT, "table": _TEXT}),
}

# A `.dvc` file
SINGLE = _fields(
    {
        "md5": _hash,
        "wdir": _null_or(_TEXT),
        "deps": _null_or(_list_of(_fields({**_OF_FILE, **_IMPORT}))),
        "outs": _null_or(_list_of(_fields({**_OF_FILE, **_ANNOTATION, **_FLAGS}))),
        "locked": _FLAG,
        "frozen": _FLAG,
        "meta": _anything,
        "always_changed": _FLAG,
        "desc": _TEXT,
    }
)

# `dvc.lock`, and its stages: those of DVC 1 are the whole file
_LOCKED = _list_of(_fields({**_ENTRY, "dataset": _MAP}, "path"))
LOCKED_STAGES = _map_of(
    _fields({"cmd": _command, "deps": _LOCKED, "params": _map_of(_map_of(_anything)), "outs": _LOCKED}, "cmd")
)
LOCK = _fields({"schema": _version, "datasets": _anything, "stages": LOCKED_STAGES}, "schema")

# `dvc.yaml`
_OUTPUT = {**_ANNOTATION, **_FLAGS, "persist": _FLAG, "checkpoint": _FLAG}
_outputs = _list_of(_text_or(_map_of(_fields(_OUTPUT))))
_TITLES: dict[str, Shape] = {"x_label": _TEXT, "y_label": _TEXT, "title": _TEXT, "template": _TEXT}
_DRAWN = {**_OUTPUT, **_TITLES, "x": _TEXT, "y": _TEXT, "header": _FLAG}
_PLOT = _fields({**_TITLES, "x": _text_or(_map_of(_TEXT)), "y": _fields_drawn})
_names = _null_or(_is("a list of names", list))
_STAGE = _fields(
    {
        "matrix": _map_of(_is("a list", str, list)),
        "cmd": _command,
        "wdir": _TEXT,
        "deps": _texts,
        "params": _list_of(_text_or(_params)),
        "vars": _vars,
        "frozen": _FLAG,
        "meta": _anything,
        "desc": _TEXT,
        "always_changed": _FLAG,
        "outs": _outputs,
        "metrics": _outputs,
        "plots": _list_of(_text_or(_map_of(_fields(_DRAWN)))),
    },
    "cmd",
)
_GROUP = _fields({"foreach": _is("a list, a map or a template", dict, list, str), "do": _STAGE}, "foreach", "do")
PIPELINE = _fields(
    {
        "datasets": _is("a list", list, dict, str),
        "plots": _list_of(_text_or(_plot)),
        "stages": _stages,
        "vars": _vars,
        "params": _texts,
        "metrics": _texts,
        "artifacts": _anything,
    }
)
