"""The list of pages: name, path and template."""

from __future__ import annotations

from dataclasses import dataclass

LISTED = 300  # artifacts on the page of models as it is without scripts; beyond that each team has a page
LAST_CRAWLS = "<!--last crawls-->"  # before what the page of the status says of them; a text of the catalog is escaped, and does not have it
AS_OF = "as-of.js"  # the script that tells every page when the last crawl was


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page, or a page for each artifact or repository: `{repo}` and `{artifact}` are slugs."""

    name: str
    pattern: str
    template: str

    @property
    def depth(self) -> int:
        """How many folders below the root of the site it lies."""
        return self.pattern.count("/")


HOME = Page(name="home", pattern="index.html", template="home.html")
MODELS = Page(name="models", pattern="models.html", template="models.html")
DATASETS = Page(name="datasets", pattern="datasets.html", template="datasets.html")
TEAMS = Page(name="teams", pattern="teams.html", template="teams.html")
PEOPLE = Page(name="people", pattern="people.html", template="people.html")
TEAM = Page(name="team", pattern="teams/{team}.html", template="team.html")
MODEL = Page(name="model", pattern="models/{repo}/{artifact}.html", template="model.html")
REPOS = Page(name="repos", pattern="repos.html", template="repos.html")
REPO = Page(name="repo", pattern="repos/{repo}.html", template="repo.html")
COMPARE = Page(name="compare", pattern="compare.html", template="compare.html")
LINEAGE = Page(name="lineage", pattern="lineage.html", template="lineage.html")
STATUS = Page(name="status", pattern="status.html", template="status.html")
CRAWL = Page(name="crawl", pattern="crawl.html", template="crawl.html")  # where the status was
DATA = Page(name="data", pattern="data.html", template="data.html")
ABOUT = Page(name="about", pattern="about.html", template="about.html")
LICENCES = Page(name="licences", pattern="licences.html", template="licences.html")
MISSING = Page(name="missing", pattern="404.html", template="404.html")
STAGES = Page(name="stages", pattern="stages.html", template="stages.html")
ACTIVITY = Page(name="activity", pattern="activity.html", template="activity.html")
MONTH = Page(name="month", pattern="activity/{month}.html", template="month.html")

# Where the page of an artifact or a repository was that has no other one now.
GONE = Page(name="gone", pattern="models/{repo}/{artifact}.html", template="gone.html")
MOVED = Page(name="moved", pattern="models/{repo}/{artifact}.html", template="moved.html")
REMOVED = Page(name="removed", pattern="repos/{repo}.html", template="removed.html")
FORMER = (GONE, MOVED, REMOVED)

MODEL_NAMES = "models/names.js"  # the paths of artifacts that scripts cannot tell from their names

GROUPS = (DATASETS, TEAMS, PEOPLE)
PAGES = (
    HOME,
    MODELS,
    *GROUPS,
    TEAM,
    MODEL,
    COMPARE,
    LINEAGE,
    REPOS,
    REPO,
    STATUS,
    CRAWL,
    DATA,
    ABOUT,
    LICENCES,
    MISSING,
)
OF_TIME = (STAGES, ACTIVITY, MONTH)  # pages of the past, which follow from all that was observed
