"""`catalog rename` and `catalog remove`: what they write, what they refuse, and that history goes on."""

from __future__ import annotations

import shutil
from contextlib import closing

import pytest

from catalog.config import parse as config
from catalog.crawl.crawl import crawl
from catalog.database import database
from catalog.database.build import build
from support.changes import base

TWO = '# mine\n[[repo]]\nurl = "https://git.example/acme/churn" # why\n\n# see\n[[repo]]\nurl = "https://git.example/acme/vision"\n'
CHURN, VISION = "git.example/acme/churn", "git.example/acme/vision"
LATER = "called {} from the next crawl on; nothing of its history is lost. A build before that leaves it out\n"


@pytest.fixture
def written(tmp_path):
    """A repos.toml with a text, and what it is then."""
    file = tmp_path / "repos.toml"

    def write(text):
        file.write_text(text)
        return file

    return write


def test_rename_keeps_all_other_lines(run, written):
    file = written(TWO)
    assert (run("rename", "churn", "risk/churn"), file.read_text()) == (
        (0, "", f"{CHURN}: {LATER.format('risk/churn')}"),
        TWO.replace("# why\n", f'# why\nname = "risk/churn"\naliases = ["{CHURN}"]\n'),
    )


def test_a_former_name_finds_the_repository_and_is_taken_back(run, written):
    file = written(TWO)
    run("rename", "churn", "risk/churn")
    run("rename", "acme/churn", CHURN)
    assert [(repo.name, repo.aliases) for repo in config.load(file).repos] == [(CHURN, ("risk/churn",)), (VISION, ())]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param(("vison", "x"), 3, f"repos.toml has no repository named 'vison'; did you mean {VISION}?", id="a typing error"),
        pytest.param(("nothing", "x"), 3, "repos.toml has no repository named 'nothing'; `catalog status` lists the names", id="nothing alike"),
        pytest.param(("", "x"), 2, "invalid OLD '': expected the name of a repository, or its end", id="no name"),
        pytest.param(("churn", "a//b"), 2, "invalid NEW 'a//b': expected parts of printable characters with / between them, such as team/model", id="what is no name"),
        pytest.param(("churn", CHURN), 2, f"invalid NEW '{CHURN}': expected another name than '{CHURN}'", id="the same name"),
        pytest.param(("churn", VISION.upper()), 2, f"repos.toml: another repository is called '{VISION}': expected a name that is free", id="another's name"),
    ],
)  # fmt: skip
def test_what_rename_refuses(run, written, words, code, says):
    file = written(TWO)
    assert (run("rename", *words), file.read_text()) == ((code, "", f"catalog: {says}\n"), TWO)


def test_rename_keeps_withholding(run, written):
    rules = f'[privacy]\nredact = [{{repo = "{CHURN}", key = "x"}}]\n'
    written(TWO + rules)
    code, _, err = run("rename", "churn", "risk/churn")
    assert (code, err) == (
        2,
        f"catalog: repos.toml: rules of [privacy] are for '{CHURN}' and not for 'risk/churn', or the reverse: expected the same for both\n",
    )


def test_what_remove_prints_puts_the_repository_back(run, written):
    file = written(TWO)
    before = config.load(file)
    code, out, _ = run("remove", "churn")
    rest = file.read_text()
    file.write_text(out + rest)
    assert (code, rest, config.load(file).repos) == (0, TWO.replace(out, "", 1), before.repos)


def test_remove_says_what_stays(run, written):
    written(TWO)
    assert run("remove", "vision")[2].splitlines() == [
        f"{VISION}: removed; the catalog has it until the next crawl or build",
        "what was observed of it stays in output/store/observations: `catalog diff` and `--known-at` of earlier crawls do not change",
        "to get it back, put the lines above into repos.toml: its history goes on",
    ]


@pytest.fixture
def listed(tmp_path, written):
    """A repos.toml whose source is a folder of repositories, crawled once."""
    base().write(tmp_path / "git" / "acme" / "churn.git")
    file = written('[[source]]\nkind = "folder"\npath = "git"\n')
    _crawled(file)
    return file


