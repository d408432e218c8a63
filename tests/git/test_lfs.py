"""How long a pointer of Git LFS may be."""

import pytest

from catalog.git.lfs import MAX_POINTER, Pointer, parse_pointer

SHA256 = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
POINTER = f"version https://git-lfs.github.com/spec/v1\next-0-{{}} sha256:{SHA256}\noid sha256:{SHA256}\nsize 12345\n"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param(MAX_POINTER, Pointer(SHA256, 12345), id="as long as may be"),
        pytest.param(MAX_POINTER + 1, None, id="one byte more"),
    ],
)
def test_a_pointer_has_so_many_bytes(size, expected):
    data = POINTER.format("x" * (size - len(POINTER) + 2)).encode()
    assert (len(data), parse_pointer(data)) == (size, expected)
