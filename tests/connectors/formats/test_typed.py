"""Which files of YAML are read once for all who ask."""

import pytest

from connectors.formats.typed import MAX_REMEMBERED, PER_BYTE, load_once

LARGEST = MAX_REMEMBERED // 10 // PER_BYTE  # bytes that are kept: see BoundedCache


@pytest.mark.parametrize(
    ("size", "is_kept"),
    [pytest.param(LARGEST, True, id="a tenth of all bytes"), pytest.param(LARGEST + 1, False, id="one byte more")],
)
def test_a_file_is_read_once_within_a_bound(size, is_kept):
    first, second = (load_once(b"a: 1\n#".ljust(size, b"x")) for _ in range(2))
    assert (first, second, first is second) == ({"a": 1}, {"a": 1}, is_kept)
