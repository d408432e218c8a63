"""`catalog doctor`: what each kind of damage, and each server, is reported as; and that nothing is written."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import pytest

from catalog.cli import server_checks
from catalog.cli.findings import CheckState
from catalog.cli.output_checks import BUILD, CRAWL, KEEP
from catalog.cli.visit_checks import LISTED, check_visits
from catalog.config.parse import Config, load, parse
from catalog.crawl.crawl import crawl
from catalog.database.build import build
from catalog.errors import DEPARTED, READ, VisitOutcome, visit_advice
from catalog.schema.tables.inventory import Visit
from catalog.store.journal import Journal
from support.changes import base
from support.loopback import Answer, serve

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """A repository that was crawled and built, with its repos.toml."""
    folder = tmp_path_factory.mktemp("crawled")
    base().write(folder / "churn.git")
    file = folder / "repos.toml"
    file.write_text('[[repo]]\nurl = "churn.git"\nname = "acme/churn"\n')
    crawl(load(file), debug=True)
    build(load(file))
    return folder


@pytest.fixture
def patient(crawled, tmp_path):
    """A copy of it, here; with the same times of its files."""
    shutil.copytree(crawled, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def findings(run):
    """What is not ok, as (check, state, advice), and the exit code."""

    def ask(*words):
        code, out, _ = run("doctor", "-o", "json", *words)
        rows = json.loads(out)
        return code, [(row["check"], row["state"], row["advice"]) for row in rows if row["state"] != "ok"]

    return ask


@pytest.mark.usefixtures("patient")
def test_all_is_well(run):
    code, out, err = run("doctor")
    checks = [line.split()[1].rstrip(":") for line in out.splitlines()]
    assert (code, {line.split()[0] for line in out.splitlines()}, err) == (0, {"ok"}, "0 faults, 0 warnings, 12 ok\n")
    assert checks == [
        "version",
        "config",
        "disk",
        "observations",
        "rows",
        "visits",
        "journal",
        "database",
        "exports",
        "site",
        "host",
        "visit",
    ]


def _stats(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*")}


def test_nothing_is_written(run, patient):
    before = _stats(patient)
    run("doctor")
    assert _stats(patient) == before


def _break_line(folder):
    (file,) = (folder / "output" / "store" / "observations").glob("*.jsonl")
    file.write_text(file.read_text().replace("v1.0.0", "v9.0.0", 1))


def _lose_rows(folder):
    shutil.rmtree(folder / "output" / "store" / "rows")


def _break_journal(folder):
    (file,) = (folder / "output" / "store" / "crawls").glob("0*.jsonl")
    file.write_text(file.read_text().replace("acme", "acne", 1))


def _break_database(folder):
    file = folder / "output" / "catalog.duckdb"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 255
    file.write_bytes(data)


def _replace_database(folder):
    (folder / "output" / ".catalog.duckdb.sum").unlink()
    (folder / "output" / "catalog.duckdb").write_text("mine")


def _lose_database(folder):
    (folder / "output" / "catalog.duckdb").unlink()


def _edit_export(folder):
    file = min((folder / "output" / "data").rglob("*.parquet"))
    file.write_bytes(file.read_bytes() + b"x")


def _crawl_again(folder):
    crawl(load(folder / "repos.toml"), debug=True)


@pytest.mark.parametrize(
    ("harm", "code", "expected"),
    [
        pytest.param(_break_line, 1, [("observations", "fault", KEEP)], id="a damaged observation"),
        pytest.param(_lose_rows, 1, [("rows", "fault", CRAWL)], id="rows that are gone"),
        pytest.param(_break_journal, 1, [("journal", "fault", "keep the file: its other lines count")], id="a damaged journal"),
        pytest.param(_break_database, 1, [("database", "fault", BUILD)], id="a damaged database"),
        pytest.param(
            _replace_database,
            1,
            [("database", "fault", "move it elsewhere if it is needed: `catalog build` makes it anew from what was read in its place")],
            id="another program's file",
        ),
        pytest.param(_lose_database, 0, [("database", "warning", "`catalog build` makes it")], id="no database"),
        pytest.param(_edit_export, 1, [("exports", "fault", BUILD)], id="an export that was edited"),
        pytest.param(_crawl_again, 0, [("database", "warning", BUILD)], id="a crawl without a build"),
        pytest.param(
            lambda folder: shutil.rmtree(folder / "output"), 0, [("output", "warning", "`catalog crawl` makes it")], id="no output"
        ),
    ],
)  # fmt: skip
def test_what_was_written_is_judged(patient, findings, harm, code, expected):
    harm(patient)
    assert findings("--offline") == (code, expected)


def test_a_site_that_was_edited(run, patient, findings):
    run("build")
    (patient / "output" / "site" / "index.html").write_text("mine")
    assert findings("--offline") == (0, [("site", "warning", BUILD)])


FAILURES = [
    pytest.param(VisitOutcome.MALFORMED, "bad packet", "check the server, or the proxy before it", id="malformed"),
    pytest.param(VisitOutcome.DOWN, "no connection", "check the network and its address", id="down"),
    pytest.param(VisitOutcome.REFUSED, "401", "check the credentials that Git has for it", id="refused"),
    pytest.param(VisitOutcome.GONE, "404", "mend its address or remove it in repos.toml", id="gone"),
    pytest.param(VisitOutcome.TOO_BIG, "more than 1 byte", "raise the limit for it in repos.toml (max_bytes", id="too big"),
    pytest.param(VisitOutcome.TOO_SLOW, "not done after 1 s", "raise the limit for it in repos.toml (timeout", id="too slow"),
    pytest.param(VisitOutcome.BUG, "KeyError: 1", "report it with the traceback that `catalog crawl --debug` writes", id="a bug"),
]  # fmt: skip


def _visit(number: int, name: str, outcome: VisitOutcome, message: str | None, begun: datetime) -> Visit:
    row = {"crawl": number, "repo": name, "outcome": outcome, "why": None, "message": message, "started_at": begun}
    return Visit(**row, seconds=0.1, received=0, requests=0)


def _recorded(
    folder: Path,
    visits: dict[str, tuple[VisitOutcome, str | None]],
    *,
    times: int = 1,
    url: str = "https://h/{name}",
) -> tuple[Config, Journal]:
    """A journal in which the repositories of repos.toml were visited on the first days of May 2024."""
    repos = "".join(f"[[repo]]\nname = '{name}'\nurl = '{url.format(name=name)}'\n" for name in visits)
    config = parse(repos, folder / "r")
    journal = Journal(folder / "crawls")
    for day in range(1, times + 1):
        begun = datetime(2024, 5, day, 8, 30, tzinfo=UTC)
        with journal.begin() as entry:
            entry.add((_visit(entry.number, name, *end, begun), None) for name, end in visits.items())
    return config, journal


def test_every_failed_visit_has_an_advice():
    advised = {each for each in VisitOutcome if visit_advice(each, is_local=False, was_read=False)}
    assert {*VisitOutcome} - advised - {*READ, *DEPARTED} == {VisitOutcome.NEVER}


def test_a_damaged_repository_on_disk_has_advice_of_its_own(tmp_path):
    visits = {"a/b": (VisitOutcome.DOWN, "packed-refs ends inside of line 3")}
    (finding,) = check_visits(*_recorded(tmp_path, visits, url="/srv/git/{name}.git"))
    assert finding.advice == "check it with `git fsck`, and its path and access rights: the next crawl reads it again"


@pytest.mark.parametrize(("outcome", "message", "advice"), FAILURES)
def test_a_repository_whose_last_visit_failed(tmp_path, outcome, message, advice):
    (finding,) = check_visits(*_recorded(tmp_path, {"a/b": (outcome, message)}, times=2))
    assert (finding.state, finding.check, finding.message) == (
        CheckState.WARNING,
        "visits",
        f"a/b cannot be read since 2024-05-01 08:30 UTC (2 visits), {outcome.replace('_', ' ')}: {message}; it was never read",
    )
    assert finding.advice.startswith(advice)


@pytest.mark.parametrize(("failed", "named"), [(2, 2), (LISTED, LISTED), (LISTED + 1, LISTED)])
def test_several_are_counted_and_then_named(tmp_path, failed, named):
    visits = {f"a/{number:02}": (VisitOutcome.DOWN, "x") for number in range(failed)}
    summary, *each = check_visits(*_recorded(tmp_path, visits | {"a/z": (VisitOutcome.FRESH, None)}))
    assert summary.message == f"{failed} of {failed + 1} repositories could not be read at the last visit"
    assert (summary.advice, len(each)) == ("`catalog status` has all of them" if failed > named else None, named)


def test_a_failed_visit_is_a_warning_of_the_command(run, patient):
    shutil.rmtree(patient / "churn.git")
    crawl(load(patient / "repos.toml"))
    build(load(patient / "repos.toml"))
    code, out, _ = run("doctor", "--offline")
    assert (code, next(line for line in out.splitlines() if "visits" in line).partition(" since ")[0]) == (
        0,
        "warning visits: acme/churn cannot be read",
    )
    assert "; its rows are of 20" in out


def test_advice_deletes_nothing():
    assert [text for text in (BUILD, CRAWL, KEEP) if "delete" in text.replace("nothing needs to be deleted", "")] == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(200, [], id="a repository"),
        pytest.param(401, [("host", "fault", "check the credentials that Git has for it, or its SSH key; its last good rows stay")], id="a login"),
        pytest.param(404, [("host", "warning", "mend or remove it in repos.toml; its last good rows stay")], id="a repository that is gone"),
    ],
)  # fmt: skip
def test_a_host_is_tried_by_one_of_its_repositories(tmp_path, findings, status, expected):
    base().write(tmp_path / "git" / "churn.git")
    with serve(tmp_path / "git", rule=lambda _: None if status == 200 else Answer(status=status)) as site:
        (tmp_path / "repos.toml").write_text(f'[[repo]]\nurl = "{site}/churn.git"\n')
        found = findings()
    assert found == (int("fault" in str(expected)), [("output", "warning", "`catalog crawl` makes it"), *expected])


def test_a_host_is_tried_again_where_a_repository_is_gone(tmp_path, findings):
    base().write(tmp_path / "git" / "z.git")
    gone = "".join(f'[[repo]]\nurl = "./git/{name}.git"\n' for name in "abcd"[: server_checks.TRIED - 1])
    (tmp_path / "repos.toml").write_text(f'{gone}[[repo]]\nurl = "git/z.git"\n')
    assert findings() == (0, [("output", "warning", "`catalog crawl` makes it")])


def test_a_server_that_hangs_costs_its_time(tmp_path, findings, monkeypatch):
    monkeypatch.setattr(server_checks, "OF_A_SERVER", 0.2)
    with serve(tmp_path, rule=lambda _: sleep(1.0)) as site:
        (tmp_path / "repos.toml").write_text(f'[[repo]]\nurl = "{site}/acme/churn.git"\n')
        begun = monotonic()
        code, found = findings()
        seconds = monotonic() - begun
    assert (code, [check for check, state, _ in found if state == "fault"], seconds < 1.0) == (1, ["host"], True)


@pytest.mark.usefixtures("patient")
def test_a_repository_that_takes_long_is_a_warning(findings, monkeypatch):
    monkeypatch.setattr(server_checks, "OF_A_VISIT", 0.0)
    advice = "`catalog crawl` reads it with all of its time; its last good rows stay"
    assert findings() == (0, [("visit", "warning", advice)])


def test_a_token_is_told_by_its_variable_alone(run, tmp_path, monkeypatch):
    monkeypatch.setenv("MINE", "s3cr3t-t0k3n")
    with serve(tmp_path, rule=lambda _: Answer(status=401)) as site:
        source = f'[[source]]\nkind = "github"\norg = "acme"\nname = "s"\nurl = "{site}"\ntoken_env = "MINE"\n'
        (tmp_path / "repos.toml").write_text(source)
        code, out, _ = run("doctor", "-o", "json")
    rows = {row["check"]: (row["state"], row["message"]) for row in json.loads(out)}
    assert (code, rows["token"], rows["source"][0], "s3cr3t" in out) == (1, ("ok", "s: MINE is set"), "fault", False)


def test_a_token_that_is_not_set(tmp_path, findings, monkeypatch):
    monkeypatch.delenv("MINE", raising=False)
    source = '[[source]]\nkind = "github"\norg = "acme"\nurl = "http://127.0.0.1:9"\ntoken_env = "MINE"\n'
    (tmp_path / "repos.toml").write_text(source)
    assert ("token", "fault", "set MINE") in findings()[1]


def test_every_complaint_of_repos_toml_is_a_fault(tmp_path, findings):
    (tmp_path / "repos.toml").write_text("a = 1\nb = 2\n")
    assert findings() == (1, [("config", "fault", "all other checks need it")] * 2)


@pytest.mark.usefixtures("patient")
def test_no_time_is_told_not_spent(findings):
    code, found = findings("--timeout", "0.000001")
    assert (
        code,
        {state for _, state, _ in found},
        ("observations", "warning", "give more time by --timeout") in found,
    ) == (
        0,
        {"warning"},
        True,
    )


def test_a_time_that_is_none(run):
    assert run("doctor", "--timeout", "0") == (
        2,
        "",
        "catalog: invalid --timeout 0.0: expected a number of seconds above 0\n",
    )
