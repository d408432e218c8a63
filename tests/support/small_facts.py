"""What DVC's files say in the small catalog: one pipeline at two commits of acme/churn, on data from acme/data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from catalog.schema.record import Record
from catalog.schema.tables.cards import Card, CodeOwner, Licence
from catalog.schema.tables.dvc import Dependency, Import, Metafile, Output, Param, PipelineStage, Remote
from catalog.schema.tables.metrics import Experiment, MeasureFile, Metric

RAW = b"id,churned\n"
DATA, MODEL, CODE = "03ba77e0ebc6ffbb7e5c7e4ea7e979d3", "a" * 32, "c" * 32  # the first is that of RAW
TRIED = "5" * 40  # an experiment's commit


def facts(first: str, second: str) -> dict[type[Record], Iterable[Record]]:
    """Rows of the first commit, at which the model is annotated, and of the second, which measures better."""
    return {
        Metafile: _metafiles(first),
        Output: _outputs(first),
        Dependency: (
            Dependency(commit=first, metafile="dvc.lock", pipeline_stage="train", path="data/raw.csv", hash_kind="md5", hash=DATA, size=9000, files=None, tracked_by="dvc"),
            Dependency(commit=first, metafile="dvc.lock", pipeline_stage="train", path="train.py", hash_kind="md5", hash=CODE, size=400, files=None, git_hash=CODE, tracked_by="git"),
        ),
        Import: (
            Import(commit=first, metafile="data/raw.csv.dvc", path="data/raw.csv", kind="repo", url="https://git.example/acme/data", source_path="raw.csv", rev="v1", rev_lock="e" * 40, query=None, etag=None, version_id=None, partial=False),
        ),
        PipelineStage: (
            PipelineStage(commit=first, file="dvc.yaml", pipeline_stage="train", command="python train.py --fast", locked_command="python train.py", wdir="", frozen=False, always_changed=False, description=None),
        ),
        Remote: (
            Remote(commit=first, dvc_root="", remote="store", url="https://store.example/churn", scheme="https", is_default=True, endpoint_url=None, region=None, version_aware=False, worktree=False, anonymous=False, secrets=()),
        ),
        MeasureFile: tuple(
            MeasureFile(commit=commit, dvc_root="", role=role, file=file, metafile="dvc.yaml", pipeline_stage="train", status=status, blob=None, hash=None, size=None)
            for commit in (first, second)
            for role, file, status in (("metrics", "metrics.json", "ok"), ("params", "params.yaml", "ok"), ("metrics", "eval/roc.json", "in-dvc"))
        ),
        Metric: (
            *_metrics(first, auc=0.91, loss=0.3, rows=1000),
            *_metrics(second, auc=0.93, loss=0.25, rows=1000),
            *_metrics(TRIED, auc=0.94),
        ),
        Param: (*_params(first, lr=0.1, depth=4), *_params(second, lr=0.05, depth=4)),
        Experiment: _experiments(first),
        Card: (_card(first),),
        Licence: (Licence(commit=first, file="LICENSE", folder="", spdx="Apache-2.0", title="Apache License"),),
        CodeOwner: (
            CodeOwner(commit=first, file="CODEOWNERS", line=1, section=None, pattern="models/", owners=("@acme/risk", "ann@acme.example"), artifacts=("churn",)),
        ),
    }  # fmt: skip


def _metafiles(commit: str) -> tuple[Metafile, ...]:
    return tuple(
        Metafile(commit=commit, file=file, kind=kind, dvc_root="", format="3", blob="b" * 40)
        for file, kind in (("data/raw.csv.dvc", ".dvc"), ("dvc.lock", "dvc.lock"), ("dvc.yaml", "dvc.yaml"))
    )


def _outputs(commit: str) -> tuple[Output, ...]:
    same: dict[str, Any] = {
        "commit": commit,
        "dvc_root": "",
        "hash_kind": "md5",
        "files": None,
        "is_folder": False,
        "executable": False,
        "cached": True,
        "pushed": True,
        "remote": None,
        "version_id": None,
        "etag": None,
        "role": "out",
        "type": None,
        "description": None,
        "labels": (),
        "meta": {},
    }
    return (
        Output(metafile="dvc.lock", pipeline_stage="train", path="models/churn.pkl", hash=MODEL, size=2048, **same),
        Output(metafile="data/raw.csv.dvc", pipeline_stage=None, path="data/raw.csv", hash=DATA, size=9000, **same),
    )


def _metrics(commit: str, **values: float) -> Iterable[Metric]:
    return tuple(
        Metric(commit=commit, dvc_root="", file="metrics.json", name=name, number=value, text=str(value), kind="number")
        for name, value in values.items()
    )


def _params(commit: str, **values: float) -> Iterable[Param]:
    return tuple(
        Param(
            commit=commit,
            dvc_root="",
            metafile="dvc.yaml",
            pipeline_stage="train",
            file="params.yaml",
            name=name,
            number=value,
            text=str(value),
            kind="number",
            locked=False,
        )
        for name, value in values.items()
    )


def _experiments(first: str) -> Iterable[Experiment]:
    return tuple(
        Experiment(
            ref=f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}",
            name=name,
            baseline=baseline,
            commit=commit,
            parents=(baseline,),
            author="Cy",
            author_email="cy@acme.example",
            authored_at=datetime(2024, 1, number, 12, tzinfo=UTC),
            committed_at=datetime(2024, 1, number, 12, tzinfo=UTC),
            message="dvc: commit experiment",
        )
        for name, baseline, commit, number in (("eager-bee", first, TRIED, 10), ("lost-cat", "9" * 40, "6" * 40, 11))
    )


def _card(commit: str) -> Card:
    return Card(
        commit=commit,
        file="README.md",
        folder="",
        is_model_card=True,
        title="Churn",
        licence="apache-2.0",
        licence_name=None,
        licence_link=None,
        languages=("en",),
        datasets=("acme/customers",),
        base_models=("acme/tabular-base",),
        tags=(),
        metrics=(),
        library="sklearn",
        task="tabular-classification",
        other={},
        text="# Churn\n",
    )
