"""The search index: brought up to date in steps, it is what it would be if it were made from nothing, and small."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import duckdb
import pytest

from catalog.cli import main
from catalog.database import database, rebuild, search_index
from catalog.database.search_index import MOST_STALE
from catalog.database.statements import statements
from catalog.query import Catalog
from catalog.schema.arrow import to_arrow
from catalog.schema.tables.inventory import Repo
from catalog.store.partitions import PartitionKey, Store
from database.test_database import TABLES, WHOLE
from database.test_database import world as measured_world
from support.catalogs import rows_of
from support.worlds import World

FLEET = 40


# Worlds.


class Partitions:
    """A store, and the repositories in it that a catalog is made of."""

    _editions = count()

    def __init__(self, folder, now=()):
        self._folder = folder
        self._store = Store(folder)
        self.now = dict(now)

    def copy(self):
        return Partitions(self._folder, self.now)

    def put(self, repo, world):
        key = PartitionKey(refs=f"{next(self._editions):020}", readers="0" * 20)
        self.now[repo] = self._store.write(repo, key, rows_of(world.listing(), world.objects))

    def drop(self, repo):
        del self.now[repo]


def letters(number):
    """A number without digits, of which an index would have the parts of words."""
    return chr(97 + number // 26) + chr(97 + number % 26)


def model(number, edition=1, **more):
    """A repository of one model whose texts have always as many words, some of them its own."""
    world = World()
    world.commit(
        {
            "artifacts.yaml": json.dumps(
                {
                    "scorer": {
                        "type": "model",
                        "path": "model.bin",
                        "description": f"Credit scoring of branch{letters(number)} by method{edition}",
                        "labels": ["tabular", f"label{letters(number % 3)}"],
                        **more,
                    }
                }
            ),
            "README.md": f"# Scorer\n\nPrepared for customer{letters(number)} and market{letters(number % 4)}, edition{edition}.\n",
        }
    )
    world.tag(f"scorer@v{edition}.0.0")
    world.tag("scorer#prod" if number % 2 else "scorer#dev")
    return world


def shared_readme(artifacts):
    """A repository whose artifacts share one README of 64 KiB, in which no word comes twice."""
    world = World()
    words = " ".join(["aardvark", *(f"word{number:05}x" for number in range(6000))])[: 64 * 1024 - 6] + " zebra"
    listed = {f"model{number:03}": {"type": "model", "path": f"m{number}.bin"} for number in range(artifacts)}
    world.commit({"artifacts.yaml": json.dumps(listed), "README.md": words})
    return world


def fleet(folder):
    partitions = Partitions(folder)
    for number in range(FLEET):
        partitions.put(f"host/team/r{number:02}", model(number))
    return partitions


# What is compared.

IN_DOCUMENTS = {
    "documents": "select * exclude (doc) from search_index.documents order by all",
    **{
        table: f"select d.repo, d.artifact, t.* exclude (doc) from search_index.{table} t join search_index.documents d using (doc) order by all"
        for table in ("versions", "lengths", "facets", "measures")
    },
    "lost rows": " union all ".join(
        f"select '{table}' as place, doc from search_index.{table} anti join search_index.documents using (doc)"
        for table in ("versions", "lengths", "facets", "measures")
    ),
    "postings": (
        "select d.repo, d.artifact, p.term, p.frequency from (from search_index.postings union all from search_index.recent) p "
        "join search_index.documents d using (doc) order by all"
    ),
    "terms that some document has": (
        "select distinct term from search_index.terms semi join "
        "(from (from search_index.postings union all from search_index.recent) semi join search_index.documents using (doc)) using (term) order by all"
    ),
    "terms that are listed twice": "select term from search_index.terms group by term having count(*) > 1",
    "fields": "from search_index.fields order by place",
    "changed": "from search_index.changed",
}
ASKED = (
    "",
    "credit tabular",
    '"credit scoring"',
    "method*",
    "method2 -label:labelaa",
    "branchah",  # of one repository alone
    "brnachah",
    "is:version stage:prod version:v1*",
    "metric.auc:>0.1 OR has:plots",
)


def index_of(path):
    with closing(database.connect(path)) as connection:
        found = {name: connection.execute(query).fetchall() for name, query in IN_DOCUMENTS.items()}
        found["shell"] = connection.execute("select ref, score, note from search('scoring method2')").fetchall()
    return found


def answers_of(path):
    with Catalog.open(path) as catalog:
        found = {query: catalog.search(query, limit=None) for query in ASKED}
        facets = catalog.facets("scoring").values
    return {query: (answer.values, answer.note) for query, answer in found.items()} | {"facets": facets}


def assert_as_from_nothing(path, partitions, folder, whole=WHOLE):
    anew = folder / "anew.duckdb"
    anew.unlink(missing_ok=True)
    assert build(anew, partitions, whole) is False
    assert index_of(path) == index_of(anew)
    assert answers_of(path) == answers_of(anew)


def build(path, partitions, whole=WHOLE):
    return rebuild.rebuild(path, TABLES, partitions.now, whole)


def sizes(path):
    """How many rows base and delta have."""
    query = "select (select count(*) from search_index.postings), (select count(*) from search_index.recent)"
    with closing(database.connect(path)) as connection:
        return connection.execute(query).fetchall()[0]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A catalog of forty repositories, and its partitions."""
    folder = tmp_path_factory.mktemp("built")
    partitions = fleet(folder / "rows")
    build(folder / "catalog.duckdb", partitions)
    return folder / "catalog.duckdb", partitions


