"""Checks the types and ranges of the arguments of public methods: a wrong one is a sentence about that argument. See docs/decisions/23-argument-types.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from types import FunctionType, NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from catalog.errors import InvalidArgument

C = TypeVar("C")


@dataclass(frozen=True, kw_only=True, slots=True)
class Between:
    """The least that a whole number may be, and the most, if there is one, in the `Annotated` type of an argument."""

    least: int
    most: int | None = None

    def __contains__(self, value: int) -> bool:
        return self.least <= value and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        if self.most is None:
            return f"a whole number of at least {self.least:,}"
        return f"a whole number from {self.least:,} to {self.most:,}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NotEmpty:
    """In the `Annotated` type of a text that is the name of something."""

    def __contains__(self, value: str) -> bool:
        return value.strip() != ""

    def __str__(self) -> str:
        return "text that is not empty"


MIN_MEMORY = 64 << 20  # bytes: with half of it, DuckDB does not answer the questions of a catalog of a hundred versions
Count = Annotated[int, Between(least=1)]
Memory = Annotated[int, Between(least=MIN_MEMORY)]
Name = Annotated[str, NotEmpty()]

_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    datetime: "a datetime",
    date: "a date",
    Path: "a Path",
    NoneType: "None",
    object: "a value without halves of characters",
}
_MOST_SHOWN = 60  # characters of a value
_SELF = 1  # the argument that is the object, or the class


def checked(cls: type[C]) -> type[C]:
    """The class, whose public methods raise Misuse for an argument that is not of the type and the range that its annotation states."""
    for name, member in list(vars(cls).items()):
        if name.startswith("_"):
            continue
        if isinstance(member, classmethod):
            setattr(cls, name, classmethod(_checked(member.__func__)))
        elif isinstance(member, FunctionType):
            setattr(cls, name, _checked(member))
    return cls


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(*args: object, **kwargs: object) -> Any:  # noqa: ANN401 - whatever the method gives
        for name, value, kind in _given(method, args, kwargs):
            if not _fits(value, kind):
                members = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
                expected = " or ".join(_expected(each) for each in members if each is not NoneType)
                raise InvalidArgument(name, _shown(value), expected, optional=NoneType in members)
        return method(*args, **kwargs)

    return call


def _given(
    method: Callable[..., Any], args: Sequence[object], kwargs: Mapping[str, object]
) -> Iterator[tuple[str, object, Any]]:
    """Name, value and type of each argument; none where they do not fit the signature, which Python itself says."""
    parameters, hints = _declared(method)
    try:
        bound = parameters.bind(*args, **kwargs)
    except TypeError:
        return
    for name, value in list(bound.arguments.items())[_SELF:]:
        match parameters.parameters[name].kind:
            case Parameter.VAR_POSITIONAL:
                yield from ((name, each, hints[name]) for each in value)
            case Parameter.VAR_KEYWORD:
                yield from ((key, each, hints[name]) for key, each in value.items())
            case _:
                yield name, value, hints[name]


@cache
def _declared(method: Callable[..., Any]) -> tuple[Signature, dict[str, Any]]:
    return signature(method), get_type_hints(method, include_extras=True)


def _fits(value: object, kind: Any) -> bool:  # noqa: ANN401 - an annotation
    """Of the forms that annotations of public methods have."""
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if get_origin(kind) is Sequence:
        (item,) = get_args(kind)
        return isinstance(value, Sequence) and not isinstance(value, str) and all(_fits(each, item) for each in value)
    if get_origin(kind) is Annotated:
        type_, allowed = get_args(kind)
        return _fits(value, type_) and value in allowed
    if members := get_args(kind):
        return any(_fits(value, member) for member in members)
    return _is_of(value, kind)


def _is_of(value: object, kind: type) -> bool:
    if isinstance(value, str):
        return kind in (str, object) and _is_unicode(value)
    if isinstance(value, bool):
        return kind in (bool, object)
    return isinstance(value, int | float if kind is float else kind)


def _is_unicode(text: str) -> bool:
    """Whether it is text: Python also has halves of characters, for file names that are none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _expected(kind: Any) -> str:  # noqa: ANN401 - an annotation
    if get_origin(kind) is Literal:
        return " or ".join(map(repr, get_args(kind)))
    if get_origin(kind) is Annotated:
        return str(get_args(kind)[1])
    if get_origin(kind) is Sequence:
        return f"a list of {_expected(*get_args(kind))}s"
    if members := get_args(kind):
        return " or ".join(map(_expected, members))
    return _WORDS[kind]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"
