"""Files that pages load: their names follow from their bytes, and from those of the files to which they lead."""

from __future__ import annotations

import re

import pytest

from sites.render import static_files
from sites.static_files import StaticFiles

SITE = {
    "static/site.css": b"@import 'base.css'; a { src: url(fonts/a.woff2) url(\"../no.png\") }",
    "static/base.css": b"b {}",
    "static/fonts/a.woff2": b"\x00\xff",
    "static/fonts/a.licence.txt": b"static/site.css",
    "static/site.js": b"load('static/more.js'); load('static/unknown.js'); // \xff",
    "static/more.js": b"load('static/site.js')",
}
DIGEST = re.compile(r"\.[0-9a-f]{12}(?=\.)")


def changed(path: str, data: bytes) -> set[str]:
    """The files that have another name once one of them has other bytes."""
    before, after = StaticFiles(SITE).paths, StaticFiles({**SITE, path: data}).paths
    return {path for path in before if before[path] != after[path]}


def test_files_have_a_digest_in_their_names_and_texts_have_none():
    paths = StaticFiles(SITE).paths
    assert {path: DIGEST.sub(".*", named) for path, named in paths.items()} == {
        "static/site.css": "static/site.*.css",
        "static/base.css": "static/base.*.css",
        "static/fonts/a.woff2": "static/fonts/a.*.woff2",
        "static/fonts/a.licence.txt": "static/fonts/a.licence.txt",
        "static/site.js": "static/site.*.js",
        "static/more.js": "static/more.*.js",
    }


def test_files_lead_to_each_other_by_these_names():
    static = StaticFiles(SITE)
    named = {path: static.files[static.paths[path]] for path in SITE}
    inside = {path: re.sub(rb"\.[0-9a-f]{12}(?=\.)", b".*", data) for path, data in named.items()}
    assert inside == {
        **SITE,
        "static/site.css": b"@import 'base.*.css'; a { src: url(fonts/a.*.woff2) url(\"../no.png\") }",
        "static/site.js": b"load('static/more.*.js'); load('static/unknown.js'); // \xff",
        "static/more.js": b"load('static/site.*.js')",
    }
    assert static.paths["static/more.js"].encode() in named["static/site.js"]


def test_a_file_of_a_theme_has_its_plain_name_too():
    static = StaticFiles({**SITE, "static/bar@2x.png": b"b"}, plain=frozenset(["static/bar@2x.png"]))
    assert [path for path in static.files if "bar" in DIGEST.sub(".*", path)] == [
        "static/bar@2x.png",
        static.paths["static/bar@2x.png"],
    ]


@pytest.mark.parametrize(
    ("path", "others"),
    [
        pytest.param("static/fonts/a.woff2", {"static/site.css"}, id="a font, and the style sheet that loads it"),
        pytest.param("static/base.css", {"static/site.css"}, id="a style sheet that another one has in it"),
        pytest.param("static/more.js", {"static/site.js"}, id="scripts that load each other"),
        pytest.param("static/site.css", set(), id="what nothing loads"),
    ],
)
def test_a_change_gives_another_name_to_what_leads_to_it(path, others):
    assert changed(path, b"other") == {path, *others}


def test_a_template_names_files_as_they_are_in_the_program():
    static = StaticFiles(SITE)
    text = static.named('<script src="{{ root }}static/site.js"></script><a href="static/gone.js">')
    assert text == f'<script src="{{{{ root }}}}{static.paths["static/site.js"]}"></script><a href="static/gone.js">'


def test_every_file_of_ours_that_a_script_or_style_sheet_names_is_there():
    static = static_files()
    texts = (
        data.decode("utf-8")
        for path, data in static.files.items()
        if path.endswith((".css", ".js")) and "vendor" not in path
    )
    named = {path for text in texts for path in re.findall(r"static/[\w/-]+\.[\w./-]*\w|(?<=url\()fonts/[\w.-]+", text)}
    there = {*static.files, *(path.removeprefix("static/") for path in static.files)}
    assert (named - there - {"static/vendor/vega.js"}, len(named) > 5) == (set(), True)
