"""Renders untrusted Markdown, such as model cards, as HTML in which nothing runs, loads or pretends to be the site.

cmark-gfm reads it, with the HTML in it; nh3 keeps an allow list of elements and attributes. What is changed after that is the serialized output of nh3,
whose attributes are in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import unquote

import cmarkgfm.cmark as gfm
import nh3
from markupsafe import Markup

from catalog.naming import linked_path
from catalog.text import visible_on_page

MAX_BYTES = 512 << 10  # of a text; what is beyond is left out
MAX_ID = 80  # characters of the id of a heading
PREFIX = "user-content-"  # of the ids of headings, which name nothing of the page itself
SHIFT = 2  # levels: a page's own headings come first

_EXTENSIONS = ("table", "strikethrough", "autolink", "tasklist")
_TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "div", "dl", "dt", "em"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s"),
    *("samp", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "var"),
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "code": {"class"},
    "details": {"open"},
    "img": {"src", "alt", "width"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
}
_WITHOUT_CONTENT = {
    "script",
    "style",
    "template",
    "title",
    "noscript",
    "iframe",
    "object",
    "textarea",
    "xmp",
    "svg",
    "math",
}
_REL = "noopener noreferrer nofollow ugc"

_BOXES = {
    '<input type="checkbox" checked="" disabled="" />': "☑",
    '<input type="checkbox" disabled="" />': "☐",
}
_PATTERNS = {
    "class": re.compile("language-[A-Za-z0-9+#._-]{1,40}"),
    "align": re.compile("left|center|right"),
    "colspan": re.compile("[1-9][0-9]{0,2}"),
    "rowspan": re.compile("[1-9][0-9]{0,2}"),
    "start": re.compile("[0-9]{1,9}"),
    "width": re.compile("[1-9][0-9]{0,3}"),
    "open": re.compile(""),
}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SEEN = re.compile(r"https?://[^\s/]|mailto:[^\s]", re.IGNORECASE)
_TAG = re.compile(r'<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?P<attributes>(?:\s+[a-z-]+="[^"]*")*)\s*/?>')
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class RepositoryFiles:
    """Where a text lies in its repository, and the addresses of other files there: of their pages, and of their bytes; None where the forge is not known.

    `images`: those images that the site has itself, by their paths in the repository: their addresses from the page, which begin with `./` or `../`.
    """

    file: str
    page: Callable[[str], str | None]
    raw: Callable[[str], str | None]
    images: Mapping[str, str] = field(default_factory=dict)


def render(source: str, place: RepositoryFiles | None = None, *, prefix: str = PREFIX) -> Markup:
    """The HTML of a Markdown text. `prefix`: of the ids of its headings; texts of one page need different ones."""
    data = visible_on_page(source).encode("utf-8", "replace")[:MAX_BYTES].decode("utf-8", "ignore")
    html = gfm.markdown_to_html_with_extensions(data, options=gfm.Options.CMARK_OPT_UNSAFE, extensions=_EXTENSIONS)
    for box, sign in _BOXES.items():
        html = html.replace(box, sign)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_WITHOUT_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=lambda tag, name, value: _attribute(tag, name, value, place),
        url_schemes={"http", "https", "mailto"},
        link_rel=_REL,
    )
    return _finished(clean, prefix, frozenset(place.images.values()) if place else frozenset())


def _attribute(tag: str, name: str, value: str, place: RepositoryFiles | None) -> str | None:
    if name in ("href", "src"):
        return _address(value, place, is_image=tag == "img")
    pattern = _PATTERNS.get(name)
    return value if pattern is None or pattern.fullmatch(value) else None


def _address(value: str, place: RepositoryFiles | None, *, is_image: bool) -> str | None:
    """An address that leads out of the page or to a heading in it; None for any other."""
    value = "".join(value.split()) if _SCHEME.match("".join(value.split())) else value.strip()
    if value.startswith("//"):
        value = f"https:{value}"
    if _SCHEME.match(value):
        return value if _SEEN.match(value) and not (is_image and value.lower().startswith("mailto:")) else None
    if value.startswith("#"):
        return None if is_image else value
    return _file(value, place, is_image=is_image)


def _file(value: str, place: RepositoryFiles | None, *, is_image: bool) -> str | None:
    """The address of a file of the repository; a path that leads out of it has none."""
    within = None if place is None else linked_path(place.file, value)
    if place is None or within is None:
        return None
    if is_image and within in place.images:
        return place.images[within]
    return place.raw(within) if is_image else place.page(within)


def _finished(clean: str, prefix: str, images: Collection[str]) -> Markup:
    """The output of nh3 with ids of headings, links instead of images that are not among these, and tables that scroll."""
    ids: set[str] = set()
    titled = _HEADING.sub(lambda match: _heading(match, ids, prefix), clean)
    links: list[bool] = []  # whether each open `a` is kept

    def tag(match: re.Match[str]) -> str:
        name, is_end = match["name"], bool(match["end"])
        attributes = {key: unescape(value) for key, value in _ATTRIBUTE.findall(match["attributes"])}
        if name == "a":
            return _link(match[0], attributes, ids, links, prefix, is_end=is_end)
        if name == "img":
            return _image(attributes, images, inside_link=any(links))
        if name == "table":
            return (
                "</table></div>"
                if is_end
                else '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table class="tbl">'
            )
        if name == "pre" and not is_end:
            return '<pre tabindex="0">'
        return re.sub(r' align="(left|center|right)"', r' class="a-\1"', match[0]) if name in ("td", "th") else match[0]

    return Markup(_TAG.sub(tag, titled))  # noqa: S704 - the output of nh3, and constants


def _link(tag: str, attributes: dict[str, str], ids: set[str], links: list[bool], prefix: str, *, is_end: bool) -> str:
    """A link; to a heading that is not there, or without an address, its text alone."""
    if is_end:
        return tag if links and links.pop() else ""
    to = attributes.get("href", "")
    if to.startswith("#"):
        target = f"{prefix}{unquote(to[1:]).removeprefix(PREFIX)}".lower()
        links.append(target in ids)
        return f'<a href="#{escape(target)}">' if target in ids else ""
    links.append(bool(to))
    return tag if to else ""


def _image(attributes: dict[str, str], images: Collection[str], *, inside_link: bool) -> str:
    """An image that the site has; of any other a link, and it is not loaded: its server would learn who reads the page."""
    stated = attributes.get("alt", "").strip()
    words = escape(stated or "without a description")
    to = attributes.get("src")
    if to and to in images:
        width = f' width="{attributes["width"]}"' if "width" in attributes else ""
        alternative = stated or ("Image without a description" if inside_link else "")  # a link needs a name
        return f'<img src="{escape(to)}" alt="{escape(alternative)}"{width} loading="lazy">'
    if inside_link or not to:
        return f'<span class="image">Image: {words}</span>'
    return f'<a class="image" href="{escape(to)}" rel="{_REL}">Image: {words}</a>'


def _heading(match: re.Match[str], ids: set[str], prefix: str) -> str:
    level = min(int(match[1]) + SHIFT, 6)
    words = unescape(re.sub("<[^>]*>", "", match[2])).lower()
    name = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")[:MAX_ID] or "section"
    own, number = f"{prefix}{name}", 0
    while own in ids:
        number += 1
        own = f"{prefix}{name}-{number}"
    ids.add(own)
    return f'<h{level} id="{escape(own)}">{match[2]}</h{level}>'
