"""platform/templates: a DVC project that registers nothing; its tags are plain releases, and not all of them are annotated."""

from __future__ import annotations

from catalog.demo.book import Book, Changes
from catalog.demo.cast import CAST
from catalog.demo.content import imagine
from catalog.demo.paper import MIT, paper, script
from catalog.demo.pipeline import PipelineStep, configure, point, write_json
from catalog.demo.project import Project
from catalog.demo.story import StoryLine, play

_STORY = """
2023-02-20 10:00  jonas  +baseline  accuracy=0.61 | A project to start from
2023-08-28 09:30  jonas  +v1.0.0    accuracy=0.64 | DVC 3
2024-05-27 14:15  ines   +v1.1.0    accuracy=0.66 | CODEOWNERS, because nobody knew whom to ask
2025-10-20 11:05  elif   +v1.2.0    accuracy=0.67 | Describe the model in dvc.yaml
2026-08-03 16:20  elif   +next      accuracy=0.67 | Say how to register a version
"""

_STEPS = (
    PipelineStep(
        name="train",
        cmd="python src/train.py",
        deps=("data/iris.csv", "src/train.py"),
        params=("train.neighbours",),
        outs={"model.pkl": 12_000},
        metrics=("metrics.json",),
        random=True,
    ),
)


def templates() -> Book:
    """platform/templates."""
    book = Book()
    iris = imagine("iris", 4_600)
    project = Project(
        steps=_STEPS,
        params={"train": {"neighbours": 5}},
        texts={
            **paper("Templates", "Copy this when you start a project.", "@platform/ml"),
            "LICENSE": MIT,
            **configure("storage", storage={"url": "s3://demo-example-templates"}),
            **script("train", "Fit the model."),
            **point("data/iris.csv", iris, 2),
        },
        data={"data/iris.csv": iris},
    )

    def make(entry: StoryLine) -> Changes:
        if entry.when >= "2025-10":
            project.top = {"artifacts": {"example": {"path": "model.pkl", "type": "model", "desc": "Replace me"}}}
        return project.run(entry, {"metrics.json": write_json({"accuracy": entry.number("accuracy")})})

    places = play(book, _STORY, make)
    for name in ("baseline", "v1.0.0"):
        book.point(f"refs/tags/{name}", places[name])
    for version, who, when in (("v1.1.0", "ines", "2024-05-27 14:30"), ("v1.2.0", "elif", "2025-10-20 11:30")):
        book.tag(version, places[version], CAST[who], when, f"Release {version}")
    return book
