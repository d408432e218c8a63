"""The list of a folder: which files it may name, and how long it may be."""

from __future__ import annotations

import json

import pytest

from catalog.download.download import DownloadOptions
from catalog.download.entries import Expected, StoredObject
from catalog.download.git_files import GitFiles
from catalog.download.manifest import LONGEST, MAX_MANIFEST, parse_manifest
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


@pytest.mark.parametrize("other", ["\u00e9", "E\u0301", "e\u0301/x"])
def test_names_that_are_one_after_folding_are_refused(other):
    with pytest.raises(Refused):
        parse_manifest(json.dumps([{"md5": MD5, "relpath": path} for path in ("e\u0301", other)]).encode())


@pytest.mark.slow
def test_a_list_may_be_so_long(tmp_path):
    file = tmp_path / "list"
    trust, limits = Trust(allow=(tmp_path.as_uri(),)), DownloadOptions().limits()
    with Pool() as pool:
        sources = Sources(trust, GitFiles(trust, None, limits, pool, print), limits, print)
        with file.open("wb") as content:
            content.truncate(MAX_MANIFEST)
        assert len(sources.read(StoredObject(url=file.as_uri()), Expected())) == MAX_MANIFEST
        with file.open("ab") as content:
            content.write(b"x")
        with pytest.raises(TooBig):
            sources.read(StoredObject(url=file.as_uri()), Expected())
