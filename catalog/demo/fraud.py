"""fraud/payments: metrics in DVC's storage, another team's model as an input, a declared dataset, and a lock that is out of date."""

from __future__ import annotations

from dataclasses import replace

from catalog.demo import churn, data
from catalog.demo.book import Book, Changes
from catalog.demo.paper import paper, script
from catalog.demo.pipeline import PipelineStep, configure, define, import_from
from catalog.demo.project import Project
from catalog.demo.story import StoryLine, play
from catalog.demo.yaml import write_yaml

_STORY = """
2024-01-15 09:10  farid  +start                                      | Stop card fraud before the parcel leaves
2024-02-12 11:00  farid  payments@v1.0.0        train.rounds=200     | The first model that the fraud desk trusts
2024-02-13 08:30  bot    payments#staging       v1.0.0 |
2024-02-26 09:00  daria  payments#prod          v1.0.0 | Two weeks beside the rules: 4 of 5 alarms are right
2024-09-09 10:20  farid  payments@v1.1.0        customers=v2.1.1 churn=v3.0.0 | Who is about to leave anyway is no fraud: churn score as a feature
2024-09-10 08:30  bot    payments#staging       v1.1.0 |
2024-09-23 09:00  daria  payments#prod          v1.1.0 | One third fewer false alarms
2024-09-25 16:05  farid  payments@v1.1.1        same=yes | The alarm texts in five languages; the model is the same
2024-09-26 09:00  daria  payments#prod          v1.1.1 | Texts only
2025-05-12 10:45  elif   payments@v1.2.0        churn=v3.2.0 train.depth=9 | On the smaller churn model
2025-05-13 08:30  bot    payments#staging       v1.2.0 |
2025-05-26 09:00  daria  payments#prod          v1.2.0 | Smaller and as good
2025-05-28 20:10  daria  payments#prod!         v1.2.0 | ROLLBACK: gift cards slip through
2026-03-02 10:15  farid  payments@v2.0.0        customers=v3.0.0 churn=v3.4.0 train.rounds=350 | Consent columns of customers v3.0.0
2026-03-03 08:30  bot    payments#staging       v2.0.0 |
2026-03-16 09:00  daria  payments#prod          v2.0.0 | Gift cards are a test now
2026-10-19 17:40  elif   payments@v2.1.0-rc.1   same=yes stale=yes | Calibrate the scores, more rounds: to be run tonight
"""

_CUSTOMERS, _SCORE = "data/customers.parquet", "upstream/churn.lgb"
_STEPS = (
    PipelineStep(
        name="features",
        cmd=f"python src/features.py --customers {_CUSTOMERS} --churn {_SCORE}",
        deps=(_CUSTOMERS, _SCORE, "ds://sessions", "src/features.py"),
        outs={"data/features": (740_000_000, 12)},
    ),
    PipelineStep(
        name="train",
        cmd="python src/train.py data/features model/payments.json",
        deps=("data/features", "src/train.py"),
        params=("train.depth", "train.rounds"),
        outs={"model/payments.json": 7_100_000},
        random=True,
    ),
    PipelineStep(
        name="evaluate",
        cmd="python src/evaluate.py model/payments.json --out eval",
        deps=("data/features", "model/payments.json", "src/evaluate.py"),
        outs={"eval/curves": (90_000, 3)},
        stored={"eval/metrics.json": 210},
    ),
)
_ABOUT = "Is this payment a fraud? Answers within 40 ms, before the parcel leaves."


_SESSIONS = "clickstream=sessions@v1.0.0"


def payments() -> Book:
    """fraud/payments."""
    book = Book()
    about = {"path": "model/payments.json", "type": "model", "desc": _ABOUT, "labels": ["fraud", "xgboost", "tabular"]}
    sessions = {"name": "sessions", "type": "dvc", "url": data.URL, "path": data.place("sessions"), "rev": _SESSIONS}
    project = Project(
        steps=_STEPS,
        params={"train": {"depth": 7, "rounds": 120}},
        texts={
            **paper("Payments", _ABOUT, "@fraud/models"),
            **configure("web", web={"url": "https://storage.demo.example/fraud"}),
            **script("features", "Join customers, sessions and the churn score."),
            **script("train", "Fit the model."),
            **script("evaluate", "Score last month's payments."),
        },
        datasets={"sessions": {**sessions, "rev_lock": data.registry()[1][_SESSIONS]}},
        top={"datasets": [sessions], "artifacts": {"payments": about}},
    )
    used = {"customers": "v2.0.0", "churn": "v2.3.0"}

    def make(entry: StoryLine) -> Changes:
        used.update({name: version for name, version in entry.details.items() if name in used})
        if "same" in entry.details:
            project.texts["texts/alarm.txt"] = f"We could not accept this payment. [{entry.when[:4]}]\n"
        files = project.run(entry, _import(project, used["customers"], used["churn"]))
        if "stale" not in entry.details:
            return files
        calibrated = [replace(step, cmd=f"{step.cmd} --calibrate") if step.random else step for step in _STEPS]
        params = write_yaml({"train": {"depth": 9, "rounds": 400}})  # the lock tells of 350
        return {**files, "dvc.yaml": define(tuple(calibrated), project.top), "params.yaml": params}

    play(book, _STORY, make)
    return book


def _import(project: Project, customers: str, score: str) -> dict[str, str]:
    """The registry's customers and the churn team's model, each by its GTO tag."""
    _, places, trained, _ = churn.history()
    content = project.data[_CUSTOMERS] = data.dataset("customers", customers)
    model = project.data[_SCORE] = trained[score]
    dataset, version = f"customers=customers@{customers}", f"churn@{score}"
    of_data = {"url": data.URL, "rev": dataset, "rev_lock": data.registry()[1][dataset]}
    of_model = {"url": churn.URL, "rev": version, "rev_lock": places[version]}
    return {
        **import_from(_CUSTOMERS, content, data.place("customers"), of_data),
        **import_from(_SCORE, model, churn.PATH, of_model),
    }
