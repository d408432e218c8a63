"""The Python API on a small catalog."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from catalog.database import database
from catalog.errors import Ambiguous, Misuse, NotFound, StoreError
from catalog.query import Catalog, SqlError
from catalog.query.interval import Interval
from catalog.query.time_range import _LONGEST
from catalog.schema.tables.inventory import Repo
from support.catalogs import catalog_of
from support.small_catalog import C1, CHURN, LOOSE, VISION, day, small_catalog
from support.small_facts import CODE, DATA, MODEL


@pytest.fixture(scope="module")
def path():
    return small_catalog()


@pytest.fixture(scope="module")
def catalog(path):
    with Catalog.open(path) as opened:
        yield opened


CASES = [
    ("mask", f"{VISION}:seg:mask", None, "the last part of a name is enough"),
    ("seg:mask", f"{VISION}:seg:mask", None, "so is a part with its folder"),
    ("vision:seg:mask", f"{VISION}:seg:mask", None, "so is the end of the repository and all after it"),
    (f"{VISION}:seg:mask", f"{VISION}:seg:mask", None, "the full name is always right"),
    ("acme/churn:churn", f"{CHURN}:churn", None, "an end may begin at a slash"),
    ("mask@v1.0.0", None, f"{VISION}:seg:mask@v1.0.0", "a version is shown by name"),
    ("mask@latest", None, f"{VISION}:seg:mask@v1.0.0", "latest is the highest version"),
    ("mask@greatest", None, f"{VISION}:seg:mask@v1.0.0", "greatest is another word for it"),
    ("mask#prod", None, f"{VISION}:seg:mask@v1.0.0", "a stage is shown by the version in it"),
    ("mask#dev", None, f"{VISION}:seg:mask@{LOOSE}", "a version that nobody registered is named after its commit"),
    ("mask@4444444", None, f"{VISION}:seg:mask@{LOOSE}", "seven digits of a commit name its version"),
    ("acme/churn:churn#prod", None, f"{CHURN}:churn@v1.0.0", "a stage has the catalog's name"),
    ("acme/churn:churn#production", None, f"{CHURN}:churn@v1.0.0", "and the tags' own name"),
    ("acme/churn:churn@v3.0.0", None, f"{CHURN}:churn@v3.0.0", "a deregistered version can be looked at"),
    ("old@v1.0.0", None, f"{VISION}:old@v1.0.0", "a deprecated artifact can be looked at"),
]


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("ref", "artifact", "version"), [pytest.param(*case[:3], id=case[3]) for case in CASES])
def test_what_a_reference_shows(catalog, ref, artifact, version):
    row = catalog.show(ref).rows[0]
    assert (row.get("id"), row.get("ref")) == (artifact, version)


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        pytest.param("chrun", "no artifact 'chrun' in .*; near: churn:churn, vision:churn", id="near names are told"),
        pytest.param("zzz", "no artifact 'zzz' in .*duckdb$", id="nothing is near to nonsense"),
        pytest.param("ask", "no artifact 'ask'", id="an end begins after a mark"),
        pytest.param("mask@1.0.0", "has no version '1.0.0'; did you mean v1.0.0\\?$", id="a version without its v"),
        pytest.param(
            "acme/churn:churn@2", "has no version '2'; did you mean v2.0.0\\?$", id="the beginning of a version"
        ),
        pytest.param("acme/churn:churn@v2.0.1", "did you mean v2.0.0\\?$", id="the nearest version"),
        pytest.param("mask@v9.9.9", f"no version 'v9.9.9', expected one of v1.0.0, {LOOSE}", id="versions are told"),
        pytest.param("mask#qa", "is in stage 'qa', expected one of prod, dev", id="stages are told"),
        pytest.param("mask@444444", "no version '444444'", id="six digits name no commit"),
        pytest.param("mask@%", "no version '%'", id="a wildcard is no version"),
    ],
)
def test_what_a_catalog_does_not_hold(catalog, ref, message):
    with pytest.raises(NotFound, match=message):
        catalog.show(ref)


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("acme/churn", f"^'acme/churn' is not an artifact but a repository with 1 artifact: {CHURN}:churn$"),
        ("vision", f"a repository with 3 artifacts: {VISION}:churn, {VISION}:old, {VISION}:seg:mask$"),
    ],
)
def test_a_repository_has_no_metrics(catalog, ref, message):
    with pytest.raises(NotFound, match=message):
        catalog.metrics(ref)


@pytest.mark.parametrize("ref", [CHURN, "acme/churn", " acme/churn "])
def test_a_repository_is_shown_where_no_artifact_has_the_name(catalog, ref):
    row = catalog.show(ref).rows[0]
    assert (row["repo"], [artifact["id"] for artifact in row["all_artifacts"]]) == (CHURN, [f"{CHURN}:churn"])


@pytest.mark.slow
def test_several_repositories_are_candidates(tmp_path):
    told = {"outcome": "fresh", "message": None, "stale": False, "visited_at": None, "read_at": None, "partition": None}
    rows = [Repo(repo=name, url="u", **told) for name in ("host/a/m", "host/b/m")]
    catalog = Catalog(catalog_of({}, {Repo: rows}), tmp_path)
    with pytest.raises(Ambiguous, match="'m' names 2 repositories, expected one") as caught:
        catalog.show("m")
    assert caught.value.candidates == ("host/a/m", "host/b/m")


def test_names_that_the_catalog_has(catalog):
    names = [CHURN, f"{CHURN}:churn", f"{CHURN}:churn@v1.0.0", f"{CHURN}:none", f"{CHURN}:churn@v9.9.9", "acme/churn"]
    assert catalog.known_names(names) == {*names[:3]}


def test_several_artifacts_are_candidates(catalog):
    with pytest.raises(Ambiguous) as caught:
        catalog.show("churn#prod")
    assert caught.value.candidates == (f"{CHURN}:churn#prod", f"{VISION}:churn#prod")


UNSOURCED = dict.fromkeys(("made_by", "metafile", "source_url", "source_path", "source_rev", "source_commit"))
CONTENTS = {
    "bytes": {
        "status": "ok",
        "url": f"https://store.example/churn/files/md5/aa/{MODEL[2:]}",
        "link": f"https://store.example/churn/files/md5/aa/{MODEL[2:]}",
        "path": "models/churn.pkl",
        "hash_kind": "md5",
        "hash": MODEL,
        "size": 2048,
        "files": None,
        "is_folder": False,
        "executable": False,
        "metafile": "dvc.lock",
        "remote": "store",
        **dict.fromkeys(("version_id", "source_url", "source_path", "source_rev", "source_commit")),
    },
    "get": ["dvc", "artifacts", "get", f"https://{CHURN}", "churn", "--rev", "v1.0.0"],
    "metrics": [
        {
            "file": "metrics.json",
            "name": name,
            "number": number,
            "text": text,
            "kind": "number",
            "direction": direction,
            "of_project": False,
        }
        for name, number, text, direction in (
            ("auc", 0.91, "0.91", "higher"),
            ("loss", 0.3, "0.3", "lower"),
            ("rows", 1000.0, "1000", None),
        )
    ],
    "params": [
        {
            "file": "params.yaml",
            "name": name,
            "number": number,
            "text": text,
            "kind": "number",
            "locked": False,
            "of_project": False,
        }
        for name, number, text in (("depth", 4.0, "4"), ("lr", 0.1, "0.1"))
    ],
    "unread": [{"role": "metrics", "file": "eval/roc.json", "status": "in-dvc"}],
    "made_by": {
        "file": "dvc.yaml",
        "pipeline_stage": "train",
        "command": "python train.py --fast",
        "locked_command": "python train.py",
        "wdir": "",
        "outdated": ["command"],
        "changed": [],
        "not_compared": [],
        "why_not_compared": [],
    },
    "mixed": None,
    "other_inputs": False,
    "inputs": [
        {
            "path": "data/raw.csv",
            "hash_kind": "md5",
            "hash": DATA,
            "size": 9000,
            "files": None,
            "made_by": None,
            "metafile": "data/raw.csv.dvc",
            "source_url": "https://git.example/acme/data",
            "source_path": "raw.csv",
            "source_rev": "v1",
            "source_commit": "e" * 40,
        },
        {"path": "train.py", "hash_kind": "md5", "hash": CODE, "size": 400, "files": None, **UNSOURCED},
    ],
    "card": {
        "file": "README.md",
        "title": "Churn",
        "licence": "apache-2.0",
        "licence_link": None,
        "languages": ["en"],
        "datasets": ["acme/customers"],
        "base_models": ["acme/tabular-base"],
        "tags": [],
        "library": "sklearn",
        "task": "tabular-classification",
        "of_repository": False,
    },
    "licence": {"file": "LICENSE", "spdx": "Apache-2.0", "title": "Apache License"},
    "owners": ["@acme/risk", "ann@acme.example"],
    "identical": [],
}


def test_a_version_in_full(catalog):
    assert catalog.show("acme/churn:churn#prod").rows == [
        {
            "ref": f"{CHURN}:churn@v1.0.0",
            "repo": CHURN,
            "artifact": "churn",
            "version": "v1.0.0",
            "commit": C1,
            "revision": None,
            "registered": True,
            "active": True,
            "discovered": False,
            "created_at": day(2),
            "utc_offset": 60,
            "author": "Ann",
            "author_email": "ann@acme.example",
            "message": "why",
            "tag": "churn@v1.0.0",
            "oid": (b"churn@v1.0.0".hex() + "0" * 40)[:40],
            "signed": None,
            "activated_at": day(2),
            "reachable": True,
            "is_latest": False,
            "stages": ["prod"],
            "annotated_at": "commit",
            "file": "dvc.yaml",
            "path": "models/churn.pkl",
            "type": "model",
            "description": "Who leaves next",
            "labels": ["tabular", "gbm"],
            "meta": {"framework": "sklearn"},
            "artifact_active": True,
            "deprecated_at": None,
            "assignments": [
                {
                    "stage": "prod",
                    "raw_stage": "production",
                    "assigned_at": day(3),
                    "author": "Bob",
                    "author_email": "ann@acme.example",
                    "message": "why",
                    "tag": "churn#production#1",
                }
            ],
            **CONTENTS,
        }
    ]


def refs(answer):
    return [row.get("ref") or row["id"] for row in answer.rows]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param(
            lambda c: c.artifacts(),
            [f"{CHURN}:churn", f"{VISION}:churn", f"{VISION}:seg:mask", "git.example/evil/x:evil"],
            id="deprecated artifacts are not listed",
        ),
        pytest.param(
            lambda c: c.artifacts(repo="vision", deprecated=True),
            [f"{VISION}:churn", f"{VISION}:old", f"{VISION}:seg:mask"],
            id="unless they are asked for",
        ),
        pytest.param(
            lambda c: c.artifacts(stage="production"),
            [f"{CHURN}:churn", f"{VISION}:seg:mask"],
            id="a stage by another name of repos.toml",
        ),
        pytest.param(
            lambda c: c.versions(stage="prod"),
            [f"{CHURN}:churn@v1.0.0", f"{VISION}:seg:mask@v1.0.0"],
            id="a stage over all repositories",
        ),
        pytest.param(lambda c: c.versions(type="model"), [f"{CHURN}:churn@v1.0.0"], id="a type"),
        pytest.param(
            lambda c: c.versions(repo="acme/churn", deprecated=True),
            [f"{CHURN}:churn@v3.0.0", f"{CHURN}:churn@v2.0.0", f"{CHURN}:churn@v1.0.0"],
            id="deregistered versions on request",
        ),
        pytest.param(
            lambda c: c.at("2024-01-03"), [f"{CHURN}:churn@v1.0.0"], id="at a date, what was assigned by its end"
        ),
        pytest.param(lambda c: c.at("2024-01-03T11:59"), [], id="at a time, not what came a minute later"),
        pytest.param(
            lambda c: c.at("2024-01-31", "prod"),
            [f"{CHURN}:churn@v1.0.0", f"{VISION}:seg:mask@v1.0.0"],
            id="one stage only",
        ),
    ],
)
def test_lists(catalog, question, expected):
    assert refs(question(catalog)) == expected


@pytest.mark.parametrize(
    ("ref", "tags"),
    [
        pytest.param("mask", ["seg=mask#dev#2", "seg=mask#prod#1", "seg=mask@v1.0.0"], id="of an artifact"),
        pytest.param("mask@v1.0.0", ["seg=mask#prod#1", "seg=mask@v1.0.0"], id="of a version"),
        pytest.param("mask#prod", ["seg=mask#prod#1"], id="in a stage"),
    ],
)
def test_history_newest_first(catalog, ref, tags):
    assert [row["tag"] for row in catalog.history(ref).rows] == tags


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param(lambda c: c.metrics("acme/churn:churn"), ["v2.0.0"] * 3, id="metrics of the latest version"),
        pytest.param(lambda c: c.metrics("acme/churn:churn#prod"), ["v1.0.0"] * 3, id="metrics of a version"),
        pytest.param(
            lambda c: c.params("acme/churn:churn@v1.0.0", all_versions=True),
            ["v2.0.0"] * 2 + ["v1.0.0"] * 2,
            id="parameters of all versions",
        ),
        pytest.param(lambda c: c.unread("acme/churn:churn"), ["v2.0.0"], id="what could not be read"),
        pytest.param(
            lambda c: c.compare("acme/churn:churn#prod", "acme/churn:churn", changed=True),
            ["v1.0.0", "v2.0.0"] * 8,
            id="versions beside each other",
        ),
    ],
)
def test_measures(catalog, question, expected):
    assert [row["version"] for row in question(catalog).rows] == expected


def test_a_usual_type_is_known_where_nothing_has_it(catalog):
    assert not catalog.artifacts(type="dataset").rows


def test_the_name_of_a_version(catalog):
    assert catalog.reference("mask#prod") == f"{VISION}:seg:mask@v1.0.0"


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(lambda c: c.artifacts(repo="nobody"), id="a repository"),
        pytest.param(lambda c: c.versions(stage="nowhere"), id="a stage"),
        pytest.param(lambda c: c.versions(type="nowhat"), id="a type"),
        pytest.param(lambda c: c.artifacts(type="nowhat"), id="a type of artifacts"),
        pytest.param(lambda c: c.at("now", "nowhere"), id="a stage at a moment"),
        pytest.param(lambda c: c.history("mask#nowhere"), id="a stage in a reference"),
    ],
)
def test_a_filter_that_means_nothing_is_no_empty_list(catalog, question):
    with pytest.raises(NotFound, match="expected one of"):
        question(catalog)


def test_arrow_has_the_same_rows(catalog):
    answer = catalog.versions()
    times = {"created_at", "activated_at"}
    rows = [
        {key: value.replace(tzinfo=UTC) if key in times else value for key, value in row.items()}
        for row in answer.arrow().to_pylist(maps_as_pydicts="strict")
    ]
    assert rows == answer.rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("select $a || 'y' as z", [{"z": "xy"}], id="parameters"),
        pytest.param("select 1 as n, 2 as n", [{"n": 1, "n_2": 2}], id="columns of one name"),
        pytest.param(
            "select [timestamptz '2024-01-01 00:00:00Z'] as t",
            [{"t": [datetime(2024, 1, 1, tzinfo=UTC)]}],
            id="times with a zone, which DuckDB gives only to those who have pytz",
        ),
        pytest.param(
            "select interval 36 hour as t, interval 1 month as m, sum(1)::hugeint as n",
            [{"t": timedelta(hours=36), "m": Interval(months=1), "n": 1}],
            id="intervals, of which a month is no number of days",
        ),
        pytest.param(
            "pivot (values ('a', 1), ('b', 2)) t(name, n) on name using sum(n)",
            [{"a": 1, "b": 2}],
            id="a pivot that looks up its columns",
        ),
        pytest.param(
            "pivot (values ('a', 1)) t(name, n) on name in ('a') using sum(n)",
            [{"a": 1}],
            id="a pivot with its columns",
        ),
        pytest.param(
            "with t(name, n) as (values ('a', 1)), u as (from t) from (pivot u on name using sum(n))",
            [{"a": 1}],
            id="a pivot inside a query with several names",
        ),
        pytest.param("-- a comment\nselect 1 as n -- and another\n;", [{"n": 1}], id="comments"),
        pytest.param("/* é */ with a as (select 1 as n), b as (from a) from b", [{"n": 1}], id="several names"),
    ],
)
def test_sql(catalog, text, rows):
    assert catalog.sql(text, **({"a": "x"} if "$a" in text else {})).rows == rows


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("select * from read_text('/etc/hostname')", id="no file is read"),
        pytest.param("select * from '/etc/passwd'", id="nor by its bare name"),
        pytest.param("select * from glob('/*')", id="no folder is listed"),
        pytest.param("select * from read_csv('https://example.com/x.csv')", id="no network"),
        pytest.param("copy repos to '/tmp/stolen.csv'", id="nothing is written"),
        pytest.param("attach ':memory:' as other", id="nothing is attached"),
        pytest.param("install httpfs", id="nothing is installed"),
        pytest.param("load httpfs", id="nothing is loaded"),
        pytest.param("set enable_external_access = true", id="nothing is set"),
        pytest.param("pragma enable_profiling", id="nor by a pragma"),
        pytest.param("create temp table t as select 1", id="nothing is made"),
        pytest.param("delete from repos", id="nothing is deleted"),
        pytest.param("create temp table t as pivot repos on outcome using count(*)", id="nor made from a pivot"),
        pytest.param("copy (pivot repos on outcome using count(*)) to '/tmp/stolen.csv'", id="nor written of one"),
        pytest.param("/* é */ insert into repos pivot repos on outcome using count(*)", id="nor put in from one"),
        pytest.param("select 1; select 2", id="one statement"),
        pytest.param("", id="not none"),
        pytest.param("selec 1", id="not nonsense"),
        pytest.param("select $missing", id="no parameter is missing"),
        pytest.param("from parameters", id="the program's variables are no tables"),
        pytest.param("select query_table(", id="no half statement"),
    ],
)
def test_what_sql_may_not_do(catalog, text):
    with pytest.raises(SqlError):
        catalog.sql(text)


def test_a_question_that_takes_too_long_is_given_up(path, tmp_path):
    own = shutil.copy(path, tmp_path)
    with Catalog.open(own, timeout=0.05) as catalog, pytest.raises(SqlError, match=r"no answer after 0\.05 seconds"):
        catalog.sql("select sum(a.range * b.range) from range(1000000) a, range(1000000) b")


@pytest.mark.slow
def test_memory_that_does_not_suffice_is_not_blamed_on_the_file(path, monkeypatch):
    """Of the smallest catalog, no question needs the least that may be given."""
    with Catalog.open(path) as catalog:
        monkeypatch.setattr(catalog, "_connection", database.connect(path, max_memory=1 << 20))
        with pytest.raises(
            StoreError, match=r"^the answer needs more memory than it may have, the limit max_memory \("
        ):
            catalog.versions()
    with pytest.raises(StoreError, match=r"catalog\.duckdb cannot be opened: there is too little memory \("):
        database.connect(path, max_memory=1)


def test_no_catalog(tmp_path):
    with pytest.raises(NotFound, match="no catalog here; `catalog crawl` makes one"):
        Catalog.open(tmp_path / "catalog.duckdb")


@pytest.mark.slow
def test_what_a_catalog_of_another_version_lacks_is_no_bug(path, tmp_path):
    own = shutil.copy(path, tmp_path)
    with duckdb.connect(own) as made:
        made.execute("update internal.making set shape = 'of yesterday'")
    with (
        pytest.raises(StoreError, match=r"made by another version .*; `catalog build` makes it anew"),
        Catalog.open(own),
    ):
        raise KeyError("a column of today")


def test_a_bug_stays_one_where_the_catalog_is_of_this_version(path):
    with pytest.raises(KeyError, match="nobody thought of this"), Catalog.open(path):
        raise KeyError("nobody thought of this")


def test_a_damaged_catalog(tmp_path):
    (tmp_path / "catalog.duckdb").write_bytes(bytes(8) + b"DUCK" + bytes(5000))
    with pytest.raises(StoreError, match="`catalog build` replaces it"):
        Catalog.open(tmp_path / "catalog.duckdb")


def test_a_catalog_of_another_version(path, tmp_path):
    own = shutil.copy(path, tmp_path)
    with duckdb.connect(own) as other:
        other.execute("drop macro table internal.list_artifacts")
    with Catalog.open(own) as catalog, pytest.raises(StoreError, match="run `catalog build`"):
        catalog.artifacts()


def test_a_database_of_another_program_is_not_a_catalog(tmp_path):
    with duckdb.connect(str(tmp_path / "other.duckdb")) as other:
        other.execute("create table something as select 1")
    with Catalog.open(tmp_path / "other.duckdb") as catalog, pytest.raises(NotFound, match="is not a catalog"):
        catalog.artifacts()


@pytest.mark.parametrize("words", [C1, C1[:7], f" {C1[:7]} ", MODEL], ids=["a commit", "its beginning", "with space around it", "a hash"])  # fmt: skip
def test_show_of_what_is_no_name_identifies_it(catalog, words):
    assert catalog.show(words).rows == catalog.identify(words.strip()).rows != []


@pytest.mark.parametrize("words", [C1[:6], "0" * 40], ids=["one digit too few", "a commit that is not there"])
def test_show_of_no_name_and_no_commit(catalog, words):
    with pytest.raises(NotFound, match=f"^no artifact '{words}' in "):
        catalog.show(words)


def test_a_file_that_is_not_there_is_told(catalog, tmp_path):
    with pytest.raises(NotFound, match=r"model\.pkl cannot be read: No such file"):
        catalog.identify(tmp_path / "model.pkl")


@pytest.mark.slow
@pytest.mark.parametrize(
    "ref", ["mask", "mask@latest", "mask@v1.0.0", "mask#prod", "seg:mask#prod", f"{CHURN}:churn", f"{CHURN}:churn#prod", "churn:churn@v1.0.0"]
)  # fmt: skip
def test_a_reference_means_the_same_in_sql(catalog, ref):
    found = catalog.sql("select repo || ':' || artifact || '@' || version as ref from version_of($ref)", ref=ref)
    lineage = catalog.sql("from upstream_of($ref, 10)", ref=ref)
    assert (found.rows, lineage.rows) == ([{"ref": catalog.reference(ref)}], catalog.lineage(ref).rows)


@pytest.mark.parametrize(
    ("ref", "count"), [("churn", 2), ("churn#prod", 1), ("nobody", 0), ("mask#qa", 0), ("mask@", 0), ("", 0)]
)
def test_a_reference_that_means_no_or_several_versions_has_as_many_rows(catalog, ref, count):
    assert len(catalog.sql("from version_of($ref)", ref=ref).rows) == count


@pytest.mark.parametrize(
    ("edge", "error", "says"),
    [
        pytest.param("9" * _LONGEST, NotFound, "unknown crawl 9999999", id="as many digits as a crawl's number has"),
        pytest.param("9" * (_LONGEST + 1), Misuse, "invalid start '99999999'", id="one more, which is no date"),
    ],
)
def test_digits_are_the_number_of_a_crawl_or_a_date(catalog, edge, error, says):
    with pytest.raises(error, match=f"^{says}"):
        catalog.diff(edge)


@pytest.mark.slow
def test_eight_digits_can_be_a_date(catalog):
    assert catalog.diff("20240531").rows == catalog.diff("2024-05-31").rows
