"""Takes a picture of each kind of page, wide and narrow, light and dark: python tests/sites/pictures.py FOLDER [--site SITE] [--readme].

Without a site, it takes those of the demo's, which it makes. `--readme`: only the two that README.md shows.
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

from playwright.sync_api import ViewportSize

from support.browser import chromium, opened
from support.site_pages import THEMES, WIDTHS, address, shown_pages

README_PAGE = "models/demo.example~risk~churn/churn.html"
README_SIZE: ViewportSize = {"width": 1280, "height": 860}
TALLEST = 6000  # pixels of a picture: a list of hundreds of rows looks the same further down


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--site", type=Path)
    parser.add_argument("--readme", action="store_true", help="only the two pictures that README.md shows")
    options = parser.parse_args()
    start = perf_counter()
    with TemporaryDirectory() as temporary:
        site = options.site or demo(Path(temporary))
        count = (take_for_readme if options.readme else take)(site, options.folder)
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


def take_for_readme(site: Path, folder: Path) -> int:
    """The top of a model's page, as README.md shows it: light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    page_file = site.absolute() / README_PAGE
    with chromium() as browser, opened(browser, page_file.as_uri(), reduced_motion="reduce") as page:
        page.set_viewport_size(README_SIZE)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=folder / f"model-{theme}.png")
    return len(THEMES)


if __name__ == "__main__":
    main()
