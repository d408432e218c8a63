"""The tables [[site]] of repos.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.config.model import SiteConfig
from catalog.config.parse import parse
from catalog.errors import ConfigError

FILE = Path("/etc/catalog/repos.toml")


def test_a_site_of_some_repositories():
    text = '[[site]]\nname = "public"\ntitle = "Open"\nsite_url = "https://h/"\ninclude = ["acme/*"]\nexclude = ["x"]\nvisibility = "public"\nlabels = ["a"]\nexclude_labels = ["b"]\ntheme = "look"\n[[site]]\nname = "all"'
    assert parse(text, FILE).sites == (
        SiteConfig(
            name="public",
            title="Open",
            site_url="https://h/",
            include=("acme/*",),
            exclude=("x",),
            visibility=("public",),
            labels=("a",),
            exclude_labels=("b",),
            theme=FILE.parent / "look",
        ),
        SiteConfig(name="all"),
    )


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('title = "a"', "missing key 'name'"),
        ('name = "../up"', "invalid name '../up': expected letters, digits, - and _"),
        ('name = ""', "invalid name"),
        ('name = "a"\nvisibility = "open"', "invalid visibility 'open': expected one or a list of public"),
        ('name = "a"\nsite_url = "h"', "invalid site_url 'h'"),
        ('name = "a"\nexcluded = ["x"]', "unknown key 'excluded': .* did you mean 'exclude'"),
        ('name = "a"\n[[site]]\nname = "A"', "duplicate name 'A'"),
    ],
)
def test_what_is_refused(table, says):
    with pytest.raises(ConfigError, match=says):
        parse(f"[[site]]\n{table}\n", FILE)
