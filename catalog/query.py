"""Questions in Python: `with Catalog.open() as catalog: catalog.show("churn#prod").rows`. The command asks through this, too."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from catalog.answer import Answer, Row, SqlError, answer
from catalog.errors import Ambiguous, NotFound, StoreError
from catalog.reference import LATEST, Reference, moment, parse, short_names

if TYPE_CHECKING:
    import duckdb

__all__ = ["Answer", "Catalog", "SqlError"]


class Catalog:
    """A catalog, open for reading. Each method is a question and gives an `Answer`.

    NotFound where a name means nothing here, Ambiguous (with `candidates`) where it means several things, StoreError where
    the file cannot be read.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, timeout: float | None) -> None:
        self._connection = connection
        self._path = path
        self._timeout = timeout

    @classmethod
    def open(cls, path: Path | str = "output/catalog.duckdb", *, timeout: float | None = None) -> Self:
        """Opens catalog.duckdb; a question that takes longer than `timeout` seconds is given up."""
        from catalog.database import connect  # noqa: PLC0415 - DuckDB is most of a cold start; a usage error needs none

        return cls(connect(Path(path)), Path(path), timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def artifacts(
        self,
        *,
        repo: str | None = None,
        type: str | None = None,  # noqa: A002 - the column's name
        stage: str | None = None,
        deprecated: bool = False,
    ) -> Answer:
        """The view `artifacts`, and `stages`: the version in each stage. Deprecated ones on request.

        `repo` is a repository or the end of its name, `stage` a stage by the catalog's name or the tags' own.
        """
        return self._ask(
            "from list_artifacts($repos, $type, $stage, $deprecated)",
            repos=self._repos(repo),
            type=type,
            stage=self._stage(stage),
            deprecated=deprecated,
        )

    def versions(
        self,
        *,
        repo: str | None = None,
        type: str | None = None,  # noqa: A002 - the column's name
        stage: str | None = None,
        deprecated: bool = False,
    ) -> Answer:
        """The view `versions`, and `ref`, the version's full name; on request those deregistered, or of deprecated artifacts."""
        return self._ask(
            "from list_versions($repos, $type, $stage, $deprecated)",
            repos=self._repos(repo),
            type=type,
            stage=self._stage(stage),
            deprecated=deprecated,
        )

    def stages(self, *, repo: str | None = None) -> Answer:
        """The view `stages`: those in use or allowed in each repository."""
        return self._ask("from list_stages($repos)", repos=self._repos(repo))

    def repos(self, *, repo: str | None = None) -> Answer:
        """The table `repos`, with what the last visit took and how many artifacts and problems there are."""
        return self._ask("from list_repos($repos)", repos=self._repos(repo))

    def problems(self, *, repo: str | None = None) -> Answer:
        """The table `problems`: what could not be read."""
        return self._ask("from list_problems($repos)", repos=self._repos(repo))

    def last_crawl(self) -> Answer:
        """The newest row of `crawls`, or none."""
        return self._ask("from last_crawl()")

    def history(self, ref: str | None = None, *, repo: str | None = None, stage: str | None = None) -> Answer:
        """What tags did, newest first: everywhere, to an artifact, to one version (`@`), or in one stage (`#`)."""
        if ref is None:
            return self._events(self._repos(repo), None, None, self._stage(stage))
        found, reference = self._resolve(ref)
        if reference.version is None:
            return self._events([found["repo"]], found["artifact"], None, self._stage(reference.stage or stage))
        return self._events([found["repo"]], found["artifact"], self._version(found, reference)["version"], stage)

    def show(self, ref: str | None = None) -> Answer:
        """What `ref` names, as one row: an artifact (with `assignments` and `all_versions`), or a version (with `assignments`).

        Without `ref`, the artifacts that are not deprecated.
        """
        if ref is None:
            return self.artifacts()
        found, reference = self._resolve(ref)
        names = {"repo": found["repo"], "artifact": found["artifact"]}
        if reference.version is None and reference.stage is None:
            return self._ask("from show_artifact($repo, $artifact)", **names)
        version = self._version(found, reference)
        return self._ask(
            "from show_version($repo, $artifact, $version, $commit)",
            **names,
            version=version["version"],
            commit=version["commit"],
        )

    def stages_at(self, when: datetime | date | str, stage: str | None = None) -> Answer:
        """Who was in which stage at a moment (a bare date: at the end of that day, UTC), by GTO's rules."""
        moment_ = moment(when).replace(tzinfo=None)
        return self._ask("from list_stages_at($moment, $stage)", moment=moment_, stage=self._stage(stage))

    def sql(self, text: str, /, **parameters: object) -> Answer:
        """One SELECT; `$name` in it stands for a parameter. SqlError where DuckDB, or we, will not have it."""
        import duckdb  # noqa: PLC0415 - loaded by now

        try:
            statements = self._connection.extract_statements(text)
            if len(statements) != 1 or statements[0].type not in (
                duckdb.StatementType.SELECT,
                duckdb.StatementType.EXPLAIN,
            ):
                kinds = ", ".join(statement.type.name for statement in statements) or "nothing"
                raise SqlError(f"found {kinds}, expected one SELECT: a catalog is only read")
            return answer(self._connection, text, parameters, self._timeout)
        except duckdb.Error as error:
            raise SqlError(_sentence(error)) from error

    def short_names(self) -> dict[str, str]:
        """For each artifact's full name, the shortest reference that means it alone."""
        return short_names(row[0] for row in self._ask("from artifact_names()").values)

    def _events(self, repos: list[str] | None, artifact: str | None, version: str | None, stage: str | None) -> Answer:
        return self._ask(
            "from list_events($repos, $artifact, $version, $stage)",
            repos=repos,
            artifact=artifact,
            version=version,
            stage=stage,
        )

    def _resolve(self, ref: str) -> tuple[Row, Reference]:
        """The artifact that a reference means. A repository may have `@` or `#` in its name: then the whole is tried, too."""
        reference = parse(ref)
        found = self._find(reference.artifact)
        if not found and reference.artifact != ref:
            reference = Reference(artifact=ref)
            found = self._find(ref)
        if len(found) == 1:
            return found[0], reference
        if not found:
            raise NotFound(f"no artifact {parse(ref).artifact!r} in {self._path}{self._near(parse(ref).artifact)}")
        candidates = tuple(
            str(Reference(artifact=row["id"], version=reference.version, stage=reference.stage)) for row in found
        )
        raise Ambiguous(f"{reference.artifact!r} names {len(found)} artifacts, expected one", candidates)

    def _find(self, words: str) -> list[Row]:
        rows = self._ask("from find_artifacts($words)", words=words).rows
        return [row for row in rows if row["exact"]] or sorted(rows, key=lambda row: str(row["id"]))

    def _version(self, found: Row, reference: Reference) -> Row:
        names = {"repo": found["repo"], "artifact": found["artifact"]}
        if reference.stage is not None:
            rows = self._ask("from find_in_stage($repo, $artifact, $words)", **names, words=reference.stage).rows
        else:
            rows = self._ask("from find_versions($repo, $artifact, $words)", **names, words=reference.version).rows
        active = [row for row in rows if row.get("active", True)]
        if len(active or rows) == 1:
            return (active or rows)[0]
        if rows:
            one_commit = len({row["commit"] for row in active or rows}) == 1
            candidates = tuple(f"{found['id']}@{row['version' if one_commit else 'commit']}" for row in active or rows)
            raise Ambiguous(f"{str(reference)!r} names {len(candidates)} versions, expected one", candidates)
        raise NotFound(self._missing(found, reference))

    def _missing(self, found: Row, reference: Reference) -> str:
        shown = self.show(found["id"]).rows[0]
        if reference.stage is not None:
            stages = [row["stage"] for row in shown["assignments"]]
            return f"no version of {found['id']} is in stage {reference.stage!r}, expected {_one_of(stages)}"
        if reference.version in LATEST:
            return f"{found['id']} has no registered version"
        return f"{found['id']} has no version {reference.version!r}, expected {_one_of([row['version'] for row in shown['all_versions']])}"

    def _repos(self, words: str | None) -> list[str] | None:
        if words is None:
            return None
        found = [row[0] for row in self._ask("from find_repos($words)", words=words).values]
        if not found:
            known = [row["repo"] for row in self.repos().rows]
            raise NotFound(f"no repository {words!r} in {self._path}, expected {_one_of(known)}")
        return [words] if words in found else found

    def _stage(self, words: str | None) -> str | None:
        if words is not None:
            known = {row[key]: None for row in self.stages().rows for key in ("stage", "raw_stage")}
            if words not in known:
                raise NotFound(f"no stage {words!r} in {self._path}, expected {_one_of(list(known))}")
        return words

    def _near(self, words: str) -> str:
        from difflib import get_close_matches  # noqa: PLC0415 - only where something was misspelt

        ends: dict[str, list[str]] = {}
        for short in self.short_names().values():
            for end in {short.lower(), re.split("[/:]", short)[-1].lower()}:
                ends.setdefault(end, []).append(short)
        near = dict.fromkeys(short for end in get_close_matches(words.lower(), list(ends), n=5) for short in ends[end])
        return f"; near: {', '.join(near)}" if near else ""

    def _ask(self, question: str, **parameters: object) -> Answer:
        """One of the questions of sql/macros.sql."""
        import duckdb  # noqa: PLC0415 - loaded by now

        try:
            return answer(self._connection, question, parameters, self._timeout)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise StoreError(
                f"{self._path} was made by another version of catalog ({_sentence(error)}); run `catalog build`"
            ) from error
        except duckdb.Error as error:
            raise StoreError(
                f"{self._path} cannot be read ({_sentence(error)}); delete it and run `catalog build`"
            ) from error


def _one_of(names: list[str]) -> str:
    shown = ", ".join(names[:8]) + (f", ... ({len(names)} in all)" if len(names) > 8 else "")  # noqa: PLR2004 - a line of a terminal
    return f"one of {shown}" if names else "nothing: there is none"


def _sentence(error: Exception) -> str:
    """DuckDB's message without its drawing of where the fault lies."""
    return " ".join(str(error).partition("\n\n")[0].split())
