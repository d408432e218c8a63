"""A wrong argument of any command: one sentence that names it as its user wrote it, what was given and what was expected."""

from __future__ import annotations

import re

import pytest
from typer.main import get_command

from catalog.cli.app import app
from catalog.database.search_fields import FACETS

# What the other arguments of a command are.
RIGHT = {
    "repo": "churn",
    "source": "dev",
    "target_stage": "prod",
    "old": "churn",
    "new": "risk/churn","what": "models", "when": "now", "text": "from-here", "start": "0", "refs": "mask mask", "ref": "mask", "urls": "../churn", "content": "1111111"}  # fmt: skip
# Those of which nothing is a value, too: a query that finds all, and the events since the beginning.
MAY_BE_EMPTY = {"search [QUERY]", "facets [QUERY]", "events --since"}
KINDS = {"integer": "x", "integer range": "x", "float": "x", "float range": "x", "choice": "x", "boolean": "x"}


def commands(path=(), command=None):
    command = command or get_command(app())
    if not hasattr(command, "commands"):
        yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands((*path, name), inner)


def is_argument(parameter):
    return parameter.param_type_name == "argument"


def parameters():
    """Each parameter with a value of each command."""
    for path, command in commands():
        for parameter in command.params:
            if not getattr(parameter, "is_flag", False):
                name = parameter.metavar if is_argument(parameter) else max(parameter.opts, key=len)
                yield pytest.param(path, command, parameter, id=f"{' '.join(path)} {name}")


def line(path, command, wrong, value):
    """The command with a value in one place, and with what it needs in the others."""
    options = [] if is_argument(wrong) else [max(wrong.opts, key=len), value]
    words = []
    for parameter in filter(is_argument, command.params):
        if parameter is wrong:
            words += [value] * (2 if parameter.name == "refs" else 1)
        elif parameter.required or (parameter.name == "start" and is_argument(wrong)):
            words += RIGHT[parameter.name].split()
    return [*path, *options, *words]


@pytest.fixture
def ask_all(run, database, monkeypatch, tmp_path):
    monkeypatch.setenv("CATALOG_DATABASE", str(database))
    (tmp_path / "repos.toml").write_text("[[repo]]\nurl = 'https://git.example/acme/churn'\n")
    return run


def spelling(parameter):
    if is_argument(parameter):
        return "reference" if "REF" in parameter.metavar else parameter.metavar.strip("[].")
    return max(parameter.opts, key=len)


@pytest.mark.one_in(5)
@pytest.mark.parametrize(("path", "command", "parameter"), [*parameters()])
def test_an_empty_argument_is_refused_by_its_name(ask_all, path, command, parameter, request, tmp_path):
    if request.node.callspec.id in MAY_BE_EMPTY:
        return
    files = sorted(tmp_path.iterdir())
    code, out, err = ask_all(*line(path, command, parameter, ""))
    name = {"URL": "url", "SQL": ""}.get(spelling(parameter), spelling(parameter))
    assert (code, out, sorted(tmp_path.iterdir())) == (2, "", files)
    assert re.search(f"invalid {re.escape(name)} '': expected |expected one SELECT, found no statements", err)


