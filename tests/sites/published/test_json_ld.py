"""What search engines read of a model's page."""

from __future__ import annotations

import json
import re

import pytest

from sites.build import build

pytestmark = pytest.mark.slow
SCRIPT = re.compile(r'<script type="application/ld\+json">([^<]*)</script>')


def test_a_page_says_what_its_model_is(site):
    html = (site / "models/github.com~acme~churn/churn.html").read_text("utf-8")
    (text,) = SCRIPT.findall(html)
    assert json.loads(text) == {
        "@context": "https://schema.org",
        "@type": "CreativeWork",
        "identifier": "github.com/acme/churn:churn",
        "name": "churn",
        "description": "Who leaves, and when.",
        "keywords": ["tabular"],
        "version": "v1.1.0",
        "dateModified": json.loads(text)["dateModified"],
    }


def test_what_a_stranger_writes_does_not_end_it(site):
    pages = [file.read_text("utf-8") for file in site.glob("models/*/*.html")]
    assert [len(SCRIPT.findall(page)) for page in pages] == [1] * len(pages)


def test_where_the_site_will_be_is_in_it(tmp_path, catalog_file):
    build(catalog_file, tmp_path, title="x", site_url="https://h/m/")
    html = (tmp_path / "models/github.com~acme~churn/churn.html").read_text("utf-8")
    assert '"url":"https://h/m/models/github.com~acme~churn/churn.html"' in html