@pytest.fixture
def path(built, tmp_path):
    """A copy of the catalog, to be changed."""
    return shutil.copyfile(built[0], tmp_path / "catalog.duckdb")


@pytest.fixture
def partitions(built):
    """Its partitions, of which each test has others in the end."""
    return built[1].copy()


# Incremental is from nothing.


def change(partitions):
    for number in (3, 4):
        partitions.put(f"host/team/r{number:02}", model(number, 2, labels=["fresh"]))


def drop(partitions):
    partitions.drop("host/team/r07")


def come_again(partitions):
    partitions.put("host/team/r07", model(7))


def come_and_go(partitions):
    partitions.drop("host/team/r07")
    partitions.put("host/team/r40", model(40))
    partitions.put("host/team/r08", model(8, 2))


def change_artifacts(partitions):
    deprecated = model(9)
    deprecated.tag("scorer@deprecated")
    partitions.put("host/team/r09", deprecated)
    partitions.put("host/team/r10", World())
    partitions.put("host/team/r11", measured_world(11, 3))
    partitions.put("host/team/r12", shared_readme(30))


STEPS = [
    pytest.param([lambda _: None], id="nothing changed"),
    pytest.param([change], marks=pytest.mark.slow, id="some changed"),
    pytest.param([drop], marks=pytest.mark.slow, id="one went, and words of its own"),
    pytest.param([drop, come_again], id="one went and came again"),
    pytest.param([come_and_go], marks=pytest.mark.slow, id="one went, one came and one changed"),
    pytest.param([change_artifacts], id="one is deprecated, has no artifacts, has measures, has many artifacts"),
    pytest.param([change, come_and_go, change], id="some changed, one went and one came, and the same changed again"),
]


@pytest.mark.slow
@pytest.mark.parametrize("steps", STEPS)
def test_a_change_gives_the_index_and_the_answers_of_a_build_from_nothing(path, partitions, tmp_path, steps):
    for step in steps:
        step(partitions)
        assert build(path, partitions) is True
    assert_as_from_nothing(path, partitions, tmp_path)


@pytest.mark.slow
def test_one_that_changes_many_times_is_merged_again_and_again(path, partitions, tmp_path):
    merged = []
    for edition in range(2, 9):
        partitions.put("host/team/r05", model(5, edition))
        assert build(path, partitions) is True
        merged.append(sizes(path)[1] == 0)
        if edition in (3, 8):  # before the first merge, and at the end
            assert_as_from_nothing(path, partitions, tmp_path)
    assert merged == [False, False, True, False, False, True, False]


