"""The reference pages as resources: those of docs/, which are in the wheel, too."""

from __future__ import annotations

from pathlib import Path

# By the name of the page in docs/: the title, and for which question an agent reads it.
PAGES = {
    "sql": ("Questions in SQL", "Where to start with SQL, and a cookbook of questions to adapt."),
    "tables": ("Tables, views and macros", "Every column with its meaning. Long: the tool `schema` has one table at a time."),
    "search": ("The query language of search", "Words, fields, comparisons and sorting of the tool `search`."),
    "bytes": ("Where the bytes of a version are", "What `status`, `hash` and `url` in the answers of `resolve` mean."),
    "cli": ("The command line", "Every command and option, for commands to propose to the user."),
    "python": ("Python", "How to query the catalog from Python, with examples."),
    "python-api": ("The Python API", "Every class and method."),
    "repos-toml": ("repos.toml", "Every key of the file that says what is crawled, and how."),
}  # fmt: skip

# In an installed package, and beside it where it is run from its source.
_FOLDERS = (Path(__file__).parent / "reference", Path(__file__).parents[2] / "docs")


def reference_page(name: str) -> str:
    """The text of a page, as Markdown."""
    file = next(file for folder in _FOLDERS if (file := folder / f"{name}.md").is_file())
    return file.read_text("utf-8")
