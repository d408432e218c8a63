"""The table [[site]] of repos.toml: further sites, each of some of the repositories."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.config.declaration import ConfigKey, Table
from catalog.config.model import SiteConfig
from catalog.config.table_reader import TableReader
from catalog.config.value_types import SITE_URL, TEXT, VISIBILITY, InvalidValue, ValueType, text_list

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def _name(value: object) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise InvalidValue


SITE_NAME = ValueType(
    name="text", expected="letters, digits, - and _, such as public: it is the name of a folder", parse=_name
)
_PATTERNS = text_list('["acme/risk-*"]')
_LABELS = text_list('["public"]')

SITE = Table(
    name="site",
    sentence="A further site, of some of the repositories, in `output/sites/NAME/site`: see [several sites](publish.md#several-sites-from-one-catalog). What it leaves out is in none of its files.",
    is_array=True,
    keys=(
        ConfigKey(name="name", type=SITE_NAME, required=True, sentence="The site's name, which is that of its folder."),
        ConfigKey(name="title", type=TEXT, absent="that of the catalog", sentence="The title of the site."),
        ConfigKey(name="site_url", type=SITE_URL, sentence="The address of the site, as in `[catalog]`."),
        ConfigKey(
            name="theme",
            type=TEXT,
            absent="that of the catalog",
            sentence="The folder with the look of the site, as in `[catalog]`.",
        ),
        ConfigKey(
            name="include",
            type=_PATTERNS,
            default=(),
            absent="all",
            sentence="Only repositories with these names, or ends of names: patterns.",
        ),
        ConfigKey(
            name="exclude", type=_PATTERNS, default=(), sentence="No repository with one of these names, likewise."
        ),
        ConfigKey(
            name="visibility",
            type=VISIBILITY,
            default=(),
            absent="all",
            sentence="Only repositories whose forge says so: `public`, `internal`, `private`. One of `[[repo]]` that no source lists has none.",
        ),
        ConfigKey(
            name="labels",
            type=_LABELS,
            default=(),
            absent="all",
            sentence="Only repositories of which an artifact has one of these labels.",
        ),
        ConfigKey(
            name="exclude_labels",
            type=_LABELS,
            default=(),
            sentence="No repository of which an artifact has one of these labels.",
        ),
    ),
)


def read_sites(tables: list[TableReader]) -> Iterator[SiteConfig]:
    """The sites in the file's order."""
    names: dict[str, str] = {}
    for reader in tables:
        values = reader.values(SITE.keys)
        theme = values.pop("theme")
        if values["name"] is not None:
            reader.refuse_duplicate(values["name"], names)
            yield SiteConfig(**values, theme=reader.file.parent / theme if theme else None)
