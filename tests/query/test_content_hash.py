"""Contents are called what DVC, Git and Git LFS call them."""

from __future__ import annotations

import hashlib
import subprocess
from tempfile import mkdtemp

import pytest
from dvc_data.hashfile.build import build
from dvc_data.hashfile.db.local import LocalHashFileDB
from dvc_data.hashfile.hash import file_md5
from dvc_objects.fs import localfs

from catalog.query.content_hash import _CHUNK, _LOOKED_AT, _MOST_OTHERS, content_hashes

OTHERS = round(100 * _MOST_OTHERS)  # of a hundred bytes

CONTENTS = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"a\nb\n", id="text"),
    pytest.param(b"a\r\nb\r\n", id="text with the line ends of DOS"),
    pytest.param(b"\0a\r\n", id="a null byte is no text"),
    pytest.param("é\r\n".encode() * 100, id="text that is not ASCII"),
    pytest.param(b"a" * (_LOOKED_AT - 1) + b"\0\r\n", id="the last byte that is looked at is no text"),
    pytest.param(b"a" * _LOOKED_AT + b"\0\r\n", id="the byte behind it is no text"),
    pytest.param(b"\x80" * OTHERS + b"a" * (98 - OTHERS) + b"\r\n", id="just so many bytes that are no text"),
    pytest.param(b"\x80" * (OTHERS + 1) + b"a" * (97 - OTHERS) + b"\r\n", id="one too many of them"),
    pytest.param(b"a" * (_CHUNK - 2) + b"\r\n\r\n", id="a line end at the end of a chunk"),
    pytest.param(b"a" * (_CHUNK - 1) + b"\r\n\r\n", id="a line end across two chunks"),
]


@pytest.mark.parametrize("content", CONTENTS)
def test_a_file(tmp_path, content):
    file = tmp_path / "file"
    file.write_bytes(content)
    git = subprocess.run(["git", "hash-object", "--no-filters", file], capture_output=True, text=True, check=True)
    assert content_hashes(file) == {
        "md5": file_md5(str(file)),
        "md5-dos2unix": file_md5(str(file), name="md5-dos2unix"),
        "sha256": hashlib.sha256(content).hexdigest(),
        "git-blob": git.stdout.strip(),
    }


def test_a_folder(tmp_path):
    folder = tmp_path / "data"
    for name, content in {"b": "1\r\n", "a/é": "2", "a.txt": "3", "a/.hidden": ""}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode())
    kinds = ("md5", "md5-dos2unix")
    assert content_hashes(folder) == {kind: _dvc_says(folder, kind) for kind in kinds}


def _dvc_says(folder, kind):
    _, _, found = build(LocalHashFileDB(localfs, mkdtemp(), hash_name=kind), str(folder), localfs, kind)
    return found.hash_info.value
