"""data/registry: datasets with versions, which the other teams import or read."""

from __future__ import annotations

from functools import cache

from catalog.demo.book import Book
from catalog.demo.content import Content, imagine
from catalog.demo.paper import paper
from catalog.demo.pipeline import configure, point
from catalog.demo.story import StoryLine, play
from catalog.demo.yaml import write_yaml

URL = "https://demo.example/data/registry.git"

_DATASETS = {
    "customers": ("customers/customers.parquet", 184_000_000, None, "One row for each customer, without names"),
    "sessions": ("clickstream/sessions", 9_400_000_000, 366, "Sessions of the web shop, one file for each day"),
    "shelves": ("images/shelves", 21_700_000_000, 18_420, "Photos of shelves, taken by store staff, faces blurred"),
    "utterances": ("sentences/utterances.csv", 6_300_000, None, "What people asked the assistant, with intents"),
}

_STORY = """
2022-08-22 09:12  jonas  +start                           | A registry for data that more than one team reads
2022-09-05 10:30  jonas  customers=customers@v1.0.0       | Customers as of August 2022 // Agreed with risk and ads: this is the snapshot to train on
2022-09-19 14:02  kavya  sentences=utterances@v1.0.0      | First 40,000 labelled utterances
2022-11-07 08:45  jonas  images=shelves@v1.0.0            | Shelf photos of the pilot stores
2023-01-16 09:20  jonas  customers=customers@v1.1.0       | Customers: tenure in days, not months
2023-01-17 10:05  ines   customers=customers#published    v1.1.0 | Checked for names and addresses
2023-03-27 16:40  hiro   clickstream=sessions@v0.1.0      | Sessions, 2022, without bots
2023-06-12 09:05  jonas  +dvc3                            | Move to DVC 3: files are hashed as they are
2023-06-12 09:41  jonas  customers=customers@v2.0.0       | Customers: households merged, column names cleaned // v2: households merged. Column `cust_id` is now `customer_id`
2023-06-14 11:11  ines   customers=customers#published    v2.0.0 | Checked for names and addresses
2023-09-04 13:30  kavya  sentences=utterances@v1.1.0      | Utterances: the Dutch and Polish ones
2023-10-09 10:10  jonas  images=shelves@v2.0.0            | Shelf photos of all stores, relabelled
2023-10-10 08:00  ines   images=shelves#published         v2.0.0 | Faces blurred, spot check of 500
2024-02-05 15:25  hiro   clickstream=sessions@v1.0.0      | Sessions, 2023, consent respected
2024-02-06 09:00  ines   clickstream=sessions#published   v1.0.0 | Consent flags verified with legal
2024-05-13 09:35  jonas  customers=customers@v2.1.0       | Customers as of April 2024
2024-05-14 09:35  ines   customers=customers#published    v2.1.0 |
2024-05-29 18:20  jonas  customers=customers#published!   v2.1.0 | Loyalty column is wrong for 3 % of households, use v2.0.0 until it is mended
2024-06-10 09:15  jonas  customers=customers@v2.1.1       | Customers: loyalty column mended
2024-06-10 16:00  ines   customers=customers#published    v2.1.1 | Compared with the ledger, now equal
2024-06-10 16:10  jonas  customers=customers@v2.1.0!      | Wrong loyalty column, do not train on it
2025-01-20 10:00  kavya  sentences=utterances@v2.0.0      | Utterances: new intent tree, 112 intents
2025-02-03 11:45  hiro   clickstream=sessions@v1.1.0      | Sessions, 2024
2025-02-04 09:00  ines   clickstream=sessions#published   v1.1.0 |
2025-08-18 12:00  jonas  images=shelves@v2.1.0            | Shelf photos: the new store format
2026-01-19 09:30  jonas  customers=customers@v3.0.0       | Customers as of December 2025, with consent columns
2026-01-21 09:30  ines   customers=customers#published    v3.0.0 | Checked for names and addresses
2026-09-14 10:20  hiro   clickstream=sessions@v2.0.0      | Sessions, first half of 2026, from the new tracker
"""


def dataset(name: str, version: str) -> Content:
    """The content of a dataset's version, the same here and where it is used."""
    _, size, nfiles, _ = _DATASETS[name]
    return imagine(f"{name} {version}", size, nfiles)


def place(name: str) -> str:
    """The dataset's path in this repository."""
    return _DATASETS[name][0]


@cache
def registry() -> tuple[Book, dict[str, str]]:
    """The repository, and where each version is: `customers=customers@v2.0.0` → commit."""
    book = Book()
    generation = 2

    def make(entry: StoryLine) -> dict[str, str]:
        nonlocal generation
        if entry.action == "+start":
            return {**paper("Data registry", "Datasets with owners and versions.", "@data/platform"), **_configure()}
        if entry.action == "+dvc3":
            generation = 3
            return {".dvc/config": _configure()[".dvc/config"] + "    region = eu-central-1\n"}
        path, _, _, about = _DATASETS[entry.name]
        folder = path.partition("/")[0]
        meta = {"owner": "data/platform", "period": entry.when[:4], "personal_data": entry.name == "customers"}
        labels = ["pii-reviewed"] if entry.name in ("customers", "sessions") else ["labelled"]
        about_it = {"path": path.rpartition("/")[2], "type": "dataset", "desc": about, "labels": labels, "meta": meta}
        return {
            **point(path, dataset(entry.name, entry.version), generation, desc=about),
            f"{folder}/dvc.yaml": write_yaml({"artifacts": {entry.name: about_it}}),
        }

    return book, play(book, _STORY, make)


def _configure() -> dict[str, str]:
    return configure("lake", lake={"url": "s3://demo-example-lake/registry"})