@pytest.mark.parametrize(
    ("path", "command", "parameter"), [each for each in parameters() if each.values[2].type.name in KINDS]
)
def test_a_value_of_another_kind_is_refused_by_its_name(ask_all, path, command, parameter):
    code, out, err = ask_all(*line(path, command, parameter, "x"))
    assert (code, out) == (2, "")
    assert re.fullmatch(rf"catalog: invalid {spelling(parameter)} 'x': expected (a|one of) [^\n]+\n", err)


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param("at 7x", "DATE '7x': expected now, yesterday, 7d (or h, w), a month such as 2024-05,", id="no date"),
        pytest.param("at now --known-at 7x", "--known-at '7x': expected the number of a crawl, now, yesterday,", id="of an option"),
        pytest.param("diff 7x", "FROM '7x': expected the number of a crawl, now, yesterday,", id="of two, the first"),
        pytest.param("diff 0 7x", "TO '7x': expected the number of a crawl, now, yesterday,", id="of two, the second"),
        pytest.param("diff 0 0001-01-01T00:00+14:00", "TO '0001-01-01 00:00:00+14:00': expected a moment that in UTC is in the years", id="before the year 1"),
        pytest.param("ls models --columns latst", "--columns 'latst': expected one of repo, artifact, id, folder, name, type, description, labels, path, registered, active, deprecated_at, latest, latest_commit, latest_at, versions, created_at, updated_at, stages; did you mean latest?\n", id="a column with a typing error"),
        pytest.param("history --sort -creatd_at", "--sort 'creatd_at': expected one of id, ref, ", id="of a column to sort by"),
        pytest.param("facets --field stgae", f"--field 'stgae': expected one of {', '.join(FACETS)}; did you mean stage?\n", id="a field with a typing error"),
        pytest.param("ls modles", "WHAT 'modles': expected one of models, artifacts, datasets, versions, stages, events, repos, repositories, experiments, releases, problems, teams, people; did you mean models?\n", id="a list with a typing error"),
        pytest.param("show mask -o jsno", "--output 'jsno': expected one of table, json, jsonl, csv, tsv, md, parquet, ids; did you mean json?\n", id="a format with a typing error"),
        pytest.param("resolve mask --field ulr", "--field 'ulr': expected one of ref, repo, ", id="a field with a typing error"),
        pytest.param("events --since x", "--since 'x': expected a cursor that `catalog events` printed", id="no cursor"),
        pytest.param("search x -n 0", "--limit '0': expected a whole number of at least 1\n", id="too few results"),
        pytest.param("lineage mask --depth 101", "--depth '101': expected a whole number from 1 to 100\n", id="one step too many"),
        pytest.param("sql x --timeout nan", "--timeout nan: expected more than 0", id="no time"),
        pytest.param("sql x --max-memory 1MB", "--max-memory '1MB': expected a number of bytes", id="no size"),
        pytest.param("show \udcff", "REF '\\udcff': expected text\n", id="bytes that are no text, of the short way"),
        pytest.param("history \udcff", "REF '\\udcff': expected text\n", id="and of the long one"),
        pytest.param("sql x -p timeout=\udcff", "--parameter 'timeout=\\udcff': expected NAME=VALUE\n", id="of a parameter that is called as an option"),
        pytest.param("crawl --shard 0/1", "--shard '0/1': expected K/N", id="no shard"),
    ],
)  # fmt: skip
def test_the_sentence_names_the_argument(ask_all, words, complaint):
    code, out, err = ask_all(*words.split())
    assert (code, out, "or None" in err) == (2, "", False)
    assert err.startswith(f"catalog: invalid {complaint}")


def test_every_argument_of_python_has_its_name_on_the_command_line():
    """`renamed` finds a parameter by the name that the method of `Catalog` has."""
    names = {" ".join(path): {parameter.name for parameter in command.params} for path, command in commands()}
    of = {"at": {"when", "stage", "raw_stage", "known_at"}, "diff": {"start", "end", "since", "until"}, "events": {"since"}, "identify": {"content"},
          "search": {"query", "limit"}, "facets": {"query", "fields"}, "lineage": {"ref", "down", "depth"},
          "compare": {"refs", "baseline", "changed"}, "ls": {"repo", "stage", "raw_stage", "type", "deprecated"},
          "sql": {"text", "timeout", "max_rows", "max_memory"}}  # fmt: skip
    assert {name: wanted - names[name] for name, wanted in of.items()} == {name: set() for name in of}


@pytest.mark.parametrize("words", ["show --nothing", "lineage", "serch"], ids=["unknown option", "missing", "command"])
def test_what_is_no_value_is_told_with_the_usage(ask_all, words):
    code, out, err = ask_all(*words.split())
    assert (code, out, "Usage: catalog" in err) == (2, "", True)
