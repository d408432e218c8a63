"""What a message about changes says, as JSON and as Slack's text. The rows are those of `catalog diff`, without e-mail addresses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from catalog.config.model import NotifyConfig
from catalog.naming import endings
from catalog.privacy.emails import Mask, masked
from catalog.text import cut, one_line, plural

MOST_CHANGES = 200  # in a message; the others are counted
MOST_LINES = 20  # of Slack's text
_FIELDS = ("kind", "repo", "artifact", "stage", "what", "old", "new", "better", "author", "moment")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
)  # api.slack.com/reference/surfaces/formatting#escaping


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What changed between the states that two crawls left. `id` is the same whenever it is sent again."""

    id: str
    catalog: str
    site_url: str | None
    since_crawl: int
    crawl: int
    changes: tuple[Mapping[str, Any], ...]

    def written(self, how: str) -> bytes:
        """The message in the format `json` or `slack`."""
        return (self._slack() if how == "slack" else self._json()).encode()

    def _json(self) -> str:
        value = {
            "id": self.id,
            "catalog": self.catalog,
            "site_url": self.site_url,
            "since_crawl": self.since_crawl,
            "crawl": self.crawl,
            "total": len(self.changes),
            "changes": self.changes[:MOST_CHANGES],
        }
        return json.dumps(value, default=_text, ensure_ascii=False)

    def _slack(self) -> str:
        head = f"{self.catalog}: {plural(len(self.changes), 'change')} with crawl {self.crawl}"
        lines = [head, *map(_line, self.changes[:MOST_LINES])]
        if len(self.changes) > MOST_LINES:
            lines.append(f"and {len(self.changes) - MOST_LINES:,} more")
        lines += [self.site_url] if self.site_url else []
        return json.dumps({"text": "\n".join(one_line(line).translate(_ESCAPES) for line in lines)}, ensure_ascii=False)


def wanted(rows: Iterable[Mapping[str, Any]], notify: NotifyConfig, mask: Mask) -> tuple[Mapping[str, Any], ...]:
    """The changes that a notification asks for, as messages have them."""
    return tuple(
        {field: masked(row[field], mask) for field in _FIELDS}
        for row in rows
        if (not notify.kinds or row["kind"] in notify.kinds)
        and (not notify.stages or row["stage"] in notify.stages)
        and (not notify.repos or _matches(row["repo"], notify.repos))
    )


def _text(value: object) -> str:
    """A time as RFC 3339 has it; the catalog's are UTC."""
    return f"{value.replace(tzinfo=None).isoformat()}Z" if isinstance(value, datetime) else str(value)


def _matches(repo: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(ending, pattern) for ending in endings(repo) for pattern in patterns)


def _line(row: Mapping[str, Any]) -> str:
    name = f"{row['repo']}:{row['artifact']}" if row["artifact"] else row["repo"]
    stage = f"#{row['stage']}" if row["stage"] else ""
    states = " → ".join(str(row[key]) for key in ("old", "new") if row[key] is not None)
    who = f" by {row['author']}" if row["author"] else ""
    return cut(f"• {row['kind'].replace('_', ' ')}: {name}{stage} {row['what'] or ''} {states}{who}")
