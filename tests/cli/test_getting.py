"""`catalog get` on the demo, which has a storage folder: what is written where, and the exit codes."""

from __future__ import annotations

from hashlib import md5
from pathlib import Path

import pytest

from catalog.errors import Exit, InvalidArgument, Misuse
from catalog.query import Catalog
from catalog.query.versions import MOST_JOBS

pytestmark = pytest.mark.slow


@pytest.fixture
def get(run, demo_folder):
    return lambda *arguments: run("get", *arguments, "--config", demo_folder / "repos.toml")


@pytest.fixture
def catalog(demo_folder):
    with Catalog.open(demo_folder / "output") as opened:
        yield opened


def digest(file):
    return md5(file.read_bytes(), usedforsecurity=False).hexdigest()


def test_standard_output_has_the_path_and_standard_error_the_rest(get, demo_folder):
    code, out, err = get("churn#prod")
    storage = (demo_folder / "storage" / "demo-example-risk").resolve()
    assert (code, out) == (0, "churn.lgb\n")
    assert err.splitlines() == [
        f"catalog: contacts the folder {storage}",
        f"catalog: demo.example/risk/churn:churn@v3.4.0: 1 file, {Path('churn.lgb').stat().st_size / 1024:.1f} KiB, intact (md5)",
    ]


def test_every_version_of_the_model_with_a_storage_is_there(catalog, demo_folder, tmp_path):
    hashes = {}
    for version in catalog.model("risk/churn:churn").versions():
        file = version.download(tmp_path / version.name, config=demo_folder / "repos.toml")
        hashes[version.name] = (digest(file), version.row["hash"])
    assert len(hashes) > 10
    assert [name for name, (found, stated) in hashes.items() if found != stated] == []


def test_an_import_is_got_from_the_storage_of_its_source(catalog, demo_folder):
    rows = catalog.sql(
        "select f.repo || ':' || f.artifact || '@' || f.version as ref, f.hash from version_files f "
        "where f.import_kind = 'repo' and f.hash in (select hash from version_files where repo like '%risk/churn')"
    ).rows
    for row in rows:
        assert digest(catalog.download(row["ref"], config=demo_folder / "repos.toml", force=True)) == row["hash"]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(["churn#nowhere"], Exit.NOT_FOUND, "", id="no such stage"),
        pytest.param(["churn#prod", "-o", "taken"], Exit.CONFIG, "catalog: taken exists: expected another name, or --force", id="a target that exists"),
        pytest.param(["churn#prod", "--allow", "here"], Exit.CONFIG, "invalid --allow 'here': expected the beginning of a URL", id="what is no URL"),
        pytest.param(["churn#prod", "-o", "no/such"], Exit.CONFIG, "no is not a folder: expected one that exists", id="a target in no folder"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence_and_writes_nothing(get, arguments, code, sentence):
    Path("taken").write_text("mine")
    found, out, err = get(*arguments)
    assert (found, out) == (code, "")
    assert sentence in err.splitlines()[-1]
    assert "force=" not in err
    assert [each.name for each in Path().iterdir()] == ["taken"]


def test_a_target_that_exists_names_the_argument_of_python(catalog, demo_folder):
    Path("taken").write_text("mine")
    with pytest.raises(Misuse, match=r"^taken exists: expected another name, or force=True$"):
        catalog.download("churn#prod", "taken", config=demo_folder / "repos.toml")


def test_so_many_files_may_be_fetched_at_a_time(catalog, demo_folder):
    catalog.download("churn#prod", config=demo_folder / "repos.toml", jobs=MOST_JOBS)
    with pytest.raises(InvalidArgument, match="jobs 65: expected a whole number from 1 to 64"):
        catalog.download("churn#prod", config=demo_folder / "repos.toml", jobs=MOST_JOBS + 1)
