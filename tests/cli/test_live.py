"""`--live`: one repository is read now, and the rest is as of the last crawl."""

from __future__ import annotations

import subprocess
import tempfile

import pytest

from catalog.database.build import build
from catalog.errors import Exit
from support.changes import base
from support.crawling import visited, wish
from support.loopback import environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """acme/churn, crawled; since then, v2.0.0 was registered in it and assigned to prod. And acme/other, which has since changed, too."""
    folder = tmp_path_factory.mktemp("live")
    churn, other = base(), base()
    urls = {"acme/churn": str(churn.write(folder / "churn")), "acme/other": str(other.write(folder / "other"))}
    config = wish(folder, urls)
    (folder / "repos.toml").write_text(
        "".join(f"[[repo]]\nname = '{name}'\nurl = '{url}'\n" for name, url in urls.items())
    )
    visited(config)
    build(config)
    for each, path in ((churn, folder / "churn"), (other, folder / "other")):
        each.commit({"a": "1"})
        each.tag("m@v2.0.0")
        each.tag("m#prod#2")
        each.write(path)
    return folder


@pytest.fixture
def ask(run, world, monkeypatch):
    monkeypatch.chdir(world)
    return run


@pytest.fixture(autouse=True)
def _nothing_is_left(world, tmp_path, monkeypatch):
    before = (world / "output" / "catalog.duckdb").read_bytes()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith("catalog-live-")] == []
    assert (world / "output" / "catalog.duckdb").read_bytes() == before


@pytest.mark.slow
def test_what_was_pushed_since_the_last_crawl_is_there_only_live(ask):
    assert ask("resolve", "acme/churn:m#prod", "--field", "version")[:2] == (0, "v1.1.0\n")
    code, out, err = ask("resolve", "acme/churn:m#prod", "--live", "--field", "version")
    assert (code, out) == (0, "v2.0.0\n")
    assert err.startswith("acme/churn was read at 20")
    assert "all else is as of the crawl of 20" in err


@pytest.mark.slow
@pytest.mark.parametrize("repo", ["churn", "acme/churn", "./churn"])
def test_the_repository_is_named_in_any_way(ask, repo):
    assert ask("resolve", "--tag", "m#prod#2", "--live", "--repo", repo, "--field", "version")[:2] == (0, "v2.0.0\n")


@pytest.mark.slow
def test_all_else_is_as_of_the_last_crawl(ask):
    code, out, _ = ask("report", "m#prod", "--live", "--repo", "acme/churn", "--against", "acme/other:m#prod")
    assert (code, [word for word in ("v1.1.0", "v2.0.0") if word in out]) == (0, ["v1.1.0", "v2.0.0"])


@pytest.mark.slow
@pytest.mark.parametrize("command", ["resolve", "show", "get", "report"])
def test_of_another_repository_than_that_which_is_read_nothing_is_said(ask, command):
    code, out, err = ask(command, "acme/other:m#prod", "--live", "--repo", "acme/churn")
    sentence = "catalog: no artifact 'acme/other:m' in acme/churn; elsewhere: acme/other:m\n"
    assert (code, out, err.endswith(sentence)) == (Exit.NOT_FOUND, "", True), err


@pytest.mark.slow
def test_show_takes_it_too(ask):
    code, out, err = ask("show", "acme/churn:m", "--live", "-o", "ids")
    assert (code, out.splitlines()[0]) == (0, "acme/churn:m@v2.0.0")
    assert err.startswith("acme/churn was read at ")


