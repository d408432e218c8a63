"""Rows of a stranger who writes markup, and what cannot be seen, wherever one may write."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from catalog.schema.record import Record
from catalog.schema.tables.cards import Card, CardImage, CodeOwner
from catalog.schema.tables.dvc import Dependency, Output, Param, PipelineStage, Remote
from catalog.schema.tables.metrics import Experiment, Image, MeasureFile, Metric, Plot, PlotSeries
from catalog.schema.tables.registry import Annotation

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
ODD = "\x1b[31m\u202egnp.exe\u2066"
SCRIPT = "</p></td><script>alert(1)</script>"
ATTRIBUTE = "\" onmouseover=alert(1) x='"

Rows = Mapping[type[Record], Iterable[Record]]


def made_of(commit: str, artifact: str) -> Rows:
    """What files of a stranger say about a version: its bytes, metrics, pipeline and card."""
    project = {"commit": commit, "dvc_root": ""}
    nothing = {"cached": True, "pushed": True, "executable": False, "is_folder": False, "role": "out", "files": None}
    plain = {
        "etag": None,
        "version_id": None,
        "remote": None,
        "type": None,
        "description": None,
        "labels": (),
        "meta": {},
    }
    content = {"hash_kind": "md5", "hash": "d" * 32, "size": 64}
    path = f"models/{SCRIPT}"
    said = {
        "languages": (),
        "datasets": (SCRIPT,),
        "base_models": (ATTRIBUTE,),
        "tags": (ODD,),
        "metrics": (),
        "other": {},
    }
    author = {"author": SCRIPT, "author_email": "", "authored_at": NOON, "committed_at": NOON}
    return {
        Annotation: [
            Annotation(file="dvc.yaml", source="dvc.yaml", artifact=artifact, path=path, target=path, type="model",
                       description=None, labels=(), meta={}, **project)
        ],
        Output: [Output(metafile="dvc.lock", pipeline_stage=SCRIPT, path=path, **project, **content, **nothing, **plain)],
        Dependency: [Dependency(metafile="dvc.lock", pipeline_stage=SCRIPT, path=f"in{SCRIPT}{ODD}", commit=commit,
                                files=None, **content)],
        PipelineStage: [PipelineStage(commit=commit, file="dvc.yaml", pipeline_stage=SCRIPT, command=ATTRIBUTE,
                                      locked_command=SCRIPT, wdir="", frozen=False, always_changed=False, description=None)],
        Remote: [Remote(remote=SCRIPT, url=f"https://evil.example/{SCRIPT}", scheme="https", is_default=True, endpoint_url=None,
                        region=None, version_aware=False, worktree=False, anonymous=False, secrets=(), **project)],
        Metric: [Metric(file=SCRIPT, name=f"{ATTRIBUTE}{number}", number=number, text=f"{number}{SCRIPT}", kind="number", **project)
                 for number in (1.0, math.inf, math.nan)],
        Param: [Param(metafile="dvc.lock", pipeline_stage=SCRIPT, file="params.yaml", name=SCRIPT, number=None, text=ATTRIBUTE,
                      kind="text", locked=True, **project)],
        Plot: [Plot(metafile="dvc.yaml", pipeline_stage=None, plot=f"{SCRIPT}{kind}", file=kind, kind=kind, x=SCRIPT, x_file=None, y=(),
                    x_label=ATTRIBUTE, y_label=ODD, title=f"{SCRIPT}{ODD}{kind}", template=template, content=kind, **project)
               for kind, template in (("line", None), ("words", "confusion"), ("bars", "bar_horizontal"), (SCRIPT, None))],
        PlotSeries: [PlotSeries(content=kind, place=place, field=field, numbers=numbers, texts=texts)
                     for kind, numbers, texts in (("line", (1.0, 2.0), None), ("words", None, (SCRIPT, ODD)))
                     for place, field in enumerate((SCRIPT, f"y{ATTRIBUTE}"))] + [
                     PlotSeries(content="bars", place=0, field=SCRIPT, numbers=(1.0, 2.0), texts=None),
                     PlotSeries(content="bars", place=1, field="y", numbers=None, texts=(SCRIPT, ODD))],
        Image: [Image(content=SCRIPT, media_type="image/png", data=b"<script>")],
        MeasureFile: [MeasureFile(role=role, file=file, metafile="dvc.yaml", pipeline_stage=None, status="ok",
                                  blob=None, hash=None, size=None, **project)
                      for role, file in (("metrics", SCRIPT), *(("plots", file) for file in ("line", "words", "bars", SCRIPT)))],
        Card: [Card(commit=commit, file="README.md", folder="", is_model_card=True, title=SCRIPT, licence=SCRIPT, licence_name=None,
                    licence_link="javascript:alert(1)", library=ODD, task=None, text=f"{SCRIPT}{ODD}<img src=x>", **said)],
        CardImage: [CardImage(commit=commit, file="README.md", path="x", content=SCRIPT)],
        CodeOwner: [CodeOwner(commit=commit, file="CODEOWNERS", line=1, section=None, pattern="*", owners=(SCRIPT,),
                              artifacts=(artifact,))],
        Experiment: [Experiment(ref=f"refs/exps/{commit[:2]}/{commit[2:]}/{SCRIPT}", name=f"{SCRIPT}{ODD}", baseline=commit,
                                commit=commit, parents=(), message=SCRIPT, **author)],
    }  # fmt: skip
