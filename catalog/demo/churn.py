"""risk/churn: a team with many versions, three stages, release candidates and rollbacks."""

from __future__ import annotations

from functools import cache

from catalog.demo import data
from catalog.demo.book import Book, Changes
from catalog.demo.content import Content, imagine
from catalog.demo.measures import roc, vary
from catalog.demo.paper import paper, script
from catalog.demo.pipeline import PipelineStep, configure, import_from, point, write_json
from catalog.demo.project import Project
from catalog.demo.story import StoryLine, play
from catalog.demo.yaml import write_yaml

URL = "https://demo.example/risk/churn.git"
PATH = "models/churn.lgb"

_CHURN = """
2021-02-08 09:40  ana     +start      auc=0.681 | Notebook becomes a project
2021-09-13 17:05  ana     +boosting   auc=0.742 train.trees=120 | Gradient boosting beats the logistic regression
2022-09-14 10:20  daria   +gto        auc=0.747 | Describe the model in artifacts.yaml, so that GTO can register it
2022-09-14 11:02  daria   churn@v1.0.0          at=gto | Register what has been running since last autumn
2022-09-14 11:05  daria   churn#prod            v1.0.0 | Already in production, now also on paper
2022-11-21 09:15  ana     churn@v1.1.0          auc=0.759 train.trees=200 | Add support calls of the last 90 days
2022-11-21 09:50  bot     churn#dev             v1.1.0 |
2022-11-24 14:30  daria   churn#staging         v1.1.0 | Shadow run next to v1.0.0 for two weeks
2022-12-12 10:00  daria   churn#prod            v1.1.0 | Shadow run: +1.2 points of AUC, no complaints from the call centre
2023-02-06 09:10  ana     churn@v2.0.0-rc.1     auc=0.771 data=v1.1.0 train.depth=8 | Rewrite features on top of the data registry
2023-02-06 09:12  bot     churn#dev             v2.0.0-rc.1 |
2023-02-20 13:45  ana     churn@v2.0.0-rc.2     auc=0.776 train.depth=8 train.lr=0.05 | Slower learning rate, deeper trees
2023-02-20 13:47  bot     churn#dev             v2.0.0-rc.2 |
2023-02-27 16:20  daria   churn#staging         v2.0.0-rc.2 | Last check before the release
2023-03-06 08:55  ana     churn@v2.0.0          auc=0.778 | Features from the data registry
2023-03-06 09:30  bot     churn#staging         v2.0.0 |
2023-03-13 09:00  daria   churn#prod            v2.0.0 | Go: signed off by risk on 10 March
2023-05-15 11:25  elif    churn@v2.1.0          auc=0.763 train.trees=300 | Refit after the price change in April
2023-05-15 11:40  bot     churn#staging         v2.1.0 |
2023-05-22 09:05  daria   churn#prod            v2.1.0 | Refit after the price change
2023-05-24 19:48  elif    churn#prod!           v2.1.0 | ROLLBACK: scores of prepaid customers are all 0.5, back to v2.0.0
2023-05-26 10:12  elif    churn@v2.1.1          auc=0.782 | Prepaid customers have no contract date: do not drop them
2023-05-26 10:30  bot     churn#staging         v2.1.1 |
2023-05-30 09:00  daria   churn#prod            v2.1.1 | Prepaid scores checked by hand
2023-07-03 15:30  ana     +dvc3       auc=0.782 | Move to DVC 3; annotations go to dvc.yaml
2023-09-18 09:33  elif    churn@v2.2.0          auc=0.789 data=v2.0.0 | Households from customers v2.0.0
2023-09-18 09:35  bot     churn#dev             v2.2.0 |
2023-09-19 10:35  bot     churn#staging         v2.2.0 |
2023-10-02 09:00  daria   churn#prod            v2.2.0 | Households: better for families, equal for others
2024-01-15 10:10  elif    churn@v2.3.0          auc=0.791 train.trees=400 | Winter refit
2024-01-15 10:12  bot     churn#staging         v2.3.0 |
2024-01-22 09:00  daria   churn#prod            v2.3.0 | Winter refit
2024-06-17 14:00  ana     churn@v3.0.0-rc.1     auc=0.803 train.depth=10 train.lr=0.03 | Monotone constraints; explainable to the regulator
2024-06-17 14:03  bot     churn#dev             v3.0.0-rc.1 |
2024-07-08 09:25  ana     churn@v3.0.0          auc=0.805 | Monotone constraints
2024-07-08 09:40  bot     churn#staging         v3.0.0 |
2024-07-29 09:00  ines    churn#prod            v3.0.0 | Model review board, 25 July: approved with conditions
2024-10-14 09:45  elif    churn@v3.1.0          auc=0.812 data=v2.1.1 | Refit on customers v2.1.1
2024-10-14 09:50  bot     churn#staging         v3.1.0 |
2024-10-28 09:00  ines    churn#prod            v3.1.0 | Quarterly release
2025-02-10 11:15  farid   churn@v3.2.0          auc=0.808 train.trees=250 | Smaller model, half the latency
2025-02-10 11:20  bot     churn#staging         v3.2.0 |
2025-02-24 09:00  ines    churn#prod            v3.2.0 | Half the latency for 0.4 points of AUC: accepted
2025-03-03 22:14  farid   churn#prod!           v3.2.0 | ROLLBACK: retention campaign picked 40 % fewer true churners, back to v3.1.0
2025-03-03 22:16  farid   churn#staging!        v3.2.0 | Not to be promoted by mistake
2025-06-16 10:05  farid   churn@v3.3.0          auc=0.819 train.trees=350 train.depth=9 | Latency from feature caching instead
2025-06-16 10:10  bot     churn#staging         v3.3.0 |
2025-06-30 09:00  ines    churn#prod            v3.3.0 | Quarterly release
2026-02-02 09:50  elif    churn@v3.4.0          auc=0.824 data=v3.0.0 | Customers v3.0.0: consent columns decide who is scored
2026-02-02 09:55  bot     churn#staging         v3.4.0 |
2026-02-16 09:00  ines    churn#prod            v3.4.0 | Consent respected; legal informed
2026-08-31 16:40  farid   churn@v3.5.0-rc.1     auc=0.828 train.lr=0.02 | First run with the autumn features
2026-08-31 16:45  bot     churn#dev             v3.5.0-rc.1 |
2026-10-12 10:30  farid   churn@v3.5.0          auc=0.831 | Autumn features
2026-10-12 10:35  bot     churn#staging         v3.5.0 |
"""

