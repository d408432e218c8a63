"""One page of each kind of a site: the one list that validators, axe, pictures and browsers go through. A new kind of page is added here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

# Of each kind: where its pages are; of several, the one with most in it is taken.
KINDS: Mapping[str, str] = {
    "home": "index.html",
    "models": "models.html",
    "model": "models/*/*.html",
    "datasets": "datasets.html",
    "lineage": "lineage.html",
    "stages": "stages.html",
    "activity": "activity.html",
    "month": "activity/*.html",
    "teams": "teams.html",
    "team": "teams/*.html",
    "people": "people.html",
    "about": "about.html",
    "repos": "repos.html",
    "repo": "repos/*.html",
    "status": "status.html",
    "crawl": "crawl.html",
    "compare": "compare.html",
    "data": "data.html",
    "licences": "licences.html",
    "missing": "404.html",
}
# What is asked of a page that shows nothing without: the part of its address after the path.
QUERIES: Mapping[str, str] = {
    "compare": "?v=demo.example/risk/churn:churn@v3.4.0&v=demo.example/risk/churn:churn@v3.5.0",
    "lineage": "?of=demo.example/data/registry:customers:customers",
}
REDIRECTS = ("crawl",)  # lead to another page as soon as they are opened
WIDTHS = {1440: 900, 390: 844}  # of windows, with their heights
THEMES = ("light", "dark")


def pages_of(site: Path) -> dict[str, Path]:
    """One page of each kind that the site has, by the name of the kind."""
    files = {kind: sorted(site.glob(pattern), key=lambda file: file.stat().st_size) for kind, pattern in KINDS.items()}
    return {kind: of_kind[-1] for kind, of_kind in files.items() if of_kind}


def shown_pages(site: Path) -> dict[str, Path]:
    """The same without pages that lead to another one."""
    return {kind: page for kind, page in pages_of(site).items() if kind not in REDIRECTS}


def address(kind: str, page: Path) -> str:
    """Where a browser finds it."""
    return page.as_uri() + QUERIES.get(kind, "")
