"""How many bytes of an image are read, and looked at."""

import pytest

from catalog.errors import MetafileError
from connectors.metrics.images import _START, MAX_IMAGE, media_type

PNG = b"\x89PNG\r\n\x1a\n"


def drawing(size):
    """A drawing whose first element ends with so many bytes."""
    return b"<!--".ljust(size - len(b"--><svg>"), b"x") + b"--><svg>"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(PNG.ljust(MAX_IMAGE, b"\0"), "image/png", id="as large as is kept"),
        pytest.param(drawing(_START), "image/svg+xml", id="a drawing that begins as late as is looked"),
        pytest.param(b"\xef\xbb\xbf" + drawing(_START), "image/svg+xml", id="and the mark of its encoding before it"),
    ],
)
def test_an_image_at_a_bound_is_told(data, kind):
    assert media_type(data) == kind


@pytest.mark.parametrize(
    ("data", "rule", "message"),
    [
        pytest.param(
            PNG.ljust(MAX_IMAGE + 1, b"\0"),
            "too-big",
            "found an image of 524,289 bytes, expected at most 524,288",
            id="one byte more",
        ),
        pytest.param(
            drawing(_START + 1),
            "not-an-image",
            "found a file that begins with b'<!--xxxx', expected a PNG, JPEG, GIF, WebP or SVG image",
            id="a drawing that begins one byte later",
        ),
    ],
)
def test_an_image_beyond_a_bound_is_refused(data, rule, message):
    with pytest.raises(MetafileError) as caught:
        media_type(data)
    assert (caught.value.rule, caught.value.message) == (rule, message)
