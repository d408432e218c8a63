"""What crawl and build make where nothing, or little, changed, and what they say of it."""

from __future__ import annotations

import os
import re
import shutil
from itertools import product
from pathlib import Path

import pytest

from catalog.cli.catalog_and_site import BuildOutcome, summary
from catalog.crawl.crawl import CrawlReport
from catalog.database import build_record
from catalog.schema.tables.inventory import Crawl
from catalog.store import file_stamps
from sites.manifest import MANIFEST
from sites.pages import AS_OF, STATUS
from support.changes import base, register
from support.harm import cut

OF_CRAWLS = {AS_OF, STATUS.pattern, MANIFEST}


@pytest.fixture
def world(tmp_path, run):
    """A repository that was crawled, with catalog and site; this test's own."""
    world = base()
    world.write(tmp_path / "git")
    (tmp_path / "repos.toml").write_text(
        f'[catalog]\noutput = "output"\n[[repo]]\nname = "r"\nurl = "{tmp_path}/git"\n'
    )
    assert run("crawl")[0] == 0
    return world


def told(err: str) -> list[str]:
    """What was said, without how long it took."""
    return re.sub(r"[\d.]+ s\b", "T", err).splitlines()


def changed(before: dict[str, str], folder: Path) -> set[str]:
    now = file_stamps.stamps_below(folder)
    return {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}


