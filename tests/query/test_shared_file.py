"""A catalog that several threads ask, that was closed, or that another program has open."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from catalog.errors import NotFound, StoreError
from catalog.query import Catalog
from catalog.query.answer import _NAMES
from support.small_catalog import small_catalog

HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
CLOSED = "^this Catalog is closed; Catalog.open opens it again$"


@pytest.fixture(scope="module")
def path():
    return small_catalog()


@pytest.mark.slow
def test_several_threads_may_ask_at_once(path):
    with Catalog.open(path, timeout=60) as catalog, ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda place: catalog.versions() if place % 2 else catalog.show("mask"), range(20)))
        assert [answer.rows for answer in answers] == [catalog.show("mask").rows, catalog.versions().rows] * 10


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda catalog, _: catalog.show("mask"), id="a question"),
        pytest.param(lambda catalog, _: catalog.sql("select 1"), id="SQL"),
        pytest.param(lambda catalog, _: catalog.search("mask"), id="a search"),
        pytest.param(lambda _, answer: answer.arrow(), id="Arrow of an earlier answer"),
    ],
)
def test_a_closed_catalog_says_so(path, ask):
    with Catalog.open(path) as catalog:
        answer = catalog.versions()
    with pytest.raises(StoreError, match=CLOSED):
        ask(catalog, answer)


def test_closing_twice_is_closing(path):
    with Catalog.open(path) as catalog:
        catalog.close()


@pytest.mark.slow
def test_a_question_is_answered_while_another_thread_closes(path):
    with ThreadPoolExecutor(1) as thread, Catalog.open(path) as catalog:
        cursor = catalog._connection.cursor()
        question = "select sum(hash(a.range + b.range)) as n from range(10000) a, range(1500) b"
        answer = thread.submit(lambda: cursor.execute(question).fetchall())
        while cursor.query_progress() < 0 and not answer.done():
            pass
        catalog.close()
        with pytest.raises(StoreError, match=CLOSED):
            catalog.show()
        assert len(answer.result()) == 1


@pytest.mark.slow
def test_another_program_that_writes_is_named(path, tmp_path):
    own = shutil.copy(path, tmp_path)
    with subprocess.Popen([sys.executable, "-c", HOLD, own], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        with pytest.raises(StoreError) as caught:
            Catalog.open(own)
        holder.stdin.close()
    assert str(caught.value) == (
        f"{own} is open for writing in another program (PID {holder.pid}): close it there, or open it there for reading only, "
        "as `duckdb -readonly` does"
    )


def test_this_program_that_writes_is_named(path, tmp_path):
    own = shutil.copy(path, tmp_path)
    with (
        duckdb.connect(own),
        pytest.raises(StoreError, match="is open for writing in this program: close that connection"),
    ):
        Catalog.open(own)


def test_another_reader_is_no_matter(path, tmp_path):
    own = shutil.copy(path, tmp_path)
    with duckdb.connect(own, read_only=True), Catalog.open(own) as catalog:
        assert len(catalog.artifacts().rows) == 4


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "https://h.example/a/catalog.duckdb",
            "https://h.example/a/catalog.duckdb is the address of a database: expected that of the folder with its catalog.json",
        ),
        ("ftp://h.example/a", "ftp://h.example/a is not the URL of a catalog: expected https, http or s3, or a path"),
        ("gs://b/a", "gs://b/a is not the URL of a catalog: expected https, http or s3, or a path"),
        ("file:///srv/a b", "file:///srv/a b is not the URL of a catalog: expected the path alone, /srv/a b"),
        *(
            (
                each,
                f"{Path(each)} is not the URL of a catalog: expected https://host/folder, s3://bucket/folder, or a path",
            )
            for each in ("https://", "S3://", "http:models")
        ),
        (".", ". is a folder without a catalog.duckdb: give the path of a catalog"),
        ("catalog.duckdb", "catalog.duckdb: no catalog here; `catalog crawl` makes one"),
    ],
)
def test_what_is_no_catalog_is_named(tmp_path, monkeypatch, name, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "catalog.duckdb").touch()
    with pytest.raises(NotFound) as caught:
        Catalog.open(name)
    assert str(caught.value) == message


@pytest.mark.slow
def test_the_session_is_in_utc_wherever_the_machine_is(path):
    code = (
        "import sys; from catalog.query import Catalog\n"
        "with Catalog.open(sys.argv[1]) as catalog:\n"
        "    print(*catalog.sql(\"select current_setting('TimeZone'), timestamp '2024-01-01 02:00' > timestamptz '2024-01-01 01:00Z'\").values[0])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], env={"TZ": "America/New_York", "PYTHONPATH": ":".join(sys.path)}, capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout == "UTC True\n"


def test_an_answer_is_one_short_line(path):
    with Catalog.open(path) as catalog:
        answers = [catalog.versions(), catalog.sql("select 1 as a"), catalog.search("mask"), catalog.facets()]
    assert [repr(answer) for answer in answers[:2]] == [
        "<Answer: 6 rows of ref, repo, artifact, version, commit, revision, registered, active, discovered,…>",
        "<Answer: 1 row of a>",
    ]
    assert [repr(answer).partition(":")[0] for answer in answers[2:]] == ["<SearchAnswer", "<FacetAnswer"]
    assert max(len(repr(answer)) for answer in answers) < 120


def test_a_catalog_is_one_short_line(path, tmp_path):
    folder = tmp_path / "a\nb"
    folder.mkdir()
    (folder / "catalog.duckdb").symlink_to(path)
    with Catalog.open(folder / "catalog.duckdb") as catalog:
        assert repr(catalog) == f"<Catalog: {tmp_path}/a\\nb/catalog.duckdb>"


def test_a_path_may_begin_at_the_home_directory(path, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "catalog.duckdb").symlink_to(path)
    with Catalog.open("~/catalog.duckdb") as catalog:
        assert repr(catalog) == f"<Catalog: {tmp_path}/catalog.duckdb>"


def test_a_home_directory_that_nobody_has_is_a_name_like_any_other():
    with pytest.raises(NotFound, match=r"^~nobody-of-this-name/catalog\.duckdb: no catalog here"):
        Catalog.open("~nobody-of-this-name/catalog.duckdb")


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        pytest.param(_NAMES, "x" * _NAMES, id="as many characters of names as there may be"),
        pytest.param(_NAMES + 1, "x" * (_NAMES - 1) + "…", id="one more"),
    ],
)
def test_an_answer_shows_so_much_of_its_columns(path, length, shown):
    with Catalog.open(path) as catalog:
        assert repr(catalog.sql(f"select 1 as {'x' * length}")) == f"<Answer: 1 row of {shown}>"


def test_a_name_in_an_answer_cannot_break_its_line(path):
    with Catalog.open(path) as catalog:
        assert repr(catalog.sql('select 1 as "a\nb\x1b[2J"')) == "<Answer: 1 row of a\\nb\\x1b[2J>"
