"""The next page by a Link header, whatever a server puts there."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import Refused
from catalog.plugins.forge import Ask, Response, Scope
from connectors.forges import azure, bitbucket, gitlab
from connectors.forges.fields import MAX_ADDRESS, MAX_LINK, MAX_PAGE, next_link, page, page_number, page_of


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


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "0",
        "-1",
        "+2",
        "1e3",
        "2.0",
        "two",
        "٣",
        "²",
        "2 3",
        "2&per_page=1",
        "2#x",
        "2/../../x",
        "https://h/2",
        "\r\nX: y",
        "9" * 5_000,
        str(MAX_PAGE + 1),
    ],
)
def test_what_is_no_number_of_a_page_ends_the_listing(stated):
    with pytest.raises(Refused, match=re.escape(f"expected a number from 1 to {MAX_PAGE:,}")):
        page_number(stated, "x-next-page")


@pytest.mark.parametrize(("stated", "number"), [("1", 1), ("20", 20), (str(MAX_PAGE), MAX_PAGE)])
def test_a_number_of_a_page(stated, number):
    assert page_number(stated, "x-next-page") == number


@pytest.mark.parametrize(
    ("url", "number"),
    [("https://h/r", 1), ("https://h/r?page=7&limit=50", 7), (f"https://h/r?page={'9' * 5_000}", None), ("https://h/r?page=x", None)],
    ids=["none is stated", "it is stated", "it is too long", "it is no number"],
)  # fmt: skip
def test_the_page_of_an_address(url, number):
    if number is None:
        with pytest.raises(Refused, match="the page of an address is '"):
            page_of(url)
    else:
        assert page_of(url) == number


@pytest.mark.parametrize(
    ("stated", "asked"),
    [
        pytest.param("2", "https://h/api?x=1&page=2", id="a number"),
        pytest.param(" 2 ", "https://h/api?x=1&page=2", id="a number between blanks"),
        pytest.param("", None, id="nothing, as on the last page"),
        pytest.param(None, "https://h/3", id="no such header"),
    ],
)
def test_gitlab_numbers_its_pages(stated, asked):
    headers = {"link": "<https://h/3>; rel=next"} | ({} if stated is None else {"x-next-page": stated})
    answer = Response(ask=Ask(url="https://h/api?x=1&page=1"), value=[], headers=headers)
    assert [ask.url for ask in gitlab.read(Scope(api="https://h", words={}), answer).then] == ([asked] if asked else [])


def test_the_address_of_the_next_page_has_so_many_characters():
    url = "https://h/".ljust(MAX_ADDRESS, "a")
    assert [ask.url for ask in page([], "the answer", lambda _: None, url).then] == [url]
    with pytest.raises(Refused, match=re.escape(f"the next page's address has {MAX_ADDRESS + 1:,} characters, expected at most {MAX_ADDRESS:,}")):  # fmt: skip
        page([], "the answer", lambda _: None, f"{url}a")


@pytest.mark.parametrize(
    ("read", "value", "headers"),
    [
        pytest.param(bitbucket.read, {"values": [], "next": "https://h/" + "a" * MAX_ADDRESS}, {}, id="in a body"),
        pytest.param(azure.read, {"value": []}, {"x-ms-continuationtoken": "a" * MAX_ADDRESS}, id="by a token"),
    ],
)
def test_no_forge_leads_to_an_address_that_is_longer(read, value, headers):
    answer = Response(ask=Ask(url="https://h/"), value=value, headers=headers)
    with pytest.raises(Refused, match="the next page's address has"):
        read(Scope(api="https://h", words={"org": "acme"}), answer)
