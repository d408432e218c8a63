"""The table that `catalog compare` prints: a column for each version, differences in brackets, `*` on the best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from catalog.cli.output import put_table, say_note
from catalog.cli.progress import size
from catalog.cli.text import BOLD, DIM, TableColumn, screen, table
from catalog.query.answer import Row
from catalog.query.labels import OF_PROJECT, WHERE

_BELOW = (
    TableColumn(title="what", key="name", styles=(BOLD,)),
    TableColumn(title="version", key="version", styles=(DIM,)),
    TableColumn(title="value", key="value"),
)
_LONG = 10  # characters of a number: longer ones are shortened
_HASH = 12
_WHOLE = 10**_LONG  # up to here, a whole number has all of its digits


def put_comparison(rows: Sequence[Row], names: Mapping[str, str], baseline: int) -> None:
    """Writes the rows of `Catalog.compare`; `names` has the short name of each artifact."""
    places = {row["place"]: row for row in rows}
    several = len({(row["repo"], row["artifact"]) for row in places.values()}) > 1
    columns = [
        TableColumn(title="what", key="what", styles=(DIM,)),
        TableColumn(title="name", key="name", styles=(BOLD,)),
        *(TableColumn(title=_title(row, names if several else {}), key=f"={place}") for place, row in places.items()),
    ]
    lines: dict[tuple[str, str], Row] = {}
    for row in rows:
        line = lines.setdefault((row["what"], row["name"]), {"what": row["what"], "name": row["name"]})
        line[f"={row['place']}"] = _cell(row)
    if table(columns, list(lines.values()), screen()).below:  # no room for all versions beside each other
        titles = {place: _title(row, names if several else {}) for place, row in places.items()}
        put_table(_BELOW, list(_below(list(lines.values()), titles)))
    else:
        put_table(columns, list(lines.values()))
    if rows:
        say_note(
            f"(in brackets: the difference from {_title(places[baseline], names if several else {})}; *: the best)"
        )
    if any(row["of_project"] for row in rows):
        say_note(f"(~: {OF_PROJECT}; never the best)")


def _below(lines: Sequence[Row], titles: Mapping[int, str]) -> Iterator[Row]:
    """The same with versions below each other: a row for each, of which the first says of what."""
    for line in lines:
        values = [{"version": title, "value": line.get(f"={place}")} for place, title in titles.items()]
        name = f"{line['what']} {line['name']}"
        yield from [{"name": name, **values[0]}, *({"name": " ", **row} for row in values[1:])]


def _title(row: Row, names: Mapping[str, str]) -> str:
    version = row["version"][:7] if row["version"] == row["commit"] else row["version"]
    name = names.get(f"{row['repo']}:{row['artifact']}")
    return f"{name}@{version}" if name else version


def _cell(row: Row) -> str | None:
    if row["text"] is None:
        return None
    best = (
        "*" if row["best"] else "~" if row["of_project"] else ""
    )  # before the difference: where there is little room, that goes first
    text = short_value(row) + best
    return f"{text} ({difference(row)})" if row["delta"] else text


def difference(row: Row) -> str:
    """How far the number of a row is from that of the baseline, with its sign."""
    delta = row["delta"]
    sign, number = "-" if delta < 0 else "+", abs(delta)
    if _is_size(row):
        return sign + size(int(number))
    return sign + (f"{number:.0f}" if number.is_integer() and number < _WHOLE else f"{number:.4g}")


def _is_size(row: Row) -> bool:
    return (row["what"], row["name"]) == ("version", "size")


def short_value(row: Row) -> str:
    """The text as it stands, a status or a size in words, or less of a metric or a hash whose digits say nothing."""
    if _is_size(row):
        return size(row["number"])
    if row["what"] == "metric" and row["number"] is not None and len(row["text"]) > _LONG:
        return f"{row['number']:.6g}"
    match row["what"], row["name"]:
        case "version", "hash":
            return short_hash(str(row["text"]))
        case "version", "bytes":
            return WHERE.get(row["text"], str(row["text"]))
    return str(row["text"])


def short_hash(digits: str) -> str:
    """So much of a hash that it can be told from others."""
    return digits[:_HASH]