_STEPS = (
    PipelineStep(
        name="features",
        cmd="python src/features.py data/customers.parquet data/features.parquet",
        deps=("data/customers.parquet", "src/features.py"),
        params=("features.window_days",),
        outs={"data/features.parquet": 61_000_000},
    ),
    PipelineStep(
        name="train",
        cmd="python src/train.py data/features.parquet models/churn.lgb",
        deps=("data/features.parquet", "src/train.py"),
        params=("train.depth", "train.lr", "train.trees"),
        outs={PATH: 0},
        models=(PATH,),
        random=True,
    ),
    PipelineStep(
        name="evaluate",
        cmd="python src/evaluate.py models/churn.lgb data/features.parquet",
        deps=("data/features.parquet", PATH, "src/evaluate.py"),
        metrics=("metrics/evaluation.json",),
        plots={"plots/roc.json": {"x": "fpr", "y": "tpr", "title": "ROC, held-out month"}},
    ),
)

_ABOUT = "Probability that a customer leaves within 60 days. Feeds the retention campaign, every Monday."


def churn() -> Book:
    """risk/churn."""
    return history()[0]


@cache
def history() -> tuple[Book, dict[str, str], dict[str, Content], list[Content]]:
    """The repository; where each version is, `churn@v2.0.0` → commit; its model there, `v2.0.0` → content; and all models."""
    book = Book()
    trained: dict[str, Content] = {}
    models: list[Content] = []
    project = Project(
        steps=_STEPS,
        params={"features": {"window_days": 90}, "train": {"depth": 6, "lr": 0.1, "trees": 120}},
        texts={
            **paper("Churn", _ABOUT, "@risk/modelling"),
            **configure("storage", storage={"url": "s3://demo-example-risk/churn"}),
            **script("features", "Build the feature table."),
            **script("train", "Fit the model."),
            **script("evaluate", "Score the held-out month."),
            "data/.gitignore": "/customers.parquet\n/features.parquet\n",
            "models/.gitignore": "/churn.lgb\n",
        },
        generation=2,
    )
    customers = ""

    def make(entry: StoryLine) -> Changes:
        nonlocal customers
        customers = entry.details.get("data", customers)
        content = (
            data.dataset("customers", customers) if customers else imagine(f"extract {entry.when[:4]}", 92_000_000)
        )
        project.data["data/customers.parquet"] = content
        pointer = (
            _import(customers, content, project.generation)
            if customers
            else point("data/customers.parquet", content, 2)
        )
        gone: Changes = {}
        match entry.action:
            case "+gto":
                project.texts[".gto"] = "stages: [dev, staging, prod]\ntypes: [model]\n"
                project.texts["artifacts.yaml"] = _legacy_annotation()
            case "+dvc3":
                project.generation = 3
                del project.texts["artifacts.yaml"]
                gone = {"artifacts.yaml": None}
        if project.generation > 2:  # noqa: PLR2004 the name of the version
            project.top = {"artifacts": {"churn": _annotation(entry)}}
        files = {**pointer, **project.run(entry, _measure(entry)), **gone}
        trained[entry.version] = project.results[PATH]
        models.append(project.results[PATH])
        return files

    return book, play(book, _CHURN, make), trained, models


def _import(version: str, content: Content, generation: int) -> dict[str, str]:
    """`dvc import` of a version of the registry's customers, by its GTO tag."""
    tag = f"customers=customers@{version}"
    repo = {"url": data.URL, "rev": tag, "rev_lock": data.registry()[1][tag]}
    return import_from("data/customers.parquet", content, data.place("customers"), repo, generation)


def _measure(entry: StoryLine) -> dict[str, str]:
    auc, seed = float(entry.details["auc"]), entry.action
    scores = {
        "auc": auc,
        "recall": vary(f"{seed} recall", auc - 0.16, 0.01),
        "precision": vary(f"{seed} precision", auc - 0.31, 0.01),
        "lift": {"top_decile": vary(f"{seed} lift", 12 * auc - 6, 0.1, 2)},
        "rows": int(vary(f"{seed} rows", 412_000, 9_000, 0)),
    }
    return {"metrics/evaluation.json": write_json(scores), "plots/roc.json": write_json(roc(auc))}


def _legacy_annotation() -> str:
    body = {"type": "model", "path": PATH, "labels": ["lightgbm", "retention"], "description": _ABOUT}
    return write_yaml({"churn": body})


def _annotation(entry: StoryLine) -> dict[str, object]:
    return {
        "path": PATH,
        "type": "model",
        "desc": _ABOUT,
        "labels": ["lightgbm", "retention", "tabular"],
        "meta": {"owner": "risk/modelling", "framework": "lightgbm", "reviewed": entry.when[:10], "tier": 1},
    }
