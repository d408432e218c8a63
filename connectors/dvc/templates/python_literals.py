"""Parameters in a Python file: the literals that it assigns, by the syntax tree alone. Nothing of it is ever run.

After `dvc/utils/serialize/_py.py` of DVC 3.67.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from threading import Lock
from typing import Any

from catalog.errors import MetafileError
from catalog.text import cleaned
from connectors.formats.long_numbers import MAX_BITS, number_as_text, quote_long_numbers

MAX_SOURCE = 128 << 10  # characters; a syntax tree takes some hundred bytes for each

_WARNINGS = Lock()  # catch_warnings() changes what all threads share


def load_python(source: str) -> dict[str, Any]:
    """What is assigned at the top, in classes, and to `self` in `__init__`, where it is a literal."""
    if len(source) > MAX_SOURCE:
        message = f"found Python of {len(source):,} characters, expected at most {MAX_SOURCE:,}"
        raise MetafileError(message, rule="too-big")
    try:
        with _WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the source that is parsed, such as an invalid "\d"
            tree = _tree(source)
        return _assigned(tree, of_self=False)
    except SyntaxError as error:
        message = f"not Python: {cleaned(error.msg or 'a syntax error')}"
        raise MetafileError(message, place=f"line {error.lineno}" if error.lineno else "", rule="not-python") from error
    except (RecursionError, MemoryError) as error:
        raise MetafileError("nested deeper than Python can read", rule="too-deep") from error
    except ValueError as error:
        raise MetafileError("not Python: found a zero byte, expected text", rule="not-python") from error


def _tree(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:  # perhaps only for a number that Python does not read because of its length
        quoted = quote_long_numbers(source)
        if quoted == source:
            raise
        return ast.parse(quoted)


def _assigned(tree: ast.Module | ast.ClassDef | ast.FunctionDef, *, of_self: bool) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
                values.update(_literal(target, statement.value, of_self=of_self))
            case ast.ClassDef():
                values[statement.name] = _assigned(statement, of_self=False)
            case ast.FunctionDef(name="__init__"):
                values.update(_assigned(statement, of_self=True))
    return values


def _literal(target: ast.expr, value: ast.expr | None, *, of_self: bool) -> Iterator[tuple[str, Any]]:
    match target:
        case ast.Name(id=name) if not of_self:
            pass
        case ast.Attribute(attr=name, value=ast.Name(id="self")):
            pass
        case _:
            return
    if value is not None:
        try:
            yield name, _plain(ast.literal_eval(value))
        except (ValueError, TypeError):  # it is computed, or has a list as a key
            return


def _plain(value: object) -> Any:  # noqa: ANN401 - any literal
    """The literal in values that other formats have, too."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case dict():
            return {_key(key): _plain(item) for key, item in value.items()}
        case set():
            return [_plain(item) for item in sorted(value, key=repr)]
        case list() | tuple():
            return [_plain(item) for item in value]
    return repr(value)


def _key(key: object) -> object:
    if isinstance(key, int) and key.bit_length() > MAX_BITS:
        return number_as_text(key)
    return key if isinstance(key, str | int | float) or key is None else repr(key)
