"""Markdown of strangers as HTML: what is kept, where links lead, and that nothing runs, loads or pretends to be the site."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites import markdown as module
from sites.markdown import RepositoryFiles, render
from support.markdown_vectors import VECTORS as OWN

VECTORS = Path(__file__).parents[3] / "shared" / "design" / "spikes" / "xss.py"
PLACE = RepositoryFiles(
    file="models/README.md", page=lambda path: f"https://f.example/page/{path}", raw=lambda path: f"https://f.example/raw/{path}"
)  # fmt: skip
REL = 'rel="noopener noreferrer nofollow ugc"'
ATTRIBUTES = {
    "href", "title", "class", "id", "rel", "colspan", "rowspan", "start", "open", "tabindex", "role", "aria-label",
}  # fmt: skip


def vectors() -> list[str]:
    """The vectors of the design folder, where it is there: lines of a string, of which some belong together."""
    if not VECTORS.is_file():
        return []
    block = VECTORS.read_text("utf-8").partition("V=r'''")[2].partition("'''")[0].strip("\n")
    return [vector for vector in re.split(r"\n(?!\[ref\]:|\n|\||<script>PAY|```$)", block) if vector]


class Elements(HTMLParser):
    """The elements of a page, as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attributes)))


def wrong(html: str) -> list[object]:
    """What a page of the site must not have."""
    found: list[object] = []
    for tag, attributes in Elements(html).all:
        if tag not in module._TAGS - {"img"} or not attributes.keys() <= ATTRIBUTES:
            found.append((tag, attributes))
        link = attributes.get("href")
        if link is not None and not re.match(r"https?://[^/]|mailto:|#user-content-", link):
            found.append(link)
        if not re.fullmatch(r"(tbl|scroll|image|language-\S+|a-\w+)?", attributes.get("class") or ""):
            found.append(attributes)
        if not (attributes.get("id") or "user-content-").startswith("user-content-"):
            found.append(attributes)
    return found


@pytest.mark.parametrize("vector", OWN)
def test_nothing_of_a_stranger_runs_or_loads(vector):
    assert wrong(render(vector, PLACE)) == []


@pytest.mark.skipif(not VECTORS.is_file(), reason="the folder of the design is not beside this checkout")
def test_no_vector_of_the_design_runs_or_loads():
    every = vectors()
    assert (len(every) > 60, {vector: found for vector in every if (found := wrong(render(vector, PLACE)))}) == (
        True,
        {},
    )


@pytest.mark.skipif(not VECTORS.is_file(), reason="the folder of the design is not beside this checkout")
def test_all_vectors_in_one_text_do_neither():
    assert wrong(render("\n\n".join(vectors()), PLACE)) == []


@given(
    st.lists(
        st.sampled_from(
            [*OWN, "<", ">", '"', "'", "`", "\n", "\n\n", "* ", "# ", "[x](", ")", "<a href=", "&#", "|---|", "</a>"]
        ),
        max_size=12,
    )
)
def test_nothing_runs_however_it_is_put_together(parts):
    assert wrong(render("".join(parts), PLACE)) == []


