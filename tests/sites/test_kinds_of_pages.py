"""The list of pages that validators, axe, pictures and browsers go through."""

from __future__ import annotations

from sites.pages import OF_TIME, PAGES
from support.site_pages import KINDS


def test_it_has_each_kind_of_page():
    assert {page.name for page in (*PAGES, *OF_TIME)} == {*KINDS}
