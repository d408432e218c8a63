"""`-o ids` of every command on the demo: each line is a reference that `catalog show` takes."""

from __future__ import annotations

import contextlib
import io

import pytest
from typer.main import get_command

from catalog.cli import main
from catalog.cli.app import app
from catalog.cli.reading import What
from catalog.query import Catalog

# What each argument is called with: references and commits are those of the demo, one of each kind.
VERSION, STAGE, ARTIFACT, REPOSITORY = "churn@latest", "churn#prod", "churn", "demo.example/risk/churn"
ARGUMENTS = {
    "resolve": [[ARTIFACT], [VERSION], [STAGE]],
    "show": [[], [ARTIFACT], [VERSION], [STAGE], [REPOSITORY]],
    "ls": [[what] for what in What],
    "history": [[], [ARTIFACT], [VERSION], [STAGE]],
    "at": [["now"], ["now", "--stage", "prod"], ["now", "--known-at", "now"]],
    "diff": [["0"], []],
    "events": [[]],
    "search": [[], ["is:version"], ["churn"]],
    "facets": [[], ["--field", "stage"]],
    "metrics": [[ARTIFACT], [ARTIFACT, "--all-versions"], [STAGE]],
    "params": [[ARTIFACT], [ARTIFACT, "--all-versions"], [STAGE]],
    "compare": [[VERSION, STAGE], [STAGE, "customers@latest"]],
    "experiments": [[], ["search/ranker"]],
    "lineage": [[STAGE], [STAGE, "--down"], ["customers@latest", "--down"]],
    "identify": [["{commit}"], ["{release}"], ["{hash}"]],
    "status": [[]],
    "stats": [[]],
    "queries": [["behind"], ["models-using"], ["latest-versions"]],
    "sql": [["from versions"], ["from current_assignments"], ["from version_metrics"]],
}
NEXT = {
    "ls stages": ["ls", "models", "--stage"],
    "ls teams": ["search"],
    "ls people": ["search"],
    "facets": ["search"],
    "stats": ["queries"],
}  # the others: `show`


@pytest.fixture(scope="module")
def answers(demo_folder):
    """Exit code and lines of standard output of a command on the demo."""
    database = demo_folder / "output" / "catalog.duckdb"

    def run(*words: str) -> tuple[int, list[str]]:
        written, said = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(written), contextlib.redirect_stderr(said):
            code = main([words[0], "--catalog", str(database), *words[1:]])
        return code, written.getvalue().splitlines()

    return run


@pytest.fixture(scope="module")
def ids(answers):
    """What each question gives with `-o ids`."""
    names = {
        "commit": answers("ls", "experiments", "-o", "ids")[1][0],
        "release": answers("ls", "releases", "-o", "ids")[1][0],
        "hash": answers("sql", "select hash from version_files where hash is not null limit 1", "-o", "ids")[1][0],
    }
    given: dict[str, list[str]] = {}
    for command, several in ARGUMENTS.items():
        for words in several:
            question = [command, *(word.format(**names) for word in words)]
            code, given[" ".join(question)] = answers(*question, "-o", "ids")
            assert (question, code) == (question, 0)
    return given


def test_every_command_with_ids_is_asked():
    """But `sources`, `config`, `doctor` and `crawl`: what they list is of repos.toml, and may be in no catalog."""
    commands = get_command(app()).commands
    with_ids = {name for name, command in commands.items() if "FORMAT" in [p.metavar for p in command.params]}
    assert with_ids - {"config", "doctor", "crawl"} == set(ARGUMENTS)


@pytest.mark.slow
def test_show_takes_the_ids_of_every_command(answers, ids):
    lines = {}
    for question, names in ids.items():
        following = next((after for begun, after in NEXT.items() if question.startswith(begun)), ["show"])
        lines |= dict.fromkeys((*following, name) for name in _some(names))
    silent = [question for question, names in ids.items() if not names]
    assert ([line for line in lines if answers(*line)[0]], silent) == ([], [])


@pytest.mark.slow
def test_every_id_that_show_is_given_is_known(ids, demo_folder):
    names = {name for question, of in ids.items() if not question.startswith(tuple(NEXT)) for name in of}
    with Catalog.open(demo_folder / "output" / "catalog.duckdb") as catalog:
        commits = {row["commit"] for row in catalog.sql("from revisions").rows}
        assert names - catalog.known_names(sorted(names)) - commits == set()


def _some(names):
    """The first, the last and what is halfway: `show` takes a tenth of a second for a version."""
    return [names[place] for place in sorted({0, len(names) // 2, len(names) - 1})] if names else []


@pytest.mark.slow
@pytest.mark.parametrize("digits", [7, 40], ids=["its beginning", "whole"])
def test_show_of_a_commit_answers_as_identify_does(answers, ids, digits):
    for what in ("experiments", "ls releases"):
        for commit in ids[what][:2]:
            shown, identified = answers("show", commit[:digits]), answers("identify", commit[:digits])
            assert (shown[0], shown) == (0, identified)
