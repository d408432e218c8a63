"""ads/ctr: other words for stages, two stages on one version, prereleases, build metadata, and a lost branch."""

from __future__ import annotations

from catalog.demo import data
from catalog.demo.book import Book, Changes
from catalog.demo.measures import vary
from catalog.demo.paper import paper, script
from catalog.demo.pipeline import PipelineStep, configure, point, write_json
from catalog.demo.project import Project
from catalog.demo.story import StoryLine, play

_STORY = """
2022-09-19 09:45  bogdan +start                     logloss=0.442 | Click-through rate of banners
2022-10-17 10:30  bogdan ctr@v1.0.0                 logloss=0.431 | Factorisation machine
2022-10-18 09:00  bogdan ctr#shadow                 v1.0.0 | Listens to all requests, answers none
2022-11-01 09:00  grace  ctr#live                   v1.0.0 | 5 % of the traffic, then all
2023-05-08 11:20  bogdan ctr@v1.1.0+build.204       logloss=0.426 data=v1.1.0 | Customers' segments as features
2023-05-09 09:00  bogdan ctr#shadow                 v1.1.0+build.204 | Same build as in the load test
2023-05-22 09:00  grace  ctr#live                   v1.1.0+build.204 | Live, and still in shadow to compare
2024-02-19 15:15  farid  ctr@v2.0.0-alpha.1         logloss=0.423 train.layers=3 data=v2.0.0 | Deep and wide
2024-03-04 15:10  farid  ctr@v2.0.0-alpha.2         logloss=0.419 train.layers=4 | Deeper
2024-03-18 15:05  farid  ctr@v2.0.0-beta.1          logloss=0.417 train.dropout=0.2 | Dropout
2024-03-19 09:00  farid  ctr#shadow                 v2.0.0-beta.1 | A week in shadow
2024-04-08 10:00  farid  ctr@v2.0.0+cuda12.1        logloss=0.416 | Deep and wide
2024-04-09 09:00  farid  ctr#shadow                 v2.0.0+cuda12.1 |
2024-04-22 09:00  grace  ctr#live                   v2.0.0+cuda12.1 | All markets but PL
2024-04-22 09:01  grace  ctr#live-pl                v1.1.0+build.204 | PL stays where it is: other consent banner
2024-05-03 23:15  farid  ctr@v2.0.1                 off=ctr@v2.0.0+cuda12.1 logloss=0.417 train.lr=0.008 | Clip the bid // Hotfix for the weekend, to be merged on Monday
2024-05-03 23:20  grace  ctr#live-uk                v2.0.1 | Only the UK pays by second price
2024-10-28 10:40  farid  ctr@v2.1.0                 logloss=0.421 train.lr=0.004 | Daily instead of hourly updates
2024-11-04 09:00  grace  ctr#live                   v2.1.0 | Daily updates
2024-11-29 06:50  grace  ctr#live!                  v2.1.0 | ROLLBACK: Black Friday needs hourly updates
2025-06-02 10:10  farid  ctr@v2.2.0                 logloss=0.411 train.layers=5 data=v2.1.1 | Hourly updates for half the price
2025-06-03 09:00  farid  ctr#shadow                 v2.2.0 |
2025-06-16 09:00  grace  ctr#live                   v2.2.0 | Live everywhere
2025-06-16 09:01  grace  ctr#live-pl                v2.2.0 | PL too
2026-03-23 10:25  bogdan ctr@v2.3.0                 logloss=0.408 data=v3.0.0 | Consent columns of customers v3
2026-03-24 09:00  bogdan ctr#shadow                 v2.3.0 |
2026-04-13 09:00  grace  ctr#live                   v2.3.0 | Consent first
2026-11-03 14:55  farid  ctr@v3.0.0-alpha.1         logloss=0.404 train.layers=8 | One model for clicks and orders
2026-11-03 15:00  farid  ctr#shadow                 v3.0.0-alpha.1 | Until the end of November
"""

_STEPS = (
    PipelineStep(
        name="train",
        cmd="python src/train.py --customers data/customers.parquet --out model/ctr.pt",
        deps=("data/customers.parquet", "src/train.py"),
        params=("train.dropout", "train.layers", "train.lr"),
        outs={"model/ctr.pt": 88_000_000},
        metrics=("metrics.json",),
        random=True,
    ),
)


def ctr() -> Book:
    """ads/ctr. The branch of v2.0.1 was deleted without a merge: only its tags hold the commit."""
    book = Book()
    about = {"path": "model/ctr.pt", "type": "model", "desc": "Will this banner be clicked?"}
    project = Project(
        steps=_STEPS,
        params={"train": {"dropout": 0.0, "layers": 1, "lr": 0.01}},
        texts={
            **paper("CTR", "Click-through rate of banners.", "@ads/bidding"),
            **configure("minio", minio={"url": "s3://ads-models/ctr", "endpointurl": "https://minio.demo.example"}),
            **script("train", "Fit the model.", 3),
        },
        top={"artifacts": {"ctr": {**about, "labels": ["ads", "pytorch"], "meta": {"layers": "${train.layers}"}}}},
    )
    customers = "v1.0.0"

    def make(entry: StoryLine) -> Changes:
        nonlocal customers
        customers = entry.details.get("data", customers)
        content = project.data["data/customers.parquet"] = data.dataset("customers", customers)
        project.texts.update(point("data/customers.parquet", content, project.generation_at(entry)))
        return project.run(entry, _measure(entry))

    play(book, _STORY, make)
    return book


def _measure(entry: StoryLine) -> dict[str, str]:
    loss = entry.number("logloss")
    scores = {
        "logloss": loss,
        "auc": vary(entry.action, 1.2 - loss, 0.01),
        "calibration": vary(f"{entry.action} c", 1, 0.04),
    }
    return {"metrics.json": write_json(scores)}
