"""The exported files in the site: the folder alone is a published catalog, and what did not change is not written again."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

import catalog
from catalog.errors import StoreError
from catalog.privacy.emails import hide
from sites import links
from sites.build import build
from sites.output import check
from sites.published.exports import exports_in
from support.site_bytes import holding, readable
from support.small_catalog import CHURN, small_catalog

pytestmark = pytest.mark.slow


def built(folder: Path, data: Path):
    return build(small_catalog(), folder, title="Models", data=data)


def files(folder: Path) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")
    }


def test_the_site_alone_is_a_published_catalog(served):
    with catalog.open(served) as published, catalog.open(small_catalog()) as whole:
        assert published.artifacts().values == whole.artifacts().values != ()


def test_the_folder_is_one_too(published_site):
    with catalog.open(published_site) as published:
        assert published.show(f"{CHURN}:churn").values != ()


def test_it_has_every_file_of_the_export_as_it_is(published_site, data):
    assert files(published_site / "data") == files(data)


def test_the_index_states_what_each_file_is(published_site):
    index = json.loads((published_site / "data/catalog.json").read_text("utf-8"))
    stated = [index["database"], *(file for table in index["tables"] for file in table["files"])]
    differing = [
        file["path"]
        for file in stated
        if sha256((published_site / "data" / file["path"]).read_bytes()).hexdigest() != file["sha256"]
    ]
    assert (differing, len(stated) > 60) == ([], True)


def test_no_address_of_a_person_is_in_it(published_site):
    assert (holding(published_site, "@acme.example", "@example.com"), len(readable(published_site)) > 100) == ([], True)
    with catalog.open(small_catalog()) as whole:
        assert "ann@acme.example" in repr(whole.sql("from events").values)
    assert hide("ann@acme.example") in readable(published_site)["data/events.parquet, read"].decode()


@pytest.mark.parametrize("has_links", [True, False], ids=["with hard links", "on a disk without"])
def test_what_did_not_change_is_not_written_again(tmp_path, data, monkeypatch, has_links):
    if not has_links:
        monkeypatch.setattr(links.Path, "hardlink_to", lambda *_: (_ for _ in ()).throw(OSError("another disk")))
    first, again = built(tmp_path, data), built(tmp_path, data)
    file = tmp_path / "data/events.parquet"
    assert (first.written > 60, again.written, file.samefile(data / file.name)) == (True, 0, has_links)


def test_the_manifest_of_another_version_costs_no_write_of_data(tmp_path, data):
    built(tmp_path, data)
    before = {file.name: file.stat().st_ino for file in (tmp_path / "data").iterdir()}
    (tmp_path / ".made.json").unlink()
    assert built(tmp_path, data).written == 0
    assert {file.name: file.stat().st_ino for file in (tmp_path / "data").iterdir()} == before


def test_what_the_export_has_no_more_is_deleted(tmp_path, data):
    other, site = tmp_path / "other", tmp_path / "site"
    shutil.copytree(data, other)
    built(site, other)
    index = json.loads((other / "catalog.json").read_text("utf-8"))
    database = index.pop("database")["path"]
    (other / "catalog.json").unlink()  # a build writes another file, too
    (other / "catalog.json").write_text(json.dumps(index))
    (other / database).unlink()
    report = built(site, other)
    assert (report.written, report.removed, check(site)) == (2, 1, [])  # the index, and the page of the data
    assert not (site / "data" / database).exists()


def test_a_file_that_was_edited_in_the_site_is_put_back(tmp_path, data):
    other, site = tmp_path / "other", tmp_path / "site"
    shutil.copytree(data, other)
    built(site, other)
    (site / "data/events.parquet").unlink()
    (site / "data/events.parquet").write_bytes(b"mine")
    assert (built(site, other).written, check(site)) == (1, [])


def test_an_index_that_is_damaged_ends_the_build(tmp_path):
    (tmp_path / "catalog.json").write_text("{")
    with pytest.raises(StoreError, match=r"catalog.json is damaged: .*; `catalog build --check` makes it anew"):
        _ = exports_in(tmp_path).files


def test_without_an_export_there_is_none(tmp_path):
    with pytest.raises(StoreError, match=r"cannot read .*catalog.json"):
        exports_in(tmp_path)
    assert dict(exports_in(None).files) == {}
