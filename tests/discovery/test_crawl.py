"""From a forge's listing to the catalog: what is crawled, what stays of repositories that left, and who is not even asked."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catalog.cli import main
from catalog.crawl.crawl import crawl
from catalog.database import database
from catalog.database.build import build
from catalog.naming import slug
from sites.build import build as build_site
from support.changes import base, register
from support.forging import Talk, config_of, forge, said
from support.loopback import Answer, needs
from support.worlds import World

ORG = {"kind": "github", "org": "acme", "name": "s"}
LONG_AGO = "2023-01-02T03:04:05Z"


def repo(talk: Talk, name: str, number: int, **facts: object) -> dict[str, object]:
    given = {"id": number, "clone_url": f"{talk.url}/acme/{name}.git", "archived": False, "fork": False}
    return given | {"visibility": "public", "topics": ["ml"], "pushed_at": LONG_AGO, "created_at": LONG_AGO} | facts


@pytest.fixture
def forged(tmp_path):
    """A forge that lists `talk.entries`, with the repositories acme/churn and acme/vision behind it."""
    for name in ("churn", "vision"):
        base().write(tmp_path / "git" / "acme" / f"{name}.git")
    with forge(tmp_path / "git") as talk:
        talk.entries = [repo(talk, "churn", 1), repo(talk, "vision", 2)]
        talk.answer = lambda request: said(talk.entries) if request.path.startswith("/api") else None
        yield talk


def visits(config) -> tuple[list[str], list[str], int]:
    """Crawls: who was visited and how that ended, which sources failed, and how many were not asked."""
    report = crawl(config, debug=True)
    ended = [f"{visit.repo.partition('/')[2]} {visit.outcome}" for visit in report.visits]
    return ended, sorted(report.failures), report.unpushed


def asked(config, query: str) -> list[tuple[object, ...]]:
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.slow
def test_what_a_forge_lists_is_crawled_and_told(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    crawl(config, debug=True)
    build(config)
    messages = asked(
        config,
        "select repo, outcome, source, forge_id, fork, archived, visibility, topics, pushed_at, left_at from repos",
    )
    assert (messages[0], asked(config, "select source, kind, outcome, listed, wanted from sources")) == (
        ("127.0.0.1/acme/churn", "new", "s", "1", False, False, "public", ["ml"], datetime(2023, 1, 2, 3, 4, 5), None),  # noqa: DTZ001 - as the catalog has it
        [("s", "github", "listed", 2, 2)],
    )


def test_a_source_that_fails_keeps_its_repositories_and_the_crawl_goes_on(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    crawl(config, debug=True)
    forged.answer = lambda request: said({}, status=404) if request.path.startswith("/api") else None
    assert visits(config) == (["acme/churn fresh", "acme/vision fresh"], ["s"], 0)


@pytest.mark.slow
def test_a_repository_that_left_keeps_its_rows_and_is_not_visited(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    crawl(config, debug=True)
    forged.entries.pop()
    ended = visits(config)
    build(config)
    rows = "select repo, left_because, left_at is not null, stale, count(v.version) from repos join versions v using (repo) group by all order by repo"
    assert (ended, asked(config, rows)) == (
        (["acme/churn fresh"], [], 0),
        [
            ("127.0.0.1/acme/churn", None, False, False, 2),
            ("127.0.0.1/acme/vision", "no longer listed", True, False, 2),
        ],
    )


@pytest.mark.slow
def test_the_page_of_a_repository_that_left_says_so(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    crawl(config, debug=True)
    forged.entries.pop()
    crawl(config, debug=True)
    build(config)
    build_site(config.output / "catalog.duckdb", config.output / "site", title="Models")
    pages = [(config.output / "site" / page).read_text() for page in ("repos/127.0.0.1~acme~vision.html", "repos.html")]
    assert ["no longer listed" in page for page in pages] == [True, True]


@pytest.mark.slow
def test_the_build_needs_no_network(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    crawl(config, debug=True)
    forged.requests.clear()
    assert (build(config).counts.repos, forged.requests) == (2, [])


def test_one_repository_is_crawled_without_asking_the_forge(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    crawl(config, debug=True)
    forged.requests.clear()
    crawl(config, only=["127.0.0.1/acme/churn"], debug=True)
    assert {request.path.partition("/git-")[0] for request in forged.requests} == {"/acme/churn.git"}


@pytest.mark.slow
def test_a_crawl_that_asks_no_source_reports_no_failure_of_one(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    crawl(config, debug=True)
    forged.answer = lambda request: said({}, status=404) if request.path.startswith("/api") else None
    failed = [crawl(config, only=only, debug=True).failures.keys() for only in ([], ["127.0.0.1/acme/churn"])]
    assert failed == [{"s"}, set()]


@pytest.mark.slow
def test_the_token_of_the_environment_opens_private_repositories_too(forged, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_secret")
    locked = needs("x-access-token", "ghp_secret")
    forged.answer = lambda request: said(forged.entries) if request.path.startswith("/api") else locked(request)
    assert visits(config_of(tmp_path, ORG | {"url": forged.url}))[0] == ["acme/churn new", "acme/vision new"]


def test_who_was_not_pushed_to_is_not_asked_for_refs(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url, "skip_unpushed": True})
    first, second = visits(config), visits(config)
    forged.entries[0] |= {"pushed_at": "2023-02-03T04:05:06Z"}
    assert (first[0], second, visits(config)) == (
        ["acme/churn new", "acme/vision new"],
        ([], [], 2),
        (["acme/churn fresh"], [], 1),
    )


def soon(**by: float) -> str:
    return (datetime.now(UTC) + timedelta(**by)).isoformat()


ASKED_ALL_THE_SAME = {
    "the option is off": ({}, lambda: LONG_AGO),
    "the forge does not say": ({"skip_unpushed": True}, lambda: None),
    "the push was a moment ago": ({"skip_unpushed": True}, lambda: soon(seconds=-10)),  # when the test runs
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("keys", "pushed_at"), ASKED_ALL_THE_SAME.values(), ids=ASKED_ALL_THE_SAME.keys())
def test_who_is_asked_all_the_same(keys, pushed_at, forged, tmp_path):
    for entry in forged.entries:
        entry["pushed_at"] = pushed_at()
    config = config_of(tmp_path, ORG | {"url": forged.url} | keys)
    crawl(config, debug=True)
    assert visits(config) == (["acme/churn fresh", "acme/vision fresh"], [], 0)


@pytest.mark.slow
def test_now_and_then_everybody_is_asked(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url, "skip_unpushed": True})
    crawl(config, debug=True)
    _age(config, days=8)
    assert visits(config) == (["acme/churn fresh", "acme/vision fresh"], [], 0)


def _age(config, *, days: float) -> None:
    """Makes what was read some days older, as a clock would."""
    file = config.output / "store" / "sources" / "pushed.json"
    kept = json.loads(file.read_text().partition(" ")[2])
    for entry in kept.values():
        entry["read_at"] = (datetime.fromisoformat(entry["read_at"]) - timedelta(days=days)).isoformat()
    file.write_text(json.dumps(kept))


@pytest.mark.slow
def test_rows_that_were_lost_are_read_again_whatever_the_forge_says(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url, "skip_unpushed": True})
    crawl(config, debug=True)
    shutil.rmtree(config.output / "store" / "rows" / slug("127.0.0.1/acme/churn"))
    ended, _, unpushed = visits(config)
    assert ([name.partition(" ")[0] for name in ended], unpushed) == (["acme/churn"], 1)


@pytest.mark.slow
@pytest.mark.parametrize("content", [None, b"damaged\n"], ids=["they are lost", "they are damaged"])
def test_observations_are_made_up_for_whatever_the_forge_says(forged, tmp_path, content):
    config = config_of(tmp_path, ORG | {"url": forged.url, "skip_unpushed": True})
    crawl(config, debug=True)
    journal = config.output / "store" / "observations" / f"{slug('127.0.0.1/acme/churn')}.jsonl"
    journal.unlink()
    if content is not None:
        journal.write_bytes(content)
    ended, _, unpushed = visits(config)
    assert (ended, unpushed, visits(config)) == (["acme/churn fresh"], 1, ([], [], 2))


@pytest.mark.slow
def test_other_options_are_a_reason_to_ask(forged, tmp_path):
    keys = ORG | {"url": forged.url, "skip_unpushed": True}
    crawl(config_of(tmp_path, keys), debug=True)
    assert visits(config_of(tmp_path, keys | {"history": 1}))[0] == ["acme/churn changed", "acme/vision changed"]


@pytest.mark.slow
def test_a_renamed_repository_is_told_once(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    crawl(config, debug=True)
    (tmp_path / "git" / "acme" / "churn.git").rename(tmp_path / "git" / "acme" / "attrition.git")
    forged.entries[0] = repo(forged, "attrition", 1)
    crawl(config, debug=True)
    build(config)
    listed = "select distinct repo from internal.list_artifacts(null, null, null, false) where repo like '%/churn' or repo like '%/attrition'"
    assert (
        asked(config, "select repo, renamed_to from repos where left_at is not null"),
        asked(config, listed),
    ) == ([("127.0.0.1/acme/churn", "127.0.0.1/acme/attrition")], [("127.0.0.1/acme/attrition",)])


def crawled(config) -> None:
    crawl(config, debug=True)
    build(config)


def changes(config, a: int, b: int) -> list[tuple[object, ...]]:
    """What `diff` tells, without the host."""
    rows = asked(config, f"select kind, repo, what, old, new from changes_between({a}, {b})")
    return [tuple(str(cell).removeprefix("127.0.0.1/acme/") for cell in row if cell is not None) for row in rows]


@pytest.mark.slow
def test_diff_tells_what_a_forge_lists_no_more_and_lists_again(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    crawled(config)
    vision = forged.entries.pop()
    crawled(config)
    forged.entries.append(vision)
    crawled(config)
    assert (changes(config, 1, 2), changes(config, 2, 3), changes(config, 1, 3)) == (
        [("lost_repo", "vision", "no longer listed", "new", "left")],
        [("found_repo", "vision", "left", "fresh")],
        [],
    )


@pytest.mark.slow
def test_a_renamed_repository_keeps_its_history(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    crawled(config)
    (tmp_path / "git" / "acme" / "churn.git").rename(tmp_path / "git" / "acme" / "attrition.git")
    forged.entries[0] = repo(forged, "attrition", 1)
    crawled(config)
    seen = "select distinct repo, first_crawl from observations where event is not null and repo not like '%vision'"
    assert (changes(config, 1, 2), asked(config, seen)) == (
        [("renamed_repo", "attrition", "churn", "attrition")],
        [("127.0.0.1/acme/attrition", 1)],
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moved_to", "told"),
    [
        pytest.param("attrition", ("renamed_repo", "attrition", "churn", "attrition"), id="and the old one has another name"),
        pytest.param(
            None,
            ("lost_repo", "churn (id 1)", "another repository is called 127.0.0.1/acme/churn now", "new", "left"),
            id="and the old one is not listed",
        ),
    ],
)  # fmt: skip
def test_another_repository_under_an_old_name_is_a_new_one(forged, tmp_path, moved_to, told):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    crawled(config)
    git = tmp_path / "git" / "acme"
    (git / "churn.git").rename(git / f"{moved_to}.git")
    world = World()
    world.commit({"artifacts.yaml": "m:\n  type: model\n"})
    world.tag("m@v9.0.0")
    world.write(git / "churn.git")
    forged.entries[0] = repo(forged, "churn", 7)
    if moved_to:
        forged.entries.append(repo(forged, moved_to, 1))
    crawled(config)
    found = changes(config, 1, 2)
    assert (
        sorted(row for row in found if row[0].endswith("_repo")),
        {row[0] for row in found if row[1] == "churn"},
    ) == (
        sorted([told, ("new_repo", "churn", "new")]),
        {"new_repo", "new_artifact", "new_version"},
    )


@pytest.mark.slow
def test_a_source_that_fails_before_its_first_listing_loses_no_repositories(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    crawled(config)
    for file in (config.output / "store" / "sources").iterdir():
        file.unlink()
    forged.answer = lambda request: said({}, status=404) if request.path.startswith("/api") else None
    crawled(config)
    assert changes(config, 1, 2) == []


@pytest.mark.slow
def test_a_source_that_lists_nothing_any_more_loses_no_repositories(forged, tmp_path):
    config = config_of(tmp_path, ORG | {"url": forged.url})
    forged.entries += [repo(forged, f"r{number}", number) for number in range(3, 12)]
    crawled(config)
    forged.entries.clear()
    report = crawl(config, debug=True)
    build(config)
    left = asked(config, "select count(*) from repos where left_at is not null")
    assert ([*report.failures], left, changes(config, 1, 2)) == (["s"], [(0,)], [])


def fork(forged, tmp_path, *changes) -> list[tuple[object, ...]]:
    """acme/vision as a fork of acme/churn that has changed since: the view `copies`."""
    world = base()
    for number, change in enumerate(changes, 7):
        change(world, number)
    world.write(tmp_path / "git" / "acme" / "vision.git")
    forged.entries[1] |= {"fork": True, "created_at": "2024-01-01T00:00:00Z"}
    config = config_of(tmp_path, ORG | {"url": forged.url, "forks": True})
    crawl(config, debug=True)
    build(config)
    return asked(config, "from copies")


@pytest.mark.slow
def test_a_fork_without_tags_of_its_own_is_folded(forged, tmp_path):
    copies = fork(forged, tmp_path)
    assert [(row[0], row[1], row[3], row[4]) for row in copies] == [
        ("127.0.0.1/acme/vision", "127.0.0.1/acme/churn", 0, True)
    ]


@pytest.mark.slow
def test_a_fork_with_tags_of_its_own_is_told_beside_its_parent(forged, tmp_path):
    copies = fork(forged, tmp_path, register)
    assert [(row[0], row[1], row[3], row[4]) for row in copies] == [
        ("127.0.0.1/acme/vision", "127.0.0.1/acme/churn", 1, False)
    ]


@pytest.mark.slow
def test_a_name_means_the_original_and_a_longer_one_the_fork(forged, tmp_path, capsys):
    fork(forged, tmp_path)
    database_ = str(tmp_path / "output" / "catalog.duckdb")
    codes = [main(["show", ref, "-o", "ids", "--catalog", database_]) for ref in ("m", "vision:m")]
    out = capsys.readouterr().out.split()
    assert (codes, out[0].partition("@")[0], out[-1].partition("@")[0]) == (
        [0, 0],
        "127.0.0.1/acme/churn:m",
        "127.0.0.1/acme/vision:m",
    )


@pytest.fixture
def written(forged, tmp_path):
    """repos.toml on the disk, for commands."""
    file = tmp_path / "repos.toml"
    file.write_text(f'[[source]]\nkind = "github"\norg = "acme"\nurl = "{forged.url}"\nexclude = ["vision"]\n')
    return file


def test_preview_tells_what_would_be_read_and_fetches_nothing(forged, written, capsys):
    code = main(["sources", "preview", "-o", "jsonl", "--config", str(written)])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (
        code,
        [(row["repo"], row["wanted"], row["why"]) for row in rows],
        [request.path for request in forged.requests],
        (written.parent / "output").exists(),
    ) == (
        0,
        [("127.0.0.1/acme/churn", True, None), ("127.0.0.1/acme/vision", False, "excluded")],
        ["/api/v3/orgs/acme/repos"],
        False,
    )


def test_preview_of_a_source_that_fails_ends_with_5(forged, written, capsys):
    forged.answer = lambda _: said({}, status=404)
    code = main(["sources", "preview", "--config", str(written)])
    messages = capsys.readouterr().err
    assert (code, "404: there is no such address" in messages, "nothing found" in messages) == (5, True, True)


def test_a_crawl_with_a_failing_source_ends_with_5(forged, written, capsys):
    main(["crawl", "--no-build", "--config", str(written)])
    forged.answer = lambda request: said({}, status=404) if request.path.startswith("/api") else None
    code = main(["crawl", "--no-build", "--config", str(written)])
    messages = capsys.readouterr().err.splitlines()
    assert (code, messages[-1]) == (5, "1 source failed: the last listing was used")


@pytest.mark.slow
def test_status_knows_who_left(forged, written, capsys):
    main(["crawl", "--no-site", "--config", str(written)])
    forged.entries.clear()
    main(["crawl", "--no-site", "--config", str(written)])
    capsys.readouterr()
    code = main(["status", "--check", "-o", "jsonl", "--config", str(written)])
    row = json.loads(capsys.readouterr().out)
    assert (code, row["repo"], row["left_because"], row["next"]) == (
        0,
        "127.0.0.1/acme/churn",
        "no longer listed",
        None,
    )


@pytest.mark.parametrize(
    ("allow", "outcomes"),
    [
        pytest.param((), ["acme/churn new", "acme/vision refused"], id="not by itself"),
        pytest.param(("127.0.0.1", "::1"), ["acme/churn new", "acme/vision new"], id="where it is allowed"),
    ],
)
def test_a_list_from_elsewhere_leads_to_a_server_inside(forged, tmp_path, allow, outcomes):
    """A list on a host that the operator named, with a repository on another host, which is private."""
    inside = forged.url.replace("127.0.0.1", "localhost")
    lines = f"{forged.url}/acme/churn.git\n{inside}/acme/vision.git\n"
    forged.answer = lambda request: Answer(body=lines.encode()) if request.path == "/list.txt" else None
    config = config_of(tmp_path, {"kind": "list", "url": f"{forged.url}/list.txt"})
    assert visits(replace(config, allowed_hosts=allow))[0] == outcomes


@pytest.mark.slow
def test_a_list_on_this_machine_and_repos_toml_may_lead_anywhere(forged, tmp_path):
    inside = forged.url.replace("127.0.0.1", "localhost")
    (tmp_path / "list.txt").write_text(f"{inside}/acme/vision.git\n")
    config = config_of(
        tmp_path, {"kind": "list", "path": str(tmp_path / "list.txt")}, repos={"churn": f"{inside}/acme/churn.git"}
    )
    assert visits(config)[0] == [" new", "acme/vision new"]
