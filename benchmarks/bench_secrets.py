"""False alarms of the detectors: crawls the demo's repositories, and those of bundles, and lists everything that was withheld.

None of these repositories holds a secret, so that each line is a false alarm. With `--smoke`, four repositories are tried.
"""

from __future__ import annotations

import subprocess
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.config.parse import Config, parse
from catalog.crawl.crawl import crawl
from catalog.demo.fleet import make_fleet
from catalog.plugins.connector import installed_tables
from catalog.privacy.detector import MARK
from catalog.schema.record import columns
from catalog.store.partitions import Partition

REPOS, FEW = 500, 4  # of the demo
SHOWN = 120  # characters of a value


def main() -> None:
    """Prints values and alarms of both."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="tiny sizes: does it run at all?")
    parser.add_argument("--bundles", type=Path, help="a folder with bundles OWNER/NAME.bundle")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        measure("demo", demo(Path(folder) / "demo", FEW if options.smoke else REPOS))
        if options.bundles:
            measure("bundles", bundles(options.bundles, Path(folder) / "bundles"))


def demo(folder: Path, repos: int) -> Config:
    """The demo's repositories."""
    paths = make_fleet(folder / "git", repos=repos)
    return parse("".join(f"[[repo]]\nurl = '{path}'\n" for path in paths), folder / "repos.toml")


def bundles(source: Path, folder: Path) -> Config:
    """Mirrors of bundles `OWNER/NAME.bundle`."""
    entries = []
    for file in sorted(source.glob("*/*.bundle")):
        mirror = folder / file.parent.name / file.stem
        subprocess.run(["git", "clone", "--quiet", "--mirror", file, mirror], check=True)
        entries.append(f"[[repo]]\nurl = '{mirror}'\n")
    return parse("\n".join(entries), folder / "repos.toml")


def measure(name: str, config: Config) -> None:
    """Crawls, and prints how many texts there are, and what was withheld."""
    crawl(config)
    texts = list(_texts(config))
    alarms = sorted({(place, text) for place, text in texts if MARK in text})
    for place, text in alarms:
        print(f"  {place}: {text[:SHOWN]!r}")
    print(
        f"{name}: {len(texts):,} values, {sum(MARK in text for _, text in texts):,} alarms, {len(alarms):,} of them distinct"
    )


def _texts(config: Config) -> Iterator[tuple[str, str]]:
    for file in (config.output / "store" / "rows").glob("*/*.rows"):
        partition = Partition(file)
        for table in installed_tables():
            names = [column.name for column in columns(table) if column.name != "repo"]
            for row in partition.rows(table):
                for column in names:
                    match getattr(row, column):
                        case str() as text:
                            yield f"{table.TABLE}.{column}", text
                        case tuple() as items:
                            yield from ((f"{table.TABLE}.{column}", item) for item in items if isinstance(item, str))
                        case dict() as entries:
                            yield from ((f"{table.TABLE}.{column}.{key}", text) for key, text in entries.items())


if __name__ == "__main__":
    main()
