"""The list of a folder: which files it may name, and how long it may be."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.download import manifest
from catalog.download.download import DownloadOptions
from catalog.download.entries import Expected, StoredObject
from catalog.download.git_files import GitFiles
from catalog.download.manifest import (
    LONGEST,
    MAX_FOLDERS,
    MAX_MANIFEST,
    MAX_PATH,
    MAX_VALUES,
    check_together,
    parse_manifest,
)
from catalog.download.sources import Sources
from catalog.download.trust import Trust
from catalog.errors import Refused, TooBig
from catalog.transport.origin import Pool

MD5 = "0" * 32


def test_a_name_may_be_as_long_as_file_systems_have_it():
    path = f"a/{'b' * LONGEST}"
    assert parse_manifest(json.dumps([{"md5": MD5, "relpath": path}]).encode()) == {path: MD5}
    with pytest.raises(Refused, match="a name of more than 255 bytes"):
        parse_manifest(json.dumps([{"md5": MD5, "relpath": f"{path}b"}]).encode())


def test_a_path_may_be_as_long_as_file_systems_have_it():
    """Nor may it have more folders than fit: a list of 200 KB would else take all memory."""
    path = "a/" * (MAX_PATH // 2 - 1) + "bb"
    assert len(path) == MAX_PATH
    assert parse_manifest(json.dumps([{"md5": MD5, "relpath": path}]).encode()) == {path: MD5}
    for longer in (f"{path}b", "a/" * 100_000 + "b", f"{path[:-1]}\u00e9"):
        with pytest.raises(Refused, match="bytes, expected at most 4,096"):
            parse_manifest(json.dumps([{"md5": MD5, "relpath": longer}]).encode())


def test_a_list_may_have_so_many_values(monkeypatch):
    assert MAX_VALUES == 3_000_000
    monkeypatch.setattr(manifest, "MAX_VALUES", 3)
    two = json.dumps([{"md5": MD5, "relpath": path} for path in "ab"]).encode()
    assert len(parse_manifest(two)) == 2
    with pytest.raises(Refused, match="more than 3 values"):
        parse_manifest(two.replace(b"]", b",0]"))


def test_a_folder_may_have_so_many_folders(monkeypatch):
    assert MAX_FOLDERS == 1_000_000
    monkeypatch.setattr(manifest, "MAX_FOLDERS", 6)
    check_together(["a/b/c/d", "a/e/f", "g/h/i", "x"])
    with pytest.raises(Refused, match="more than 6 folders"):
        check_together(["a/b/c/d/e", "a/e/f", "g/h/i"])


@given(st.lists(st.lists(st.sampled_from(["a", "A", "b", "\u00e9", "E\u0301"]), min_size=1, max_size=3), max_size=4))
def test_paths_that_meet_are_refused_and_no_others(every):
    paths = ["/".join(parts) for parts in every]

    def places(parts):
        return [tuple(map(manifest._folded, parts[:depth])) for depth in range(1, len(parts) + 1)]

    files = [places(parts)[-1] for parts in every]
    folders = {(folded, "/".join(parts[: len(folded)])) for parts in every for folded in places(parts)[:-1]}
    is_apart = len({folded for folded, _ in folders}) == len(folders) and len(set(files)) == len(files)
    if is_apart and not {folded for folded, _ in folders}.intersection(files):
        check_together(paths)
    else:
        with pytest.raises(Refused):
            check_together(paths)


@pytest.mark.parametrize("other", ["\u00e9", "E\u0301", "e\u0301/x"])
def test_names_that_are_one_after_folding_are_refused(other):
    with pytest.raises(Refused):
        parse_manifest(json.dumps([{"md5": MD5, "relpath": path} for path in ("e\u0301", other)]).encode())


@pytest.mark.slow
def test_a_list_may_be_so_long(tmp_path):
    file = tmp_path / "list"
    trust, limits = Trust(allow=(tmp_path.as_uri(),)), DownloadOptions().limits()
    with Pool() as pool:
        git = GitFiles(trust, None, limits, pool, print)
        sources = Sources(trust, lambda: git, limits, print)
        with file.open("wb") as content:
            content.truncate(MAX_MANIFEST)
        assert len(sources.read(StoredObject(url=file.as_uri()), Expected())) == MAX_MANIFEST
        with file.open("ab") as content:
            content.write(b"x")
        with pytest.raises(TooBig):
            sources.read(StoredObject(url=file.as_uri()), Expected())