@pytest.mark.slow
def test_the_origin_of_a_clone_is_read_without_repos_toml_or_catalog(ask, world, monkeypatch):
    subprocess.run(["git", "clone", "-q", world / "churn", world / "clone"], env=environment({}), check=True)
    monkeypatch.chdir(world / "clone")
    code, out, err = ask("resolve", "m#prod", "--live", "--repo", ".", "--field", "version")
    assert (code, out, "there is no other" in err) == (0, "v2.0.0\n", True)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(["resolve", "nothing", "--live"], Exit.NOT_FOUND, "--repo URL names the repository to read", id="a reference to nothing"),
        pytest.param(["resolve", "--tag", "m@v2.0.0", "--live"], Exit.CONFIG, "--live needs REF, or --repo", id="no repository"),
        pytest.param(["resolve", "m", "--live", "--repo", "nothing"], Exit.NOT_FOUND, "no repository 'nothing' in ", id="an unknown name"),
        pytest.param(["resolve", "m", "--live", "--repo", "acme"], Exit.NOT_FOUND, "no repository 'acme' in ", id="an owner"),
        pytest.param(["resolve", "m", "--live", "--repo", "ext::sh -c id"], Exit.CONFIG, "ext::", id="an address that is never read"),
        pytest.param(["show", "m", "--repo", "churn"], Exit.CONFIG, "--repo names the repository that --live reads", id="a repository that is not read"),
        pytest.param(["resolve", "m", "--live", "--repo", "http://127.0.0.1:1/a/b"], Exit.ORIGIN, "127.0.0.1/a/b cannot be read now: ", id="a server that does not answer"),
    ],
)  # fmt: skip
def test_what_is_refused(ask, arguments, code, sentence):
    ended, out, err = ask(*arguments)
    assert (ended, out) == (code, "")
    assert sentence in err


def test_outside_of_a_repository_there_is_no_origin(ask):
    code, _, err = ask("resolve", "m", "--live", "--repo", ".")
    assert (code, "this folder is in no Git repository" in err) == (Exit.NOT_FOUND, True)


@pytest.mark.slow
def test_the_file_that_config_names_says_where_the_catalog_is(ask, world, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = world / "repos.toml"
    assert ask("resolve", "acme/churn:m#prod", "--config", config, "--field", "version")[:2] == (0, "v1.1.0\n")
    assert ask("show", "acme/churn:m", "--config", config, "-o", "ids")[1].splitlines()[0] == "acme/churn:m@v1.1.0"
    code, out, err = ask("show", "acme/churn:m", "--config", config, "--live", "-o", "ids")
    assert (code, out.splitlines()[0], "all else is as of" in err) == (0, "acme/churn:m@v2.0.0", True)


@pytest.mark.slow
def test_before_the_first_crawl_the_reference_itself_names_its_repository(ask, world, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "repos.toml").write_text(f"[[repo]]\nname = 'acme/churn'\nurl = '{world / 'churn'}'\n")
    assert ask("resolve", "churn:m#prod", "--live", "--field", "version")[:2] == (0, "v2.0.0\n")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(
            ["resolve", "m", "--live"],
            Exit.NOT_FOUND,
            "no catalog at output/catalog.duckdb that says which repository 'm' is in: expected --repo URL, --repo . for the origin of this folder, "
            "or --config FILE or --catalog PATH of a catalog",
            id="no catalog",
        ),
        pytest.param(
            ["show", "m", "--live", "--repo", "nothing"],
            Exit.NOT_FOUND,
            "no repository 'nothing': no file lists repositories; expected a URL, or the path of one",
            id="a name, and no repos.toml",
        ),
        pytest.param(
            ["get", "m", "--live", "--repo", ".", "--catalog", "no.duckdb"],
            Exit.NOT_FOUND,
            "no.duckdb: no catalog here; without --catalog, --live --repo URL needs none",
            id="a catalog that is not there",
        ),
        pytest.param(
            ["resolve", "m", "--live", "--config", "no.toml"],
            Exit.CONFIG,
            "no.toml: no such file; `catalog init` makes one",
            id="a file that is not there",
        ),
    ],
)
def test_what_is_missing_is_named(run, arguments, code, sentence):
    assert run(*arguments) == (code, "", f"catalog: {sentence}\n")


def test_a_repository_that_only_the_catalog_knows_is_read_where_its_address_is_given(run, world):
    words = ("acme/churn:m#prod", "--live", "--catalog", world / "output", "--field", "version")
    code, out, err = run("resolve", *words)
    address = str(world / "churn")
    assert (code, out) == (Exit.NOT_FOUND, "")
    assert err == (
        "catalog: no repos.toml lists acme/churn: expected --config FILE, or --repo and its address, "
        f"which the catalog has as {address}\n"
    )