@pytest.mark.slow
def test_a_tenth_is_not_merged_and_more_is(path, partitions, tmp_path):
    base, _ = sizes(path)
    each, rest = divmod(base, FLEET)
    assert rest == 0  # all have as many terms, so each change is a fortieth that goes and one that comes
    found = []
    for number in (1, 2, 3):
        partitions.put(f"host/team/r{number:02}", model(number, 2))
        assert build(path, partitions) is True
        found.append(sizes(path))
        if number > 1:
            assert_as_from_nothing(path, partitions, tmp_path)
    assert (4 * each / base, found) == (MOST_STALE, [(base, each), (base, 2 * each), (base, 0)])


@pytest.mark.slow
def test_after_a_merge_no_term_is_listed_that_no_document_has(path, partitions):
    for number in (1, 2, 3):
        partitions.put(f"host/team/r{number:02}", model(number, 2))
    partitions.drop("host/team/r07")
    build(path, partitions)
    query = "select term from search_index.terms anti join search_index.postings using (term)"
    with closing(database.connect(path)) as connection:
        assert (sizes(path)[1], connection.execute(query).fetchall()) == (0, [])


@pytest.mark.slow
def test_no_number_is_given_again_while_words_of_its_document_are_left(path, partitions):
    numbers = []
    for gone, came in ((39, 40), (40, 41)):  # of the base, and of the delta
        partitions.drop(f"host/team/r{gone}")
        build(path, partitions)
        partitions.put(f"host/team/r{came}", model(came))
        build(path, partitions)
        with closing(database.connect(path)) as connection:
            numbers += connection.execute("select max(doc) from search_index.documents").fetchall()
    assert numbers == [(FLEET + 1,), (FLEET + 2,)]


@pytest.mark.slow
def test_changes_after_each_other_give_what_a_build_from_nothing_gives(tmp_path):
    """The repositories of tests/database/test_database.py, which have one of everything, ten times changed."""
    partitions, path = Partitions(tmp_path / "rows"), tmp_path / "catalog.duckdb"
    for number in range(FLEET):
        partitions.put(f"host/team/r{number:02}", measured_world(number, 1 + number % 3))
    assert build(path, partitions) is False
    for step in range(10):
        for number in (step, 3 * step, 39 - step):
            if step % 4 == 3 and f"host/team/r{number:02}" in partitions.now:
                partitions.drop(f"host/team/r{number:02}")
            else:
                partitions.put(f"host/team/r{number:02}", measured_world(number, 1 + step % 5))
        assert build(path, partitions) is True
        assert_as_from_nothing(path, partitions, tmp_path)


# What follows from other repositories.


def repository(name):
    """As a forge tells of it: `original` is the oldest."""
    founded = datetime(2020 if name.endswith("original") else 2024, 1, 1, tzinfo=UTC)
    nothing = dict.fromkeys(("message", "visited_at", "read_at", "partition"))
    return Repo(repo=name, url=name, outcome="fresh", stale=False, founded_at=founded, **nothing)


@pytest.mark.slow
def test_what_becomes_a_copy_when_its_original_comes_is_left_out(tmp_path):
    partitions, path = Partitions(tmp_path / "rows"), tmp_path / "catalog.duckdb"
    for number in range(3):
        partitions.put(f"host/team/r{number:02}", model(number))
    found = []
    for original in (False, True, False):
        if original:
            partitions.put("host/first/original", model(1))
        else:
            partitions.now.pop("host/first/original", None)
        whole = WHOLE | {"repos": to_arrow(Repo, [repository(name) for name in sorted(partitions.now)])}
        build(path, partitions, whole)
        with Catalog.open(path) as catalog:
            found.append([row["repo"] for row in catalog.search("branchab", limit=None).rows])
        if original:
            assert_as_from_nothing(path, partitions, tmp_path, whole)
    assert found == [["host/team/r01"], ["host/first/original"], ["host/team/r01"]]


