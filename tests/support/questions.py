"""Questions of every kind, each as the command line, Python, SQL and an agent ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from catalog.query import Catalog
from catalog.query.answer import Answer

REFS = (
    "churn#prod", "churn@latest", "churn@v3.1.0", "risk/churn:churn@v1.0.0", "scorecard#production", "ctr#live", "payments#staging",
    "asr@v2.0.1", "intents#dev", "customers@latest",
)  # fmt: skip
ARTIFACTS = ("churn", "scorecard", "ctr", "customers", "intents", "asr")
QUERIES = (
    "churn", "stage:prod", "stage:production type:model", "type:dataset", "metric.auc:>0.8", "is:version churn", "is:version is:latest",
    "label:none", "has:metrics", "author:ana*", "churn -stage:prod", "repo:demo.example/risk/*",
)  # fmt: skip
DAYS = ("2022-12-31", "2023-06-01", "2024-03-01", "2024-12-31", "2025-06-30", "2026-03-01")
CONTENTS = ("152f49b", "6923cec", "fe0eea2")

_KEY = ("repo", "artifact", "version", "commit")
_OF_REF = "join version_of($ref) n on n.repo = t.repo and n.artifact = t.artifact and n.version = t.version and n.commit = t.commit"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question: the words of a command, a call, a SELECT with its values, a tool with its arguments, and what is compared."""

    words: tuple[str, ...]
    call: Callable[[Catalog], Answer]
    sql: str
    tool: str | None  # where agents have none of their own, they ask in SQL
    arguments: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...]

    @property
    def id(self) -> str:
        return " ".join(self.words)


def questions() -> list[Question]:
    """All of them."""
    return [*_of_versions(), *_of_artifacts(), *_of_searches(), *_of_moments(), *_of_lists(), *_of_several()]


def _of_versions() -> Iterator[Question]:
    for ref in REFS:
        values = {"ref": ref}
        yield Question(
            words=("show", ref), call=lambda c, ref=ref: c.show(ref), sql=f"select t.* from versions t {_OF_REF}", values=values,
            tool="show", arguments=values, columns=(*_KEY, "author", "created_at", "tag", "stages", "type", "registered"),
        )  # fmt: skip
        yield Question(
            words=("resolve", ref), call=lambda c, ref=ref: c.resolve(ref), values=values, tool="resolve", arguments=values,
            sql=f"select t.ref, t.repo, t.artifact, t.version, t.commit, t.hash, t.hash_kind, t.size, t.path from version_files t {_OF_REF}",
            columns=("ref", *_KEY, "hash", "hash_kind", "size", "path"),
        )  # fmt: skip
        yield Question(
            words=("metrics", ref), call=lambda c, ref=ref: c.metrics(ref), sql=f"select t.* from version_metrics t {_OF_REF}",
            values=values, tool=None, columns=(*_KEY, "file", "name", "number", "text"),
        )  # fmt: skip
        yield Question(
            words=("lineage", ref), call=lambda c, ref=ref: c.lineage(ref), sql="from upstream_of($ref, 10)", values=values,
            tool="lineage", arguments=values, columns=("node", "from_node", "to_node", "what", "hash"),
        )  # fmt: skip
    for ref in ARTIFACTS:
        values = {"ref": f"{ref}@latest"}
        yield Question(
            words=("lineage", values["ref"], "--down"), call=lambda c, ref=ref: c.lineage(f"{ref}@latest", down=True),
            sql="from downstream_of($ref, 10)", values=values, tool="lineage", arguments={**values, "direction": "down"},
            columns=("node", "from_node", "to_node", "what"),
        )  # fmt: skip


def _of_artifacts() -> Iterator[Question]:
    for name in ARTIFACTS:
        yield Question(
            words=("show", name), call=lambda c, name=name: c.show(name), sql="from artifacts where name = $name", values={"name": name},
            tool="show", arguments={"ref": name}, columns=("id", "repo", "latest", "versions", "created_at", "updated_at", "type", "path"),
        )  # fmt: skip
        yield Question(
            words=("history", name), call=lambda c, name=name: c.history(name), values={"name": name},
            sql="select * from resolved_events where (repo, artifact) in (select (repo, artifact) from artifacts where name = $name)",
            tool="history", arguments={"ref": name}, columns=("tag", "event", "version", "stage", "raw_stage", "created_at", "author"),
        )  # fmt: skip
        yield Question(
            words=("history", name, "--raw-stage", "prod"), call=lambda c, name=name: c.history(name, raw_stage="prod"),
            sql="select * from resolved_events where raw_stage = 'prod' "
            "and (repo, artifact) in (select (repo, artifact) from artifacts where name = $name)",
            values={"name": name}, tool=None, columns=("tag", "event", "version"),
        )  # fmt: skip


