"""Reads one TOML table against its declared keys, and collects complaints instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from catalog.config.declaration import ConfigKey, Table
from catalog.config.value_types import InvalidValue
from catalog.text import quoted, quoted_whole


class TableReader:
    """One table of repos.toml at `place`, such as `[crawl]`. All tables of a file share the list of complaints."""

    def __init__(self, file: Path, complaints: list[str], place: str, table: Mapping[str, Any]) -> None:
        self.file, self.complaints, self.place, self.table = file, complaints, place, table

    def values(self, keys: Sequence[ConfigKey], defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The value of each key, or its default; every other key of the table is a complaint."""
        self.refuse_unknown([key.name for key in keys])
        return {key.name: self.value(key, (defaults or {}).get(key.name, key.default)) for key in keys}

    def value(self, key: ConfigKey, default: Any = None) -> Any:  # noqa: ANN401 - the type of the key decides
        """One key's value; the default where it is absent or invalid."""
        if key.name not in self.table:
            if key.required:
                self.complain(f"missing key {quoted(key.name)}: expected {key.type.expected}")
            return default
        value = self.table[key.name]
        try:
            return key.type.parse(value)
        except InvalidValue as error:
            shown = quoted_whole(value) if error.shown is None else error.shown
            self.refuse(key.name, shown, error.expected or key.type.expected)
            return default

    def table_at(self, declared: Table) -> TableReader:
        """A table inside this one; an empty one where it is absent or no table."""
        inner = self.table.get(declared.name, {})
        if not isinstance(inner, dict):
            self.refuse(declared.name, quoted_whole(inner), f"a table that begins with {declared.header}")
            inner = {}
        return TableReader(self.file, self.complaints, declared.header, inner)

    def array_at(self, declared: Table) -> list[TableReader]:
        """The tables of an array of tables, in the file's order."""
        entries = self.table.get(declared.name, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self.refuse(
                declared.name, quoted_whole(entries), f"an array of tables, each of which begins with {declared.header}"
            )
            entries = []
        return [
            TableReader(self.file, self.complaints, f"{declared.header} number {number}", entry)
            for number, entry in enumerate(entries, 1)
        ]

    def refuse_unknown(self, names: Sequence[str]) -> None:
        """A complaint for each key that is not one of `names`."""
        for key in self.table:
            if key not in names:
                close = get_close_matches(key, names, n=1)
                hint = f"; did you mean {quoted(close[0])}?" if close else ""
                self.complain(f"unknown key {quoted(key)}: expected one of {', '.join(sorted(names))}{hint}")

    def refuse_duplicate(self, name: str, names: dict[str, str], key: str = "name") -> None:
        """A complaint where `names`, to which it is added, has the name already, in whatever case. `key`: that which may state another."""
        if (first := names.setdefault(name.lower(), self.place)) != self.place:
            place, remedy = ("", "; state one by the key 'name'") if key == "name" else (f" in {key}", "")
            self.complain(f"duplicate name {quoted(name)}{place}: expected another than that of {first}{remedy}")

    def refuse(self, key: str, shown: str, expected: str) -> None:
        self.complain(f"invalid {key}{' ' if shown else ''}{shown}: expected {expected}")

    def complain(self, message: str) -> None:
        where = f"{self.place}: " if self.place else ""
        self.complaints.append(f"{self.file}: {where}{message}")
