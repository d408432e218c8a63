"""Takes a picture of each kind of page, wide and narrow, light and dark: python tests/sites/pictures.py FOLDER [--site SITE].

Without a site, it takes those of the demo's, which it makes.
"""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.browser import chromium, opened
from support.site_pages import THEMES, WIDTHS, address, shown_pages

TALLEST = 6000  # pixels of a picture: a list of hundreds of rows looks the same further down


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--site", type=Path)
    options = parser.parse_args()
    start = perf_counter()
    with TemporaryDirectory() as temporary:
        count = take(options.site or demo(Path(temporary)), options.folder)
    print(f"{options.folder}: {count} pictures in {perf_counter() - start:.0f} s")


def demo(folder: Path) -> Path:
    """The site of the demo, made in a folder."""
    command = [sys.executable, "-m", "catalog", "demo", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "output" / "site"


def take(site: Path, folder: Path) -> int:
    """Takes the pictures of a site; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = shown_pages(site.absolute())
    with chromium() as browser:
        for kind, file in pages.items():
            with opened(browser, address(kind, file), reduced_motion="reduce") as page:
                for width, theme in product(WIDTHS, THEMES):
                    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
                    page.emulate_media(color_scheme=theme)
                    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
                    area = {"x": 0, "y": 0, "width": width, "height": max(height, WIDTHS[width])}
                    page.screenshot(path=folder / f"{kind}_{width}_{theme}.png", full_page=True, clip=area)
    return len(pages) * len(WIDTHS) * len(THEMES)


if __name__ == "__main__":
    main()
