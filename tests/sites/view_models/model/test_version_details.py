"""How much a page says of what versions are made of."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest
from markupsafe import Markup

from sites.data.detail_rows import FileRow, InputRow, ParamRow, ProducerRow, ShownRow
from sites.data.rows import ProblemRow, VersionRow
from sites.view_models.model import version_details as module
from sites.view_models.problems import by_commit
from sites.view_models.registry import VersionLine

KEY = ("r", "m")
NONE = {name: {} for name in ("makers", "inputs", "params", "shown")}


def line(number: int) -> VersionLine:
    commit, at = f"{number:040x}", datetime(2024, 1, 1)  # noqa: DTZ001 - as the catalog has it
    version = VersionRow("r", "m", f"v{number}.0.0", commit, commit, True, True, at, "Ann", None, True, False, "")
    return VersionLine(version, version.version, version.version, Markup(""), Markup(""), "")


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are shown", "one more"])
def test_what_a_version_is_made_of(beyond):
    version = ("r", "m", "v1.0.0", f"{1:040x}")
    params = [
        ParamRow(*version, "p.yaml", f"p{number}", "1", 1.0, of_project=False)
        for number in range(module.MOST_PARAMS + beyond)
    ]
    inputs = [
        InputRow(*version, f"d{number}", None, 1, False, None, None, None, None)
        for number in range(module.MOST_INPUTS + beyond)
    ]
    shown = [ShownRow(*version, f"{1:040x}", 1, in_stage=False)]
    facts = SimpleNamespace(**NONE | {"params": {KEY: params}, "inputs": {KEY: inputs}, "shown": {KEY: shown}})
    (found,) = module.version_details(facts, KEY, [line(1)], {})  # type: ignore[arg-type]
    assert (len(found.params), found.more_params, len(found.inputs), found.more_inputs) == (
        module.MOST_PARAMS,
        beyond,
        module.MOST_INPUTS,
        beyond,
    )


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are shown", "one more"])
def test_what_could_not_be_read_of_a_version(beyond):
    rows = [ProblemRow("r", "rule", f"{n}", "m", f"{1:040x}", "") for n in range(module.MOST_PROBLEMS + beyond)]
    others = [ProblemRow("r", "rule", "refs/tags/x", "m", None, ""), ProblemRow("r", "rule", "f", "m", f"{2:040x}", "")]
    shown = [ShownRow("r", "m", "v1.0.0", f"{1:040x}", f"{1:040x}", 1, in_stage=False)]
    facts = SimpleNamespace(**NONE | {"params": {}, "shown": {KEY: shown}})
    (found,) = module.version_details(facts, KEY, [line(1)], {}, problems=by_commit([*others, *rows]))  # type: ignore[arg-type]
    assert (found.problems, found.more_problems) == (rows[: module.MOST_PROBLEMS], beyond)


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
    facts = SimpleNamespace(
        **NONE | {"files": {KEY: [file]}, "shown": {KEY: [ShownRow(*version, f"{1:040x}", 1, in_stage=False)]}}
    )
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
    params = ParamRow(*version, "params.yaml", "lr", "1", 1.0, False)
    rows = {
        "makers": {KEY: [maker]},
        "params": {KEY: [params]},
        "shown": {KEY: [ShownRow(*version, f"{1:040x}", 1, in_stage=False)]},
    }
    (found,) = module.version_details(SimpleNamespace(**NONE | rows), KEY, [line(1)], {})  # type: ignore[arg-type]
    assert (found.outdated, found.not_compared) == (
        "an input that is gone",
        "Not compared with the lock: a folder in Git (src).",
    )


def shown_rows(*places: int, staged: int = 0) -> list[ShownRow]:
    """Versions v1.0.0, v2.0.0 …, of which the last is the highest."""
    return [
        ShownRow(
            "r",
            "m",
            f"v{number}.0.0",
            f"{number:040x}",
            f"{number:040x}",
            len(places) + 1 - number,
            in_stage=number == staged,
        )
        for number in places
    ]


def params_of(*texts: str) -> list[ParamRow]:
    return [
        ParamRow(
            "r", "m", f"v{number}.0.0", f"{number:040x}", "params.yaml", "lr", shown, float(shown), of_project=False
        )
        for number, shown in enumerate(texts, 1)
    ]


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as a page has", "one more"])
def test_the_newest_versions_and_those_in_a_stage_have_details_on_the_page(beyond):
    count = module.NEWEST + 1 + beyond
    rows = {"params": {KEY: params_of(*["1"] * count)}, "shown": {KEY: shown_rows(*range(1, count + 1), staged=1)}}
    versions = [line(number) for number in range(count, 0, -1)]
    details = module.version_details(SimpleNamespace(**NONE | rows), KEY, versions, {})  # type: ignore[arg-type]
    newest = [f"v{number}.0.0" for number in range(count, count - module.NEWEST, -1)]
    assert [each.line.name for each in details] == [*newest, "v1.0.0"]


def test_a_parameter_says_what_it_was_in_the_version_before_and_in_production():
    rows = {"params": {KEY: params_of("0.3", "0.2", "0.1")}, "shown": {KEY: shown_rows(1, 2, 3, staged=1)}}
    first = SimpleNamespace(version="v1.0.0", commit=f"{1:040x}", stage="prod")
    details = module.version_details(
        SimpleNamespace(**NONE | rows),
        KEY,
        [line(3), line(2), line(1)],
        {},
        first,  # type: ignore[arg-type]
    )
    assert [each.params for each in details] == [
        [module.ParamLine("lr", "0.1", "0.2 in v2.0.0, 0.3 in prod")],
        [module.ParamLine("lr", "0.2", "0.3 in v1.0.0")],
        [module.ParamLine("lr", "0.3", "")],
    ]


@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as there is room for", "one character more"])
def test_a_long_parameter_is_cut(beyond):
    (row,) = params_of("1")
    long = row._replace(text="x" * (module.LONG_PARAM + beyond), number=None)
    rows = {"params": {KEY: [long]}, "shown": {KEY: shown_rows(1)}}
    (found,) = module.version_details(SimpleNamespace(**NONE | rows), KEY, [line(1)], {})  # type: ignore[arg-type]
    assert found.params[0].text == ("x" * (module.LONG_PARAM - 1) + "…" if beyond else "x" * module.LONG_PARAM)
