"""How much of DVC's storage is read, and kept."""

import pytest

from catalog.errors import MetafileError
from catalog.git.snapshot import MAX_OBJECT
from catalog.schema.tables.dvc import Output
from connectors.dvc.entries import OLD_MD5
from connectors.dvc.metafiles import read_revision
from connectors.dvc.storage import MAX_REMEMBERED, PER_BYTE, read_list, storage_url
from support.worlds import World

A = "3e2b31c72181b87149ff995e7202c0e3"
LIST = f'[{{"md5": "{A}", "relpath": "m"}}]'.encode()
SETTINGS = b'[core]\n    remote = r\n[remote "r"]\n    url = https://example.com/dvc\n#'
LARGEST = MAX_REMEMBERED // 10 // PER_BYTE  # bytes that are kept: see BoundedCache


def output():
    """An output of DVC 2, whose storage is where the remote's URL says."""
    world = World()
    world.commit({".dvc/config": "", "m.dvc": f"outs: [{{path: m, md5: {A}}}]"})
    (found,) = (row for row in read_revision(world.revision()) if isinstance(row, Output))
    assert found.hash_kind == OLD_MD5
    return found


def test_a_list_has_as_many_bytes_as_it_may_have():
    assert read_list(LIST.ljust(MAX_OBJECT)) == {"m": A}


def test_a_list_with_one_byte_more_is_refused():
    with pytest.raises(MetafileError) as caught:
        read_list(LIST.ljust(MAX_OBJECT + 1))
    message = "DVC's list of the folder has 1,048,577 bytes, expected at most 1,048,576"
    assert (caught.value.rule, caught.value.message) == ("too-big", message)


@pytest.mark.parametrize(
    ("size", "is_kept"),
    [pytest.param(LARGEST, True, id="a tenth of all bytes"), pytest.param(LARGEST + 1, False, id="one byte more")],
)
def test_a_list_is_read_once_within_a_bound(size, is_kept):
    first, second = (read_list(LIST.ljust(size)) for _ in range(2))
    assert (first == second, first is second) == (True, is_kept)


@pytest.mark.parametrize(
    ("size", "is_kept"),
    [pytest.param(LARGEST, True, id="a tenth of all bytes"), pytest.param(LARGEST + 1, False, id="one byte more")],
)
def test_settings_are_read_once_within_a_bound(size, is_kept):
    row = output()
    first, second = (storage_url(SETTINGS.ljust(size, b"x"), row) for _ in range(2))
    assert (first, second, first is second) == ("https://example.com/dvc", "https://example.com/dvc", is_kept)