def _of_searches() -> Iterator[Question]:
    for query in QUERIES:
        yield Question(
            words=("search", query, "-n", "500"), call=lambda c, query=query: c.search(query, limit=None), sql="from search($q)",
            values={"q": query}, tool="search", arguments={"query": query}, columns=("ref", "repo", "artifact", "latest", "type"),
        )  # fmt: skip


def _of_moments() -> Iterator[Question]:
    for day in DAYS:
        then = f"stages_at(timestamp '{day} 23:59:59.999999')"
        yield Question(
            words=("at", day), call=lambda c, day=day: c.at(day), sql=f"from {then}", tool="at", arguments={"when": day},
            columns=(*_KEY, "stage", "assigned_at", "author"),
        )  # fmt: skip
        yield Question(
            words=("at", day, "--stage", "production"), call=lambda c, day=day: c.at(day, "production"),
            sql=f"from {then} where stage = 'prod'", tool="at", arguments={"when": day, "stage": "production"}, columns=(*_KEY, "stage"),
        )  # fmt: skip
        yield Question(
            words=("at", day, "--raw-stage", "production"), call=lambda c, day=day: c.at(day, raw_stage="production"),
            sql=f"from {then} where raw_stage = 'production'", tool="at", arguments={"when": day, "raw_stage": "production"},
            columns=(*_KEY, "raw_stage"),
        )  # fmt: skip
        yield Question(
            words=("history", "--until", day), call=lambda c, day=day: c.history(until=day),
            sql=f"from resolved_events where created_at <= timestamp '{day} 23:59:59.999999'", tool="history", arguments={"until": day},
            columns=("repo", "tag", "event", "created_at"),
        )  # fmt: skip


def _of_lists() -> Iterator[Question]:
    active = "select v.* from versions v join artifacts a on a.repo = v.repo and a.artifact = v.artifact where v.active and a.active"
    lists: list[tuple[tuple[str, ...], Callable[[Catalog], Answer], str, tuple[str, ...]]] = [
        (("models",), lambda c: c.models(), "from artifacts where active", ("id", "latest", "type", "versions")),
        (("datasets",), lambda c: c.datasets(), "from artifacts where active and type = 'dataset'", ("id", "latest")),
        (("versions",), lambda c: c.versions(), active, ("ref", "commit", "created_at")),
        (("versions", "--type", "dataset"), lambda c: c.versions(type="dataset"), f"{active} and v.type = 'dataset'", ("ref", "author")),
        (("versions", "--stage", "live"), lambda c: c.versions(stage="live"), f"{active} and list_contains(v.stages, 'prod')", ("ref", "commit")),
        (("stages",), lambda c: c.stages(), "from stages", ("repo", "stage", "raw_stage", "artifacts")),
        (("repos",), lambda c: c.repos(), "from repos", ("repo", "outcome", "url")),
        (("problems",), lambda c: c.problems(), "from open_problems", ("repo", "rule", "place", "message")),
        (("experiments",), lambda c: c.experiments(), "from experiments", ("repo", "name", "commit")),
        (("events",), lambda c: c.history(), "from resolved_events", ("repo", "tag", "oid", "created_at")),
        (("teams",), lambda c: c.teams(), "from list_teams(null)", ("team", "repos", "artifacts")),
    ]  # fmt: skip
    for words, call, sql, columns in lists:
        yield Question(words=("ls", *words), call=call, sql=sql, tool=None, columns=columns)


def _of_several() -> Iterator[Question]:
    for content in CONTENTS:
        yield Question(
            words=("identify", content), call=lambda c, content=content: c.identify(content), values={"digits": content},
            sql="from internal.identify_hashes([$digits])", tool="identify",
            arguments={"content": content}, columns=("what", "ref", "repo", "commit"),
        )  # fmt: skip
    yield Question(
        words=("diff", "0"),
        call=lambda c: c.diff(0),
        sql="from changes_between(0, 1)",
        tool=None,
        columns=("kind", "id", "stage", "new"),
    )
    yield Question(
        words=("queries", "behind"), call=lambda c: c.sql("from prod_vs_latest where behind > 0"), tool=None,
        sql="from prod_vs_latest where behind > 0", columns=("ref", "latest", "behind"),
    )  # fmt: skip