def pages(folder: Path) -> dict[str, bytes]:
    """The files of a site, without exports, which tell of the last crawl that changed something."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != MANIFEST)
    made = {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
    return {path: data for path, data in made.items() if not path.startswith("data")}


@pytest.mark.slow
def test_a_crawl_in_which_nothing_changed_writes_two_files_which_are_those_of_a_build_from_nothing(run, world):
    assert world
    site, data = Path("output/site"), file_stamps.stamps_below(Path("output/data"))
    for _ in range(2):
        before = file_stamps.stamps_below(site)
        code, _, err = run("crawl")
        assert (code, told(err)) == (
            0,
            [
                "fresh    r",
                "0 new, 0 changed, 1 fresh, 0 failed; 0 bytes in T",
                "output/catalog.duckdb: 2 artifacts (1 not registered), 2 versions of 1 repository, unchanged, in T",
                "1 unchanged; nothing to build",
            ],
        )
        written = changed(before, site) | {AS_OF}  # which says the same within a second
        assert (written, changed(data, Path("output/data"))) == (OF_CRAWLS, set())
    left = pages(site)
    for made in ("site", "data"):
        shutil.rmtree(Path("output") / made)
    for file in ("catalog.duckdb", ".catalog.duckdb.sum", build_record.FILE):
        Path("output", file).unlink()
    assert run("build")[0] == 0
    assert pages(site) == left


@pytest.mark.slow
def test_a_push_makes_what_follows_from_it(run, world):
    register(world, 9)
    world.write(Path("git"))
    last = told(run("crawl")[2])[-1]
    assert re.fullmatch(r"0 unchanged; 1 repository, \d+ of \d+ files of the site made", last)
    assert told(run("crawl")[2])[-1] == "1 unchanged; nothing to build"


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("harm", "name"),
    [
        *product(
            (Path.unlink, cut, folder), ("index.html", "status.html", "as-of.js", "repos/r.html", "feeds/all.xml")
        ),
        (cut, MANIFEST),
    ],
)
def test_a_page_that_was_deleted_or_edited_is_made_again(run, world, harm, name, caplog):
    assert world
    site = Path("output/site")
    before = pages(site)
    harm(site / name)
    assert len(told(run("build")[2])) > 1
    sentence = (
        "is damaged: all pages are made again" if name == MANIFEST else f"not as it was built, and made again: {name}"
    )
    assert (sentence in caplog.text, pages(site)) == (True, before)
    assert len(told(run("build")[2])) == 1


@pytest.mark.slow
def test_a_page_of_the_same_size_and_time_is_found_by_a_check(run, world, caplog):
    assert world
    site = Path("output/site")
    before, file = pages(site), site / "repos" / "r.html"
    stat = file.stat()
    file.write_bytes(b"x" * stat.st_size)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert len(told(run("build")[2])) == 1
    assert run("build", "--check")[0] == 0
    assert "output/site: not as it was built, and made again: repos/r.html" in caplog.text
    assert (pages(site), len(told(run("build", "--check")[2]))) == (before, 2)


@pytest.mark.slow
def test_another_title_makes_the_site_alone(run, world):
    assert world
    toml = Path("repos.toml")
    toml.write_text(toml.read_text().replace("[catalog]", '[catalog]\ntitle = "Other"'))
    lines = told(run("build")[2])
    assert (", unchanged, in T" in lines[0], lines[1].endswith("T")) == (True, True)
    assert "Other" in Path("output/site/index.html").read_text()
    assert len(told(run("build")[2])) == 1


@pytest.mark.slow
def test_a_build_without_the_site_leaves_it_as_that_of_the_build_before(run, world):
    register(world, 9)
    world.write(Path("git"))
    assert run("crawl", "--no-site")[0] == 0
    assert "v9.0.0" not in Path("output/site/repos/r.html").read_text()
    assert len(told(run("build")[2])) == 2
    assert "v9.0.0" in "".join(file.read_text() for file in Path("output/site/models").rglob("*.html"))


@pytest.mark.slow
def test_a_damaged_record_is_told(run, world):
    assert world
    file = Path("output", build_record.FILE)
    file.write_bytes(b"x")
    lines = told(run("build")[2])
    assert lines[0] == f"{file} is damaged: its checksum does not fit: catalog and site are checked in full"
    assert len(told(run("build")[2])) == 1


def report(*, changed: int, fresh: int, unpushed: int = 0) -> CrawlReport:
    row = Crawl(crawl=1, started_at=None, seconds=1.0, new=0, changed=changed, fresh=fresh, failed=0, received=0)
    return CrawlReport(crawl=row, visits=(), failures={}, unpushed=unpushed)


@pytest.mark.parametrize(
    ("report", "made", "line"),
    [
        (report(changed=0, fresh=1900, unpushed=95), BuildOutcome(catalog=False), "1,995 unchanged; nothing to build"),
        (report(changed=5, fresh=1995), BuildOutcome(catalog=True, written=14, files=3912), "1,995 unchanged; 5 repositories, 14 of 3,912 files of the site made"),
        (report(changed=1, fresh=0), BuildOutcome(catalog=True), "0 unchanged; 1 repository made"),
        (report(changed=0, fresh=2), BuildOutcome(catalog=True, written=0, files=3), "2 unchanged; catalog made"),
        (report(changed=0, fresh=2), BuildOutcome(catalog=False, written=1, files=3), "2 unchanged; 1 of 3 files of the site made"),
    ],
)  # fmt: skip
def test_what_a_crawl_did_not_have_to_do(report, made, line):
    assert summary(report, made) == line


def with_theme(text: str) -> None:
    file = Path("repos.toml")
    file.write_text(file.read_text().replace("[catalog]\n", f"[catalog]\n{text}\n"))


@pytest.mark.slow
def test_a_look_of_ones_own_is_made_when_it_changed(run, world):
    assert world
    with_theme('theme = "look"')
    Path("look").mkdir()
    said = []
    for footer in ("one", "one", "two"):
        Path("look/footer.md").write_text(footer)
        code, _, err = run("build")
        said.append((code, len(told(err)), f"<p>{footer}</p>" in Path("output/site/index.html").read_text()))
    assert said == [(0, 2, True), (0, 1, True), (0, 2, True)]


@pytest.mark.slow
@pytest.mark.parametrize("command", ["crawl", "build"])
def test_a_look_that_cannot_be_used_stops_before_any_work(run, world, command):
    register(world, 9)
    world.write(Path("git"))
    with_theme('theme = "nosuch"')
    before = file_stamps.stamps_below(Path("output"))
    code, _, err = run(command)
    assert (code, told(err), changed(before, Path("output"))) == (
        2,
        [
            "catalog: invalid theme 'nosuch': expected a folder with some of templates/, static/, custom.css, footer.md, and logo with one of .svg, .png, .webp, .jpg"
        ],
        set(),
    )