# How large it is.


@pytest.mark.slow
def test_of_a_readme_that_many_share_each_has_a_part(tmp_path):
    partitions, path = Partitions(tmp_path / "rows"), tmp_path / "catalog.duckdb"
    partitions.put("host/team/many", shared_readme(300))
    build(path, partitions)
    with closing(database.connect(path)) as connection:
        ((characters, postings, most),) = connection.execute(
            "select (select max(characters) from search_index.documents), (select count(*) from search_index.postings), "
            "(select max(terms) from search_index.lengths)"
        ).fetchall()
    with Catalog.open(path) as catalog:
        found = [catalog.search(word, limit=1).total for word in ("aardvark", "zebra")]
    # 512 characters are 48 words of ten letters and digits and a space, each of several terms.
    assert (characters, found, most < 300, postings < 300 * 300) == (512, [300, 0], True, True)


# Catalogs without one.


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def without_index(path):
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("drop schema search_index cascade")


def of_an_older_version(path):
    """As a version without search wrote it: without the index and its macros, by another recipe."""
    without_index(path)
    with closing(duckdb.connect(str(path))) as connection:
        for made in statements():
            if made.name.startswith(("search", "internal.search")):
                connection.execute(f"drop macro {'' if made.scalar else 'table '}{made.name}")
        connection.execute("update internal.making set shape = 'older'")


@pytest.mark.slow
@pytest.mark.parametrize("older", [without_index, of_an_older_version])
@pytest.mark.parametrize("arguments", [["search", "churn"], ["facets"]], ids=["search", "facets"])
def test_a_catalog_without_an_index_says_so(path, capsys, older, arguments):
    older(path)
    code, out, err = run(capsys, *arguments, "--catalog", path)
    assert (code, out, err.count("\n"), str(path) in err, "Traceback" in err) == (1, "", 1, True, False)


@pytest.mark.slow
def test_a_build_gives_an_index_to_a_catalog_that_has_none(path, partitions):
    of_an_older_version(path)
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("update internal.making set recipe = 'older'")
    made_on = build(path, partitions)
    with Catalog.open(path) as catalog:
        assert (made_on, catalog.search("scoring", limit=1).total) == (False, FLEET)


@pytest.mark.slow
def test_another_index_makes_it_from_nothing(path, partitions, monkeypatch):
    monkeypatch.setattr(search_index, "FIELDS", (*search_index.FIELDS, replace(search_index.FIELDS[0], name="more")))
    assert build(path, partitions) is False


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    [[], ["churn"], ["chur*"], ['"a b"'], ["-churn"], ["stage:prod"], ["metric.auc:>1"], ["is:version"], ["sort:name"]],
)
def test_an_empty_catalog_answers_nothing(tmp_path, capsys, query):
    rebuild.rebuild(tmp_path / "catalog.duckdb", TABLES, {}, WHOLE)
    code, out, _ = run(capsys, "search", *query, "-o", "json", "--catalog", tmp_path / "catalog.duckdb")
    assert (code, json.loads(out)) == (0, [])


@pytest.mark.slow
def test_an_empty_catalog_answers_nothing_in_a_shell(tmp_path):
    path = tmp_path / "catalog.duckdb"
    rebuild.rebuild(path, TABLES, {}, WHOLE)
    with closing(database.connect(path)) as connection:
        found = [
            connection.execute("from search(?)", [query]).fetchall() for query in ("", "churn", "chur* -x is:version")
        ]
    assert found == [[], [], []]


@pytest.mark.slow
def test_a_catalog_that_was_emptied_answers_as_one_that_always_was(path, partitions, tmp_path):
    for number in range(1, FLEET):
        partitions.drop(f"host/team/r{number:02}")
    build(path, partitions)
    partitions.drop("host/team/r00")
    build(path, partitions)
    assert_as_from_nothing(path, partitions, tmp_path)
