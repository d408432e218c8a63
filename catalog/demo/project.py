"""A DVC project in a folder of a repository: it remembers params, data and files, and re-runs its pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.demo.book import Changes
from catalog.demo.content import Content
from catalog.demo.pipeline import PipelineStep, Run, define, lock
from catalog.demo.story import StoryLine
from catalog.demo.yaml import write_yaml

_DVC_3 = "2023-06-05"  # when it was released

Params = dict[str, object]


@dataclass(kw_only=True, slots=True)
class Project:
    """`texts` are files in Git (from `folder`), `data` what DVC tracks, `top` the rest of dvc.yaml, `made` what the last run left."""

    folder: str = ""
    steps: tuple[PipelineStep, ...]
    params: Params
    texts: dict[str, str | bytes] = field(default_factory=dict)
    data: dict[str, Content] = field(default_factory=dict)
    top: dict[str, object] = field(default_factory=dict)
    datasets: dict[str, Mapping[str, object]] = field(default_factory=dict)
    generation: int = 3  # of DVC's formats: the newest that this project uses
    results: dict[str, Content] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def generation_at(self, entry: StoryLine) -> int:
        """The format of the day: DVC 2 before DVC 3 was there."""
        return min(self.generation, 3 if entry.when >= _DVC_3 else 2)

    def run(self, entry: StoryLine, files: Changes) -> dict[str, str | bytes]:
        """All files of the project after a run: details of the entry that name a param set it first, `same` runs nothing again."""
        self.texts.update({path: text for path, text in files.items() if text is not None})
        self.set_params(entry)
        self._label(entry)
        self.results = dict(self.data)
        run = Run(
            params=self.params,
            texts=self.texts,
            data=self.results,
            generation=self.generation_at(entry),
            labels=self.labels,
            datasets=self.datasets,
        )
        results = {
            "params.yaml": write_yaml(self.params),
            "dvc.yaml": define(self.steps, self.top),
            "dvc.lock": lock(self.steps, run),
        }
        return {f"{self.folder}{path}": text for path, text in {**self.texts, **results}.items()}

    def _label(self, entry: StoryLine) -> None:
        """Random stages run again: the only one always, of several that which is named after the entry's artifact."""
        random = [step.name for step in self.steps if step.random]
        if "same" not in entry.details:
            again = [name for name in random if len(random) == 1 or name.endswith(entry.name)]
            self.labels.update(dict.fromkeys(again, f"{entry.when} {entry.action}"))

    def set_params(self, entry: StoryLine) -> None:
        for key, text in entry.details.items():
            group, dot, name = key.partition(".")
            inner = self.params.get(group)
            if dot and isinstance(inner, dict) and name in inner:
                inner[name] = _read_value(text)


def _read_value(text: str) -> object:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(text) if text.lstrip("-").isdigit() else value
