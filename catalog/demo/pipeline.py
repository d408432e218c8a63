"""Writes DVC's metafiles: dvc.yaml and the dvc.lock that agrees with it, .dvc files, and .dvc/config."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

from catalog.demo.content import Content, imagine, of_file, of_folder, small_model
from catalog.demo.yaml import write_yaml

Size = int | tuple[int, int]  # bytes, or bytes and files
Texts = Mapping[str, str | bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class PipelineStep:
    """A pipeline stage. `outs` are cached by DVC; `metrics` and `plots` are kept in Git (`cache: false`), `stored` metrics are not.

    `foreach` or `matrix` makes a template of it, as in DVC: `${item}` or `${item.<key>}` in any text. Of a `random` one, no
    two runs make the same bytes. Those of `outs` that are `models` have bytes.
    """

    name: str
    cmd: str
    deps: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    outs: Mapping[str, Size] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    stored: Mapping[str, Size] = field(default_factory=dict)
    plots: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    random: bool = False
    desc: str = ""
    foreach: tuple[str, ...] = ()
    matrix: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def definition(self) -> dict[str, object]:
        """The stage as dvc.yaml states it."""
        body: dict[str, object] = {
            "cmd": self.cmd,
            "deps": list(self.deps),
            "params": list(self.params),
            "outs": list(self.outs),
            "metrics": [*({path: {"cache": False}} for path in self.metrics), *self.stored],
            "plots": [{path: {"cache": False, **looks}} for path, looks in self.plots.items()],
        }
        body = {key: value for key, value in body.items() if value}
        if self.desc:
            body = {"desc": self.desc, **body}
        if self.foreach:
            return {"foreach": list(self.foreach), "do": body}
        return {"matrix": {key: list(values) for key, values in self.matrix.items()}, **body} if self.matrix else body

    def expand(self) -> Iterator[PipelineStep]:
        """The concrete stages that dvc.lock lists."""
        if self.foreach:
            yield from (self._fill(value, {"item": value}) for value in self.foreach)
        elif self.matrix:
            for values in product(*self.matrix.values()):
                words = {f"item.{key}": value for key, value in zip(self.matrix, values, strict=True)}
                yield self._fill("-".join(values), words)
        else:
            yield self

    def _fill(self, suffix: str, words: Mapping[str, str]) -> PipelineStep:
        def fill(text: str) -> str:
            for word, value in words.items():
                text = text.replace(f"${{{word}}}", value)
            return text

        return replace(
            self,
            name=f"{self.name}@{suffix}",
            cmd=fill(self.cmd),
            deps=tuple(map(fill, self.deps)),
            params=tuple(map(fill, self.params)),
            outs={fill(path): size for path, size in self.outs.items()},
            metrics=tuple(map(fill, self.metrics)),
            plots={fill(path): looks for path, looks in self.plots.items()},
            foreach=(),
            matrix={},
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What a run of a pipeline finds: `texts` are the files in Git, `data` those that DVC tracks; it gains what the stages make.

    `labels` tell one run of a random stage from another. `datasets` are those of dvc.yaml as they were locked. Generation 1 of
    the format has no schema, 2 has one, 3 adds `hash: md5`.
    """

    params: Mapping[str, object]
    texts: Texts
    data: dict[str, Content]
    generation: int = 3
    labels: Mapping[str, str] = field(default_factory=dict)
    datasets: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def define(steps: tuple[PipelineStep, ...], top: Mapping[str, object] | None = None) -> str:
    """The text of dvc.yaml: the stages, then `top` (artifacts, metrics, plots, params)."""
    stages = {"stages": {step.name: step.definition() for step in steps}} if steps else {}
    return write_yaml({**stages, **(top or {})})


def lock(steps: tuple[PipelineStep, ...], run: Run) -> str:
    """The text of dvc.lock after a run. Same command, inputs and params, same outputs: hashes follow from what a stage read."""
    stages = {
        step.name: _locked(step, run, run.labels.get(expanded.name, ""))
        for expanded in steps
        for step in expanded.expand()
    }
    if run.generation == 1:
        return write_yaml(stages)
    datasets = {"datasets": list(run.datasets.values())} if run.datasets else {}
    return write_yaml({"schema": "2.0", "stages": stages, **datasets})


