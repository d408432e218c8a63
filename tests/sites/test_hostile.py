"""Text of strangers: shown, never obeyed."""

from __future__ import annotations

import re

import pytest

from sites import text, urls

OURS = {
    "theme.js",
    "site.js",
    "as-of.js",
    "tables.js",
    "query.js",
    "search.js",
    "words.js",
    "load.js",
    "models.js",
    "palette.js",
    "model.js",
    "model_data.js",
    "compare.js",
    "data.js",
    "plots.js",
}
IMAGE = re.compile(
    r"../../(plots/[0-9a-f]{40}\.png|badges/[a-z0-9.~-]+/[a-z0-9.~-]+/[a-z0-9.~-]+\.svg)"
)  # a plot, or a badge of ours
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def test_no_page_has_an_element_or_an_attribute_of_a_stranger(site, page):
    found = set()
    for file in {*site.rglob("*.html")} - {site / "404.html"}:  # which has no text of others, and a script of ours
        for element, attributes in page(file.relative_to(site)).elements:
            found |= {name for name in attributes if name.startswith("on") or name == "style"}
            if element == "script" and attributes.get("type") != "application/ld+json":  # which runs nothing
                found |= {(attributes.get("src") or "inline").rpartition("/")[2]} - OURS
            if element == "img" and not IMAGE.fullmatch(attributes.get("src") or ""):
                found.add(attributes.get("src"))
            if element in ("iframe", "object", "embed", "form", "base", "style"):
                found.add(element)
    assert found == set()


def test_no_link_has_another_scheme_than_https(site, page):
    schemes = {
        link.partition(":")[0]
        for file in site.rglob("*.html")
        for link in page(file.relative_to(site)).values("href", "src", "action")
        if ":" in link
    }
    assert schemes == {"https"}


def test_no_page_holds_what_cannot_be_seen(site):
    odd = [file.name for file in site.rglob("*.html") if INVISIBLE.search(file.read_text("utf-8").replace("\n", ""))]
    assert odd == []


def test_every_page_forbids_what_it_does_not_need(site, page):
    policies = {
        re.sub(" 'sha256-[^']*'", "", attributes["content"] or "") if file.name == "404.html" else attributes["content"]
        for file in site.rglob("*.html")
        for element, attributes in page(file.relative_to(site)).elements
        if element == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    }
    allowed = (
        "script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
    )
    assert policies == {f"default-src 'none'; {allowed}"}


def test_names_that_a_file_system_takes_for_the_same_have_pages_of_their_own(site):
    names = [file.name.lower() for file in site.glob("models/evil*/*.html")]
    assert len(set(names)) == len(names) == 12


def test_a_name_that_no_tool_accepts_gets_no_line_for_the_shell(site):
    for offered in ("catalog ", "<h1 data-copy"):  # a name that can be copied is pasted into a command, too
        files = [file.name for file in site.glob("models/evil*/*.html") if offered in file.read_text("utf-8")]
        assert sorted(re.split(r"[-.]", name)[0] for name in files) == ["case", "case", "con", "long" * 25]


def test_a_stage_and_a_person_are_escaped_where_they_are_made():
    made = (text.pill("<b>", "<i>"), text.person("\u202e <b>"), text.day(None))
    assert made == (
        '<span class="pill s-h4">&lt;b&gt; <b>&lt;i&gt;</b></span>',
        '<span class="who a1" data-i="B">\\u202e &lt;b&gt;</span>',
        "",
    )


@pytest.mark.parametrize(("oid", "link"), [("a" * 40, "https://github.com/a/b/commit/" + "a" * 40), ("v1.0.0", None)])
def test_only_the_name_of_a_commit_is_linked(oid, link):
    links = urls.repository_links("https://github.com/a/b", "https://github.com/a/b/commit/")
    assert links is not None
    assert links.commit(oid) == link


def test_a_script_with_data_is_one_call_that_ends_no_script_and_shows_what_cannot_be_seen(site):
    one_call = re.compile(rb'S\("(?:[^"\\<&]|\\["\\n]|\\u00[0-9a-f]{2}|\\u[0-9a-f]{4})*", \{[^<&\n]*\}\);\n')
    scripts = {file.name: file.read_bytes() for file in site.glob("models/**/*.js")}
    wrong = [
        name for name, data in scripts.items() if not one_call.fullmatch(data) or re.search(rb"(?<!\\)\\u20[26]", data)
    ]
    assert (wrong, len(scripts)) == ([], 15)
