"""The settings that all pages of a site share."""

from __future__ import annotations

from typing import NamedTuple

from sites.published import data_page
from sites.render import Renderer, assets
from sites.static_files import StaticFiles
from sites.theme import Theme
from sites.view_models.model import plots


class SiteSettings(NamedTuple):
    """The settings of a site that all of its pages depend on. `masked`: a sample address after masking, so that the digest changes with that setting."""

    title: str
    site_url: str | None
    catalog_url: str | None
    masked: str
    theme: Theme
    static: StaticFiles

    @classmethod
    def of(cls, title: str, site_url: str | None, theme: Theme, masked: str, *, has_database: bool) -> SiteSettings:
        """The settings, with the files of the theme. `has_database`: whether a database is published."""
        catalog_url = data_page.address(site_url) if site_url and has_database else None
        static = StaticFiles({**assets(), **theme.files}, plain=frozenset(theme.files))
        return cls(title, site_url, catalog_url, masked, theme, static)

    @property
    def digested(self) -> tuple[object, ...]:
        """What the digest of every page follows from."""
        return self.title, self.site_url, self.catalog_url, self.masked, self.theme.digest

    @property
    def has_vega(self) -> bool:
        """Whether the site has Vega's script, with which plots can be zoomed."""
        return plots.VEGA in self.static.contents

    def renderer(self) -> Renderer:
        """A renderer with these settings."""
        return Renderer(self.title, self.theme, self.catalog_url, self.static)
