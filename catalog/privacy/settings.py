"""`[privacy]` of repos.toml: what is withheld, and where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from catalog.naming import endings

WITHHOLD, SHOW = "withhold", "show"
HIDE, HASH = "hide", "hash"
SECRETS = (WITHHOLD, SHOW)
EMAILS = (HIDE, HASH, SHOW)


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivacyRule:
    """Where values are withheld, or never withheld: patterns with `*` and `?` of a repository, a path and a key."""

    repo: str = "*"
    path: str = "*"
    key: str = "*"

    def applies(self, repo: str) -> bool:
        """Whether it is of this repository: by its whole name, or an end of it, in whatever case."""
        return any(fnmatchcase(end, self.repo.lower()) for end in endings(repo.lower()))

    def covers(self, path: str, key: str) -> bool:
        """Whether it is of this place in a repository."""
        return fnmatchcase(path, self.path) and fnmatchcase(key, self.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Privacy:
    """What repos.toml says of secrets and e-mail addresses."""

    secrets: str = WITHHOLD
    redact: tuple[PrivacyRule, ...] = ()
    allow: tuple[PrivacyRule, ...] = ()
    emails: str = HIDE

    def of(self, repo: str) -> Privacy:
        """The settings with the rules of one repository alone."""
        if not self.redact and not self.allow:
            return self
        return replace(
            self,
            redact=tuple(rule for rule in self.redact if rule.applies(repo)),
            allow=tuple(rule for rule in self.allow if rule.applies(repo)),
        )

    def digest(self) -> str:
        """What decides which rows come out of a repository: part of a partition's name. E-mail addresses are left out later."""
        rules = [(word, rule.path, rule.key) for word in ("redact", "allow") for rule in getattr(self, word)]
        return f"secrets={self.secrets} rules={sorted(rules)}"


DEFAULT = Privacy()
