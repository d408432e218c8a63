"""Renders and writes the pages of a prepared file of models, as a build of the site does; `bench_site.py` runs it beside Hugo."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

_PAGE = (
    "<!doctype html><html lang=en><title>{{ title }}</title><h1>{{ title }}</h1><table>"
    "{% for row in versions %}<tr><td>{{ row.version }}<td>{{ row.commit }}<td>{{ row.moment }}{% endfor %}</table><table>"
    "{% for row in metrics %}<tr><td>{{ row.name }}{% for number in row.numbers %}<td>{{ number }}{% endfor %}{% endfor %}</table></html>"
)


def main(file: Path, folder: Path) -> None:
    """Several processes read the file and render; this one writes."""
    from render_pages import render  # by its name in other processes, too

    from catalog.processors import processor_count
    from catalog.store.files import write
    from sites.processes import run_in_processes

    number = processor_count()
    for path, page in run_in_processes(render, [(file, place, number) for place in range(number)]):
        write(folder / path / "index.html", page, durable=False)


def render(share: tuple[Path, int, int]) -> Iterator[tuple[str, bytes]]:
    """Path and page of each model of one of the shares of a file."""
    from sites.render import environment

    file, place, number = share
    template = environment().from_string(_PAGE)
    for model in json.loads(file.read_bytes())[place::number]:
        yield model["path"], template.render(model).encode()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
