"""The table [[notify]] of repos.toml: who is told what a crawl changed."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.config.declaration import ConfigKey, Table
from catalog.config.model import NotifyConfig
from catalog.config.table_reader import TableReader
from catalog.config.value_types import COMMAND, TEXT, VARIABLE, choice, text_list

FORMATS = ("json", "slack")
# `kind` of the macro `changes_between`.
KINDS = (
    *("new_repo", "unread_repo", "lost_repo", "found_repo", "renamed_repo", "new_artifact", "lost_artifact"),
    *("deprecation", "revival", "new_version", "lost_version", "deregistration", "promotion", "rollback", "vacancy"),
    *("rewritten_tag", "deleted_tag", "skewed_tag", "metric"),
)

NOTIFY = Table(
    name="notify",
    sentence="Who is told what a crawl changed, once the catalog is built: see [notifications](publish.md#tell-people-what-changed). Each states `webhook_env` or `command`.",
    is_array=True,
    keys=(
        ConfigKey(name="name", type=TEXT, required=True, sentence="The notification's name; another one begins anew."),
        ConfigKey(
            name="webhook_env",
            type=VARIABLE,
            sentence="The environment variable that has the URL of a webhook, which is a secret.",
        ),
        ConfigKey(name="command", type=COMMAND, sentence="The command that gets the message on its standard input."),
        ConfigKey(name="format", type=choice(FORMATS), default=FORMATS[0], sentence="How the message is written."),
        ConfigKey(
            name="kinds",
            type=text_list('["promotion", "rollback"]'),
            default=(),
            absent="all",
            sentence=f"Only these changes: {', '.join(f'`{kind}`' for kind in KINDS)}.",
        ),
        ConfigKey(
            name="stages",
            type=text_list('["prod"]'),
            default=(),
            absent="all changes",
            sentence="Only changes of these stages, as the catalog calls them.",
        ),
        ConfigKey(
            name="repos",
            type=text_list('["acme/risk-*"]'),
            default=(),
            absent="all",
            sentence="Only repositories with these names, or ends of names: patterns.",
        ),
    ),
)


def read_notifications(tables: list[TableReader]) -> Iterator[NotifyConfig]:
    """The notifications in the file's order."""
    names: dict[str, str] = {}
    for reader in tables:
        values = reader.values(NOTIFY.keys)
        if (values["webhook_env"] is None) == (values["command"] is None):
            reader.complain("expected one of 'webhook_env' and 'command'")
        for kind in values["kinds"]:
            if kind not in KINDS:
                reader.refuse("kinds", repr(kind), f"one of {', '.join(KINDS)}")
        if values["name"] is not None:
            reader.refuse_duplicate(values["name"], names)
            yield NotifyConfig(**values)