@pytest.mark.parametrize(
    ("source", "html"),
    [
        pytest.param("a *b* ~~c~~", "<p>a <em>b</em> <del>c</del></p>\n", id="text"),
        pytest.param("# A b!\n## A b", '<h3 id="user-content-a-b">A b!</h3>\n<h4 id="user-content-a-b-1">A b</h4>\n', id="headings"),
        pytest.param("##### x", '<h6 id="user-content-x">x</h6>\n', id="there is no seventh level"),
        pytest.param("- [x] a\n- [ ] b", "<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>\n", id="boxes of tasks are signs"),
        pytest.param("```py\n<a>\n```", '<pre tabindex="0"><code class="language-py">&lt;a&gt;\n</code></pre>\n', id="code"),
        pytest.param(
            "| a | b |\n|---|--:|\n| 1 | 2 |",
            '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table class="tbl"><thead><tr><th>a</th><th class="a-right">b</th></tr>'
            '</thead><tbody><tr><td>1</td><td class="a-right">2</td></tr></tbody></table></div>',
            id="tables scroll",
        ),
        pytest.param("<b>x</b><script>y</script>", "<p><b>x</b></p>\n", id="HTML is kept without its scripts"),
        pytest.param("a\u202eb", "<p>a\\u202eb</p>\n", id="what cannot be seen is shown"),
        pytest.param("[x](https://a.example)", f'<p><a href="https://a.example" {REL}>x</a></p>\n', id="a link out of the site says so"),
        pytest.param("# T\n[x](#t) [y](#z)", '<h3 id="user-content-t">T</h3>\n<p><a href="#user-content-t">x</a> y</p>\n', id="a link to a heading"),
        pytest.param("[x](../a.md#b)", f'<p><a href="https://f.example/page/a.md" {REL}>x</a></p>\n', id="a file above it"),
        pytest.param("[x](/a b.md)", "<p>[x](/a b.md)</p>\n", id="no address"),
        pytest.param("[x](/a%20b.md)", f'<p><a href="https://f.example/page/a b.md" {REL}>x</a></p>\n', id="a file of the root"),
        pytest.param("[x](../../a.md)", "<p>x</p>\n", id="a path that leads out of the repository"),
        pytest.param("![a](b.png)", f'<p><a class="image" href="https://f.example/raw/models/b.png" {REL}>Image: a</a></p>\n', id="an image is a link"),
        pytest.param("![](https://a.example/b.png)", f'<p><a class="image" href="https://a.example/b.png" {REL}>Image: without a description</a></p>\n', id="an image elsewhere, too"),
        pytest.param("[![a](b.png)](https://a.example)", f'<p><a href="https://a.example" {REL}><span class="image">Image: a</span></a></p>\n', id="an image in a link"),
        pytest.param("![a](data:image/png;base64,AA)", '<p><span class="image">Image: a</span></p>\n', id="an image in the text is none"),
        pytest.param("<a href=//a.example/b>x</a>", f'<p><a href="https://a.example/b" {REL}>x</a></p>\n', id="an address without a scheme"),
    ],
)  # fmt: skip
def test_what_becomes_of_markdown(source, html):
    assert render(source, PLACE).replace("\n", "") == html.replace("\n", "")


OWN_IMAGES = RepositoryFiles(
    file="models/README.md",
    page=lambda path: f"https://f.example/page/{path}",
    raw=lambda path: f"https://f.example/raw/{path}",
    images={"models/b.png": "../../plots/0.png"},
)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        pytest.param('![a "](b.png)', '<p><img src="../../plots/0.png" alt="a &quot;" loading="lazy"></p>', id="Markdown"),
        pytest.param("<img src=/models/b.png width=90 height=5 onerror=x>", '<img src="../../plots/0.png" alt="" width="90" loading="lazy">', id="HTML, with its width"),
        pytest.param("<img src=b.png width=9%>", '<img src="../../plots/0.png" alt="" loading="lazy">', id="a width that is no number"),
        pytest.param("[![a](b.png)](https://a.example)", f'<p><a href="https://a.example" {REL}><img src="../../plots/0.png" alt="a" loading="lazy"></a></p>', id="in a link"),
        pytest.param("[![](b.png)](https://a.example)", f'<p><a href="https://a.example" {REL}><img src="../../plots/0.png" alt="Image without a description" loading="lazy"></a></p>', id="in a link, which needs a name"),
        pytest.param("![a](c.png)", f'<p><a class="image" href="https://f.example/raw/models/c.png" {REL}>Image: a</a></p>', id="another file"),
        pytest.param("![a](../../plots/0.png)", '<p><span class="image">Image: a</span></p>', id="the address that ours has"),
        pytest.param("[a](b.png)", f'<p><a href="https://f.example/page/models/b.png" {REL}>a</a></p>', id="a link to it"),
    ],
)  # fmt: skip
def test_an_image_that_the_site_has_is_shown(source, html):
    assert render(source, OWN_IMAGES).strip() == html


def test_without_a_known_forge_files_of_the_repository_are_no_links():
    assert render("[x](a.md) ![a](b.png)") == '<p>x <span class="image">Image: a</span></p>\n'


@pytest.mark.parametrize("beyond", [0, 1], ids=["as much as is rendered", "one byte more"])
def test_a_long_text_is_cut(beyond):
    html = render("x" * (module.MAX_BYTES + beyond))
    assert html.count("x") == module.MAX_BYTES


@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as an id is", "one character more"])
def test_a_long_heading_has_a_short_id(beyond):
    assert f'id="user-content-{"x" * module.MAX_ID}"' in render("# " + "x" * (module.MAX_ID + beyond))


def test_the_headings_of_a_page_come_first():
    assert [f"<h{level + module.SHIFT} " in render("#" * level + " x") for level in range(1, 5)] == [True] * 4


def test_references_to_references_do_not_grow():
    bomb = "[a]: /" + "x" * 20_000 + "\n\n" + "[a] " * 20_000
    assert len(render(bomb, PLACE)) < 1_000_000