def point(path: str, content: Content, generation: int = 3, **more: object) -> dict[str, str]:
    """A .dvc file beside the data that it stands for; `more` goes to the output (desc, remote, ...)."""
    return {f"{path}.dvc": write_yaml({"outs": [{**_out(path, content, generation), **more}]})}


def import_from(
    path: str, content: Content, source: str, repo: Mapping[str, object], generation: int = 3
) -> dict[str, str]:
    """A .dvc file as `dvc import` writes it: `source` is the path in the other repository."""
    stage = imagine(f"import {source} {sorted(repo.items())}", 0).md5
    dependency = {"path": source, "repo": repo}
    return {
        f"{path}.dvc": write_yaml(
            {"md5": stage, "frozen": True, "deps": [dependency], "outs": [_out(path, content, generation)]}
        )
    }


def configure(default: str, **remotes: Mapping[str, str]) -> dict[str, str]:
    """.dvc/config with its remotes, and the two files that `dvc init` adds."""
    sections = [f"[core]\n    remote = {default}\n"]
    for name, options in remotes.items():
        sections.append(f"['remote \"{name}\"']\n")
        sections.extend(f"    {key} = {value}\n" for key, value in options.items())
    return {
        ".dvc/config": "".join(sections),
        ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
        ".dvcignore": "# Patterns of files that DVC should not look at\n*.swp\n",
    }


def write_json(values: object) -> str:
    return json.dumps(values, indent=4, ensure_ascii=False) + "\n"


def _out(path: str, content: Content, generation: int) -> dict[str, object]:
    """The output of a .dvc file: the same keys as in a lock, in another order."""
    entry = content.entry(path.rpartition("/")[2], generation)
    return {key: entry[key] for key in ("md5", "size", "nfiles", "hash", "path") if key in entry}


def _locked(step: PipelineStep, run: Run, label: str) -> dict[str, object]:
    deps = [_dependency(path, run) for path in sorted(step.deps)]
    used = {key: _look_up(run.params, key) for key in sorted(step.params)}
    seed = f"{step.cmd} {[(entry['path'], entry.get('md5')) for entry in deps]} {used} {label}"
    for path, size in (*step.outs.items(), *step.stored.items()):
        total, nfiles = size if isinstance(size, tuple) else (size, None)
        origin = f"{seed} {path}"
        run.data[path] = small_model(origin) if path in step.models else imagine(origin, total, nfiles)
    outs = sorted([*step.outs, *step.metrics, *step.stored, *step.plots])
    body: dict[str, object] = {
        "cmd": step.cmd,
        "deps": deps,
        "params": {"params.yaml": used} if used else {},
        "outs": [_find(path, run).entry(path, run.generation) for path in outs],
    }
    return {key: value for key, value in body.items() if value}


def _dependency(path: str, run: Run) -> dict[str, object]:
    if path.startswith("ds://"):
        return {"path": path, "dataset": run.datasets[path.removeprefix("ds://")]}
    return _find(path, run).entry(path, run.generation)


def _find(path: str, run: Run) -> Content:
    """What DVC would record of a path: tracked data, a part of a tracked folder, a file or a folder in Git."""
    if path in run.data:
        return run.data[path]
    for folder, content in run.data.items():
        if content.nfiles and path.startswith(f"{folder}/"):
            return imagine(f"{content.md5} {path}", content.size // content.nfiles)
    if path in run.texts:
        return of_file(run.texts[path])
    below = {name.removeprefix(f"{path}/"): of_file(text) for name, text in run.texts.items()
             if name.startswith(f"{path}/")}  # fmt: skip
    if not below:
        raise KeyError(path)
    return of_folder(below)


def _look_up(params: Mapping[str, object], key: str) -> object:
    value: object = params
    for part in key.split("."):
        assert isinstance(value, Mapping), key
        value = value[part]
    return value
