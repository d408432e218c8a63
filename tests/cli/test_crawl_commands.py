"""crawl, build, status and demo on a small fleet of real repositories."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil

import pytest

from catalog.cli import main
from catalog.cli.catalog_and_site import _counted
from catalog.cli.invocation import command
from support.worlds import World


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A demo of two repositories, for copying, and what `catalog demo` said when it made it."""
    folder = tmp_path_factory.mktemp("demo")
    with contextlib.chdir(folder), contextlib.redirect_stderr(io.StringIO()) as said:
        assert main(["demo", "--repos", "2", "--debug"]) == 0
    return folder / "demo", said.getvalue()


@pytest.fixture
def fleet(made, tmp_path, capsys):
    """The demo in this test's own folder; repos.toml lies in it."""
    shutil.copytree(made[0], tmp_path, dirs_exist_ok=True)
    capsys.readouterr()
    return tmp_path


def told(err):
    """What a command said, without how long it took and what changes with the content of the demo."""
    return re.sub(
        r"\d+(?= artifacts| versions| files| pages| of \d+ pages)|\d+ unchanged", "N", re.sub(r"[\d.]+ s\b", "T", err)
    ).splitlines()


@pytest.mark.slow
def test_demo_says_what_it_did_and_what_to_open(made):
    lines = told(made[1])
    assert (lines[:3], sorted(lines[3:5]), lines[5:]) == (
        [
            "made 2 repositories in demo/repos",
            "made 20 models in demo/storage/demo-example-risk",
            "wrote demo/repos.toml",
        ],
        ["new      demo.example/risk/churn", "new      demo.example/vision/models"],
        [
            "2 new, 0 changed, 0 fresh, 0 failed; 0 bytes in T",
            "demo/output/catalog.duckdb: N artifacts, N versions of 2 repositories in T",
            "demo/output/site: N of N pages made, N files written, N in T",
            f"open demo/output/site/index.html, or ask: {command('show', '--catalog', 'demo/output/catalog.duckdb')}",
            f"get a model: {command('get', 'churn#prod', '--config', 'demo/repos.toml')}",
        ],
    )


def test_a_crawl_in_which_nothing_changed(run, fleet):
    assert fleet.is_dir()
    code, out, err = run("crawl", "--no-build")
    assert (code, out, sorted(told(err))) == (
        0,
        "",
        [
            "0 new, 0 changed, 2 fresh, 0 failed; 0 bytes in T",
            "fresh    demo.example/risk/churn",
            "fresh    demo.example/vision/models",
        ],
    )


