"""search/ranker: foreach and matrix stages, params, metrics, plots of every format, and experiments."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from catalog.demo import data
from catalog.demo.book import Book, Changes
from catalog.demo.cast import CAST
from catalog.demo.measures import noise, roc, vary, write_curve, write_table
from catalog.demo.paper import paper, script
from catalog.demo.pipeline import PipelineStep, configure, point, write_json
from catalog.demo.project import Project
from catalog.demo.story import StoryLine, play

_MARKETS = ("de", "es", "nl", "pt")
_QUERIES = 20  # of each market, by which it is judged
_LOSSES = ("lambdarank", "pairwise")

_STORY = """
2023-08-07 10:30  luis   +start             ndcg=0.402 | Learning to rank, one index for each market
2023-09-04 11:15  luis   ranker@v1.0.0      ndcg=0.431 | First model that beats sorting by sales
2023-09-05 08:00  bot    ranker#canary      v1.0.0 |
2023-09-18 09:00  chen   ranker#prod        v1.0.0 | A/B test 118: +2.1 % clicks
2024-03-11 10:40  luis   ranker@v1.1.0      ndcg=0.446 train.trees=400 data=v1.0.0 | Sessions with consent only
2024-03-12 08:00  bot    ranker#canary      v1.1.0 |
2024-03-25 09:00  chen   ranker#prod        v1.1.0 | A/B test 141: equal clicks, fewer returns
2024-09-23 16:10  chen   ranker@v1.2.0      ndcg=0.439 train.lr=0.2 | Faster training
2024-09-24 08:00  bot    ranker#canary      v1.2.0 |
2024-10-07 09:00  chen   ranker#prod        v1.2.0 | A/B test 166: inconclusive, cheaper
2024-10-09 17:35  luis   ranker#prod!       v1.2.0 | ROLLBACK: searches for brands show other brands first
2025-04-28 10:20  luis   ranker@v2.0.0      ndcg=0.471 train.lr=0.05 data=v1.1.0 | Text embeddings of products
2025-04-29 08:00  bot    ranker#canary      v2.0.0 |
2025-05-19 09:00  chen   ranker#prod        v2.0.0 | A/B test 190: +3.4 % clicks
2025-11-17 10:05  elif   ranker@v2.1.0      ndcg=0.478 train.trees=600 | More trees, pruned
2025-11-18 08:00  bot    ranker#canary      v2.1.0 |
2026-10-05 10:15  luis   ranker@v2.2.0      ndcg=0.486 data=v2.0.0 | Sessions of the new tracker
2026-10-06 08:00  bot    ranker#canary      v2.2.0 |
"""

# name, who, when, what it changes, nDCG
_EXPERIMENTS = (
    ("fuzzy-mole", "luis", "2026-10-07 15:20", {"train.lr": "0.03"}, "0.488"),
    ("bold-heron", "luis", "2026-10-07 16:45", {"train.lr": "0.03", "train.trees": "900"}, "0.491"),
    ("tidy-otter", "elif", "2026-10-12 11:10", {"train.leaves": "127"}, "0.483"),
)

_STEPS = (
    PipelineStep(
        name="index",
        desc="Candidates for each market",
        cmd="python src/index.py --market ${item} --sessions data/sessions",
        deps=("data/sessions", "src/index.py"),
        params=("index.top_k",),
        outs={"candidates/${item}.parquet": 310_000_000},
        foreach=_MARKETS,
    ),
    PipelineStep(
        name="train",
        cmd="python src/train.py --market ${item.market} --loss ${item.loss}",
        deps=("candidates/${item.market}.parquet", "src/train.py"),
        params=("train.leaves", "train.lr", "train.trees"),
        outs={"models/${item.market}-${item.loss}.txt": 5_400_000},
        random=True,
        matrix={"market": _MARKETS, "loss": _LOSSES},
    ),
    PipelineStep(
        name="bundle",
        cmd="python src/bundle.py models bundle/ranker.tar",
        deps=(*(f"models/{market}-{loss}.txt" for market in _MARKETS for loss in _LOSSES), "src/bundle.py"),
        outs={"bundle/ranker.tar": 41_000_000},
        metrics=("metrics.json",),
        plots={
            "plots/ndcg.tsv": {"x": "step", "y": "ndcg"},
            "plots/importance.csv": {"template": "bar_horizontal_sorted", "x": "gain", "y": "feature"},
            "plots/markets.json": {"template": "confusion", "x": "actual", "y": "predicted"},
        },
    ),
)


def ranker() -> Book:
    """search/ranker."""
    book = Book()
    project = _start()
    sessions = "v0.1.0"

    def make(entry: StoryLine) -> Changes:
        nonlocal sessions
        sessions = entry.details.get("data", sessions)
        content = project.data["data/sessions"] = data.dataset("sessions", sessions)
        project.texts.update(point("data/sessions", content))
        return project.run(entry, _measure(entry))

    places = play(book, _STORY, make)
    baseline = places["ranker@v2.2.0"]
    for name, who, when, changes, ndcg in _EXPERIMENTS:
        entry = StoryLine(when=when, who=CAST[who], action=f"+{name}", details={**changes, "ndcg": ndcg})
        _experiment(book, baseline, name, entry, make(entry))
    _detached_experiment(book, places["ranker@v2.1.0"], make)
    return book


def _start() -> Project:
    artifact = {
        "path": "bundle/ranker.tar",
        "type": "model",
        "desc": "Orders the products that a search found. One model for each market and loss, in one bundle.",
        "labels": ["ranking", "lightgbm", *_MARKETS],
        "meta": {"trees": "${train.trees}", "a_b_test": "required"},
    }
    return Project(
        steps=_STEPS,
        params={"index": {"top_k": 200}, "train": {"leaves": 63, "lr": 0.1, "trees": 300}},
        texts={
            **paper("Ranker", "Orders what the product search finds.", "@search/ranking"),
            **configure("s3", s3={"url": "s3://demo-example-search/ranker", "region": "eu-west-1"}),
            **script("index", "Collect candidates."),
            **script("train", "Fit one ranker."),
            **script("bundle", "Pack all rankers together."),
        },
        top={
            "artifacts": {"ranker": artifact},
            "plots": [{"ROC": {"x": "fpr", "y": {"plots/roc.json": "tpr"}, "title": "Clicked or not"}}],
        },
    )


def _measure(entry: StoryLine) -> dict[str, str]:
    ndcg, seed = entry.number("ndcg"), entry.action
    markets = {market: vary(f"{seed} {market}", ndcg, 0.03) for market in _MARKETS}
    features = ("price", "sales_30d", "text_match", "brand", "in_stock", "margin", "reviews")
    gains = [(name, round(300 + 250 * noise(f"{seed} {name}"), 1)) for name in features]
    pairs = [
        {"actual": market, "predicted": market if noise(f"{seed} {market} {query}") < ndcg else _MARKETS[query % 4]}
        for market in _MARKETS
        for query in range(_QUERIES)
    ]
    return {
        "metrics.json": write_json({"ndcg@10": {"all": ndcg, **markets}, "mrr": vary(seed, ndcg - 0.05, 0.02)}),
        "plots/ndcg.tsv": write_curve(seed, "ndcg", 0.2, ndcg, 50, "\t"),
        "plots/importance.csv": write_table(("feature", "gain"), gains),
        "plots/markets.json": write_json(pairs),
        "plots/roc.json": write_json(roc(min(0.95, ndcg + 0.35))),
    }


def _experiment(book: Book, baseline: str, name: str, entry: StoryLine, files: Changes) -> None:
    message = f"dvc: commit experiment {sha256(str(files['dvc.lock']).encode()).hexdigest()}"
    ref = f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}"
    book.commit(files, entry.who, entry.when, message, ref=ref, parent=baseline)


def _detached_experiment(book: Book, parent: str, make: Callable[[StoryLine], Changes]) -> None:
    """An experiment whose baseline was amended away: no branch holds the commit that it began with."""
    luis = CAST["luis"]
    note = {"NOTES.md": "Try listwise loss next.\n"}
    baseline = book.commit(note, luis, "2026-01-12 18:05", "wip", ref=None, parent=parent)
    entry = StoryLine(
        when="2026-01-12 19:40", who=luis, action="+lost-lynx", details={"train.trees": "1200", "ndcg": "0.474"}
    )
    _experiment(book, baseline, "lost-lynx", entry, make(entry))
