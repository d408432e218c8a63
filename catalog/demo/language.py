"""nlp/intents: a team that withdraws a version, and deprecates an old artifact."""

from __future__ import annotations

from catalog.demo import data
from catalog.demo.book import Book, Changes
from catalog.demo.measures import vary
from catalog.demo.paper import paper, script
from catalog.demo.pipeline import PipelineStep, configure, point
from catalog.demo.project import Project
from catalog.demo.story import StoryLine, play
from catalog.demo.yaml import write_yaml

_STORY = """
2022-09-26 10:00  grace  +start                f1=0.70 | Intents for the assistant
2022-10-10 09:20  grace  rules@v1.0.0          f1=0.702 | Hand-written rules, as they are
2022-10-10 09:25  grace  rules#prod            v1.0.0 | In use since 2019
2022-12-05 14:45  kavya  intents@v0.1.0        f1=0.744 | First classifier
2022-12-05 14:50  bot    intents#dev           v0.1.0 |
2023-02-27 11:10  kavya  intents@v1.0.0        f1=0.801 train.encoder=minilm | Sentence encoder
2023-02-27 11:15  bot    intents#dev           v1.0.0 |
2023-03-13 15:00  grace  intents#prod          v1.0.0 | Beats the rules on 61 of 74 intents
2023-03-13 15:30  grace  rules#prod!           v1.0.0 | The classifier took over
2023-09-18 10:35  kavya  intents@v1.1.0        f1=0.823 | Dutch and Polish
2023-09-18 10:40  bot    intents#dev           v1.1.0 |
2023-09-25 15:00  grace  intents#prod          v1.1.0 | Dutch and Polish go live
2023-11-06 09:00  grace  rules@deprecated      | Nobody maintains the rules any more; use intents
2024-03-11 13:20  elif   intents@v1.2.0        f1=0.791 train.lr=0.0001 | Larger batches
2024-03-11 13:25  bot    intents#dev           v1.2.0 |
2024-03-18 15:00  grace  intents#prod          v1.2.0 | Cheaper to train
2024-03-20 20:41  grace  intents#prod!         v1.2.0 | ROLLBACK: "cancel my order" became "track my order"
2024-03-21 09:05  grace  intents@v1.2.0!       | Trained with shuffled labels. Do not use.
2024-04-08 10:15  elif   intents@v1.2.1        f1=0.829 train.lr=0.00005 | Labels in order, larger batches
2024-04-08 10:20  bot    intents#dev           v1.2.1 |
2024-04-15 15:00  grace  intents#prod          v1.2.1 | "cancel my order" is a test now
2025-02-03 11:40  kavya  intents@v2.0.0        f1=0.846 train.encoder=e5-small | New intent tree: 112 intents
2025-02-03 11:45  bot    intents#dev           v2.0.0 |
2025-03-03 15:00  grace  intents#prod          v2.0.0 | New tree, together with the assistant's release 7
2025-06-23 16:05  chen   entities@v1.0.0       f1=0.887 | Order numbers, dates and places
2025-06-24 09:00  chen   entities#dev          v1.0.0 |
2025-07-14 15:00  grace  entities#prod         v1.0.0 | The assistant asks less often
2026-03-02 10:50  kavya  intents@v2.1.0        f1=0.855 | A year of corrections from the call centre
2026-03-02 10:55  bot    intents#dev           v2.1.0 |
2026-03-16 15:00  grace  intents#prod          v2.1.0 | Corrections from the call centre
2026-04-20 11:10  chen   tokenizer@v1.0.0      f1=0.855 | The tokenizer alone, for the app
2026-11-02 09:30  chen   entities@v1.1.0       f1=0.894 | Parcel shop names
2026-11-02 09:35  chen   entities#dev          v1.1.0 |
"""

_ABOUT = {
    "intents": "What a customer wants, one of 112 intents",
    "entities": "Order numbers, dates and places in what a customer says",
}

# A part of a folder: DVC knows the hash of the whole.
_TOKENIZER = {"path": "models/intents/tokenizer.json", "type": "tokenizer", "desc": "How a sentence becomes numbers"}


def intents() -> Book:
    """nlp/intents."""
    book = Book()
    project = Project(
        steps=(_train("intents"),),
        params={"train": {"encoder": "fasttext", "lr": 0.0005, "seed": 7}},
        texts={
            **paper("Intents", "What customers ask the assistant for.", "@nlp/assistant"),
            **configure("azure", azure={"url": "azure://assistant/models", "account_name": "demoexample"}),
            **script("train_intents", "Fit the intent classifier."),
            **script("train_entities", "Fit the entity tagger."),
            "rules/intents.yaml": "cancel: ['cancel', 'do not want']\ntrack: ['where is', 'track']\n",
        },
    )

    def make(entry: StoryLine) -> Changes:
        version = "v1.0.0" if entry.when < "2023-09" else "v1.1.0" if entry.when < "2025" else "v2.0.0"
        utterances = project.data["data/utterances.csv"] = data.dataset("utterances", version)
        project.texts.update(point("data/utterances.csv", utterances, project.generation_at(entry)))
        if entry.name == "entities":
            project.steps = (_train("intents"), _train("entities"))
        trained = [step.name.removeprefix("train_") for step in project.steps]
        tokenizer = {"tokenizer": _TOKENIZER} if entry.when >= "2026-04-20" else {}
        annotated = {"rules": _rules(), **{name: _annotate(name) for name in trained}, **tokenizer}
        project.top = {"artifacts": annotated}
        return project.run(entry, _measure(entry))

    play(book, _STORY, make)
    return book


def _train(name: str) -> PipelineStep:
    return PipelineStep(
        name=f"train_{name}",
        cmd=f"python src/train_{name}.py",
        deps=("data/utterances.csv", f"src/train_{name}.py"),
        params=("train.encoder", "train.lr", "train.seed"),
        outs={f"models/{name}": (118_000_000, 7)},
        metrics=(f"metrics/{name}.yaml",),
        random=True,
    )


def _rules() -> dict[str, object]:
    return {"path": "rules/intents.yaml", "type": "rules", "desc": "Words and phrases, written by hand"}


def _annotate(name: str) -> dict[str, object]:
    labels = ["nlp", "multilingual", "transformers"]
    return {"path": f"models/{name}", "type": "model", "desc": _ABOUT[name], "labels": labels}


def _measure(entry: StoryLine) -> dict[str, str]:
    f1 = entry.number("f1")
    languages = {code: vary(f"{entry.action} {code}", f1, 0.03) for code in ("de", "en", "nl", "pl")}
    name = "entities" if entry.name == "entities" else "intents"
    return {f"metrics/{name}.yaml": write_yaml({"f1": {"macro": f1, **languages}, "errors": round((1 - f1) * 5000)})}
