"""The database: a change of a few repositories gives what a build from nothing gives, and nobody can do more than read it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.database import database, export, rebuild, template
from catalog.database.rebuild import FEW_CHANGED, MOST_AGE, MOST_CHANGED
from catalog.database.statements import statements, views_of_one_repository
from catalog.errors import StoreError
from catalog.schema.arrow import schema, to_arrow
from catalog.schema.tables import CRAWL, PARTITION
from catalog.schema.tables.dvc import Output
from catalog.schema.tables.git import Revision
from catalog.schema.tables.inventory import StageName
from catalog.store.partitions import PartitionKey, Store
from support.catalogs import rows_of
from support.exports import published
from support.worlds import World

TABLES = {table.TABLE: schema(table) for table in PARTITION}
WHOLE = {table.TABLE: schema(table).empty_table() for table in CRAWL} | {
    "stage_names": to_arrow(StageName, [StageName(raw="live", stage="prod", rank=0)])
}
COUNT = 40
SINGLE = frozenset(TABLES) | views_of_one_repository()  # what follows from single repositories


HASHES = [f"{number:029x}##a" for number in range(9)]  # a hash of digits alone would have to be quoted
# One of everything that DVC's files say.
DVC = {
    ".dvc/config": "[core]\n  remote = box\n['remote \"box\"']\n  url = s3://bucket/path\n",
    "params.yaml": "train: {lr: 0.5}\n",
    "data.csv.dvc": f"outs:\n- {{md5: {HASHES[1]}, size: 100, hash: md5, path: data.csv}}\n",
    "raw.dvc": (
        f"deps:\n- {{path: raw, repo: {{url: https://example.com/a/b, rev: raw@v1.0.0, rev_lock: {'5' * 40}}}}}\n"
        f"outs:\n- {{md5: {HASHES[2]}, size: 3, hash: md5, path: raw}}\n"
    ),
    "cloud.dvc": (
        f"outs:\n- hash: md5\n  path: cloud\n  files:\n  - relpath: a\n    md5: {HASHES[3]}\n    size: 2\n"
        "    cloud: {box: {etag: e, version_id: v}}\n"
    ),
    "dvc.lock": (
        "schema: '2.0'\nstages:\n  train:\n    cmd: python train.py\n"
        f"    deps:\n    - {{path: data.csv, hash: md5, md5: {HASHES[1]}, size: 100}}\n"
        "    params: {params.yaml: {train.lr: 0.25}}\n"
        f"    outs:\n    - {{path: model.bin, hash: md5, md5: {HASHES[4]}, size: 70}}\n"
    ),
}
# What measures a model, and what surrounds it.
AROUND = {
    "metrics.json": '{"auc": 0.5}',
    "loss.csv": "step,loss\n0,2.5\n1,1.5\n",
    "curve.png": b"\x89PNG\r\n\x1a\n",
    ".dvc/plots/mine.json": '{"mark": "line", "data": {"values": "<DVC_METRIC_DATA>"}}',
    "README.md": (
        "---\nlicense: mit\nmodel-index:\n- name: m\n  results:\n  - task: {type: t}\n    dataset: {name: d}\n"
        "    metrics: [{type: auc, value: 0.5}]\n---\n# M\n\n![Curve](curve.png)\n"
    ),
    "LICENSE": "MIT License\n",
    "CODEOWNERS": "* @acme/risk\n",
    "model.bin.mlem": "object_type: model\nmodel_type: {type: sklearn}\n",
}
PIPELINE = (
    "stages:\n  train:\n    cmd: python train.py\n    deps: [data.csv]\n    params: [train.lr]\n    outs: [model.bin]\n"
    "metrics: [metrics.json]\nplots: [{loss.csv: {template: mine}}, curve.png]\n"
    "datasets:\n- {name: pictures, type: dc, url: 'dc://pictures'}\n"
)


def dvc(number: int) -> dict[str, str]:
    """DVC's files of one repository: what it makes, another makes, too; what one trains on, another makes."""
    trained_on = HASHES[4 if number >= COUNT // 2 else 1]
    own = f"{number % (COUNT // 2):02}"
    return {path: text.replace(HASHES[1], trained_on).replace("##", own) for path, text in DVC.items()}


def world(number: int, versions: int) -> World:
    """Repositories that differ: deprecations, stages of other names, unregistered commits, annotations, problems."""
    made = World()
    made.commit(
        {
            "artifacts.yaml": f"m:\n  path: model.bin\n  type: t{number}\n  labels: [a, b]\n  custom: {{k: {number}}}\ncloud: {{path: cloud}}\n"
        }
    )
    for version in range(versions):
        made.commit(
            {
                "dvc.yaml": f"artifacts:\n  sub: {{path: p{version}}}\n{PIPELINE if number % 4 else ''}",
                **dvc(number),
                **AROUND,
            }
        )
        made.tag(f"m@v{version}.{number}.0")
        made.tag(f"cloud@v{version}.0.0")
        made.tag(f"m#{'live' if number % 2 else 'prod'}#{version}")
    made.commit({"artifacts.yaml": "- broken\n"} if number % 5 == 0 else {})
    made.tag("sub#dev")
    if number % 3 == 0:
        made.tag("m@deprecated")
    made.refs[f"refs/exps/{made.tip()[:2]}/{made.tip()[2:]}/bold-heron"] = made.tip()
    return made


class Fleet(NamedTuple):
    """Forty repositories, and the same after some changed, one went and one came."""

    before: Mapping[str, Path]
    after: Mapping[str, Path]


def write(store: Store, number: int, versions: int) -> Path:
    made = world(number, versions)
    return store.write(
        f"r{number}", PartitionKey(refs=f"{versions:020}", readers="0" * 20), rows_of(made.listing(), made.objects)
    )


NOON = datetime(2024, 5, 31, 12, tzinfo=UTC)
TIP = Revision(
    commit="c",
    reasons=("tip",),
    author="A",
    author_email="a@x",
    authored_at=NOON,
    committed_at=NOON,
    summary="",
    signed=None,
)


def made_by(stage: str | None, content: str) -> Output:
    """An output with that hash, by which it is called, too."""
    told = dict.fromkeys(("files", "remote", "version_id", "etag", "type", "description"))
    return Output(
        commit="c", metafile="dvc.lock" if stage else f"{content}.dvc", pipeline_stage=stage, dvc_root="", path=content,
        hash_kind="md5", hash=content, size=100, is_folder=False, executable=False, cached=True, pushed=True, role="out",
        labels=(), meta={}, **told,
    )  # fmt: skip


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    store = Store(tmp_path_factory.mktemp("rows"))
    before = {f"r{number}": write(store, number, 1 + number % 3) for number in range(COUNT)}
    after = {repo: folder for repo, folder in before.items() if repo != "r7"}
    after |= {f"r{number}": write(store, number, 5) for number in (1, 2, 15, 30, 39, COUNT)}
    return Fleet(before, after)


def build(path: Path, partitions: Mapping[str, Path]) -> bool:
    return rebuild.rebuild(path, TABLES, partitions, WHOLE)


@pytest.fixture(scope="module")
def built(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalog of the fleet as it was before."""
    path = tmp_path_factory.mktemp("built") / "catalog.duckdb"
    build(path, fleet.before)
    return path


@pytest.fixture(scope="module")
def anew(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalog of the fleet as it is after, made from nothing."""
    path = tmp_path_factory.mktemp("anew") / "catalog.duckdb"
    build(path, fleet.after)
    return path


@pytest.fixture(scope="module")
def changed(fleet: Fleet, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalog of the fleet as it is after, made from the one before."""
    path = tmp_path_factory.mktemp("changed") / "catalog.duckdb"
    shutil.copyfile(built, path)
    assert build(path, fleet.after) is True
    return path


@pytest.fixture(scope="module")
def exported(built: Path, changed: Path, anew: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """`data/` of both, the first over that of the fleet before."""
    one, other = tmp_path_factory.mktemp("changed"), tmp_path_factory.mktemp("anew")
    for path, folder in ((built, one), (changed, one), (anew, other)):
        with closing(database.connect(path)) as connection:
            export.write(connection, folder, single=SINGLE)
    return one, other


@pytest.fixture
def demo(demo_folder: Path) -> Path:
    """The catalog of `catalog demo`, beside its export."""
    return demo_folder / "output" / "catalog.duckdb"


@pytest.fixture
def connection(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(database.connect(demo)) as opened:
        yield opened


def content(path: Path) -> dict[str, list[Any]]:
    with closing(database.connect(path)) as connection:
        names = [row[0] for row in connection.execute("from relations()").fetchall()]
        return {name: connection.execute(f'select * from "{name}" order by all').fetchall() for name in names}


@pytest.mark.slow
def test_a_change_gives_what_a_build_from_nothing_gives_in_every_table_and_view(changed, anew):
    assert content(changed) == content(anew)


@pytest.mark.slow
def test_the_fleet_has_rows_in_every_table_that_it_can_fill(anew):
    found = content(anew)
    assert {name for name, rows in found.items() if not rows} <= {
        "copied_artifacts",
        "copies",
        "crawl_times",
        "crawls",
        "deleted_tags",
        "gto_configs",
        "metric_directions",
        "observations",
        "renames",
        "repos",
        "rewritten_tags",
        "sources",
        "time_skew",
        "uncompared_locks",
        "unreadable_projects",
        "known_events",
        "visits",
    }


@pytest.mark.slow
@pytest.mark.parametrize("relation", sorted(SINGLE))
def test_what_follows_from_single_repositories_stays_where_their_partitions_do(fleet, built, anew, relation):
    same = sorted(repo for repo in fleet.before if fleet.after.get(repo) == fleet.before[repo])
    query = f'from "{relation}" where repo in (select unnest($1)) order by all'
    found = []
    for path in (built, anew):
        with closing(database.connect(path)) as connection:
            found.append(connection.execute(query, [same]).fetchall())
    assert found[0] == found[1]


@pytest.mark.slow
def test_what_is_exported_is_the_same_bytes_however_the_database_came_to_be(exported):
    one, other = (published(folder) for folder in exported)
    assert one == other


@pytest.mark.slow
def test_after_a_change_the_file_can_still_be_read_by_older_programs(built, changed):
    found = []
    for path in (built, changed):
        with closing(database.connect(path)) as connection:
            found += connection.execute(
                "select tags['storage_version'] from duckdb_databases() where path is not null"
            ).fetchall()
    assert found == [("v1.4.0+",), ("v1.4.0+",)]


@pytest.mark.slow
def test_most_repositories_changed_so_it_is_made_from_nothing(tmp_path, fleet):
    path = tmp_path / "catalog.duckdb"
    few = {repo: fleet.before[repo] for repo in ("r0", "r1", "r2", "r3")}
    assert (build(path, few), build(path, {"r4": fleet.before["r4"]})) == (False, False)


@pytest.mark.slow
def test_of_a_small_catalog_all_may_change_and_it_is_what_a_build_from_nothing_gives(tmp_path, fleet):
    before, after = ({repo: half[repo] for repo in ("r1", "r2")} for half in (fleet.before, fleet.after))
    ways = build(small := tmp_path / "small.duckdb", before), build(small, after)
    build(anew := tmp_path / "anew.duckdb", after)
    assert (ways, content(small)) == ((False, True), content(anew))


@pytest.mark.slow
def test_a_catalog_whose_only_repository_goes_is_what_a_build_from_nothing_gives(tmp_path, fleet):
    ways = build(last := tmp_path / "last.duckdb", {"r1": fleet.before["r1"]}), build(last, {})
    build(anew := tmp_path / "anew.duckdb", {})
    assert (ways, content(last)) == ((False, True), content(anew))


def test_where_more_is_withheld_nothing_is_changed_in_place():
    """Free blocks would keep what was deleted; a partition's name says what was withheld from it."""
    now = {"r0": Path("2-a-b.rows"), "r1": Path("1-a-b.rows")}
    found = []
    for before in ("1-a-b.rows", "1-c-b.rows", "1-b.rows"):
        with closing(made_before(0, 1)) as connection:
            connection.execute("update internal.partitions set file = ?", [before])
            found.append(rebuild._changes(connection, "recipe", now) is not None)
    assert found == [True, False, False]


def made_before(age: int, count: int) -> duckdb.DuckDBPyConnection:
    """A database of `count` repositories, changed so many times since it was made from nothing."""
    connection = duckdb.connect()
    connection.execute("create schema internal")
    for name in ("make_making", "make_partitions"):
        connection.execute(rebuild._SQL[name])
    connection.execute(rebuild._SQL["begin"], ["recipe", "shape"])
    connection.execute(rebuild._SQL["record_partitions"], [[f"r{n}" for n in range(count)], ["1.rows"] * count])
    for _ in range(age):
        connection.execute(rebuild._SQL["increment_age"])
    return connection


@pytest.mark.parametrize(
    ("age", "count", "changes", "in_place"),
    [
        pytest.param(0, 100, int(100 * MOST_CHANGED), True, id="as many changes as are made in place"),
        pytest.param(0, 100, int(100 * MOST_CHANGED) + 1, False, id="one more"),
        pytest.param(0, 1, 1, True, id="the only repository"),
        pytest.param(0, FEW_CHANGED, FEW_CHANGED, True, id="as many as are few in any catalog"),
        pytest.param(0, FEW_CHANGED + 1, FEW_CHANGED + 1, False, id="one more than few, of all"),
        pytest.param(0, int(FEW_CHANGED / MOST_CHANGED), FEW_CHANGED + 1, False, id="one more than few, where both bounds meet"),
        pytest.param(MOST_AGE - 1, 100, 1, True, id="as often as it is changed in place"),
        pytest.param(MOST_AGE, 100, 1, False, id="once more"),
        pytest.param(MOST_AGE, 1, 1, False, id="once more, of the only repository"),
    ],
)  # fmt: skip
def test_a_database_is_changed_in_place_within_bounds(age, count, changes, in_place):
    now = {f"r{n}": Path("2.rows" if n < changes else "1.rows") for n in range(count)}
    with closing(made_before(age, count)) as connection:
        found = rebuild._changes(connection, "recipe", now)
    changed = frozenset(f"r{n}" for n in range(changes))
    assert found == (rebuild.Changes(deleted=changed, loaded=changed) if in_place else None)


@pytest.mark.slow
def test_the_age_of_a_database_is_how_often_it_was_changed(built, changed):
    ages = []
    for path in (built, changed):
        with closing(database.connect(path)) as connection:
            ages += connection.execute("select age from internal.making").fetchone()
    assert ages == [0, 1]


@pytest.mark.slow
def test_nothing_changed_so_it_is_the_same(tmp_path, fleet, anew):
    shutil.copyfile(anew, path := tmp_path / "catalog.duckdb")
    assert (build(path, fleet.after), content(path)) == (True, content(anew))


@pytest.mark.slow
def test_other_sql_makes_it_from_nothing(tmp_path, fleet, anew, monkeypatch):
    shutil.copyfile(anew, path := tmp_path / "catalog.duckdb")
    made = list(statements())
    made.append(replace(made[-1], name="more", parameters="", body="select 1 as one"))
    monkeypatch.setattr(template, "statements", lambda: iter(made))
    assert build(path, fleet.after) is False


@pytest.mark.slow
def test_the_next_of_a_process_is_the_same_as_its_first(tmp_path, fleet, monkeypatch):
    monkeypatch.setattr(template, "_templates", {})
    few = {repo: fleet.before[repo] for repo in ("r0", "r1", "r2")}
    build(tmp_path / "first.duckdb", few)
    build(tmp_path / "next.duckdb", few)
    first, then = tmp_path / "first.duckdb", tmp_path / "next.duckdb"
    assert (shape(then), content(then)) == (shape(first), content(first))


def shape(path: Path) -> list[Any]:
    """Every table, view and macro with its columns or parameters, and what is said of them."""
    with closing(database.connect(path)) as connection:
        return [
            connection.execute(query).fetchall()
            for query in (
                "from relations()",
                "select table_name, column_name, data_type, is_nullable, comment from duckdb_columns() order by all",
                "select function_name, parameters, comment from duckdb_functions() where not internal order by all",
            )
        ]


@pytest.mark.slow
def test_what_follows_from_all_repositories_follows_also_from_many_rows(tmp_path):
    store, path = Store(tmp_path / "rows"), tmp_path / "catalog.duckdb"
    many = [made_by("train", f"{number:032x}") for number in range(20_000)]  # more than a build keeps to itself
    rows = {"maker": many, "user": [made_by(None, f"{7:032x}")]}
    key = PartitionKey(refs="0", readers="0")
    build(path, {repo: store.write(repo, key, {Revision: [TIP], Output: outputs}) for repo, outputs in rows.items()})
    found = content(path)
    assert ([row[:5] for row in found["lineage"]], len(found["lineage_links"])) == (
        [("content", "maker", f"{7:032x}", None, "user")],
        1,
    )


# Readers.


@pytest.mark.slow
def test_a_reader_of_the_old_file_is_unharmed_and_a_new_one_sees_the_new(tmp_path, fleet, built):
    shutil.copyfile(built, path := tmp_path / "catalog.duckdb")
    query = "select count(distinct repo), count(*) from versions"
    with closing(database.connect(path)) as old:
        before = old.execute(query).fetchall()
        build(path, fleet.after)
        with closing(database.connect(path)) as new:
            found = (old.execute(query).fetchall() == before, new.execute(query).fetchall() == before)
    assert found == (True, False)


@pytest.mark.slow
def test_while_somebody_reads_the_old_file_a_change_starts_from_the_newest(tmp_path, fleet, built, anew):
    shutil.copyfile(built, path := tmp_path / "catalog.duckdb")
    with closing(database.connect(path)):
        between = {repo: folder for repo, folder in fleet.before.items() if repo != "r3"}
        assert [build(path, between), build(path, fleet.after)] == [True, True]
    assert content(path) == content(anew)


def test_two_may_read_at_once_in_one_process(demo):
    with closing(database.connect(demo)) as one, closing(database.connect(demo)) as other:
        assert (
            one.execute("select count(*) from versions").fetchall()
            == other.execute("select count(*) from versions").fetchall()
        )


GARBAGE = [
    pytest.param(b"not a database", id="text"),
    pytest.param(b"", id="nothing"),
    pytest.param(bytes(8) + b"DUCK" + bytes(5000), id="a header, and zeros"),
    pytest.param(b"SQLite format 3\0" + bytes(4080), id="another program's database"),
]


@pytest.mark.slow
@pytest.mark.parametrize("data", GARBAGE)
def test_a_build_replaces_what_is_no_catalog(tmp_path, data):
    path = tmp_path / "catalog.duckdb"
    path.write_bytes(data)
    assert (build(path, {}), len(content(path)["versions"])) == (False, 0)


@pytest.mark.slow
def test_a_catalog_of_somebody_elses_tables_is_replaced(tmp_path):
    path = tmp_path / "catalog.duckdb"
    with closing(duckdb.connect(str(path))) as other:
        other.execute("create schema internal; create table internal.making (recipe int)")
    assert build(path, {}) is False


@pytest.mark.slow
def test_a_folder_in_the_way_is_put_aside(tmp_path):
    (tmp_path / "catalog.duckdb").mkdir()
    (tmp_path / "catalog.duckdb" / "mine").write_text("mine")
    build(tmp_path / "catalog.duckdb", {})
    assert (
        content(tmp_path / "catalog.duckdb")["versions"],
        (tmp_path / "catalog.duckdb.aside-1" / "mine").read_text(),
    ) == ([], "mine")


def test_a_file_in_the_way_of_the_folder_is_a_store_error(tmp_path):
    (tmp_path / "output").write_text("")
    with pytest.raises(StoreError, match=r"^cannot build .*catalog\.duckdb: "):
        build(tmp_path / "output" / "catalog.duckdb", {})


@pytest.mark.slow
@pytest.mark.parametrize(
    "age", [pytest.param(0, id="changed in place"), pytest.param(MOST_AGE, id="built from nothing")]
)
def test_a_damaged_partition_is_told_and_its_rows_are_those_of_the_last_catalog(
    tmp_path, fleet, built, anew, age, monkeypatch
):
    monkeypatch.setattr(rebuild, "MOST_AGE", MOST_AGE - age)
    shutil.copyfile(built, path := tmp_path / "catalog.duckdb")
    damaged = {repo: tmp_path / repo / fleet.after[repo].name for repo in ("r1", f"r{COUNT}")}
    for repo, file in damaged.items():
        file.parent.mkdir()
        file.write_bytes(fleet.after[repo].read_bytes()[:-1])
    told = []
    in_place = rebuild.rebuild(path, TABLES, fleet.after | damaged, WHOLE, tell=told.append)
    with closing(database.connect(path)) as connection, closing(database.connect(built)) as before:
        rows = "from versions where repo = 'r1' order by all"
        assert connection.execute(rows).fetchall() == before.execute(rows).fetchall() != []
    assert (in_place, told) == (
        not age,
        [
            "r1: its rows in the store are damaged: those of the last build stay until the next crawl reads it again",
            "r40: its rows in the store are damaged: the catalog has none of them until the next crawl reads it again",
        ],
    )
    monkeypatch.undo()
    build(path, fleet.after)
    assert content(path) == content(anew)


HARM = {
    "a byte": lambda data: data[:50_000] + bytes([data[50_000] ^ 0xFF]) + data[50_001:],
    "its end": lambda data: data[:-20_000],
    "its beginning": lambda data: bytes(8192) + data[8192:],
    "everything": lambda _: b"",
}


@pytest.mark.slow
@pytest.mark.parametrize("harm", HARM.values(), ids=HARM.keys())
def test_a_damaged_database_is_built_anew(tmp_path, fleet, built, anew, harm):
    shutil.copyfile(built, path := tmp_path / "catalog.duckdb")
    build(path, fleet.before)  # which leaves its checksum
    path.write_bytes(harm(path.read_bytes()))
    told = []
    in_place = rebuild.rebuild(path, TABLES, fleet.after, WHOLE, tell=told.append)
    assert (in_place, told) == (False, [f"{path} is not as it was built: it is built anew"])
    assert content(path) == content(anew)


@pytest.mark.slow
def test_a_database_that_another_program_changed_is_built_anew(tmp_path, fleet, built):
    shutil.copyfile(built, path := tmp_path / "catalog.duckdb")
    build(path, fleet.before)
    with closing(duckdb.connect(str(path))) as other:
        other.execute("delete from tags")
    assert (build(path, fleet.before), content(path)) == (False, content(built))


@pytest.mark.slow
def test_damage_that_no_checksum_tells_is_found_when_it_is_read(tmp_path, fleet, built, anew):
    shutil.copyfile(built, path := tmp_path / "catalog.duckdb")  # as an earlier version left it: without a checksum
    data = bytearray(path.read_bytes())
    for place in range(40_000, len(data), 16_384):
        data[place] ^= 0xFF
    path.write_bytes(data)
    build(path, fleet.after)
    assert content(path) == content(anew)


# What is exported.


def test_a_parquet_file_explains_itself(demo, connection):
    shape = pq.read_schema(demo.with_name("data") / "versions.parquet")
    found = {field.name: (field.metadata or {})[b"comment"].decode() for field in shape}
    assert ((shape.metadata or {})[b"comment"].decode(), found) == (
        connection.execute("select comment from relations() where name = 'versions'").fetchall()[0][0],
        dict(connection.execute("select name, comment from column_comments('versions')").fetchall()),
    )


def test_exported_times_have_no_zone(demo):
    times = {
        field.type
        for file in demo.with_name("data").glob("*.parquet")
        for field in pq.read_schema(file)
        if pa.types.is_timestamp(field.type)
    }
    assert times == {pa.timestamp("us")}
