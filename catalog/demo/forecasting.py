"""forecasting/demand: no DVC at all; small models are in Git, large ones in Git LFS."""

from __future__ import annotations

from hashlib import sha256

from catalog.demo.book import Book
from catalog.demo.content import imagine
from catalog.demo.measures import vary, write_curve
from catalog.demo.paper import paper
from catalog.demo.pipeline import write_json
from catalog.demo.story import StoryLine, play
from catalog.demo.yaml import write_yaml

_STORY = """
2022-11-28 09:00  jonas  +start              | Demand for each article, store and day
2023-01-09 10:10  jonas  baseline@v1.0.0     mape=0.241 | Same weekday last year
2023-01-09 10:12  jonas  baseline#prod       v1.0.0 | Better than what the stores did by hand
2023-04-24 11:30  ana    fresh@v1.0.0        mape=0.198 | Fresh food: weather and holidays
2023-04-25 08:30  bot    fresh#test          v1.0.0 |
2023-05-15 09:00  jonas  fresh#prod          v1.0.0 | 30 stores in the north
2023-10-16 14:25  ana    fresh@v1.1.0        mape=0.187 | Fresh food: promotions
2023-10-17 08:30  bot    fresh#test          v1.1.0 |
2023-10-30 09:00  jonas  fresh#prod          v1.1.0 | All stores
2023-12-27 12:00  jonas  fresh#prod!         v1.1.0 | ROLLBACK: doubles the order after a closed day
2024-01-15 15:40  ana    fresh@v1.1.1        mape=0.189 | A closed day is not a day without demand
2024-01-22 09:00  jonas  fresh#prod          v1.1.1 | Christmas replayed, orders look sane
2024-06-03 10:35  farid  longtail@v0.1.0     mape=0.412 | Articles that sell less than once a week
2024-06-04 08:30  bot    longtail#test       v0.1.0 |
2025-02-17 13:10  farid  longtail@v1.0.0     mape=0.355 | Neural model for the long tail
2025-02-18 08:30  bot    longtail#test       v1.0.0 |
2025-03-10 09:00  jonas  longtail#prod       v1.0.0 | Less waste in 9 of 10 stores
2025-09-01 10:00  ana    fresh@v2.0.0        mape=0.171 | Fresh food: one model for all countries
2025-09-02 08:30  bot    fresh#test          v2.0.0 |
2025-09-22 09:00  jonas  fresh#prod          v2.0.0 | All countries
2025-09-22 09:05  jonas  baseline@deprecated | Only used to compare with
2026-06-15 11:20  farid  longtail@v1.1.0     mape=0.341 | Long tail: similar articles
2026-11-09 10:45  ana    fresh@v2.1.0        mape=0.166 | Fresh food: the second summer of heat waves
2026-11-10 08:30  bot    fresh#test          v2.1.0 |
"""

_ABOUT = {
    "baseline": ("models/baseline.json", "Same weekday last year, times growth"),
    "fresh": ("models/fresh.json", "Fresh food: what a store will sell in the next 5 days"),
    "longtail": ("models/longtail.pt", "Articles that sell less than once a week"),
}


def demand() -> Book:
    """forecasting/demand."""
    book = Book()
    names: list[str] = []

    def make(entry: StoryLine) -> dict[str, str]:
        if not entry.name:
            attributes = "*.pt filter=lfs diff=lfs merge=lfs -text\n"
            return {**paper("Demand", "What stores will sell.", "@supply/forecasting"), ".gitattributes": attributes}
        if entry.name not in names:
            names.append(entry.name)
        return {
            _ABOUT[entry.name][0]: _write_model(entry),
            "dvc.yaml": write_yaml(
                {"metrics": ["metrics.json"], "artifacts": {name: _annotate(name) for name in names}}
            ),
            "metrics.json": write_json({"mape": entry.number("mape"), "bias": vary(entry.action, 0, 0.03)}),
            "backtest.csv": write_curve(entry.action, "mape", 0.5, entry.number("mape"), 26),
        }

    play(book, _STORY, make, counted=True)
    return book


def _annotate(name: str) -> dict[str, object]:
    path, about = _ABOUT[name]
    labels = ["forecasting", "lfs" if path.endswith(".pt") else "in-git"]
    return {"path": path, "type": "model", "desc": about, "labels": labels}


def _write_model(entry: StoryLine) -> str:
    if entry.name == "longtail":
        return _write_lfs_pointer(entry.action, 154_000_000)
    weekdays = {day: vary(f"{entry.action} {day}", 1, 0.3, 3) for day in ("mon", "tue", "wed", "thu", "fri", "sat")}
    return write_json({"version": entry.version, "weekdays": weekdays})


def _write_lfs_pointer(seed: str, size: int) -> str:
    oid = sha256(seed.encode()).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {imagine(seed, size).size}\n"
