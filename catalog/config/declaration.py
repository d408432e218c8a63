"""How a key and a table of repos.toml are declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog.config.value_types import ValueType


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigKey:
    """One key of a table. `absent` says what holds without it where the default alone does not."""

    name: str
    type: ValueType
    default: Any = None
    absent: str | None = None
    required: bool = False
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table of repos.toml. `any_key`: it has no fixed keys, and this describes each."""

    name: str
    sentence: str
    keys: tuple[ConfigKey, ...] = ()
    any_key: ConfigKey | None = None
    is_array: bool = False

    @property
    def header(self) -> str:
        """How the file begins the table."""
        return f"[[{self.name}]]" if self.is_array else f"[{self.name}]"
