"""legacy/credit-scoring: artifacts.yaml as GTO 0.2 knew it, and metafiles of DVC 1 and DVC 2."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.demo.book import Book, Changes
from catalog.demo.content import imagine
from catalog.demo.measures import vary
from catalog.demo.paper import paper, script
from catalog.demo.pipeline import PipelineStep, configure, point, write_json
from catalog.demo.project import Project
from catalog.demo.story import StoryLine, play
from catalog.demo.yaml import write_yaml

_STORY = """
2021-01-18 14:20  daria  +start                       gini=0.431 | Move the scorecard out of the spreadsheet
2021-06-07 10:30  daria  +binning                     gini=0.447 card.bins=12 | Finer bins for income
2021-11-22 09:15  bogdan +dvc2                        gini=0.452 | DVC 2: the lock file has a schema now
2022-09-01 11:00  bogdan +gto                         gini=0.458 | Name the models, so that the audit finds them
2022-09-01 11:30  bogdan scorecard@v1.0.0             at=binning | The card of 2021, for the audit
2022-09-01 11:32  bogdan scorecard@v1.1.0             at=gto | The card of 2022
2022-09-01 11:40  bogdan scorecard#production         v1.0.0 | In production since July 2021
2022-10-10 09:00  daria  scorecard#production         v1.1.0 | Approved by the credit committee, minute 14/22
2023-01-30 13:50  daria  affordability@v1.0.0         gini=0.381 | Second model: what a household can afford
2023-02-13 09:00  daria  affordability#production     v1.0.0 | Approved, minute 3/23
2023-08-21 10:20  bogdan scorecard@v2.0.0             gini=0.479 card.bins=16 | New bureau data
2023-09-11 09:00  daria  scorecard#test               v2.0.0 | Parallel run for a quarter
2024-01-08 09:00  daria  scorecard#production         v2.0.0 | Approved, minute 1/24
2024-11-18 15:30  bogdan affordability@v1.1.0         gini=0.399 | Energy prices
2024-12-02 09:00  daria  affordability#production     v1.1.0 | Approved, minute 22/24
2026-02-23 10:10  bogdan scorecard@v2.1.0             gini=0.481 card.bins=14 | Yearly review: fewer bins, same power
2026-03-09 09:00  daria  scorecard#test               v2.1.0 | Parallel run
"""

_ABOUT = {
    "scorecard": "Points for a loan application. Regulated: every change needs the credit committee.",
    "affordability": "What a household can pay back each month",
}


def credit_scoring() -> Book:
    """legacy/credit-scoring."""
    book = Book("master")
    project = Project(
        steps=(_fit("scorecard"),),
        params={"card": {"bins": 8, "base_points": 600}},
        texts={
            **paper("Credit scoring", "Scorecards. Please do not modernise without asking.", "@risk/credit"),
            **configure("nas", nas={"url": "ssh://nas.demo.example/exports/credit"}),
            **script("fit", "Fit a scorecard."),
        },
        generation=1,
    )

    def make(entry: StoryLine) -> Changes:
        if entry.action == "+dvc2":
            project.generation = 2
        if entry.name == "affordability":
            project.steps = (_fit("scorecard"), _fit("affordability"))
        if entry.when >= "2022-09":
            project.texts["artifacts.yaml"] = _describe(step.name for step in project.steps)
        loans = imagine(f"loans {entry.when[:4]}", 27_000_000)
        project.data["data/loans.csv"] = loans
        project.texts.update(point("data/loans.csv", loans, project.generation))
        return project.run(entry, _measure(entry))

    play(book, _STORY, make)
    return book


def _fit(name: str) -> PipelineStep:
    return PipelineStep(
        name=name,
        cmd=f"python src/fit.py {name}",
        deps=("data/loans.csv", "src/fit.py"),
        params=("card.bins", "card.base_points"),
        outs={f"models/{name}.pmml": 180_000},
        metrics=(f"reports/{name}.json",),
        random=True,
    )


def _describe(names: Iterable[str]) -> str:
    return write_yaml({
        name: {
            "type": "model",
            "path": f"models/{name}.pmml",
            "labels": ["credit", "pmml", "regulated"],
            "description": _ABOUT[name],
            "custom": {"committee": "credit", "retention_years": 10},
        }
        for name in names
    })  # fmt: skip


def _measure(entry: StoryLine) -> dict[str, str]:
    gini = entry.number("gini")
    name = entry.name if entry.name in _ABOUT else "scorecard"
    return {f"reports/{name}.json": write_json({"gini": gini, "ks": vary(entry.action, gini - 0.1, 0.01)})}
