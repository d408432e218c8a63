"""How much a page says of what versions are made of, and of their metrics."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest
from markupsafe import Markup

from sites.data.detail_rows import FileRow, InputRow, MetricRow, ParamRow, ProducerRow, ShownRow
from sites.data.rows import VersionRow
from sites.view_models import version_details as module
from sites.view_models.registry import VersionLine

KEY = ("r", "m")
NONE = {name: {} for name in ("makers", "inputs", "params", "shown", "metrics")}


def line(number: int) -> VersionLine:
    commit, at = f"{number:040x}", datetime(2024, 1, 1)  # noqa: DTZ001 - as the catalog has it
    version = VersionRow("r", "m", f"v{number}.0.0", commit, commit, True, True, at, "Ann", None, True, False)
    return VersionLine(version, version.version, version.version, Markup(""), Markup(""), "")


def points(*texts: str) -> list[dict[str, object]]:
    return [
        {
            "version": f"v{number}.0.0",
            "commit": f"{number:040x}",
            "number": float(text),
            "text": text,
            "of_project": False,
            "mixed": False,
        }
        for number, text in enumerate(texts)
    ]


def metrics(count: int = 1, texts: tuple[str, ...] = ("0.5",), versions: int = 1) -> module.Metrics:
    rows = [MetricRow("r", "m", "m.json", f"auc{number}", None, None, points(*texts)) for number in range(count)]  # type: ignore[arg-type]
    found = module.metrics(SimpleNamespace(**NONE | {"metrics": {KEY: rows}}), KEY, [line(n) for n in range(versions)])  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as there is room for", "one more"])
def test_the_versions_beside_each_other(beyond):
    versions = module.COLUMNS + beyond
    assert metrics(versions=versions).columns == [f"v{number}.0.0" for number in range(module.COLUMNS)]


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are shown", "one more"])
def test_the_metrics_of_an_artifact(beyond):
    found = metrics(count=module.MOST_METRICS + beyond)
    assert (len(found.lines), found.more) == (module.MOST_METRICS, beyond)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("0.12345678", "0.12345678", id="as long as it is shown as it is written"),
        pytest.param("0.123456789", "0.12346", id="one character longer"),
    ],
)
def test_a_long_number_is_shortened(text, shown):
    assert (len(text) > module.LONG, metrics(texts=(text,)).lines[0].cells) == (shown != text, [(shown, False)])


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are shown", "one more"])
def test_what_a_version_is_made_of(beyond):
    version = ("r", "m", "v1.0.0", f"{1:040x}")
    params = [
        ParamRow(*version, "p.yaml", f"p{number}", "1", of_project=False)
        for number in range(module.MOST_PARAMS + beyond)
    ]
    inputs = [
        InputRow(*version, f"d{number}", None, 1, False, None, None, None, None)
        for number in range(module.MOST_INPUTS + beyond)
    ]
    shown = [ShownRow(*version, f"{1:040x}", 1)]
    facts = SimpleNamespace(**NONE | {"params": {KEY: params}, "inputs": {KEY: inputs}, "shown": {KEY: shown}})
    (found,) = module.version_details(facts, KEY, [line(1)], {})  # type: ignore[arg-type]
    assert (len(found.params), found.more_params, len(found.inputs), found.more_inputs) == (
        module.MOST_PARAMS,
        beyond,
        module.MOST_INPUTS,
        beyond,
    )


def test_a_number_of_another_run_is_not_the_best_one():
    numbers = [point | {"mixed": place == 0} for place, point in enumerate(points("0.5", "0.5", "0.4"))]
    row = MetricRow("r", "m", "m.json", "auc", "higher", "v1.0.0", numbers)  # type: ignore[arg-type]
    facts = SimpleNamespace(**NONE | {"metrics": {KEY: [row]}})
    found = module.metrics(facts, KEY, [line(number) for number in range(3)])  # type: ignore[arg-type]
    assert found
    assert found.lines[0].cells == [("0.5", False), ("0.5", True), ("0.4", False)]


@pytest.mark.parametrize(
    ("mixed", "other_inputs", "sentence"),
    [
        pytest.param([], False, "", id="of one run"),
        pytest.param(
            ["m.json", "params.yaml:lr"],
            False,
            "Model, parameters and metrics are of different runs: m.json, params.yaml:lr.",
            id="of different runs",
        ),
        pytest.param(
            ["train.py"], True, "Inputs at this commit are not those of the run: train.py.", id="with other code"
        ),
    ],
)
def test_a_version_of_different_runs_says_so(mixed, other_inputs, sentence):
    version = ("r", "m", "v1.0.0", f"{1:040x}")
    file = FileRow(*version, "ok", None, 1, None, "m", None, None, None, None, None, None, 0, None, mixed, other_inputs)
    facts = SimpleNamespace(**NONE | {"files": {KEY: [file]}, "shown": {KEY: [ShownRow(*version, f"{1:040x}", 1)]}})
    storage = module.storage_of(facts, KEY)  # type: ignore[arg-type]
    (found,) = module.version_details(facts, KEY, [line(1)], storage)  # type: ignore[arg-type]
    assert found.mixed == sentence


@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as a line has room for", "one character more"])
def test_how_much_of_a_path_is_shown_that_was_not_found(beyond):
    path = "p" * (module.LONG_PATH + beyond)
    blank = dict.fromkeys(FileRow._fields[5:])
    file = FileRow(
        "r",
        "m",
        "v1.0.0",
        "c" * 40,
        "not-tracked",
        **blank | {"path": path, "duplicates": 0, "mixed": [], "other_inputs": False},
    )  # type: ignore[arg-type]
    shown = path if not beyond else f"{path[: module.LONG_PATH - 1]}…"
    assert module._storage(file).where == f"not found: neither Git nor DVC has {shown}"


def test_a_version_says_what_was_not_compared_with_its_lock():
    version = ("r", "m", "v1.0.0", f"{1:040x}")
    maker = ProducerRow(*version, "train", "python train.py", ["deleted-inputs"], ["src"], ["folder"])
    params = ParamRow(*version, "params.yaml", "lr", "1", False)
    rows = {"makers": {KEY: [maker]}, "params": {KEY: [params]}, "shown": {KEY: [ShownRow(*version, f"{1:040x}", 1)]}}
    (found,) = module.version_details(SimpleNamespace(**NONE | rows), KEY, [line(1)], {})  # type: ignore[arg-type]
    assert (found.outdated, found.not_compared) == (
        "an input that is gone",
        "Not compared with the lock: a folder in Git (src).",
    )
