"""The pages of activity: the lines of a month for readers without scripts, and the scripts with its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from markupsafe import Markup

from catalog.naming import plain_slug, slug
from sites import urls
from sites.data.activity import ActivityRow, MonthRow
from sites.text import MONTHS, clip, face, look, minute, pill, short
from sites.view_models import columns, feeds
from sites.view_models.feeds import Feeds
from sites.view_models.scripts import script

FOLDER = "index/activity"
INDEX = f"{FOLDER}.js"
ROWS = 1_000  # of a month without scripts
DETAIL = 200  # characters of what a visit complained of
OTHER = "other"  # the month of dates that cannot be right
VERBS = {
    **feeds.KINDS,
    "skewed_tag": "clock is off",
    "lost_repo": "repository lost",
    "found_repo": "repository found again",
    "unread_repo": "repository never read",
}
_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # seconds of the years 1 and 9999, which dates of Python have


class ActivityLine(NamedTuple):
    """One event, or one thing that was observed."""

    row: ActivityRow
    when: Markup
    verb: str
    path: str
    version: str
    stage: Markup
    detail: str


def page(month: str) -> str:
    """The path of a month's page."""
    return f"activity/{month}.html"


def data(month: str) -> str:
    """The path of a month's script."""
    return f"{FOLDER}/{month}.js"


def title(month: str) -> str:
    """The name of a month."""
    if month == OTHER:
        return "Other dates"
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def lines(rows: Iterable[ActivityRow]) -> list[ActivityLine]:
    """The lines in the order of the rows."""
    return [
        ActivityLine(
            row=row,
            when=minute(datetime.fromtimestamp(min(max(row.moment, _FIRST), _LAST), UTC).replace(tzinfo=None)),
            verb=VERBS[row.kind],
            path=urls.model(row.repo, row.artifact) if row.artifact and row.has_page else "",
            version=short(row.version or ""),
            stage=pill(row.stage) if row.stage else Markup(""),
            detail=" ".join(filter(None, (_tag(row), clip(row.detail, DETAIL)))),
        )
        for row in rows
    ]


def month_script(month: str, rows: Sequence[ActivityRow]) -> bytes:
    """The script with what happened in a month, in columns: texts are named by their places among the distinct ones, `teams` is in the order of repositories."""
    repos, repo = columns.coded([row.repo for row in rows])
    teams, team = columns.coded([urls.team_of(name) for name in repos])
    base = min((row.moment for row in rows), default=0)
    head: dict[str, object] = {
        "count": len(rows),
        "repos": columns.texts(repos),
        "repo": repo,
        "teams": columns.texts(teams),
        "team": team,
        "base": base,
        "moment": columns.numbers([row.moment - base for row in rows]),
        "flags": columns.numbers([row.is_gone + 2 * row.has_page for row in rows]),
    }
    of_rows: Mapping[str, list[str]] = {
        "kind": [row.kind for row in rows],
        "artifact": [row.artifact or "" for row in rows],
        "version": [row.version or "" for row in rows],
        "stage": [row.stage or "" for row in rows],
        "author": [row.author or "" for row in rows],
        "signed": [row.signed or "" for row in rows],
        "tag": [_tag(row) for row in rows],
        "detail": [clip(row.detail, DETAIL) for row in rows],
        "path": [urls.model(row.repo, row.artifact) if _is_odd(row) else "" for row in rows],
    }
    for name, values in of_rows.items():
        distinct, head[name] = columns.coded(values)
        head[f"{name}s"] = columns.texts(distinct)
    head["looks"] = [look(stage) for stage in dict.fromkeys(of_rows["stage"])]
    head["faces"] = columns.texts(
        f"{colour}{initials}" for colour, initials in map(face, dict.fromkeys(of_rows["author"]))
    )
    return script(f"activity/{month}", head)


def index_script(
    months: Sequence[MonthRow], stages: Iterable[str], repos: Iterable[str], news: Feeds, host: str, digest: str
) -> bytes:
    """The script with the months, the weeks, and the feeds that there are. `host`: with what the names of all repositories begin."""
    weeks: Counter[int] = Counter()
    for month in months:
        weeks.update(month.weeks)
    own = {repo: path for repo in sorted(repos) if news.of(path := feeds.repository(repo))}
    teams = sorted({urls.team_of(repo) for repo in own})
    of_stage = {stage: feeds.stage_feed(stage) for stage in stages}
    return script(
        "activity",
        {
            "version": digest,
            "months": [[row.month, title(row.month), row.entries] for row in months],
            "weeks": sorted(weeks.items()),
            "verbs": VERBS,
            "host": host,
            "stageFeeds": {stage: path for stage, path in of_stage.items() if news.of(path)},
            "teamFeeds": {team: feed.path for team in teams for feed in news.of(feeds.team_feed(team))},
            "repoFeeds": [*own],
            "oddFeeds": {repo: path for repo, path in own.items() if slug(repo) != plain_slug(repo)},
            "kindFeeds": {kind: feed.name for kind in feeds.KINDS for feed in news.of(feeds.kind_feed(kind))},
            "personFeeds": {name: feeds.person_feed(name) for name in news.people()},
            "hasSigned": bool(news.of(feeds.SIGNED)),
        },
    )


def _tag(row: ActivityRow) -> str:
    """The tag that was observed."""
    return (row.tag or "") if row.kind.endswith("_tag") else ""


def _is_odd(row: ActivityRow) -> bool:
    """Whether a script cannot tell the path of the artifact's page from its names."""
    names = (row.repo, row.artifact or "")
    return row.has_page and any(slug(name) != plain_slug(name) for name in names)
