"""The rest of a big company: repositories from a seeded grammar of teams, products and habits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from random import Random

from catalog.demo import data
from catalog.demo.book import Book
from catalog.demo.content import imagine
from catalog.demo.invention import invent
from catalog.demo.measures import vary
from catalog.demo.paper import paper, script
from catalog.demo.pipeline import PipelineStep, configure, point, write_json
from catalog.demo.project import Project
from catalog.demo.story import Make, StoryLine, play
from catalog.demo.yaml import write_yaml

_TEAMS = (
    "assortment", "basket", "billing", "callcentre", "campaigns", "claims", "collections", "compliance", "content",
    "delivery", "energy", "facilities", "finance", "fleet", "fraud", "fulfilment", "growth", "hr", "identity",
    "inventory", "invoices", "kitchen", "legal", "loyalty", "marketplace", "merchants", "mobile", "onboarding",
    "partners", "payments", "personalisation", "pricing", "procurement", "quality", "returns", "routing", "safety",
    "seo", "sourcing", "staffing", "stores", "support", "tax", "treasury", "trust", "warehouse",
)  # fmt: skip
_PRODUCTS = (
    "abandonment", "affinity", "anomalies", "arrival-time", "attribution", "attrition", "baskets", "bid-price",
    "bookings", "bounce", "capacity", "captions", "cash-flow", "categories", "chargebacks", "conversion",
    "coupons", "cross-sell", "damage", "deduplication", "delays", "demand", "discounts", "disputes", "dwell-time",
    "eligibility", "embeddings", "entities", "escalation", "expiry", "face-match", "footfall", "forecast",
    "gift-cards", "handwriting", "image-search", "intent", "invoice-fields", "keyphrases", "language-id",
    "lead-score", "lifetime", "matching", "meter-reading", "next-best-offer", "no-show", "ocr", "opening-hours",
    "outliers", "packing", "parking", "picking", "propensity", "queue-length", "reorder", "reviews", "routes",
    "sentiment", "shift-plan", "similarity", "spam", "stockout", "summaries", "tagging", "toxicity", "traffic",
    "translation", "uplift", "waste", "weather",
)  # fmt: skip
_FRAMEWORKS = ("lightgbm", "xgboost", "pytorch", "sklearn", "tensorflow", "onnx")


def crowd() -> Iterator[tuple[str, Callable[[], Book]]]:
    """Names without end, each with its maker; a name has the same repository however many are asked for."""
    for number in count():
        team = number % len(_TEAMS)
        lap, product = divmod(number // len(_TEAMS), len(_PRODUCTS))
        name = _PRODUCTS[(product + 11 * team) % len(_PRODUCTS)] + (f"-{lap + 1}" if lap else "")
        yield f"{_TEAMS[team]}/{name}", partial(_make, _TEAMS[team], name)


def _make(team: str, product: str) -> Book:
    dice = Random(f"{team}/{product}")  # noqa: S311 no secret: the same each time is the point
    book = Book(dice.choice(("main", "main", "main", "master")))
    framework = dice.choice(_FRAMEWORKS)
    layout = dice.choices((_one_project, _one_per_country, _git_only), (65, 20, 15))[0]
    names, make = layout(team, product, framework, dice)
    play(book, invent(dice, names), make, counted=dice.randrange(10) == 0)
    return book


def _one_project(team: str, product: str, framework: str, dice: Random) -> tuple[list[str], Make]:
    """A dvc.yaml at the root, with one model or a few."""
    kinds = dice.sample(("small", "night", "b2b", "v2"), dice.randrange(3))
    names = [product, *(f"{product}-{kind}" for kind in kinds)]
    project = _start(team, "", names, framework, dice)
    project.texts.update(_common(team, product))
    return names, lambda entry: project.run(entry, _measure(entry))


def _one_per_country(team: str, product: str, framework: str, dice: Random) -> tuple[list[str], Make]:
    """A folder for each country, each with a dvc.yaml of its own."""
    countries = dice.sample(("at", "be", "de", "nl", "pl", "pt"), dice.randint(2, 4))
    projects = {
        f"{country}={product}": _start(team, f"{country}/", [product], framework, dice) for country in countries
    }
    common = _common(team, product)
    return list(projects), lambda entry: {**common, **projects[entry.artifact].run(entry, _measure(entry))}


def _git_only(team: str, product: str, framework: str, dice: Random) -> tuple[list[str], Make]:
    """No DVC: a small model as JSON in Git, and artifacts.yaml."""
    about = {"type": "model", "path": f"{product}.json", "labels": [framework, team], "description": _about(product)}
    texts = {
        **paper(product.capitalize(), _about(product), f"@{team}/models"),
        "artifacts.yaml": write_yaml({product: about}),
    }
    size = dice.randint(4, 12)
    return [product], lambda entry: {**texts, **_measure(entry), f"{product}.json": _write_weights(entry, size)}


def _start(team: str, folder: str, names: list[str], framework: str, dice: Random) -> Project:
    source, version = dice.choice((("customers", "v1.1.0"), ("customers", "v2.0.0"), ("sessions", "v0.1.0"), ("", "")))
    path = f"data/{data.place(source).rpartition('/')[2]}" if source else "data/raw.parquet"
    content = data.dataset(source, version) if source else imagine(f"{team} {names}", dice.randint(10**6, 10**9))
    size = dice.randint(10**5, 10**8)
    return Project(
        folder=folder,
        steps=tuple(
            PipelineStep(
                name=f"train-{name}",
                cmd=f"python src/train.py --model {name}",
                deps=(path, "src/train.py"),
                params=(f"{name}.lr", f"{name}.rounds"),
                outs={f"models/{name}.bin": size},
                metrics=(f"metrics/{name}.json",),
                random=True,
            )
            for name in names
        ),
        params={name: {"lr": dice.choice((0.1, 0.05, 0.01)), "rounds": dice.randint(5, 90) * 10} for name in names},
        texts={
            **script("train", "Fit the model."),
            **point(path, content),
            **{f"metrics/{name}.json": write_json({"score": 0.5}) for name in names},
        },
        data={path: content},
        top={"artifacts": {name: _annotation(team, name, framework) for name in names}},
    )


def _annotation(team: str, name: str, framework: str) -> dict[str, object]:
    path, labels, meta = f"models/{name}.bin", [framework, team], {"owner": f"{team}/models"}
    return {"path": path, "type": "model", "desc": _about(name), "labels": labels, "meta": meta}


def _common(team: str, product: str) -> dict[str, str]:
    remote = {"url": f"s3://demo-example-{team}/{product}"}
    return {**paper(product.capitalize(), _about(product), f"@{team}/models"), **configure("storage", storage=remote)}


def _about(name: str) -> str:
    return f"{name.replace('-', ' ').capitalize()}, for the people who plan the week"


def _measure(entry: StoryLine) -> dict[str, str]:
    score = entry.number("score")
    values = {
        "score": score,
        "loss": vary(entry.action, 1 - score, 0.02),
        "rows": int(vary(entry.when, 90_000, 9_000, 0)),
    }
    return {f"metrics/{entry.name}.json": write_json(values)}


def _write_weights(entry: StoryLine, size: int) -> str:
    return write_json({"version": entry.version, "weights": [vary(f"{entry.action} {n}", 0, 3) for n in range(size)]})
