"""`[privacy]` in a crawl: what is stored, what a change reads again, and that it makes no difference when a revision was read. No secret of these tests is one."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.config.parse import Config, parse
from catalog.crawl.crawl import crawl
from catalog.database import database
from catalog.database.build import build
from catalog.plugins.connector import Connector, installed
from catalog.privacy.detector import BY_CONFIG, withheld
from catalog.schema.tables.git import Commit, Revision, Tag
from catalog.store.partition_format import pack, read_file
from catalog.store.partitions import Partition
from support.crawling import partition, visited
from support.worlds import World

TOKEN = "gh" + "p_" + "a1B2" * 9
MARK = b"[withheld: GitHub Token]"


def config(folder: Path, privacy: str = "", names: tuple[str, ...] = ("acme/a", "acme/b")) -> Config:
    repos = "".join(f"[[repo]]\nurl = '{folder / name}'\nname = '{name}'\n" for name in names)
    return parse(f"[privacy]\n{privacy}\n{repos}", folder / "repos.toml")


def world(message: str = TOKEN) -> World:
    made = World()
    made.commit({"artifacts.yaml": f"m:\n  type: model\n  description: see {TOKEN}\n"}, message=message)
    made.tag("m@v1.0.0", message=message)
    made.commit({"a": "x"}, branch=TOKEN, message="x")
    return made


def stored(config: Config) -> bytes:
    """Every byte of the store but for the rows, which are compressed."""
    return b"".join(file.read_bytes() for file in config.output.rglob("*") if file.suffix in (".jsonl", ".json"))


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("privacy", "read_again"),
    [
        pytest.param("", [], id="nothing changed"),
        pytest.param("emails = 'show'", [], id="addresses, which are left out later"),
        pytest.param("secrets = 'show'", ["acme/a", "acme/b"], id="whether secrets are withheld"),
        pytest.param("allow = [{ repo = 'acme/a' }]", ["acme/a"], id="a rule of one repository"),
        pytest.param("redact = [{ repo = 'other/*' }]", [], id="a rule of no repository"),
    ],
)
def test_a_change_reads_those_repositories_again_that_it_concerns_and_says_so(privacy, read_again, tmp_path):
    for name in ("acme/a", "acme/b"):
        world().write(tmp_path / name)
    visited(config(tmp_path))
    again = visited(config(tmp_path, privacy))
    assert {name: visit for name, visit in again.items() if visit[0] != "fresh"} == dict.fromkeys(
        read_again, ("changed", "privacy_changed")
    )


def test_neither_observations_nor_the_journal_hold_a_secret(tmp_path):
    world().write(tmp_path / "acme/a")
    wanted = config(tmp_path, names=("acme/a",))
    visited(wanted)
    data = stored(wanted)
    assert (TOKEN.encode() in data, MARK in data, b"refs/heads/[withheld: GitHub Token]" in data) == (False, True, True)


def test_the_same_rows_come_out_whether_a_revision_was_read_now_or_in_an_earlier_visit(tmp_path):
    made = world()
    made.write(tmp_path / "acme/a")
    wanted = config(tmp_path, names=("acme/a",))
    visited(wanted)
    made.commit({"params.yaml": "db: {password: hunter2}\n", "README.md": f"# M\n{TOKEN}\n"}, message=TOKEN)
    made.tag("m@v1.1.0", message="x")
    made.write(tmp_path / "acme/a")
    visited(wanted)
    incremental = partition(wanted, "acme/a")
    shutil.rmtree(wanted.output)
    visited(wanted)
    assert partition(wanted, "acme/a") == incremental


def test_the_message_of_a_bug_holds_no_secret(tmp_path, caplog):
    def fail(_: str) -> bool:
        raise ValueError(f"bad {TOKEN}")

    world().write(tmp_path / "acme/a")
    report = crawl(config(tmp_path, names=("acme/a",)), connectors=(Connector(name="c", version=1, wants_file=fail),))
    messages = [visit.message or "" for visit in report.visits]
    assert (any(TOKEN in text for text in (*messages, caplog.text)), "[withheld: GitHub Token]" in caplog.text) == (
        False,
        True,
    )


REDACT = 'redact = [{ key = "message" }, { key = "summary" }]'


@pytest.mark.slow
@pytest.mark.parametrize("is_read_anew", [False, True], ids=["gone", "gone, and back"])
def test_a_change_reaches_a_repository_that_cannot_be_read(is_read_anew, tmp_path):
    """Its last rows stay in the catalog: what is withheld now leaves the store and the database, too."""
    world("for Jane Roe").write(tmp_path / "acme" / "a")
    before = config(tmp_path, names=("acme/a",))
    crawl(before)
    build(before)
    assert texts(before) == {"for Jane Roe", "x"}
    (tmp_path / "acme" / "a").rename(tmp_path / "elsewhere")
    after = config(tmp_path, REDACT, names=("acme/a",))
    for _ in range(3):  # nothing is withheld twice, and nothing is lost
        crawl(after)
        build(after)
    assert texts(after) == {withheld(BY_CONFIG)}
    if is_read_anew:
        (tmp_path / "elsewhere").rename(tmp_path / "acme" / "a")
        assert [visit.why for visit in crawl(before).visits] == ["rows_missing"]
        build(before)
        assert texts(before) == {"for Jane Roe", "x"}


@pytest.mark.slow
def test_a_change_reaches_rows_that_an_earlier_version_read(tmp_path):
    """Of a column that it did not have, nothing is known."""
    world("for Jane Roe").write(tmp_path / "acme" / "a")
    before = config(tmp_path, names=("acme/a",))
    crawl(before, connectors=tuple(replace(each, version=each.version + 1) for each in installed()))
    (file,) = before.output.glob("store/rows/*/*.rows")
    tables = read_file(file)
    file.write_bytes(pack(tables | {"tags": tables["tags"].drop_columns("problem")}))
    build(before)
    assert texts(before) == {"for Jane Roe", "x"}
    (tmp_path / "acme" / "a").rename(tmp_path / "elsewhere")
    after = config(tmp_path, REDACT, names=("acme/a",))
    for _ in range(2):
        crawl(after)
        build(after)
    assert texts(after) == {withheld(BY_CONFIG)}


def texts(config):
    """Every message of a tag and summary of a commit: in all partitions of the store, and in the database."""
    partitions = [Partition(file) for file in (config.output / "store" / "rows").rglob("*.rows")]
    stored = {row.message for each in partitions for row in each.rows(Tag)}
    stored |= {row.summary for each in partitions for table in (Revision, Commit) for row in each.rows(table)}
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:
        built = connection.execute(
            "select message from tags union select summary from revisions union select summary from commits"
        )
        return stored | {text for (text,) in built.fetchall()}
