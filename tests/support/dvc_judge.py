"""What DVC itself makes of a revision, and what we make of it, in the same words.

`facts_of_dvc` reads a bare repository, and `facts_of_worktree` a checkout, where DVC also honours `.dvcignore`;
`facts_of_ours` is what our connector says of the same revision.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dvc.dependency import DatasetDependency, DbDependency, ParamsDependency, RepoDependency
from dvc.fs import GitFileSystem
from dvc.repo import Repo
from dvc.scm import Git
from dvc.stage import PipelineStage as DvcPipelineStage

from catalog.git.objects import RawObject
from catalog.git.snapshot import RevisionFiles, Snapshot
from catalog.schema.tables.dvc import Dependency, Import, Metafile, Output, OutputFile, Param, PipelineStage
from catalog.schema.tables.problems import Problem
from connectors.dvc.metafiles import read_revision, wants_file
from support.worlds import World


class Facts(NamedTuple):
    """What a revision's metafiles say; `dvc.lock` and `dvc.yaml` are one here."""

    outputs: dict[Any, Any]
    dependencies: dict[Any, Any]
    stages: dict[Any, Any]
    imports: dict[Any, Any]
    params: dict[Any, Any]


class Judged(NamedTuple):
    """The facts, and the files that DVC could not read, with its reasons."""

    facts: Facts
    refused: dict[str, str]


def facts_of_dvc(
    path: Path, commit: str, scratch: Path, *, roots: Iterable[str] = ("",), scm: Git | None = None
) -> Judged:
    """As DVC reads a bare repository, one project after the other."""
    scm = scm or Git(str(path))
    found = Judged(Facts({}, {}, {}, {}, {}), {})
    for root in roots:
        repo = Repo(
            root_dir=f"/{root}",
            fs=GitFileSystem(scm=scm, rev=commit),
            scm=scm,
            uninitialized=True,
            config={"cache": {"dir": str(scratch / "cache")}, "core": {"site_cache_dir": str(scratch / "site")}},
        )
        judged = _judged(repo, "/")
        found.refused.update(judged.refused)
        for all_of_them, these in zip(found.facts, judged.facts, strict=True):
            all_of_them.update(these)
    return found


def facts_of_worktree(world: World, scratch: Path, *, root: str = "") -> Judged:
    """As DVC reads a checkout of the branch's tip."""
    bare, tree = world.write(scratch / "bare"), scratch / "tree"
    subprocess.run(["git", "clone", "--quiet", str(bare), str(tree)], check=True)
    config = {"cache": {"dir": str(scratch / "cache")}, "core": {"site_cache_dir": str(scratch / "site")}}
    repo = Repo(str(tree / root), config=config)
    try:
        return _judged(repo, str(tree.resolve()) + "/")
    finally:
        repo.close()


def _judged(repo: Repo, above: str) -> Judged:
    refused: dict[str, str] = {}
    repo.stage_collection_error_handler = lambda path, error: refused.setdefault(
        _local(str(Path(path).resolve()), above), str(error)
    )
    facts = Facts({}, {}, {}, {}, {})
    for stage in repo.index.stages:
        file = _local(stage.path, above)
        name = stage.name if isinstance(stage, DvcPipelineStage) else None
        if name:
            command = "\n".join(stage.cmd) if isinstance(stage.cmd, list) else stage.cmd
            facts.stages[file, name] = (
                command,
                _local(stage.wdir, above),
                stage.frozen,
                stage.always_changed,
                stage.desc,
            )
        for out in stage.outs:
            facts.outputs[file, name, _place(out, above)] = _output(out)
        for dep in stage.deps:
            _add_dependency(facts, file, name, dep, above)
        if stage.is_import:
            facts.imports[file, _place(stage.outs[0], above)] = _import(stage)
    return Judged(facts._replace(params=flat(facts.params)), refused)


def _add_dependency(facts: Facts, file: str, name: str | None, dep: Any, above: str) -> None:
    match dep:
        case ParamsDependency():
            for key, value in (dep.hash_info.value or {}).items():
                facts.params[file, name, _local(dep.fs_path, above), key] = value
        case RepoDependency() | DbDependency():
            pass
        case DatasetDependency():
            facts.dependencies[file, name, dep.def_path] = None, None, None, None
        case _:
            facts.dependencies[file, name, _place(dep, above)] = (*_hash(dep), dep.meta.size, dep.meta.nfiles)


def _place(entry: Any, above: str) -> str:
    return _local(entry.fs_path, above) if entry.is_in_repo else entry.def_path


def _local(path: str, above: str) -> str:
    return path.removeprefix(above.rstrip("/")).lstrip("/")


def _hash(entry: Any) -> tuple[str | None, str | None]:
    return (entry.hash_info.name, entry.hash_info.value) if entry.hash_info else (None, None)


