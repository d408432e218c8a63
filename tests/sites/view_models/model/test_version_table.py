"""The table of versions: which are in sight, and that all others are in folds."""

from __future__ import annotations

from datetime import datetime

import pytest
from markupsafe import Markup

from sites.data.detail_rows import MetricRow
from sites.data.rows import VersionRow
from sites.view_models.model import version_table as module
from sites.view_models.registry import VersionLine


def line(number: int, *, year: int = 2024, message: str = "", stages: str = "") -> VersionLine:
    commit, name = f"{number:040x}", f"v{number}.0.0"
    at = datetime(year, 1, 1)  # noqa: DTZ001 - as the catalog has it
    version = VersionRow("r", "m", name, commit, commit, True, True, at, "Ann", None, True, False, message)
    return VersionLine(version, name, name, Markup(stages), Markup(""), "")


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are in sight", "one more"])
def test_versions_beyond_those_in_sight_are_in_folds_by_year(beyond):
    versions = [line(number, year=2020) for number in range(module.OPEN + beyond)]
    table = module.version_table([*versions, line(99, stages="prod")], [], {})
    names = [row.line.name for row in table.open]
    assert (
        names[-1],
        len(names),
        [(fold.year, [row.line.name for row in fold.rows]) for fold in table.years],
        table.total,
    ) == (
        "v99.0.0",
        module.OPEN + 1,
        [(2020, [f"v{module.OPEN}.0.0"])] * beyond,
        module.OPEN + beyond + 1,
    )


def test_no_version_of_ten_thousand_is_left_out():
    table = module.version_table([line(number, year=2000 + number % 25) for number in range(10_000)], [], {})
    assert sum(len(fold.rows) + len(fold.names) for fold in table.years) + len(table.open) == 10_000
    assert [fold.year for fold in table.years] == [*range(2024, 1999, -1)]


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as have rows", "one more"])
def test_of_very_many_versions_some_are_names_alone(beyond):
    count = module.OPEN + module.ROWS + beyond
    table = module.version_table([line(number, year=2024 - number // 200) for number in range(count)], [], {})
    assert (sum(len(fold.rows) for fold in table.years), [r.line.name for fold in table.years for r in fold.names]) == (
        module.ROWS,
        [f"v{count - 1}.0.0"] * beyond,
    )


@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as a row has room for", "one character more"])
def test_a_message_is_its_first_line(beyond):
    message = "x" * (module.LONG_MESSAGE + beyond)
    (row,) = module.version_table([line(1, message=f"{message}\nmore")], [], {}).open
    assert row.message == (f"{message[: module.LONG_MESSAGE - 1]}…" if beyond else message)


def test_each_row_has_the_main_metric():
    points = [
        {"version": "v1.0.0", "commit": f"{1:040x}", "number": 0.5, "text": "0.5", "of_project": False, "mixed": False}
    ]
    main = MetricRow("r", "m", "m.json", "auc", "higher", None, 1, points)  # type: ignore[arg-type]
    table = module.version_table([line(2), line(1)], [main], {})
    assert (table.metric, [row.metric for row in table.open]) == ("auc", ["", "0.5"])
