"""What the site says of the last crawls: the script that every page asks for the date, and the page of the status.

On that page it stands between marks, so that a crawl in which nothing changed puts it into the page that is there: it needs neither Jinja, which takes as
long as all else that it writes, nor the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import starmap
from json import dumps

from markupsafe import Markup

from catalog import __version__
from sites.data.rows import CrawlRow
from sites.pages import LAST_CRAWLS
from sites.text import minute, number, size

_BEGIN, _END = Markup(LAST_CRAWLS), Markup("<!--to here-->")  # noqa: S704 - constants; a text of the catalog is escaped, and has neither
_TILES = (("New", "new", "read for the first time"), ("Changed", "changed", "read again"), ("Unchanged", "fresh", "nothing had moved"), ("Failed", "failed", "could not be read"))  # fmt: skip
_TILE = Markup("<div><dt>{}</dt><dd{}>{}</dd><dd>{}</dd></div>\n")
_SUMMARY = Markup(
    '<p class="lede">The last crawl began <span data-absolute>{}</span> and took {} s.</p>\n<dl class="tiles">\n{}</dl>'
)
_LIST = Markup("""\
<section aria-labelledby="h-crawls">
<h2 id="h-crawls">Last crawls</h2>
<div class="card scroll"><table class="tbl stack">
<thead><tr><th>Began</th><th class="num">New</th><th class="num">Changed</th><th class="num">Unchanged</th><th class="num">Failed</th><th class="num">Received</th><th class="num">Took</th></tr></thead>
<tbody>
{}</tbody>
</table></div>
</section>""")
_ROW = Markup(
    '<tr><td data-absolute>{}</td><td class="num" data-label="New">{}</td><td class="num" data-label="Changed">{}</td>'
    '<td class="num" data-label="Unchanged">{}</td><td class="num{}" data-label="Failed">{}</td>'
    '<td class="num" data-label="Received">{}</td><td class="num" data-label="Took">{} s</td></tr>\n'
)


def script(crawls: Sequence[CrawlRow]) -> bytes:
    """The script that tells every page when the last crawl was. `crawls`: the last first."""
    last = None
    if crawls:
        began = crawls[0].started_at.replace(microsecond=0)
        last = {"crawled": f"{began.isoformat()}Z", "crawl": crawls[0].crawl, "version": __version__}
    return f"S({dumps('as-of')}, {dumps(last)});\n".encode()


def summary(crawls: Sequence[CrawlRow]) -> Markup:
    """What the last crawl found."""
    if not crawls:
        return _marked(Markup('<p class="lede">No crawl yet.</p>'))
    last = crawls[0]
    tiles = (
        (name, Markup(' class="bad"') if cell == "failed" and last.failed else "", number(getattr(last, cell)), meaning)
        for name, cell, meaning in _TILES
    )
    return _marked(
        _SUMMARY.format(minute(last.started_at), _seconds(last), Markup().join(starmap(_TILE.format, tiles)))
    )


def listed(crawls: Sequence[CrawlRow]) -> Markup:
    """The last crawls, one beneath the other."""
    return _marked(_LIST.format(Markup().join(map(_row, crawls))) if crawls else Markup())


def updated(text: str, crawls: Sequence[CrawlRow]) -> str | None:
    """The page of the status as these crawls make it; None where it has not the marks that a build makes."""
    first, *rest = text.split(_BEGIN)
    parts = [part.split(_END) for part in rest]
    if len(parts) != len(_PIECES) or any(len(part) != 2 for part in parts):  # noqa: PLR2004 - before the mark, and behind it
        return None
    return first + "".join(str(piece(crawls)) + after for piece, (_, after) in zip(_PIECES, parts, strict=True))


def _row(crawl: CrawlRow) -> Markup:
    failed = (" warn" if crawl.failed else "", number(crawl.failed))
    counts = (number(crawl.new), number(crawl.changed), number(crawl.fresh))
    return _ROW.format(minute(crawl.started_at), *counts, *failed, size(crawl.received), _seconds(crawl))


def _seconds(crawl: CrawlRow) -> str:
    return f"{crawl.seconds:.1f}"


def _marked(piece: Markup) -> Markup:
    return _BEGIN + piece + _END


_PIECES = (summary, listed)  # in the order of the page
