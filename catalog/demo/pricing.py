"""pricing/elasticity: models that nobody can simply download: on a share, at a vendor's, not yet fetched, never trained."""

from __future__ import annotations

from catalog.demo import data
from catalog.demo.book import Book
from catalog.demo.content import digest, imagine
from catalog.demo.measures import vary, write_table
from catalog.demo.paper import paper, script
from catalog.demo.pipeline import PipelineStep, configure, define, point, write_json
from catalog.demo.project import Project
from catalog.demo.story import StoryLine, play
from catalog.demo.yaml import write_yaml

_STORY = """
2024-03-18 09:40  ines   +start                 rmse=0.241 | How demand answers to a price
2024-04-22 10:15  ines   elasticity@v1.0.0      rmse=0.218 | Groceries, two countries
2024-05-06 09:00  ana    elasticity#prod        v1.0.0 | For the weekly leaflet
2024-09-30 11:20  ines   substitutes@v4.2.0     rmse=0.218 | What the vendor sells us, by its address
2024-10-01 09:00  ana    substitutes#prod       v4.2.0 | Licence until 2027
2025-03-24 10:05  ines   elasticity@v1.1.0      rmse=0.224 elasticity.prior=0.3 | With a prior: a little worse, and calmer
2025-04-07 09:00  ana    elasticity#prod        v1.1.0 | No more prices that jump
2025-09-15 14:30  kavya  curves@v1.0.0          rmse=0.224 | The curve of the dairy shelf, out of the folder of all curves
2026-02-09 10:35  ines   elasticity@v2.0.0      rmse=0.197 elasticity.prior=0.2 | All countries
2026-02-23 09:00  ana    elasticity#prod        v2.0.0 |
2026-06-22 16:10  kavya  planogram@v0.1.0       rmse=0.197 | Photos of shelves, to be fetched once there is a disk for them
2026-10-26 17:50  kavya  markdown@v0.1.0        rmse=0.197 | When to mark down fresh food: written, not yet trained
"""

_TRAIN = PipelineStep(
    name="train",
    cmd="python src/train.py data/holidays.csv model",
    deps=("data/holidays.csv", "src/train.py"),
    params=("elasticity.prior",),
    outs={"model/elasticity.pkl": 3_400_000, "model/curves": (5_200_000, 61)},
    metrics=("metrics.json",),
    plots={"plots/curve.csv": {"x": "price", "y": "demand", "title": "Demand at a price", "template": "smooth"}},
    random=True,
)
_MARKDOWN = PipelineStep(
    name="markdown",
    cmd="python src/markdown.py",
    deps=("model/elasticity.pkl", "src/markdown.py"),
    outs={"model/markdown.pkl": 0},
)
_VENDOR = "https://vendor.demo.example/models/substitutes-4.2.0.onnx"
_ABOUT = {
    "elasticity": ("model/elasticity.pkl", "model", "How demand answers to a price"),
    "substitutes": (_VENDOR, "model", "What people buy instead; bought, and kept by the vendor"),
    "curves": ("model/curves/dairy.json", "model", "The curve of the dairy shelf"),
    "planogram": ("data/shelves", "dataset", "Photos of shelves; imported, not downloaded"),
    "markdown": ("model/markdown.pkl", "model", "When to mark down fresh food"),
}


def elasticity() -> Book:
    """pricing/elasticity."""
    book = Book()
    names: list[str] = []
    project = Project(
        steps=(_TRAIN,),
        params={"elasticity": {"prior": 0.0}},
        texts={
            **paper("Elasticity", "How demand answers to a price.", "@pricing/science"),
            **configure("share", share={"url": "/mnt/pricing/models"}),
            **script("train", "Fit the curves."),
        },
    )

    def make(entry: StoryLine) -> dict[str, str | bytes]:
        if entry.name and entry.name not in names:
            names.append(entry.name)
        project.texts.update(_import_holidays(project, entry.when[:4]))
        if entry.name == "planogram":
            project.texts.update(_import_later())
        if entry.name == "markdown":
            project.texts.update(script("markdown", "Decide about markdowns."))
        project.top = {"artifacts": {name: _annotate(name) for name in names}}
        files = project.run(entry, _measure(entry))
        return {**files, "dvc.yaml": define((_TRAIN, _MARKDOWN), project.top)} if "markdown" in names else files

    play(book, _STORY, make)
    return book


def _annotate(name: str) -> dict[str, object]:
    path, kind, about = _ABOUT[name]
    return {"path": path, "type": kind, "desc": about, "labels": ["pricing"]}


def _import_holidays(project: Project, year: str) -> dict[str, str]:
    """`dvc import-url` of a public file: the server's etag is all that is known of the source."""
    content = project.data["data/holidays.csv"] = imagine(f"holidays {year}", 18_000)
    source = {
        "path": f"https://open.demo.example/{year}/holidays.csv",
        "etag": f'"{digest(year.encode())}"',
        "size": content.size,
    }
    text = point("data/holidays.csv", content)["data/holidays.csv.dvc"]
    stage = digest(f"holidays {year}".encode())
    return {"data/holidays.csv.dvc": write_yaml({"md5": stage, "frozen": True, "deps": [source]}) + text}


def _import_later() -> dict[str, str]:
    """`dvc import --no-download`: where the photos come from is locked, what they are is not known here."""
    tag = "images=shelves@v2.1.0"
    repo = {"url": data.URL, "rev": tag, "rev_lock": data.registry()[1][tag]}
    body = {
        "md5": digest(tag.encode()),
        "frozen": True,
        "deps": [{"path": data.place("shelves"), "repo": repo}],
        "outs": [{"hash": "md5", "path": "shelves"}],
    }
    return {"data/shelves.dvc": write_yaml(body)}


def _measure(entry: StoryLine) -> dict[str, str]:
    rmse, seed = entry.number("rmse"), entry.action
    curve = [(price / 10, vary(f"{seed} {price}", 40 - 1.6 * price, 2, 2)) for price in range(5, 20)]
    scores = {"rmse": rmse, "bias": vary(seed, 0, 0.02), "countries": {"pt": vary(f"{seed} pt", rmse, 0.02)}}
    return {"metrics.json": write_json(scores), "plots/curve.csv": write_table(("price", "demand"), curve)}
