"""speech/asr: a remote that keeps versions (`files:`, `version_id`), DVCLive's layout, and a model card."""

from __future__ import annotations

from catalog.demo.book import Book
from catalog.demo.content import Content, digest, imagine
from catalog.demo.measures import vary, write_curve
from catalog.demo.pipeline import configure, write_json
from catalog.demo.story import StoryLine, play
from catalog.demo.yaml import write_yaml

_STORY = """
2024-01-29 10:15  hiro   +start                 wer=0.214 | Transcribe calls, with DVCLive from the first day
2024-03-04 18:20  hiro   asr@v1.0.0             wer=0.187 epochs=12 | First model for English and German
2024-03-05 09:00  bot    asr#staging            v1.0.0 |
2024-03-25 10:30  ines   asr#prod               v1.0.0 | Call centre in Bremen
2024-08-12 17:10  hiro   asr@v1.1.0             wer=0.171 epochs=15 | Noise of open-plan offices
2024-08-13 09:00  bot    asr#staging            v1.1.0 |
2024-08-26 10:30  ines   asr#prod               v1.1.0 | All call centres
2025-01-27 19:05  hiro   asr@v2.0.0             wer=0.143 epochs=8 lr=0.00002 | Fine-tuned from a large public model
2025-01-28 09:00  bot    asr#staging            v2.0.0 |
2025-02-17 10:30  ines   asr#prod               v2.0.0 | One third fewer errors
2025-02-19 21:15  ines   asr#prod!              v2.0.0 | ROLLBACK: makes up sentences in silence
2025-04-14 16:40  hiro   asr@v2.0.1             wer=0.146 epochs=8 lr=0.00001 | Silence is cut before the model hears it
2025-04-15 09:00  bot    asr#staging            v2.0.1 |
2025-05-05 10:30  ines   asr#prod               v2.0.1 | 200 hours of silence, nothing made up
2025-11-10 18:30  elif   asr@v2.1.0             wer=0.132 epochs=10 | Turkish and Polish names
2025-11-11 09:00  bot    asr#staging            v2.1.0 |
2025-11-24 10:30  ines   asr#prod               v2.1.0 | Names are right more often than people write them
2026-07-06 17:55  hiro   punctuation@v1.0.0     wer=0.09 epochs=4 | Commas and full stops, as a model of its own
2026-09-28 18:10  elif   asr@v2.2.0             wer=0.127 epochs=12 | Half a year of corrections
2026-09-29 09:00  bot    asr#staging            v2.2.0 |
"""

_FILES = {"config.json": 2_100, "model.safetensors": 967_000_000, "tokenizer.json": 2_400_000, "vocab.json": 998_000}

_CARD = """---
license: other
license_name: demo-example-internal
{base}language: [en, de, tr, pl]
pipeline_tag: automatic-speech-recognition
library_name: transformers
tags:
- speech
- call-centre
datasets:
- demo-example/calls
metrics:
- wer
model-index:
- name: asr
  results:
  - task:
      type: automatic-speech-recognition
    dataset:
      name: Held-out calls
      type: demo-example/calls
    metrics:
    - type: wer
      value: {wer}
---
# ASR

Transcribes calls, so that the people in the call centre need not type. Trained on calls whose owners agreed.

## Limits

Dialects of the Alps are hard. Music on hold is ignored. Not for dictation.
"""

_BASE = "base_model: open-speech/large-v3\n"  # the fine-tuned ones only

_TOP = {
    "params": ["dvclive/params.yaml"],
    "metrics": ["dvclive/metrics.json"],
    "plots": [{"dvclive/plots/metrics": {"x": "step"}}],
}


def asr() -> Book:
    """speech/asr."""
    book = Book()
    play(book, _STORY, _make)
    return book


def _make(entry: StoryLine) -> dict[str, str]:
    wer, epochs = entry.number("wer"), int(entry.number("epochs", 10))
    name = "punctuation" if entry.name == "punctuation" else "asr"
    models = ["asr", "punctuation"] if entry.when >= "2026-07-06" else ["asr"]
    return {
        **configure("calls", calls={"url": "s3://demo-example-speech/asr", "version_aware": "true"}),
        "README.md": _CARD.format(wer=wer, base=_BASE if entry.when >= "2025" else ""),
        "CODEOWNERS": "*  @speech/core\nREADME.md  @speech/core @legal\n",
        "dvc.yaml": write_yaml({**_TOP, "artifacts": {model: _annotate(model) for model in models}}),
        "dvclive/params.yaml": write_yaml({"epochs": epochs, "lr": entry.number("lr", 0.0003), "precision": "bf16"}),
        "dvclive/metrics.json": write_json({"wer": wer, "loss": vary(entry.action, 2 * wer, 0.02), "step": epochs - 1}),
        "dvclive/plots/metrics/wer.tsv": write_curve(f"{entry.action} wer", "wer", 0.9, wer, epochs, "\t"),
        "dvclive/plots/metrics/train/loss.tsv": write_curve(entry.action, "train/loss", 3.1, 2 * wer, epochs, "\t"),
        f"models/{name}.dvc": _write_pointer(name, entry.action),
        "data/calls.tar.dvc": _write_data_pointer(entry.when[:4]),
    }


def _annotate(name: str) -> dict[str, object]:
    about = {"asr": "Transcribes calls", "punctuation": "Puts commas and full stops into transcripts"}
    labels = ["speech", "transformers", "safetensors"]
    return {"path": f"models/{name}", "type": "model", "desc": about[name], "labels": labels}


def _write_pointer(name: str, run: str) -> str:
    """A folder after `dvc push` to a remote that keeps versions: no hash of its own, but its files with theirs."""
    files = {path: imagine(f"{run} {path}", size) for path, size in _FILES.items()}
    listed = [
        {"relpath": path, "md5": file.md5, "size": file.size, "cloud": {"calls": _version(file)}}
        for path, file in files.items()
    ]
    return write_yaml({"outs": [{"hash": "md5", "path": name, "files": listed}]})


def _write_data_pointer(year: str) -> str:
    calls = imagine(f"calls {year}", 44_000_000_000)
    out = {
        "md5": calls.md5,
        "size": calls.size,
        "hash": "md5",
        "cloud": {"calls": _version(calls)},
        "path": "calls.tar",
    }
    return write_yaml({"outs": [out]})


def _version(file: Content) -> dict[str, object]:
    return {"etag": file.md5, "version_id": digest(f"version {file.md5}".encode())}