@pytest.mark.slow
def test_what_a_source_lists_gets_a_repo_of_its_own(run, listed):
    (name,) = _names(listed)
    run("rename", "churn", "risk/churn")
    _crawled(listed)
    assert (_names(listed), _asked(listed, "select former, name from renames")) == (
        ["risk/churn"],
        [(name, "risk/churn")],
    )


@pytest.mark.slow
def test_what_a_source_lists_is_excluded(run, listed):
    (name,) = _names(listed)
    code, out, err = run("remove", "churn")
    _crawled(listed)
    kept = (
        code,
        out,
        config.load(listed).sources[0].exclude,
        err.splitlines()[-1].startswith("to get it back, take it out"),
    )
    assert (kept, _asked(listed, "select repo from repos where left_at is null")) == ((0, "", (name,), True), [])


@pytest.fixture
def crawled(tmp_path, written):
    """A repository that was crawled, renamed, and crawled again."""
    base().write(tmp_path / "churn.git")
    file = written('[[repo]]\nurl = "churn.git"\nname = "acme/churn"\n')
    _crawled(file)
    return file


@pytest.mark.slow
def test_the_history_of_a_renamed_repository_is_one(run, crawled):
    before = _asked(crawled, "select ref, oid, first_crawl from observations order by all")
    run("rename", "churn", "risk/attrition")
    _crawled(crawled)
    assert _asked(crawled, "select ref, oid, first_crawl from observations order by all") == before
    assert _asked(crawled, "select distinct repo from observations union select distinct repo from visits") == [
        ("risk/attrition",)
    ]
    assert _asked(crawled, "select kind, old, new from changes_between(1, 2)") == [
        ("renamed_repo", "acme/churn", "risk/attrition")
    ]


@pytest.mark.slow
def test_references_with_a_former_name_find_it(run, crawled):
    run("rename", "churn", "risk/attrition")
    _crawled(crawled)
    names = ["acme/churn", "churn", "acme/churn:m", "risk/attrition:m"]
    assert [run("show", name)[0] for name in names] == [0, 0, 0, 0]
    assert run("ls", "models", "--repo", "acme/churn")[:2] == run("ls", "models", "--repo", "attrition")[:2]


@pytest.mark.slow
def test_a_repository_may_get_its_first_name_back(run, crawled):
    before = _asked(crawled, "select ref, oid, first_crawl from observations order by all")
    for old, new in (("churn", "risk/attrition"), ("attrition", "acme/churn")):
        run("rename", old, new)
        _crawled(crawled)
    assert (_names(crawled), _asked(crawled, "select ref, oid, first_crawl from observations order by all")) == (
        ["acme/churn"],
        before,
    )


@pytest.mark.slow
@pytest.mark.parametrize("builds", [0, 1], ids=["at once", "after a build"])
def test_a_renamed_repository_that_cannot_be_read_keeps_its_rows(run, crawled, tmp_path, builds):
    before = _asked(crawled, "select artifact, version, commit from versions order by all")
    run("rename", "churn", "risk/attrition")
    for _ in range(builds):
        build(config.load(crawled))
    (tmp_path / "churn.git").rename(tmp_path / "elsewhere.git")
    _crawled(crawled)
    assert (_asked(crawled, "select artifact, version, commit from versions order by all"), before == []) == (
        before,
        False,
    )
    assert _asked(crawled, "select repo, outcome from visits where crawl = 2") == [("risk/attrition", "gone")]


@pytest.mark.slow
def test_rows_that_go_on_under_another_name_are_those_that_are_read_under_it(run, crawled, tmp_path):
    run("rename", "churn", "risk/attrition")
    _crawled(crawled)
    renamed = _partitions(tmp_path)
    shutil.rmtree(tmp_path / "output")
    _crawled(crawled)
    assert (_partitions(tmp_path), [*renamed]) == (renamed, ["risk~attrition"])


def _partitions(folder):
    return {file.parent.name: (file.name, file.read_bytes()) for file in folder.glob("output/store/rows/*/*")}


def _crawled(file):
    loaded = config.load(file)
    crawl(loaded, debug=True)
    build(loaded)


def _names(file):
    return [name for (name,) in _asked(file, "select repo from repos")]


def _asked(file, query):
    with closing(database.connect(config.load(file).output / "catalog.duckdb")) as connection:
        return connection.execute(query).fetchall()
