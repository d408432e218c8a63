"""Text of strangers: shown, never obeyed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from catalog.schema.tables.inventory import Repo
from sites import text, urls
from sites.build import build
from support.browser import opened
from support.catalog_files import write_catalog
from support.field_vectors import VECTORS as OF_FIELDS
from support.hostile_rows import hostile_repository, hostile_rows
from support.markdown_vectors import VECTORS as OF_MARKDOWN

OURS = {
    "theme.js",
    "site.js",
    "as-of.js",
    "tables.js",
    "filtered.js",
    "query.js",
    "search.js",
    "words.js",
    "measures.js",
    "phrases.js",
    "load.js",
    "models.js",
    "palette.js",
    "model.js",
    "model_data.js",
    "compare.js",
    "data.js",
    "lineage.js",
    "lineage_graph.js",
    "lineage_names.js",
    "plot_templates.js",
    "plots.js",
    "stages.js",
    "stage_board.js",
    "activity.js",
    "activity_rows.js",
    "columns.js",
}
IMAGE = re.compile(
    r"../../(plots/[0-9a-f]{40}\.png|badges/[a-z0-9._~-]+/[a-z0-9._~-]+/[a-z0-9._~-]+\.svg)"
)  # a plot, or a badge of ours
DIGEST = re.compile(r"\.[0-9a-f]{12}(?=\.js$)")  # in the names of our scripts
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

VECTORS = [vector.replace("PAY", "window.ran=1") for vector in (*OF_FIELDS, *OF_MARKDOWN)]

# What a reader can do to a page at once: each button and fold, and each link; those that lead to another page do not.
ACTS = """() => {
  addEventListener('click', (event) => { if (/^(file|https?):$/.test(event.target.closest('a')?.protocol ?? '')) event.preventDefault(); });
  for (const fold of document.querySelectorAll('main details')) fold.open = true;
  // Links first: a button may draw other rows, and a link that is out of the page leads away past the listener above.
  for (const each of [...document.querySelectorAll('main a'), ...document.querySelectorAll('main button, main summary')]) {
    for (const type of ['pointerover', 'mouseenter', 'focus']) each.dispatchEvent(new Event(type, { bubbles: true }));
    each.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
  }
}"""


def test_no_page_has_an_element_or_an_attribute_of_a_stranger(site, page):
    found = set()
    for file in {*site.rglob("*.html")} - {site / "404.html"}:  # which has no text of others, and a script of ours
        for element, attributes in page(file.relative_to(site)).elements:
            found |= {name for name in attributes if name.startswith("on") or name == "style"}
            if element == "script" and attributes.get("type") != "application/ld+json":  # which runs nothing
                found |= {DIGEST.sub("", attributes.get("src") or "inline").rpartition("/")[2]} - OURS
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


@pytest.fixture(scope="module")
def site_of_vectors(tmp_path_factory) -> Path:
    """A repository for each text, whose name and fields have it."""
    folder = tmp_path_factory.mktemp("vectors")
    repos = {f"evil.example/{number}/{text}": text for number, text in enumerate(VECTORS)}
    rows = {repo: hostile_rows(text, f"{number:040x}") for number, (repo, text) in enumerate(repos.items())}
    inventory = [hostile_repository(repo, text) for repo, text in repos.items()]
    build(write_catalog(folder / "c.duckdb", rows, {Repo: inventory}), folder / "site", title=VECTORS[0])
    return folder / "site"


@pytest.mark.slow
def test_no_page_has_an_element_attribute_or_address_of_a_vector(site_of_vectors, parsed):
    wrong = set()
    for file in {*site_of_vectors.rglob("*.html")} - {site_of_vectors / "404.html"}:
        for element, attributes in parsed(file).elements:
            wrong |= {(file.name, name) for name in attributes if name.startswith("on") or name in ("style", "ping")}
            if element in ("iframe", "object", "embed", "form", "base", "style", "template", "video", "xss", "math"):
                wrong.add((file.name, element))
            if element == "script" and attributes.get("type") != "application/ld+json":
                name = DIGEST.sub("", attributes.get("src") or "").rpartition("/")[2]
                wrong |= {(file.name, name)} if name not in OURS else set()
            if element == "img" and not IMAGE.fullmatch(attributes.get("src") or ""):
                wrong.add((file.name, attributes.get("src")))
            for name in ("href", "src", "action", "formaction", "data", "poster", "xlink:href"):
                if re.match(r"\s*(?!https:)[\w+.-]*:|//", attributes.get(name) or ""):
                    wrong.add((file.name, attributes[name]))
    assert (wrong, len([*site_of_vectors.glob("models/*/*.html")])) == (set(), len(VECTORS))


@pytest.mark.slow
def test_what_programs_read_stays_what_it_is(site_of_vectors):
    records = [json.loads(file.read_bytes()) for file in site_of_vectors.glob("models/*/*.json")]
    feeds = [
        ET.parse(file).getroot().tag
        for file in [*site_of_vectors.rglob("feeds/**/*.xml"), *site_of_vectors.rglob("badges/**/*.svg")]
    ]
    assert (len({record["artifact"] for record in records}), len(feeds) > 2 * len(VECTORS)) == (len(VECTORS), True)


@pytest.mark.browser
def test_nothing_runs_and_nothing_leaves(browser, site_of_vectors):
    """On each page of several repositories, and on pages of models and repositories: the test above looks at all of these."""
    few = {"*.html": 1, "models/*/*.html": 6, "repos/*.html": 18}
    pages = [file for kind, step in few.items() for file in sorted(site_of_vectors.glob(kind))[::step]]
    pages.remove(site_of_vectors / "crawl.html")  # leads away by itself
    wrong = []
    with opened(browser, (site_of_vectors / "index.html").as_uri()) as page:
        for file in pages:
            page.goto(file.as_uri())
            if file.name != "models.html":  # which has a test below
                page.evaluate(ACTS)
            wrong += [(file.name, page.complaints)] if page.complaints or page.evaluate("window.ran") else []
            page.complaints = []
    assert (wrong, len(pages) > len(VECTORS) / 4) == ([], True)


@pytest.mark.browser
def test_an_address_with_a_vector_is_a_text(browser, site_of_vectors):
    """The list, the comparison and the search show what they were asked for."""
    wrong = []
    with opened(browser, (site_of_vectors / "models.html").as_uri()) as page:
        for text in VECTORS[::15]:
            asked = quote(text, safe="")
            page.goto(
                f"{site_of_vectors.as_uri()}/models.html?q={asked}&team={asked}&stage={asked}&sort={asked}&columns={asked}"
            )
            page.locator("#models.live").wait_for(state="attached")
            page.goto(f"{site_of_vectors.as_uri()}/compare.html?v={asked}&v={asked}#{asked}")
            page.locator("#compare :is(.notice, .cmp)").first.wait_for()
            page.keyboard.press("/")
            page.get_by_role("combobox").fill(text)
            page.locator("#palette [role=option]").first.wait_for()
            said = [each for each in page.complaints if "ERR_FILE_NOT_FOUND" not in each]  # of no such model
            wrong += [(text, said)] if said or page.evaluate("window.ran") else []
            page.complaints = []
    assert wrong == []
