"""The documents lead where they say, and the index lists all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalog.cli import CLOSED, INTERRUPTED, TERMINATED
from catalog.errors import Exit

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def links(page: Path) -> list[str]:
    """The files that a page links to."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text))
    return [target.partition("#")[0] for target in targets if "://" not in target and not target.startswith("#")]


def dead(page: Path) -> list[str]:
    return [link for link in links(page) if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page):
    assert dead(page) == []


def test_a_dead_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("[a](page.md) [b](other.md#part) [c](https://example.com/x.md)\n```\n[d](code.md)\n```\n", "utf-8")
    assert dead(page) == ["other.md"]


def test_the_index_lists_every_page():
    listed = links(ROOT / "docs" / "index.md")
    pages = [page.name for page in (ROOT / "docs").glob("*.md") if page.name != "index.md"]
    assert sorted(name for name in listed if name.endswith(".md") and "/" not in name) == sorted(pages)


def test_the_readme_has_every_exit_code():
    rows = re.findall(r"^\| ([\d, ]+) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(int(code) for row in rows for code in row.split(",")) == sorted(
        [*Exit, INTERRUPTED, CLOSED, TERMINATED]
    )
