"""The look of a site that its owner chose: what a folder may have, what of it is where on the pages, and what a change of it makes again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalog.errors import ConfigError
from sites import theme as module
from sites.build import build
from sites.render import load_theme
from sites.theme import NO_THEME, read

DOCS = Path(__file__).parents[2] / "docs" / "publish.md"
SVG = b'<?xml version="1.0"?>\n<!-- ours -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'
DRAWN = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [<!ENTITY n "x">]>\n<!-- a program\'s --><svg/>'
PNG = b"\x89PNG\r\n\x1a\n"


def folder_of(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def test_a_folder_of_everything(tmp_path):
    files = {
        "templates/base.html": b"\xef\xbb\xbf{% extends 'catalog/base.html' %}\r\n",
        "static/fonts/acme.woff2": b"1",
        "static/icon.svg": SVG,
        "custom.css": b":root {}",
        "footer.md": b"[Imprint](https://acme.example)",
        "logo.svg": SVG,
        ".git/config": b"left out",
    }
    theme = load_theme(folder_of(tmp_path, files))
    assert (theme.templates, theme.files, theme.logo, theme.styles, str(theme.footer)) == (
        {"base.html": "{% extends 'catalog/base.html' %}\n"},
        {
            "static/fonts/acme.woff2": b"1",
            "static/icon.svg": SVG,
            "static/logo.svg": SVG,
            "static/custom.css": b":root {}",
        },
        "static/logo.svg",
        "static/custom.css",
        '<p><a href="https://acme.example" rel="noopener noreferrer nofollow ugc">Imprint</a></p>\n',
    )


@pytest.mark.parametrize("logo", [SVG, DRAWN], ids=["written by hand", "of a drawing program"])
def test_a_logo_may_have_comments_and_a_document_type(tmp_path, logo):
    assert load_theme(folder_of(tmp_path, {"logo.svg": logo})).files == {"static/logo.svg": logo}


def test_headings_of_a_footer_have_names_of_their_own(tmp_path):
    assert 'id="user-content-footer:imprint"' in read(folder_of(tmp_path, {"footer.md": b"# Imprint"})).footer


def test_a_folder_of_nothing_changes_nothing(tmp_path):
    theme = read(tmp_path)
    assert (theme.digest, read(None)) == ("", NO_THEME)


def test_nothing_of_a_footer_runs(tmp_path):
    assert "<script" not in read(folder_of(tmp_path, {"footer.md": b"<script>alert(1)</script> Acme"})).footer


@pytest.mark.parametrize(
    ("files", "says"),
    [
        pytest.param({"style.css": b""}, "unknown file 'style.css': expected templates/, static/, custom.css", id="a file of another name"),
        pytest.param({"logo.gif": b"GIF89a"}, "unknown file 'logo.gif'", id="a logo of another kind"),
        pytest.param({"logo.svg": SVG, "logo.png": PNG}, "found logo.png and logo.svg, expected one logo", id="two logos"),
        pytest.param({"custom.css": b"", "static/custom.css": b""}, "found custom.css and static/custom.css, expected one", id="two style sheets"),
        pytest.param({"logo.svg": SVG, "static/logo.svg": SVG}, "found logo.svg and static/logo.svg, expected one", id="two files for a logo"),
        pytest.param({"logo.png": SVG}, "logo.png: no image of this kind: expected the bytes of a .png file", id="no image"),
        pytest.param({"logo.svg": b"<html><svg>"}, "logo.svg: no image of this kind", id="a page for an image"),
        pytest.param({"logo.svg": b"<!---->" * 20_000}, "logo.svg: no image of this kind", id="comments and no image"),
        pytest.param({"footer.md": b"\xff"}, "footer.md: cannot be read: expected text in UTF-8", id="no text"),
        pytest.param({"templates/model.html": b"\xff"}, "model.html: cannot be read: expected text", id="a template that is no text"),
        pytest.param({"templates/modle.html": b""}, "modle.html: no template of the site has this name; did you mean 'model.html'?", id="a template of another name"),
        pytest.param({"templates/feed.xml": b""}, "feed.xml: no template of the site has this name", id="a feed"),
        pytest.param({"templates/model/head.html": b"a\n{% if %}"}, r"model/head.html: line 2: Expected an expression", id="a template that does not parse"),
        pytest.param({"templates/home.html": b"{{ 1|nosuch }}"}, r"home.html: line 1: No filter named 'nosuch'", id="a filter that there is not"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path, files, says):
    with pytest.raises(ConfigError, match=says):
        load_theme(folder_of(tmp_path, files))


@pytest.mark.parametrize("is_file", [True, False], ids=["a file", "nothing"])
def test_a_theme_is_a_folder(tmp_path, is_file):
    if is_file:
        (tmp_path / "look").write_text("")
    with pytest.raises(ConfigError, match=r"invalid theme '.*look': expected a folder with some of templates/"):
        load_theme(tmp_path / "look")


@pytest.mark.parametrize(
    ("file", "bound", "start"),
    [("logo.png", module.LARGEST_LOGO, PNG), ("footer.md", module.LARGEST_FOOTER, b"a"), ("static/big", module.MOST_BYTES, b"a")],
)  # fmt: skip
def test_sizes(tmp_path, file, bound, start):
    folder_of(tmp_path, {file: start.ljust(bound)})
    read(tmp_path)
    folder_of(tmp_path, {file: start.ljust(bound + 1)})
    with pytest.raises(ConfigError, match=r"expected.* at most"):
        read(tmp_path)


def test_how_many_files(tmp_path):
    folder_of(tmp_path, {f"static/{number}": b"" for number in range(module.MOST_FILES)})
    assert len(read(tmp_path).files) == module.MOST_FILES
    folder_of(tmp_path, {"static/one-more": b""})
    with pytest.raises(ConfigError, match=r"expected at most 1,000 files of 16 MiB together"):
        read(tmp_path)


def test_the_colours_of_the_documentation_are_those_of_the_styles():
    styles = (Path(module.__file__).parent / "static" / "site.css").read_text("utf-8")
    part = DOCS.read_text("utf-8").partition("## The look of the site")[2].partition("\n## ")[0]
    named = re.findall(r"`(--[a-z0-9-]+)`", part)
    assert (set(named) - set(re.findall(r"^  (--[a-z0-9-]+):", styles, re.MULTILINE)), len(named) > 10) == (set(), True)


LOOK = {
    "templates/licences.html": b"{% extends 'base.html' %}{% block title %}x{% endblock %}{% block main %}<p>Ours</p>{% endblock %}",
    "templates/base.html": b"{% extends 'catalog/base.html' %}{% block brand %}{{ super() }}<b>Acme</b>{% endblock %}",
    "static/icon.svg": SVG,
    "custom.css": b":root { --accent: red }",
    "footer.md": b"*Imprint*",
    "logo.png": PNG,
}  # fmt: skip


@pytest.fixture
def site_of(empty_catalog_file):
    """Builds the site of a catalog of nothing, in a look."""
    return lambda folder, look: build(empty_catalog_file, folder, title="Models", theme=load_theme(look))


def files(site: Path) -> dict[str, bytes]:
    every = (file for file in site.rglob("*") if file.is_file() and not file.name.startswith("."))
    return {file.relative_to(site).as_posix(): file.read_bytes() for file in every}


@pytest.mark.slow
def test_each_part_is_in_its_place_and_a_change_makes_what_shows_it(tmp_path, site_of):
    look, site = folder_of(tmp_path / "look", LOOK), tmp_path / "site"
    plain = site_of(tmp_path / "plain", None)
    whole = site_of(site, look)
    page = (site / "index.html").read_text("utf-8")
    styles = re.findall(r'<link rel="stylesheet" href="([^"]*)"', page)[-1]
    named = [*re.findall(r'<link rel="icon" href="([^"]*)"', page), *re.findall(r'<img src="([^"]*)" alt="">', page)]
    assert [re.sub(r"[0-9a-f]{12}", "*", path) for path in (styles, *named)] == [
        "static/custom.*.css", "static/icon.*.svg", "static/logo.*.png",
    ]  # fmt: skip
    assert [(site / path).read_bytes() for path in named] == [SVG, PNG]
    assert ["<b>Acme</b>" in page, "<em>Imprint</em>" in page] == [True] * 2
    assert [text in (site / "licences.html").read_text("utf-8") for text in ("<p>Ours</p>", "<b>Acme</b>")] == [
        True
    ] * 2
    made = [site_of(site, look)]
    (look / "custom.css").write_text(":root { --accent: blue }")
    made.append(site_of(site, look))
    (look / "footer.md").write_text("Imprint")
    made.append(site_of(site, look))
    made.append(site_of(site, None))
    every = whole.pages
    assert [(report.rendered, report.removed) for report in made] == [(0, 0), (every, 1), (every, 0), (every, 6)]
    assert (files(site) == files(tmp_path / "plain"), plain.pages) == (True, every)


@pytest.mark.slow
@pytest.mark.parametrize("template", [b"{{ nosuch }}", b"{{ 1 + 'a' }}", b"{% include 'nosuch.html' %}"])
def test_a_template_that_cannot_be_rendered(tmp_path, template, site_of):
    look = folder_of(tmp_path / "look", {"templates/data.html": template})
    with pytest.raises(ConfigError, match=r"look/templates: the page 'data' cannot be rendered: "):
        site_of(tmp_path / "site", look)
