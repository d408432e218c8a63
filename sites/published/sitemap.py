"""`sitemap.xml` and `robots.txt`, for search engines: only of a site that says where it will be."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import quote
from xml.sax.saxutils import escape

MOST_URLS = 50_000  # of one file, as https://www.sitemaps.org/protocol.html has it

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def maps(pages: Collection[str], site_url: str | None) -> dict[str, bytes]:
    """The files by path; of more pages than one may list, the first lists the others."""
    if site_url is None:
        return {}
    root = site_url.rstrip("/") + "/"
    every = sorted(pages)
    lists = [every[start : start + MOST_URLS] for start in range(0, len(every), MOST_URLS)]
    robots = f"User-agent: *\nAllow: /\nSitemap: {root}sitemap.xml\n".encode()
    if len(lists) == 1:
        return {"sitemap.xml": _listing("urlset", "url", root, lists[0]), "robots.txt": robots}
    parts = {f"sitemap-{number}.xml": _listing("urlset", "url", root, part) for number, part in enumerate(lists, 1)}
    return parts | {"sitemap.xml": _listing("sitemapindex", "sitemap", root, parts), "robots.txt": robots}


def _listing(name: str, entry: str, root: str, paths: Collection[str]) -> bytes:
    def entries() -> Iterator[str]:
        for path in paths:
            address = root + ("" if path == "index.html" else quote(path, safe="/~"))
            yield f"<{entry}><loc>{escape(address)}</loc></{entry}>\n"

    return f"{_HEAD}<{name} {_XMLNS}>\n{''.join(entries())}</{name}>\n".encode()
