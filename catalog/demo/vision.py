"""vision/models: a monorepo with two DVC projects, and models that are named after their folders."""

from __future__ import annotations

from catalog.demo import data
from catalog.demo.book import Book, Changes
from catalog.demo.content import imagine
from catalog.demo.measures import noise, vary, write_curve, write_png
from catalog.demo.paper import paper, script
from catalog.demo.pipeline import PipelineStep, configure, point, write_json
from catalog.demo.project import Project
from catalog.demo.story import StoryLine, play

_STORY = """
2022-10-03 09:10  kavya  +start                             | One repository for everything that looks at pictures
2022-11-14 15:40  kavya  shelves=detector@v0.1.0            map=0.412 | Detect products on shelves: first usable weights
2022-11-14 15:44  kavya  shelves=detector#dev               v0.1.0 | For the pilot in Lisbon
2023-02-13 10:05  hiro   returns=damage@v0.1.0              map=0.655 | Tell damaged parcels from whole ones
2023-03-20 11:30  kavya  shelves=detector@v1.0.0            map=0.498 train.epochs=60 | Detector: twice the photos, one price tag class
2023-03-21 09:00  bot    shelves=detector#staging           v1.0.0 |
2023-04-03 09:30  luis   shelves=detector#prod              v1.0.0 | Runs in 14 stores
2023-05-22 12:20  hiro   returns=damage@v1.0.0              map=0.721 train.image_size=512 | Damage: larger images
2023-05-23 10:00  luis   returns=damage#prod                v1.0.0 | Depot Hamburg
2023-07-10 16:00  chen   shelves/planogram=matcher@v0.1.0   map=0.611 | Compare what is on the shelf with the plan
2023-07-10 16:03  chen   shelves/planogram=matcher#dev      v0.1.0 | Only for the people in the room
2023-10-30 13:15  kavya  shelves=detector@v1.1.0            map=0.531 train.backbone=convnext-t data=v2.0.0 | Detector on photos of all stores
2023-10-30 13:20  bot    shelves=detector#staging           v1.1.0 |
2023-11-13 09:30  luis   shelves=detector#prod              v1.1.0 | All stores in PT and ES
2023-12-04 18:45  luis   shelves=detector#prod!             v1.1.0 | ROLLBACK: 900 ms on the old cameras' boxes
2024-01-22 10:25  kavya  shelves=detector@v1.2.0            map=0.527 train.image_size=640 | Detector: smaller input, 310 ms on the old boxes
2024-01-22 10:30  bot    shelves=detector#staging           v1.2.0 |
2024-02-05 09:30  luis   shelves=detector#prod              v1.2.0 | Measured in Porto before the release
2024-04-15 14:10  chen   shelves/planogram=matcher@v1.0.0   map=0.742 matcher.threshold=0.62 | Matcher: threshold from the plan's own tolerance
2024-04-16 09:00  bot    shelves/planogram=matcher#staging  v1.0.0 |
2024-05-06 09:30  luis   shelves/planogram=matcher#prod     v1.0.0 | Together with detector v1.2.0
2024-09-09 11:50  hiro   returns=damage@v1.1.0              map=0.748 train.epochs=80 | Damage: wet cardboard
2024-09-10 10:00  luis   returns=damage#prod                v1.1.0 | All depots
2025-03-17 10:40  kavya  shelves=detector@v2.0.0            map=0.574 train.backbone=vit-s train.epochs=90 | Detector: transformer backbone
2025-03-17 10:45  bot    shelves=detector#staging           v2.0.0 |
2025-04-07 09:30  luis   shelves=detector#prod              v2.0.0 | New boxes are in all stores
2025-09-29 15:05  chen   shelves/planogram=matcher@v1.1.0   map=0.771 data=v2.1.0 | Matcher: the new store format
2025-10-13 09:30  luis   shelves/planogram=matcher#prod     v1.1.0 | New format stores only use this one
2026-05-18 09:45  kavya  shelves=detector@v2.1.0            map=0.589 data=v2.1.0 | Detector: new store format
2026-05-18 09:50  bot    shelves=detector#staging           v2.1.0 |
2026-10-26 17:30  hiro   returns=damage@v2.0.0-beta.1       map=0.763 train.backbone=vit-s | Damage: same backbone as the detector
2026-10-26 17:35  hiro   returns=damage#dev                 v2.0.0-beta.1 | Not yet as fast as it must be
"""

