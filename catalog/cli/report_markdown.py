"""A report on a version as GitHub's and GitLab's Markdown. All text of repositories is in code spans, in which neither finds links, mentions, references or HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from catalog.cli.comparison import difference, short_hash, short_value
from catalog.query.answer import Row
from catalog.query.labels import OF_PROJECT
from catalog.query.report import VersionReport
from catalog.text import cut, plural, visible

if TYPE_CHECKING:
    from catalog.cli.report_plots import ReportPlot

MOST_LINES = 50  # of a table: a comment on GitHub has at most 65,536 characters
MOST_TEXT = 80  # characters of a name or a value
_NONE = "-"
_NUMBER = re.compile(r"-?[0-9]+([.][0-9]+)?(e[+-]?[0-9]+)?")
_FACTS = {
    "registered": "Registered (UTC)",
    "stages": "Stages",
    "bytes": "Where the bytes are",
    "hash": "Hash",
    "size": "Size",
    "runs": "Runs",
}


def render(
    report: VersionReport, plots: Sequence[ReportPlot], folder: PurePosixPath, *, plots_left_out: int = 0
) -> str:
    """The whole report; the pictures of its plots are in a folder, whose path is relative to the report. So many more plots are not shown."""
    parts = [
        f"## {code(_name(report.version))}\n\n{_introduction(report)}\n",
        _table(
            ["", *_columns(report), *_difference_column(report)], [_fact(rows) for rows in _lines(report, "version")]
        ),
        *_metrics(report),
        *_params(report),
        *_inputs(report),
        *_plots(report, plots, folder, plots_left_out),
    ]
    return "\n".join(parts)


def code(text: str) -> str:
    """A text as a code span: nothing in it is markup."""
    shown = cut(visible(text), MOST_TEXT) or '""'
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    edge = " " if shown.strip() and shown.strip(" `") != shown else ""
    return f"{fence}{edge}{shown}{edge}{fence}"


def _name(version: Row) -> str:
    return f"{version['artifact']}@{version['version']}"


def _introduction(report: VersionReport) -> str:
    place = f"Version {code(report.version['version'])} of {code(report.version['repo'])}"
    stage = code(report.stage) if report.stage else ""
    if report.base is None:
        return (
            f"{place}. It is the first one in {stage}: there is none to compare it with."
            if report.replaced
            else f"{place}."
        )
    same = all(report.base[key] == report.version[key] for key in ("repo", "artifact"))
    base = code(report.base["version"] if same else f"{report.base['repo']}:{_name(report.base)}")
    if report.replaced:
        return f"{place}, compared with {base}, which was in {stage} before it."
    return f"{place}, compared with {base}{f', which is in {stage}' if stage else ''}."


def _columns(report: VersionReport) -> list[str]:
    return [*map(code, report.names)]


def _difference_column(report: VersionReport) -> list[str]:
    return [] if report.base is None else ["Difference"]


def _table(titles: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    shown = [titles, ["---"] * len(titles), *lines[:MOST_LINES]]
    text = "".join(f"| {' | '.join(map(_in_cell, line))} |\n" for line in shown)
    more = len(lines) - MOST_LINES
    return text + (f"\n{plural(more, 'more line is', 'more lines are')} not shown.\n" if more > 0 else "")


def _in_cell(markdown: str) -> str:
    """A bare `|` would end the cell, also in a code span; after a backslash, Markdown has no way to write one."""
    return markdown.replace("\\|", "\\¦").replace("|", "\\|")


def _lines(report: VersionReport, what: str) -> list[list[Row]]:
    """The rows of each thing said of the versions, in their order; where not all can be shown, those that differ come first."""
    lines: dict[str, list[Row]] = {}
    for row in report.compared:
        if row["what"] == what:
            lines.setdefault(row["name"], []).append(row)
    several = [*lines.values()]
    return several if len(several) <= MOST_LINES else sorted(several, key=lambda rows: not rows[0]["differs"])


def _fact(rows: Sequence[Row]) -> list[str]:
    """The line of what is said of the version itself."""
    name = rows[0]["name"]
    return [_FACTS.get(name) or code(name), *map(_cell, rows), *_differences(rows)]


def _cell(row: Row) -> str:
    if row["text"] is None:
        return _NONE
    text = short_value(row)
    return text if _NUMBER.fullmatch(text) else code(text)


def _differences(rows: Sequence[Row]) -> Iterator[str]:
    """How the last of two differs from the first; nothing of a version alone."""
    if len(rows) == 1:
        return
    base, row = rows
    if row["delta"]:
        verdict = " (better)" if row["best"] else " (worse)" if base["best"] else ""
        yield difference(row) + verdict
    else:
        yield "changed" if row["differs"] and row["name"] not in ("registered", "stages") else ""


def _metrics(report: VersionReport) -> Iterator[str]:
    lines = _lines(report, "metric")
    if not lines:
        return
    yield "### Metrics\n"
    titles = ["Metric", *_columns(report), *_difference_column(report), "Better"]
    yield _table(
        titles,
        [
            [code(rows[0]["name"]), *map(_cell, rows), *_differences(rows), rows[0]["direction"] or _NONE]
            for rows in lines
        ],
    )
    if any(row["of_project"] for rows in lines for row in rows):
        yield f"Some metrics are {OF_PROJECT}: they decide nothing.\n"


def _params(report: VersionReport) -> Iterator[str]:
    every = _lines(report, "param")
    lines = [rows for rows in every if report.base is None or rows[0]["differs"]]
    titles = ["Parameter", *_columns(report), *_difference_column(report)]
    rendered = [[code(rows[0]["name"]), *map(_cell, rows), *_differences(rows)] for rows in lines]
    yield from _section("Parameters", titles, rendered, f"No parameter of {len(every)} changed.\n" if every else "")


def _inputs(report: VersionReport) -> Iterator[str]:
    by_path: dict[str, list[Row]] = {}
    for row in report.inputs:
        by_path.setdefault(row["path"], []).append(row)
    lines = [rows for rows in by_path.values() if report.base is None or rows[0]["differs"]]
    titles = ["Input", *_columns(report)]
    rendered = [[code(rows[0]["path"]), *map(_input, rows)] for rows in lines]
    yield from _section("Inputs", titles, rendered, f"No input of {len(by_path)} changed.\n" if by_path else "")


def _input(row: Row) -> str:
    if not row["is_input"]:
        return _NONE
    return code(short_hash(row["hash"])) if row["hash"] else "without a hash"


def _section(title: str, titles: Sequence[str], lines: Sequence[Sequence[str]], otherwise: str) -> Iterator[str]:
    if lines or otherwise:
        yield f"### {title}\n"
        yield _table(titles, lines) if lines else otherwise


def _plots(report: VersionReport, plots: Sequence[ReportPlot], folder: PurePosixPath, left_out: int) -> Iterator[str]:
    """The plots of the version, each with that of the base: over it, or beside it where that is another picture."""
    if plots or left_out:
        yield "### Plots\n"
    for number, plot in enumerate(plots, 1):
        yield f"{'; '.join(_about(report, plot))}\n"
        cell = _image(f"Plot {number}", str(folder / plot.picture.name))
        if plot.before is None:
            yield f"{cell}\n"
        else:
            before = _image(f"Plot {number}, before", str(folder / plot.before.name))
            yield _table(_columns(report), [[before, cell]])
    if left_out:
        yield f"{plural(left_out, 'more plot is', 'more plots are')} not shown.\n"
    if plots and any(row["of_project"] for row in (*report.images, *report.plots)):
        yield f"Some plots are {OF_PROJECT}.\n"


def _about(report: VersionReport, plot: ReportPlot) -> Iterator[str]:
    shown = f": {code(plot.axes)}" if plot.axes else ""
    yield f"{code(plot.title)}{shown}{f' ({plot.remark})' if plot.remark else ''}"
    if plot.base_look:
        yield f"{plot.base_look}: {code(report.names[0])}"


def _image(words: str, path: str) -> str:
    return f"![{words}](./{quote(path)})"
