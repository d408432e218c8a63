"""The parameters of named queries: stages, repositories, references and owners by the names that every command takes; numbers and times checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from catalog.errors import InvalidArgument, NotFound
from catalog.query.answer import Answer
from catalog.query.arguments import Between
from catalog.query.lists import MOST_DAYS
from catalog.query.moments import moment
from catalog.query.resolve import ReferenceResolver
from catalog.query.time_range import Memory, in_utc

Value = str | int | float | datetime | date

INT32 = 1 << 31
INT64 = 1 << 63
_WHOLE = {"int": INT32, "integer": INT32, "bigint": INT64}  # SQL's types, and where their numbers end
_REAL = ("double", "float", "real", "decimal")
_TIMES = ("timestamp", "date")
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,20}")
_CAST = re.compile(r"\$(?P<name>[A-Za-z_]\w*)\s*::\s*(?P<type>[A-Za-z]+)")
_OF_MEMORY = re.compile(r"\b(?:rewritten_tags|deleted_tags|known_events|observations|visits)\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryParameters:
    """Resolves the values of one query's parameters in the catalog that `ask` asks.

    What a name means follows from the parameter's name (`stage`, `repo`, `ref`, ...), which numbers and times are allowed from the
    type that the query casts it to (`$days::int`).
    """

    ask: Callable[..., Answer]
    names: ReferenceResolver

    def resolved(self, statement: str, values: Mapping[str, str], defaults: Collection[str] = ()) -> dict[str, str]:
        """The values as the views have them. InvalidArgument for what is no number or time, NotFound and Ambiguous for names.

        `defaults`: the parameters that the user did not set.
        """
        types = _types(statement)
        resolved: dict[str, str] = {}
        for name, value in values.items():
            try:
                resolved[name] = self._value(name, value, types.get(name))
            except NotFound as error:
                if name not in defaults:
                    raise
                raise NotFound(f"{error}; {name}={value} is the default of this query") from error
        return resolved

    def note(self, statement: str, values: Mapping[str, str]) -> str | None:
        """Why the query may have found nothing: where the tags, the last crawl or the memory of the catalog end."""
        types = _types(statement)
        for name, value in values.items():
            if types.get(name) in _TIMES and (first := self._first_event()) and moment(value) < first:
                return f"the first registry tag in this catalog is of {in_utc(first)}"
        crawls = self.ask("from internal.last_crawl()").rows
        if crawls and "days" in values and "days" in types:
            return f"days are counted back from the last crawl, which began at {in_utc(crawls[0]['started_at'])}"
        return Memory(self.ask).start() if _OF_MEMORY.search(statement) else None

    def _first_event(self) -> datetime | None:
        rows = self.ask("from internal.first_event()").rows
        return rows[0]["created_at"] if rows else None

    def _value(self, name: str, value: str, type_: str | None) -> str:
        resolvers: dict[str, Callable[[str], str | None]] = {
            "stage": self.names.stage,
            "raw_stage": self.names.raw_stage,
            "type": self.names.type,
            "repo": self.names.one_repo,
            "ref": self.names.full_name,
            "dataset": self.names.full_name,
            "artifact": self.names.artifact_name,
            "owner": self.names.owner,
            "author": self.names.author,
            "metric": self.names.metric,
        }
        if type_ is not None:
            return _checked(name, value, type_)
        if name in resolvers:
            return resolvers[name](value) or value
        return value


def _types(statement: str) -> dict[str, str]:
    return {match["name"]: match["type"].lower() for match in _CAST.finditer(statement)}


def as_text(value: Value) -> str:
    """A value that Python gives, as a command line has it."""
    return value.isoformat() if isinstance(value, date) else str(value)


def _checked(name: str, value: str, type_: str) -> str:
    argument = f"parameter {name}"
    if type_ in _WHOLE:
        allowed = Between(least=0, most=MOST_DAYS) if name == "days" else _whole(type_)
        if not _WHOLE_NUMBER.fullmatch(value.strip()) or int(value) not in allowed:
            raise InvalidArgument(argument, repr(value), str(allowed))
    elif type_ in _REAL:
        try:
            float(value)
        except ValueError as error:
            raise InvalidArgument(argument, repr(value), "a number") from error
    elif type_ in _TIMES:
        at = moment(value, argument).replace(tzinfo=None)
        return at.date().isoformat() if type_ == "date" else at.isoformat(" ")
    return value


def _whole(type_: str) -> Between:
    return Between(least=-_WHOLE[type_], most=_WHOLE[type_] - 1)
