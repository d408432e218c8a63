"""The pages: what each is called, where it lies, and what feeds it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page, or a page for each artifact or repository: `{repo}` and `{artifact}` are slugs. `feeds` are macros of site.sql."""

    name: str
    pattern: str
    template: str
    feeds: tuple[str, ...]

    @property
    def depth(self) -> int:
        """How many folders below the root of the site it lies."""
        return self.pattern.count("/")


HOME = Page(
    name="home",
    pattern="index.html",
    template="home.html",
    feeds=("site_counts", "site_types", "site_stages", "site_recent", "site_crawls"),
)
MODELS = Page(
    name="models", pattern="models.html", template="models.html", feeds=("site_artifacts", "site_assignments")
)
MODEL = Page(
    name="model",
    pattern="models/{repo}/{artifact}.html",
    template="model.html",
    feeds=(
        "site_artifacts",
        "site_assignments",
        "site_versions",
        "site_terms",
        "site_events",
        "site_lookups",
        "site_repositories",
        "site_shown",
        "site_files",
        "site_makers",
        "site_inputs",
        "site_params",
        "site_metrics",
        "site_unread",
        "site_plots",
        "site_images",
        "site_cards",
    ),
)
REPOS = Page(name="repos", pattern="repos.html", template="repos.html", feeds=("site_repositories",))
REPO = Page(
    name="repo",
    pattern="repos/{repo}.html",
    template="repo.html",
    feeds=(
        "site_repositories",
        "site_artifacts",
        "site_assignments",
        "site_experiments",
        "site_releases",
        "site_problems",
    ),
)
CRAWL = Page(
    name="crawl",
    pattern="crawl.html",
    template="crawl.html",
    feeds=("site_crawls", "site_repositories", "site_problems"),
)
MISSING = Page(name="missing", pattern="404.html", template="404.html", feeds=())

PAGES = (HOME, MODELS, MODEL, REPOS, REPO, CRAWL, MISSING)
