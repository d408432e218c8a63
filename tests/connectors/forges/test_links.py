"""The next page by a Link header, whatever a server puts there."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import Refused
from connectors.forges.fields import MAX_LINK, next_link


@pytest.mark.parametrize(
    ("header", "following"),
    [
        pytest.param('<https://h/2>; rel="next", <https://h/9>; rel="last"', "https://h/2", id="as GitHub writes it"),
        pytest.param('<https://h/1>; rel="prev", <https://h/3>; rel="next"', "https://h/3", id="not the first"),
        pytest.param("<https://h/2>;rel=next", "https://h/2", id="without quotes"),
        pytest.param('<https://h/2>; title="a, b"; rel="last next"', "https://h/2", id="several relations"),
        pytest.param('<https://h/2>; rel="nextish"', None, id="another relation"),
        pytest.param("https://h/2; rel=next", None, id="no link"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_next_page(header, following):
    assert next_link({"link": header}) == following


def test_a_header_has_so_many_characters():
    link = "<https://h/2>; rel=next"
    assert next_link({"link": link.ljust(MAX_LINK)}) == "https://h/2"
    with pytest.raises(
        Refused, match=re.escape(f"the Link header has {MAX_LINK + 1:,} characters, expected at most {MAX_LINK:,}")
    ):
        next_link({"link": link.ljust(MAX_LINK + 1)})


@given(st.text("<>;,= relnxt\"'", max_size=60))
def test_any_header_is_read(header):
    next_link({"link": header})
