"""The folder of the site: the same bytes, only what differs, and never what is somebody else's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from catalog.errors import NotFound, StoreError
from sites.build import build
from sites.manifest import MANIFEST, PENDING
from sites.output import MOST_NAMED, check, look, replace_files, write_site
from sites.pages import LAST_CRAWLS


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def pages(folder: Path) -> dict[str, bytes]:
    """The files without the manifest, which has their times."""
    return {path: data for path, data in files(folder).items() if path != MANIFEST}


def put(folder: Path, *paths: str, program: str = "1") -> tuple[int, int, int]:
    """Fills the folder with files that hold their own names; how many were written, left and removed."""
    last = look(folder, program)
    digests = {path: path for path in paths}
    stale = ((path, path.encode()) for path in paths if path in last.stale(digests))
    done = write_site(last, digests, stale, {})
    return done.written, done.unchanged, done.removed


@pytest.mark.slow
def test_the_same_catalog_gives_the_same_bytes_and_a_second_build_writes_nothing(catalog_file, site, tmp_path):
    build(catalog_file, tmp_path, title="Models <of> Acme")
    again = build(catalog_file, tmp_path, title="Models <of> Acme")
    assert (pages(tmp_path), again.rendered, again.written, again.removed) == (pages(site), 0, 0, 0)


@pytest.mark.slow
def test_the_page_of_an_artifact_that_is_gone_is_deleted(catalog_file, smaller_catalog_file, tmp_path):
    build(catalog_file, tmp_path, title="x")
    build(smaller_catalog_file, tmp_path, title="x")
    left = [
        folder.name for part in ("models", "feeds/models") for folder in (tmp_path / part).iterdir() if folder.is_dir()
    ]
    assert left == ["evil.example~x", "evil.example~x"]


def test_only_what_differs_is_written(tmp_path):
    put(tmp_path, "a.html", "b/c.html")
    (tmp_path / "a.html").write_text("changed by hand")
    assert put(tmp_path, "a.html", "b/c.html") == (1, 1, 0)


def test_what_a_power_cut_left_of_a_page_is_written_again(tmp_path):
    put(tmp_path, "a.html", "b.html")
    (tmp_path / "a.html").write_bytes(b"")
    assert (put(tmp_path, "a.html", "b.html"), (tmp_path / "a.html").read_text()) == ((1, 1, 0), "a.html")


def test_a_file_that_is_no_longer_wanted_goes_with_its_empty_folder(tmp_path):
    put(tmp_path, "a.html", "b/c/d.html")
    put(tmp_path, "a.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == [MANIFEST, "a.html"]


def test_files_of_others_stay(tmp_path):
    put(tmp_path, "a.html", "b/c.html")
    (tmp_path / "CNAME").write_text("mine")
    (tmp_path / "b" / "notes.txt").write_text("mine")
    put(tmp_path, "a.html")
    assert sorted(files(tmp_path)) == [MANIFEST, "CNAME", "a.html", "b/notes.txt"]


def test_a_file_in_the_way_that_we_did_not_make_stops_the_build(tmp_path):
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(StoreError, match=r"index\.html exists and was not created by catalog"):
        put(tmp_path, "index.html")
    assert files(tmp_path) == {"index.html": b"mine"}


def test_a_build_that_was_cut_off_is_taken_up_again(tmp_path):
    def cut_off():
        yield "a.html", b"a"
        (tmp_path / ".b.html.new").write_text("left")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_site(look(tmp_path, "1"), {"a.html": "a", "b.html": "b"}, cut_off(), {})
    assert (put(tmp_path, "b.html"), sorted(files(tmp_path))) == ((1, 0, 1), [MANIFEST, "b.html"])


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param('["../outside.txt"]', id="it climbs out of the folder"),
        pytest.param('["{outside}"]', id="it names an absolute path"),
        pytest.param('{"a": 1}', id="it is no list"),
        pytest.param("[1", id="it is cut off"),
    ],
)
def test_a_manifest_that_is_not_ours_deletes_nothing(tmp_path, manifest):
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / MANIFEST).write_text(manifest.replace("{outside}", str(outside)))
    put(tmp_path / "site", "a.html")
    assert outside.read_text() == "mine"


HARM = {
    "cut short": lambda data: data[: len(data) // 2],
    "emptied": lambda _: b"",
    "zeros": lambda data: bytes(len(data)),
    "a flipped bit in a path": lambda data: data.replace(b"a.html", b"q.html"),
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM.keys())
def test_a_damaged_manifest_stops_no_build_and_deletes_nothing_of_others(tmp_path, harm, caplog):
    put(tmp_path, "a.html", "b.html")
    (tmp_path / "q.html").write_text("mine")
    (tmp_path / MANIFEST).write_bytes(harm((tmp_path / MANIFEST).read_bytes()))
    assert put(tmp_path, "a.html", "c.html") == (1, 1, 0)
    assert (put(tmp_path, "c.html"), (tmp_path / "q.html").read_text()) == ((0, 1, 1), "mine")
    said = f"{tmp_path / MANIFEST} is damaged: all pages are made again, and those that are not built any more may stay"
    assert [record.getMessage() for record in caplog.records] == [said]


def test_a_site_that_was_copied_without_its_manifest_is_made_again_and_said(tmp_path, caplog):
    """As programs do that leave out files whose names begin with a dot."""
    put(tmp_path, "status.html", "a.html")
    (tmp_path / "status.html").write_text(f"<p>{LAST_CRAWLS}yesterday</p>")
    (tmp_path / MANIFEST).unlink()
    assert put(tmp_path, "status.html", "b.html") == (2, 0, 0)
    said = f"{tmp_path / MANIFEST} is missing: all pages are made again, and those that are not built any more may stay"
    assert ([record.getMessage() for record in caplog.records], pages(tmp_path)["a.html"]) == ([said], b"a.html")


@pytest.mark.slow
def test_a_site_is_known_by_its_page_of_the_status(catalog_file, tmp_path):
    before = build(catalog_file, tmp_path, title="x")
    (tmp_path / MANIFEST).unlink()
    again = build(catalog_file, tmp_path, title="x")
    assert (again.rendered, again.unchanged) == (before.pages, before.written)


@pytest.mark.parametrize("path", [MANIFEST, "a.html"])
def test_a_folder_in_the_place_of_a_file_is_put_aside(tmp_path, path):
    site = tmp_path / "site"
    for number in (1, 2):
        put(site, "a.html", "b.html")
        (site / path).unlink()
        (site / path).mkdir()
        (site / path / "mine").write_text(f"{number}")
    put(site, "a.html", "b.html")
    assert {*files(site)} == {MANIFEST, "a.html", "b.html"}
    assert [(tmp_path / f"site-{path}.aside-{number}" / "mine").read_text() for number in (1, 2)] == ["1", "2"]


def test_what_an_earlier_version_left_among_the_pages_is_removed(tmp_path):
    put(tmp_path, "a.html", "b/c.html", program="0")
    for name in (".a.html.new", "b/.c.html.new", f".{MANIFEST}.new", "a.html.aside-1", "notes.aside-1"):
        (tmp_path / name).write_text("left")
    (tmp_path / "b" / "c.html.aside-1" / "d").mkdir(parents=True)
    (tmp_path / "b" / "c.html.aside-2").symlink_to(mine := tmp_path.with_name(f"{tmp_path.name}-mine"))
    mine.mkdir()
    put(tmp_path, "a.html")
    assert {*files(tmp_path)} == {MANIFEST, "a.html", "notes.aside-1"}
    assert ((tmp_path / "b").exists(), mine.is_dir()) == (False, True)


def edit_unseen(file: Path) -> None:
    """Other bytes, of the same length and time."""
    times = file.stat()
    file.write_bytes(file.read_bytes()[::-1])
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_thorough_look_reads_every_file(tmp_path):
    put(tmp_path, "a.html", "b.html")
    edit_unseen(tmp_path / "b.html")
    (tmp_path / "c.html").write_text("of others")
    found = [{*look(tmp_path, "1", thorough=thorough).files} for thorough in (False, True)]
    assert (found, check(tmp_path)) == ([{"a.html", "b.html"}, {"a.html"}], ["b.html"])


def test_a_check_without_a_site_finds_nothing(tmp_path):
    assert check(tmp_path) == []


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are named", "one more"])
def test_files_that_were_changed_are_named(tmp_path, caplog, beyond):
    paths = [f"{number}.html" for number in range(MOST_NAMED + beyond)]
    put(tmp_path, *paths)
    for path in paths:
        (tmp_path / path).unlink()
    assert put(tmp_path, *paths) == (len(paths), 0, 0)
    more = f" and {beyond} more" if beyond else ""
    names = ", ".join(paths[:MOST_NAMED])
    said = f"{tmp_path}: not as it was built, and made again: {names}{more}"
    assert [record.getMessage() for record in caplog.records] == [said]


def test_a_copy_of_a_site_with_other_times_is_as_it_was_built(tmp_path, caplog):
    put(tmp_path, "a.html")
    os.utime(tmp_path / "a.html", (0, 0))
    assert (put(tmp_path, "a.html"), caplog.records) == ((0, 1, 0), [])
    edit_unseen(tmp_path / "a.html")  # its time is known by now, and it is not read again
    assert put(tmp_path, "a.html") == (0, 1, 0)


def test_a_site_of_another_version_is_made_again_and_said(tmp_path, caplog):
    put(tmp_path, "a.html", "b.html", program="2")
    last = look(tmp_path, "1")
    assert (last.stale({"a.html": "a.html"}), last.paths) == ({"a.html"}, {"a.html", "b.html"})
    assert (put(tmp_path, "a.html"), sorted(pages(tmp_path))) == ((0, 1, 1), ["a.html"])
    said = f"{tmp_path / MANIFEST} is of another version: all pages are made again"
    assert {record.getMessage() for record in caplog.records} == {said}


def cut_off(folder: Path, *paths: str) -> None:
    """A build that wants these files and ends before the first is made."""
    last = look(folder, "1")
    digests = {path: path for path in paths}
    with suppress(KeyboardInterrupt):
        write_site(last, digests, ended(), {})


def ended() -> Iterator[tuple[str, bytes]]:
    raise KeyboardInterrupt
    yield


def test_only_what_a_build_that_was_cut_off_was_to_make_is_made_again(tmp_path, caplog):
    put(tmp_path, "a.html", "gone.html")
    cut_off(tmp_path, "a.html", "new.html")
    assert {path for path, file in look(tmp_path, "1").files.items() if file.digest} == {"a.html"}
    assert (put(tmp_path, "a.html", "new.html"), caplog.records) == ((1, 1, 1), [])
    assert sorted(files(tmp_path)) == [MANIFEST, "a.html", "new.html"]


def test_a_first_build_that_was_cut_off_left_files_of_ours(tmp_path):
    cut_off(tmp_path, "a.html")
    (tmp_path / "a.html").write_text("half a page")
    assert (put(tmp_path, "a.html"), sorted(files(tmp_path))) == ((1, 0, 0), [MANIFEST, "a.html"])


def test_where_the_list_of_pending_files_is_damaged_all_are_made_again(tmp_path, caplog):
    put(tmp_path, "a.html")
    (tmp_path / PENDING).write_text("{")
    assert (look(tmp_path, "1").stale({"a.html": "a.html"}), len(caplog.records)) == ({"a.html"}, 1)
    assert (put(tmp_path, "a.html"), sorted(files(tmp_path))) == ((0, 1, 0), [MANIFEST, "a.html"])


def test_files_that_are_replaced_between_builds_are_as_they_were_built(tmp_path, caplog):
    put(tmp_path, "a.html", "b.html")
    replace_files(tmp_path, {"a.html": b"later"})
    assert (check(tmp_path), put(tmp_path, "a.html", "b.html"), caplog.records) == ([], (0, 2, 0), [])
    assert pages(tmp_path) == {"a.html": b"later", "b.html": b"b.html"}


@pytest.mark.parametrize("path", ["a.html", "not-ours.html"])
def test_what_somebody_changed_is_not_replaced_between_builds(tmp_path, path):
    put(tmp_path, "a.html")
    (tmp_path / path).write_text("edited")
    edit_unseen(tmp_path / path)
    before = files(tmp_path)
    with pytest.raises(ValueError, match=f"^{path} is not as it was written$"):
        replace_files(tmp_path, {path: b"later"})
    assert files(tmp_path) == before


def test_a_folder_that_cannot_be_written_is_told_by_its_name(tmp_path):
    (tmp_path / "site").write_text("a file")
    with pytest.raises(StoreError, match=r"cannot write the site to .*site: "):
        put(tmp_path / "site", "a.html")


def test_no_catalog_is_told_by_its_name(tmp_path):
    with pytest.raises(NotFound, match=r"none\.duckdb: no catalog here"):
        build(tmp_path / "none.duckdb", tmp_path / "site", title="x")
