"""The options of commands that list rows: which rows, which columns, in which order, how many."""

from __future__ import annotations

import csv
import io

import pytest

from catalog.errors import Exit
from support.small_catalog import CHURN, EVIL, VISION

TAGS = ["churn@v3.0.0!", "churn@v3.0.0", "churn#staging#2", "churn@v2.0.0", "churn#production#1", "churn@v1.0.0"]


def rows(out):
    return list(csv.DictReader(io.StringIO(out)))


@pytest.mark.parametrize(
    ("arguments", "tags"),
    [
        pytest.param(["--since", "2024-01-06"], TAGS[:2], id="from the beginning of a day"),
        pytest.param(["--since", "2024-01-06T12:00:01"], TAGS[:1], id="from a time"),
        pytest.param(["--until", "2024-01-03"], TAGS[4:], id="until the end of a day"),
        pytest.param(["--since", "2024-01-04", "--until", "2024-01-05"], TAGS[2:4], id="between days"),
        pytest.param(["--since", "2024-01"], TAGS, id="from a month on"),
        pytest.param(["--since", "2024-02"], [], id="from a later month on"),
        pytest.param(["--since", "7d"], [], id="in the last days"),
        pytest.param(["--stage", "prod"], TAGS[4:5], id="of a stage"),
        pytest.param(["--type", "dataset"], [], id="of a type"),
        pytest.param(["--limit", "2"], TAGS[:2], id="the first"),
        pytest.param(["--sort", "created_at"], TAGS[::-1], id="the oldest first"),
        pytest.param(["--sort", "-created_at", "-n", "1"], TAGS[:1], id="the newest"),
    ],
)
def test_which_events_of_an_artifact_are_listed(ask, arguments, tags):
    code, out, _ = ask("history", "acme/churn:churn", "-o", "csv", *arguments)
    assert (code, [row["tag"] for row in rows(out)]) == (0, tags)


@pytest.mark.parametrize("command", [["ls", "events"], ["events"]])
def test_other_lists_of_events_take_them_too(ask, command):
    code, out, _ = ask(*command, "-o", "csv", "--repo", "acme/churn", "--stage", "prod", "--columns", "tag")
    assert (code, out) in ((0, "tag\r\nchurn#production#1\r\n"), (0, "tag\r\n"))  # nothing was observed in this catalog


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        pytest.param(["ls", "models", "--since", "2024-01-08"], [f"{VISION}:seg:mask"], id="artifacts that were updated"),
        pytest.param(["ls", "models", "--until", "2024-01-02"], [f"{EVIL}:evil"], id="artifacts that were not updated since"),
        pytest.param(["ls", "versions", "--since", "2024-01-04"], [f"{CHURN}:churn@v2.0.0"], id="versions that were registered, or assigned"),
        pytest.param(["at", "2024-01-31", "--repo", "vision"], [f"{VISION}:seg:mask@v1.0.0"], id="who was in a stage of a repository"),
        pytest.param(["at", "2024-01-03", "--type", "dataset"], [], id="which datasets were"),
    ],
)  # fmt: skip
def test_quietly_only_references_are_written(ask, arguments, names):
    code, out, err = ask(*arguments, "-q")
    assert (code, [line for line in out.splitlines() if line in names], err) == (0, names, "")
    assert set(out.splitlines()) - set(names) <= {f"{VISION}:seg:mask@{'4' * 40}"}


def test_a_table_has_the_columns_that_were_chosen(ask):
    code, out, err = ask("ls", "versions", "--columns", "version,artifact", "--sort", "version", "--limit", "1")
    assert (code, out, err) == (
        0,
        "version  artifact\n4444444444444444444444444444444444444444  seg:mask\n".replace(
            "version  ", "version                                   "
        ),
        "the first 1 of 6 rows: --limit\n",
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["history", "--columns", "nope"], "invalid --columns 'nope': expected one of id, ref, repo, ", id="an unknown column"),
        pytest.param(["history", "--columns", "tag,,repo"], "invalid --columns 'tag,,repo': expected names with commas between them, each once", id="no name"),
        pytest.param(["history", "--columns", "tag,tag"], "invalid --columns 'tag,tag': expected names with commas", id="a column twice"),
        pytest.param(["history", "--sort", "-"], "invalid --sort '': expected one of id, ", id="no column to sort by"),
        pytest.param(["history", "--limit", "0"], "invalid --limit '0': expected a whole number of at least 1", id="no rows"),
        pytest.param(["history", "--since", "2024-02", "--until", "2024-01"], "the range ends before it begins: from 2024-02-01 00:00:00 to 2024-01-31 23:59:59", id="a range that ends before it begins"),
        pytest.param(["ls", "repos", "--since", "7d"], "--since does not apply to repos", id="a list without times"),
        pytest.param(["ls", "datasets", "--type", "model"], "--type does not apply to datasets", id="datasets of another type"),
    ],
)  # fmt: skip
def test_what_is_refused(ask, arguments, sentence):
    code, out, err = ask(*arguments)
    assert (code, out) == (Exit.CONFIG, "")
    assert err.startswith(f"catalog: {sentence}")