_MODELS = {
    "shelves=detector": ("data/shelves", "Finds products and price tags on photos of shelves"),
    "shelves/planogram=matcher": ("../data/shelves", "Says where a shelf differs from its plan"),
    "returns=damage": ("data/parcels", "Tells damaged parcels from whole ones"),
}

_CLASSES = range(5)
_OWNERS = "*  @vision/core\n/shelves/  @vision/shelves\n/shelves/planogram/  @vision/shelves @chen\n/returns/  @vision/returns\n"


def models() -> Book:
    """vision/models."""
    book = Book()
    projects = {artifact: _start(artifact) for artifact in _MODELS}
    shared = {
        **paper("Vision", "Detectors and matchers. Each folder is a project of its own.", "@vision/core"),
        **_configure("shelves", "shelves"),
        **_configure("returns", "returns"),
        "CODEOWNERS": _OWNERS,
        ".gto": "stages: [dev, staging, prod]\n",
    }

    def make(entry: StoryLine) -> Changes:
        if not entry.artifact:
            return shared
        photos = entry.details.get("data", "v1.0.0" if entry.when < "2023-10" else "v2.0.0")
        project = projects[entry.artifact]
        if entry.artifact == "returns=damage":
            return project.run(entry, _measure(entry))
        project.data[_MODELS[entry.artifact][0]] = data.dataset("shelves", photos)
        pointer = point("shelves/data/shelves", data.dataset("shelves", photos), project.generation_at(entry))
        return {**pointer, **project.run(entry, _measure(entry))}

    play(book, _STORY, make)
    return book


def _start(artifact: str) -> Project:
    folder, _, name = artifact.partition("=")
    photos, about = _MODELS[artifact]
    matcher: dict[str, object] = {"matcher": {"threshold": 0.5}} if name == "matcher" else {}
    project = Project(
        folder=f"{folder}/",
        steps=_pipeline(name, photos),
        params={"train": {"epochs": 40, "image_size": 384, "backbone": "resnet50"}, **matcher},
        texts={**script("train", f"Train the {name}.", 2)},
        top={
            "artifacts": {
                name: {
                    "path": f"weights/{name}.onnx",
                    "type": "model",
                    "desc": about,
                    "labels": ["vision", "onnx", folder.partition("/")[0]],
                    "meta": {"epochs": "${train.epochs}", "backbone": "${train.backbone}"},
                }
            },
            "plots": [{f"{name} loss": {"x": "step", "y": {"plots/loss.tsv": "loss"}, "title": "Training loss"}}],
        },
    )
    if name == "damage":
        parcels = imagine("parcels", 3_900_000_000, 5_204)
        project.data[photos] = parcels
        project.texts.update(point(photos, parcels, 2, desc="Photos of parcels from the depots' gates"))
    return project


def _pipeline(name: str, photos: str) -> tuple[PipelineStep, ...]:
    extra = ("matcher.threshold",) if name == "matcher" else ()
    return (
        PipelineStep(
            name="train",
            desc=f"Train and export the {name}",
            cmd=f"python src/train.py --data {photos} --out weights/{name}.onnx",
            deps=(photos, "src/train.py"),
            params=("train", *extra),
            outs={f"weights/{name}.onnx": 96_000_000},
            metrics=("metrics.json",),
            random=True,
            plots={"plots/confusion.png": {}, "plots/loss.tsv": {"x": "step", "y": "loss"}},
        ),
    )


def _measure(entry: StoryLine) -> Changes:
    score, seed = entry.number("map"), entry.action
    scores = {
        "mAP": score,
        "mAP50": vary(f"{seed} 50", score + 0.2, 0.01),
        "latency_ms": {"p50": vary(f"{seed} p50", 120, 30, 1), "p99": vary(f"{seed} p99", 340, 60, 1)},
    }
    loss = write_curve(seed, "loss", 2.4, 1 - score, 40, "\t")
    picture = write_png([[_shade(seed, score, row, column) for column in _CLASSES] for row in _CLASSES])
    return {"metrics.json": write_json(scores), "plots/confusion.png": picture, "plots/loss.tsv": loss}


def _shade(seed: str, score: float, row: int, column: int) -> int:
    """A cell of the confusion matrix: the better the model, the darker the diagonal alone."""
    if row == column:
        return round(255 * (1 - score))
    return round(255 * min(1.0, 0.75 + 0.25 * score + 0.1 * noise(f"{seed} {row} {column}")))


def _configure(folder: str, bucket: str) -> dict[str, str]:
    files = configure("gcs", gcs={"url": f"gs://demo-example-vision/{bucket}"})
    return {f"{folder}/{path}": text for path, text in files.items()}
