"""Names a wrong argument as its user wrote it, `--limit` or `DATE`, with what was given and what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import typer
from typer.core import TyperCommand

from catalog.errors import InvalidArgument
from catalog.query.arguments import Between
from catalog.query.meant import one_of

_KINDS = {"integer": "a whole number", "float": "a number"}  # typer's names of types


# What a command, its context and its parameters are depends on typer's version: see reference.py.


class Command(TyperCommand):
    """A command whose wrong arguments are told as those of Python's methods are."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - see above
        words = list(args)
        try:
            rest: list[str] = super().parse_args(ctx, args)
        except typer.BadParameter as error:
            # One that is missing is of a class below, and told with the usage.
            if type(error) is not typer.BadParameter or error.param is None:
                raise
            value = self._given(ctx, words).get(str(error.param.name))
            raise InvalidArgument(_spelling(error.param), repr(value), _expected(error, value)) from error
        if not ctx.resilient_parsing:
            for parameter in self._empty_paths(self._given(ctx, words)):
                raise InvalidArgument(_spelling(parameter), "''", "a path")
        return rest

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - see above
        try:
            return super().invoke(ctx)
        except InvalidArgument as error:
            names = {str(parameter.name): _spelling(parameter) for parameter in self.params}
            raise error.renamed(names.get(error.argument, error.argument)) from error

    def _given(self, ctx: Any, words: list[str]) -> Mapping[str, Any]:  # noqa: ANN401 - see above
        """What stands on the command line for each parameter, before it is converted."""
        return dict(self.make_parser(ctx).parse_args(args=list(words))[0])

    def _empty_paths(self, given: Mapping[str, Any]) -> Iterator[Any]:
        """An empty path would be the current folder."""
        for parameter in self.params:
            value = given.get(str(parameter.name))
            if parameter.type.name == "path" and "" in (value if isinstance(value, list | tuple) else [value]):
                yield parameter


def _spelling(parameter: Any) -> str:  # noqa: ANN401 - see above
    if parameter.param_type_name == "argument":
        return str(parameter.metavar).strip("[]").removesuffix("...")
    return str(max(parameter.opts, key=len))


def _expected(error: typer.BadParameter, value: object) -> str:
    kind: Any = error.param and error.param.type
    if choices := getattr(kind, "choices", None):
        return one_of(str(value), map(str, choices))
    if (least := getattr(kind, "min", None)) is not None:
        return str(Between(least=least, most=kind.max))
    return _KINDS.get(kind.name, error.message)
