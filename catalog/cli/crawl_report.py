"""What `catalog crawl --report` writes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.cli.output import put_text
from catalog.errors import StoreError

if TYPE_CHECKING:
    from catalog.crawl.crawl import CrawlReport


def write_report(done: CrawlReport, file: Path) -> None:
    """The crawl's row, those of its visits, and what went wrong with sources, as one JSON object."""
    from catalog.cli.formats import to_json  # only a report needs it
    from catalog.store import files

    visits = [asdict(visit) for visit in done.visits]
    text = to_json({"crawl": asdict(done.crawl), "visits": visits, "sources": dict(done.failures)})
    if str(file) == "-":
        put_text(text)
        return
    try:
        if file.exists() and not file.is_file():  # a pipe or a device cannot be replaced
            file.write_text(text, "utf-8")
        else:
            files.write(file.resolve(), text)
    except OSError as error:
        raise StoreError(f"cannot write the report to {file}: {error.strerror}") from error