def _output(out: Any) -> tuple[Any, ...]:
    annotation = out.annot
    return (
        *_hash(out),
        out.meta.size,
        out.meta.nfiles,
        bool(out.meta.isdir),
        out.meta.isexec,
        out.use_cache,
        out.use_cache and out.can_push and not out.stage.is_repo_import,
        out.remote or out.meta.remote,
        out.meta.version_id,
        "metric" if out.metric else "plot" if out.plot else "out",
        (
            annotation.desc,
            annotation.type,
            tuple(annotation.labels),
            {key: str(value) for key, value in annotation.meta.items()},
        ),
    )


def _import(stage: Any) -> tuple[Any, ...]:
    dep = stage.deps[0]
    match dep:
        case RepoDependency():
            repo = dep.def_repo
            return (
                "repo",
                repo["url"],
                dep.def_path,
                repo.get("rev"),
                repo.get("rev_lock"),
                None,
                stage.is_partial_import,
            )
        case DbDependency():
            return (
                "db",
                dep.db_info.get("connection"),
                dep.db_info.get("table"),
                None,
                None,
                dep.db_info.get("query"),
                stage.is_partial_import,
            )
    return "url", dep.def_path, None, None, None, None, stage.is_partial_import


def facts_of_ours(revision: RevisionFiles, *, without: Iterable[str] = (), root: str | None = None) -> Facts:
    """As our connector reads the same revision: what belongs to a project (to that of `root`, if given), and not to the files `without`."""
    facts = Facts({}, {}, {}, {}, {})
    rows = [*read_revision(revision)]
    left_out = {
        row.file
        for row in rows
        if isinstance(row, Metafile) and (row.dvc_root is None or root not in (None, row.dvc_root))
    }
    for row in rows:
        match row:
            case Metafile() | Problem() | OutputFile():
                continue
            case PipelineStage() if row.file in left_out or row.file in without:
                continue
            case Output() | Dependency() | Import() | Param(metafile=str()) if (
                row.metafile in left_out or _yaml(row.metafile) in without
            ):
                continue
        match row:
            case PipelineStage():
                facts.stages[row.file, row.pipeline_stage] = (
                    row.command,
                    row.wdir,
                    row.frozen,
                    row.always_changed,
                    row.description,
                )
            case Output():
                facts.outputs[_yaml(row.metafile), row.pipeline_stage, row.path] = _our_output(row)
            case Dependency():
                key = _yaml(row.metafile), row.pipeline_stage, row.path
                facts.dependencies[key] = row.hash_kind, row.hash, row.size, row.files
            case Import():
                facts.imports[row.metafile, row.path] = (
                    row.kind,
                    row.url,
                    row.source_path,
                    row.rev,
                    row.rev_lock,
                    row.query,
                    row.partial,
                )
            case Param():
                facts.params[_yaml(row.metafile), row.pipeline_stage, row.file, row.name] = row.text
    return facts


def _our_output(row: Output) -> tuple[Any, ...]:
    return (
        row.hash_kind,
        row.hash,
        row.size,
        row.files,
        row.is_folder,
        row.executable,
        row.cached,
        row.pushed,
        row.remote,
        row.version_id,
        row.role,
        (row.description, row.type, row.labels, row.meta),
    )


def _yaml(file: str) -> str:
    return file.removesuffix("dvc.lock") + "dvc.yaml" if file.endswith("dvc.lock") else file


def flat(params: Mapping[Any, Any]) -> dict[Any, str | None]:
    """DVC's params as our rows have them: a name for each leaf, values as text."""
    found: dict[Any, str | None] = {}
    for (*where, name), value in params.items():
        for leaf, text in _leaves(name, value):
            found[*where, leaf] = text
    return found


def _leaves(name: str, value: Any) -> Iterable[tuple[str, str | None]]:
    match value:
        case dict() if value:
            for key, item in value.items():
                yield from _leaves(f"{name}.{key}", item)
        case None | str():
            yield name, value
        case bool() | dict() | list():
            yield name, json.dumps(value, separators=(",", ":"))
        case _:
            yield name, str(value)


def commits_of(path: Path) -> list[str]:
    """Every commit that a ref of a repository on disk reaches, newest first."""
    return subprocess.run(
        ["git", "-C", str(path), "rev-list", "--all"], check=True, capture_output=True, text=True
    ).stdout.split()


def snapshot_of(path: Path) -> Snapshot:
    """All objects of a repository on disk."""
    listed = subprocess.run(
        ["git", "-C", str(path), "cat-file", "--batch", "--batch-all-objects"], check=True, capture_output=True
    ).stdout
    objects: dict[str, RawObject] = {}
    at = 0
    while at < len(listed):
        end = listed.index(b"\n", at)
        oid, kind, size = listed[at:end].decode().split()
        objects[oid] = RawObject(kind, listed[end + 1 : end + 1 + int(size)])
        at = end + 2 + int(size)
    return Snapshot(World().listing(), objects, wants_file)
