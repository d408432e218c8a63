"""A model and a version as objects: `catalog.model("churn").version("#prod").metrics`. Each asks the catalog that it is from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import Misuse

if TYPE_CHECKING:
    from catalog.query.answer import Answer, Row
    from catalog.query.versions import Versions

Value = float | str | None  # of a metric or parameter


@dataclass(frozen=True, kw_only=True)
class Model:
    """An artifact of any type. `ref` is its full name, `host/owner/name:artifact`."""

    ref: str
    _catalog: Versions = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """The artifact's name in its repository, `folder:name` or `name`."""
        return str(self.row["artifact"])

    @property
    def repo(self) -> str:
        """The repository: `host/owner/name`, or its name in repos.toml."""
        return str(self.row["repo"])

    @cached_property
    def row(self) -> Row:
        """All columns of `Catalog.show`."""
        return self._catalog.show(self.ref).one()

    @property
    def latest(self) -> Version:
        """The highest active registered version. NotFound where there is none."""
        return self.version("@latest")

    @property
    def stages(self) -> dict[str, Version]:
        """The version in each stage."""
        return {each["stage"]: self.version(f"#{each['stage']}") for each in self.row["assignments"]}

    def version(self, name: str) -> Version:
        """The version that `@v1.2.0`, `v1.2.0`, `#prod`, `@latest` or the beginning of a commit means. NotFound where there is none."""
        if not name.strip("@#"):
            raise Misuse(f"invalid version {name!r}: expected a version, such as v1.2.0, @latest or #prod")
        return self._catalog.version(f"{self.ref}{name if name[0] in '@#' else f'@{name}'}")

    def versions(self) -> list[Version]:
        """All active registered versions, the highest first."""
        rows = [each for each in self.row["all_versions"] if each["registered"] and each["active"]]
        return [Version(ref=each["ref"], _catalog=self._catalog) for each in rows]

    def history(self) -> Answer:
        """What tags did to it, the newest first."""
        return self._catalog.history(self.ref)


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of an artifact. `ref` is its full name, `host/owner/name:artifact@version`."""

    ref: str
    _catalog: Versions = field(repr=False, compare=False)

    @cached_property
    def row(self) -> Row:
        """All columns of `Catalog.resolve`: commit, tag, stages, hash, size, url, and more."""
        return self._catalog.resolve(self.ref).one()

    @property
    def name(self) -> str:
        """The version, such as `v1.2.0`; the commit, where no tag registers one."""
        return str(self.row["version"])

    @property
    def model(self) -> Model:
        """The artifact that it is a version of."""
        return Model(ref=f"{self.row['repo']}:{self.row['artifact']}", _catalog=self._catalog)

    @property
    def commit(self) -> str:
        """The commit, 40 digits."""
        return str(self.row["commit"])

    @property
    def stages(self) -> list[str]:
        """The stages that it is in now."""
        return list(self.row["stages"])

    @property
    def metrics(self) -> dict[str, Value]:
        """Its metrics by name, those of the project as a whole left out. Of one name in several files, each name begins with its file and `:`."""
        return _by_name([row for row in self._catalog.metrics(self.ref).rows if not row["of_project"]])

    @property
    def params(self) -> dict[str, Value]:
        """Its parameters by name, in the same way."""
        return _by_name([row for row in self._catalog.params(self.ref).rows if not row["of_project"]])

    def download(
        self,
        path: Path | str | None = None,
        *,
        config: Path | None = None,
        allow: Sequence[str] = (),
        force: bool = False,
    ) -> Path:
        """Its bytes, fetched and checked: see `Catalog.download`."""
        return self._catalog.download(self.ref, path, config=config, allow=allow, force=force)

    def lineage(self, *, down: bool = False, depth: int = 10) -> Answer:
        """What it is made from, or with `down` what is made from it."""
        return self._catalog.lineage(self.ref, down=down, depth=depth)


def _by_name(rows: list[Row]) -> dict[str, Value]:
    names = [row["name"] for row in rows]
    return {
        row["name"] if names.count(row["name"]) == 1 else f"{row['file']}:{row['name']}": row["text"]
        if row["number"] is None
        else row["number"]
        for row in rows
    }
