"""The map of the site, for search engines."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from sites.build import build
from sites.published.sitemap import MOST_URLS, maps

LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def addresses(content: bytes) -> list[str | None]:
    return [element.text for element in ET.fromstring(content).iter(LOC)]


def test_it_lists_every_page_by_its_address():
    files = maps(["index.html", "models/a b&c.html"], "https://acme.example/models")
    assert addresses(files["sitemap.xml"]) == [
        "https://acme.example/models/",
        "https://acme.example/models/models/a%20b%26c.html",
    ]
    assert files["robots.txt"] == b"User-agent: *\nAllow: /\nSitemap: https://acme.example/models/sitemap.xml\n"


def test_of_a_site_that_does_not_say_where_it_is_there_is_none():
    assert maps(["index.html"], None) == {}


@pytest.mark.parametrize(
    ("pages", "files"),
    [
        (MOST_URLS, ["robots.txt", "sitemap.xml"]),
        (MOST_URLS + 1, ["robots.txt", "sitemap-1.xml", "sitemap-2.xml", "sitemap.xml"]),
    ],
)
def test_of_more_pages_than_one_may_list_there_are_several(pages, files):
    made = maps([f"{number}.html" for number in range(pages)], "https://h/")
    assert sorted(made) == files
    if len(files) > 2:
        assert addresses(made["sitemap.xml"]) == ["https://h/sitemap-1.xml", "https://h/sitemap-2.xml"]


@pytest.mark.slow
def test_a_site_has_it_once_it_says_where_it_is(tmp_path, empty_catalog_file):
    build(empty_catalog_file, tmp_path, title="x", site_url="https://h/")
    listed = {str(address).removeprefix("https://h/") for address in addresses((tmp_path / "sitemap.xml").read_bytes())}
    assert listed == {"", *(page.name for page in tmp_path.glob("*.html"))} - {"404.html", "crawl.html", "index.html"}
    build(empty_catalog_file, tmp_path, title="x")
    assert not (tmp_path / "sitemap.xml").exists()