def test_what_of_a_netrc_file_cannot_be_read_is_told_once(run, fleet):
    (fleet / "netrc").write_text("machine h login a\npassword b\ns3cret\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("NETRC", str(fleet / "netrc"))
        err = run("crawl", "--no-build")[2]
    words = "none of account, login, machine, password, port, protocol, default, macdef"
    complaint = f"{fleet / 'netrc'}: line 3: found a word that is {words}"
    assert (told(err).count(complaint), "s3cret" in err) == (1, False)


@pytest.mark.parametrize("command", [("crawl",), ("crawl", "--no-build"), ("build",)], ids=" ".join)
def test_an_empty_repos_toml_empties_no_catalog(run, fleet, command):
    (fleet / "repos.toml").write_text('[catalog]\noutput = "output"\n')
    before = (fleet / "output" / "catalog.duckdb").read_bytes()
    complaint = "lists no repositories, and the catalog in output has 2 repositories: it is left as it is"
    assert run(*command) == (2, "", f"catalog: repos.toml: {complaint}; `--allow-empty` empties it\n")
    assert (fleet / "output" / "catalog.duckdb").read_bytes() == before


@pytest.mark.slow
def test_a_catalog_is_emptied_on_request(run, fleet):
    (fleet / "repos.toml").write_text('[catalog]\noutput = "output"\n')
    assert run("crawl", "--allow-empty", "--no-site")[0] == 0
    assert run("ls", "repos", "-o", "ids")[:2] == (0, "")
    assert run("crawl", "--no-site")[0] == 0  # there is nothing to lose any more


@pytest.mark.slow
def test_a_catalog_that_never_had_a_repository_is_made_empty(run, tmp_path):
    (tmp_path / "repos.toml").write_text('[catalog]\noutput = "output"\n')
    assert run("crawl", "--no-site")[0] == 0


def test_a_source_that_was_never_listed_has_no_last_listing(run, tmp_path):
    (tmp_path / "repos.toml").write_text('[[source]]\nname = "s"\nkind = "folder"\npath = "/nonexistent"\n')
    code, _, err = run("sources", "preview")
    assert (code, err.splitlines()[-1]) == (5, "s (folder): gone; it was never listed")


def test_a_crawl_of_one_repository_by_the_end_of_its_name(run, fleet):
    assert fleet.is_dir()
    assert told(run("crawl", "churn", "--no-build")[2]) == [
        "fresh    demo.example/risk/churn",
        "0 new, 0 changed, 1 fresh, 0 failed; 0 bytes in T",
    ]


@pytest.mark.slow
def test_a_repository_that_is_gone_fails_alone(run, fleet):
    shutil.rmtree(fleet / "repos" / "risk")
    code, _, err = run("crawl", "--no-site")
    lines = told(err)
    assert (code, [line[:5] for line in lines if "demo.example" in line].count("fresh"), lines[-3]) == (
        5,
        1,
        "0 new, 0 changed, 1 fresh, 1 failed; 0 bytes in T",
    )


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("nobody", "catalog: repos.toml has no repository named 'nobody'; `catalog status` lists the names\n"),
        (
            "models",
            "catalog: 'models' names 2 repositories, expected one\n  demo.example/vision/models\n  other/models\n",
        ),
    ],
    ids=["no such repository", "several repositories"],
)
def test_a_crawl_of_what_is_not_one_repository(run, fleet, word, message):
    with (fleet / "repos.toml").open("a") as file:
        file.write('\n[[repo]]\nname = "other/models"\nurl = "https://git.example/x"\n')
    assert run("crawl", word) == (3, "", message)


@pytest.mark.slow
def test_build(run, fleet):
    (fleet / "output" / "catalog.duckdb").unlink()
    code, out, err = run("build", "--no-site")
    path = fleet / "output" / "catalog.duckdb"
    assert (code, out, told(err), path.is_file()) == (
        0,
        "",
        ["output/catalog.duckdb: N artifacts, N versions of 2 repositories in T"],
        True,
    )


def status(run):
    code, out, _ = run("status", "-o", "json")
    return code, [(row["repo"], row["outcome"], row["next"]) for row in json.loads(out)]


def test_status_of_a_fresh_catalog(run, fleet):
    assert fleet.is_dir()
    assert status(run) == (0, [("demo.example/risk/churn", "new", None), ("demo.example/vision/models", "new", None)])


def test_status_says_what_the_next_crawl_would_read(run, fleet):
    text = (fleet / "repos.toml").read_text().replace('"demo.example/risk/churn"', '"renamed"')
    (fleet / "repos.toml").write_text(text)
    assert status(run) == (
        0,
        [
            ("demo.example/risk/churn", "new", "removed"),
            ("demo.example/vision/models", "new", None),
            ("renamed", "never", "new"),
        ],
    )


def test_status_shows_the_schedule(run, fleet):
    wish = fleet / "repos.toml"
    wish.write_text(wish.read_text().replace("[crawl]", '[crawl]\nschedule = "0 3 * * 1"'))
    assert "schedule 0 3 * * 1 " in run("status")[2]


