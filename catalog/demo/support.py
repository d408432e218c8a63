"""support/sentiment: MLEM described this model until 2023, and nobody has touched it since."""

from __future__ import annotations

from catalog.demo.book import Book
from catalog.demo.content import Content, imagine
from catalog.demo.measures import vary
from catalog.demo.paper import paper
from catalog.demo.pipeline import configure, point, write_json
from catalog.demo.story import StoryLine, play
from catalog.demo.yaml import write_yaml

_STORY = """
2022-05-16 10:00  grace  +start               f1=0.70 | Is the customer angry?
2022-06-20 11:30  grace  sentiment@v1.0.0     f1=0.734 | Bag of words
2022-06-27 09:00  grace  sentiment#prod       v1.0.0 | Angry mails first
2022-11-14 15:10  chen   sentiment@v1.1.0     f1=0.761 | Word pairs
2022-11-21 09:00  grace  sentiment#prod       v1.1.0 | Word pairs
2023-04-03 10:25  chen   sentiment@v1.2.0     f1=0.759 | scikit-learn 1.2, nothing else
2023-04-11 09:00  grace  sentiment#prod       v1.2.0 | Security update
"""


def sentiment() -> Book:
    """support/sentiment. The binary is tracked by DVC, beside it lies what MLEM said of it."""
    book = Book()

    def make(entry: StoryLine) -> dict[str, str]:
        model = imagine(f"sentiment {entry.action}", 1_650_000)
        newer = entry.when >= "2023"
        about = {"type": "model", "path": "models/sentiment", "labels": ["sklearn", "text"], "description": _ABOUT}
        return {
            **paper("Sentiment", _ABOUT, "@support/tools"),
            **configure("storage", storage={"url": "s3://demo-example-support/sentiment"}),
            **point("models/sentiment", model, 2),
            ".mlem.yaml": "core:\n  storage:\n    type: dvc\n",
            ".mlem/deployment/mailbox.mlem": _DEPLOYMENT,
            "models/sentiment.mlem": write_yaml(_describe(model, "1.2.2" if newer else "1.1.1")),
            "models/latest.mlem": "link_type: model\nobject_type: link\npath: models/sentiment.mlem\n",
            "artifacts.yaml": write_yaml({"sentiment": about}),
            "dvc.yaml": "metrics:\n- metrics.json\n",
            "metrics.json": write_json({"f1": entry.number("f1"), "log_loss": vary(entry.action, 0.52, 0.02)}),
        }

    play(book, _STORY, make)
    return book


_ABOUT = "Is the customer angry? Sorts the mailbox of the call centre."
_DEPLOYMENT = """model:
  path: models/sentiment
object_type: deployment
type: heroku
app_name: demo-example-mailbox
"""


def _describe(model: Content, sklearn: str) -> dict[str, object]:
    method = {"args": [{"name": "X", "type_": {"type": "ndarray", "dtype": "str"}}], "returns": {"type": "ndarray"}}
    return {
        "artifacts": {"data": {"hash": model.md5, "size": model.size, "type": "dvc", "uri": "sentiment"}},
        "description": _ABOUT,
        "labels": ["sklearn", "text"],
        "model_type": {
            "methods": {name: {"name": name, **method} for name in ("predict", "predict_proba")},
            "type": "sklearn_pipeline",
        },
        "object_type": "model",
        "requirements": [{"module": "sklearn", "version": sklearn}, {"module": "numpy", "version": "1.23.5"}],
    }
