"""Generates docs/python-api.md, the reference of the Python API, from its signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import catalog

_HEAD = """\
# Python API

This page is generated from signatures and docstrings: `python -m catalog.query.api_reference docs/python-api.md`. [python.md](python.md) has examples.

`catalog.open` is `Catalog.open`. Everything here is a name of the package: `from catalog import Catalog, NotFound`.
"""
_CLASSES = (
    catalog.Catalog,
    catalog.Model,
    catalog.Version,
    catalog.Answer,
    catalog.SearchAnswer,
    catalog.FacetAnswer,
    catalog.VersionReport,
)
_ERRORS = (
    catalog.CatalogError,
    catalog.NotFound,
    catalog.Ambiguous,
    catalog.Misuse,
    catalog.InvalidArgument,
    catalog.SqlError,
    catalog.QueryError,
    catalog.StoreError,
    catalog.OriginError,
    catalog.ConfigError,
)
_ANNOTATED = re.compile(r"Annotated\[(\w+), [^\]]*\]")


def api_reference() -> str:
    """The reference page, as Markdown."""
    sections = [line for kind in _CLASSES for line in _class(kind)]
    errors = [f"- `{error.__name__}`{_base(error)}: {_text(error)}" for error in _ERRORS]
    return "\n".join([_HEAD, *sections, "## Errors\n", *errors, ""])


def _class(kind: type) -> Iterator[str]:
    base = next((f", a kind of `{other.__name__}`" for other in kind.__mro__[1:] if other in _CLASSES), "")
    yield f"## {kind.__name__}{base}\n"
    yield f"{_text(kind)}\n"
    for name in _names(kind):
        member = inspect.getattr_static(kind, name, None)
        yield f"### {kind.__name__}.{name}\n"
        match member:
            case property():
                yield _member(name, member.fget, is_called=False)
            case cached_property():
                yield _member(name, member.func, is_called=False)
            case classmethod():
                yield _member(name, member.__func__, is_called=True)
            case _ if inspect.isfunction(member):
                yield _member(name, member, is_called=True)
            case _:  # a field of a dataclass
                yield f"```python\n{name}: {kind.__dataclass_fields__[name].type}\n```\n"  # type: ignore[attr-defined]


def _names(kind: type) -> list[str]:
    """The public names, in the order of their declaration, those of base classes first, but for those of a class on this page; fields before methods."""
    known = {name for other in kind.__mro__[1:] if other in _CLASSES for name in _names(other)}
    declared = [name for base in reversed(kind.__mro__) for name in vars(base)]
    names = dict.fromkeys([*getattr(kind, "__dataclass_fields__", {}), *declared])
    return [name for name in names if not name.startswith("_") and name not in known and _is_shown(kind, name)]


def _is_shown(kind: type, name: str) -> bool:
    member = inspect.getattr_static(kind, name, None)
    is_field = name in getattr(kind, "__dataclass_fields__", {})
    return is_field or isinstance(member, property | cached_property | classmethod) or inspect.isfunction(member)


def _member(name: str, function: Any, *, is_called: bool) -> str:  # noqa: ANN401 - a function
    signature = inspect.signature(inspect.unwrap(function))
    parameters = [
        each.replace(annotation=_Bare(_plain(each.annotation)))
        for key, each in signature.parameters.items()
        if key not in ("self", "cls")
    ]
    result = _Bare(_plain(signature.return_annotation))
    text = str(signature.replace(parameters=parameters, return_annotation=result)) if is_called else f": {result}"
    return f"```python\n{name}{text}\n```\n\n{_text(function)}\n"


class _Bare(str):
    """An annotation, which `inspect` would show between quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _plain(annotation: str) -> str:
    """Without the ranges that are checked: the sentence about a wrong argument has them."""
    return _ANNOTATED.sub(r"\1", annotation)


def _base(error: type) -> str:
    base = error.__mro__[1].__name__
    return "" if base == "Exception" else f", a {base}"


def _text(documented: object) -> str:
    """The docstring, each paragraph in one line."""
    return "\n\n".join(" ".join(part.split()) for part in (inspect.getdoc(documented) or "").split("\n\n"))


if __name__ == "__main__":
    import sys

    Path(sys.argv[1]).write_text(api_reference(), encoding="utf-8")