@pytest.mark.slow
def test_status_says_what_of_the_crawls_is_lost(run, fleet):
    file = next((fleet / "output" / "store" / "crawls").glob("0*.jsonl"))
    file.write_bytes(file.read_bytes().replace(b'"new"', b'"old"', 1))
    run("build", "--no-site")
    assert "000001.jsonl has 1 damaged line: what was recorded there is lost" in run("status")[2]


def test_status_after_other_readers(run, fleet, monkeypatch):
    assert fleet.is_dir()
    monkeypatch.setattr("catalog.store.partitions.readers_digest", lambda _: "other")
    assert [row[2] for row in status(run)[1]] == ["reader_changed", "reader_changed"]


def test_status_after_a_change_of_what_is_withheld(run, fleet, monkeypatch):
    assert fleet.is_dir()
    monkeypatch.setattr("catalog.store.partitions.privacy_digest", lambda _: "other")
    assert [row[2] for row in status(run)[1]] == ["privacy_changed", "privacy_changed"]


def test_status_shows_codes_in_words(run, fleet, monkeypatch):
    assert fleet.is_dir()
    monkeypatch.setattr("catalog.store.partitions.readers_digest", lambda _: "other")
    shown = run("status")[1]
    assert (shown.count("reader changed"), shown.count("reader_changed")) == (2, 0)


@pytest.mark.parametrize("place", ["file", "link"])
def test_a_report_is_written_whole(run, fleet, place):
    file, report = fleet / "report.json", fleet / place
    file.write_text("before")
    if place == "link":
        report.symlink_to(file)
        assert run("crawl", "--no-build", "--report", str(report))[0] == 0
        assert report.is_symlink()
    else:
        before = file.stat().st_ino
        assert run("crawl", "--no-build", "--report", str(file))[0] == 0
        assert file.stat().st_ino != before  # another file, moved into its place
    assert json.loads(file.read_text())["crawl"]["failed"] == 0


@pytest.mark.slow
@pytest.mark.parametrize(("repo", "code"), [("risk", 5), ("nothing", 0)], ids=["stale rows", "no stale rows"])
def test_status_can_be_a_check(run, fleet, repo, code):
    shutil.rmtree(fleet / "repos" / repo, ignore_errors=True)
    run("crawl", "--no-site")
    assert run("status", "--check")[0] == code


def test_status_of_a_catalog_without_repos_toml(run, fleet):
    (fleet / "repos.toml").unlink()
    assert [row[2] for row in status(run)[1]] == [None, None]


def test_a_crawl_of_nothing(run, tmp_path):
    (tmp_path / "repos.toml").write_text("")
    assert told(run("crawl", "--no-build")[2]) == [
        "repos.toml lists no repositories; `catalog add URL` adds one",
        "0 new, 0 changed, 0 fresh, 0 failed; 0 bytes in T",
    ]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"deregistered": 2, "not registered": 1}, " (and 2 deregistered, 1 not registered)"),
        ({"deregistered": 0, "not registered": 1}, " (and 1 not registered)"),
        ({"deregistered": 0, "not registered": 0}, ""),
    ],
)
def test_what_is_not_counted_with_the_others_is_told_beside(counts, told):
    assert _counted("and ", counts) == told


@pytest.mark.slow
def test_what_a_build_counts_is_told(tmp_path, run):
    world = World()
    world.commit({"artifacts.yaml": "m:\n  type: model\n"})
    for tag in ("n@v1.0.0", "n@v2.0.0", "n@v2.0.0!#1", "o@v1.0.0", "o@deprecated", "p#prod"):
        world.tag(tag)
    (tmp_path / "repos.toml").write_text(f"[[repo]]\nname = 'o/r'\nurl = '{world.write(tmp_path / 'r')}'\n")
    _, _, err = run("crawl", "--no-site", "--config", tmp_path / "repos.toml")
    counted = "4 artifacts (1 not registered, 1 deprecated), 2 versions (and 1 deregistered, 1 not registered) of 1 repository"
    assert counted in err
