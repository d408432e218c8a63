"""The program that makes pages, as a digest: pages of another version are made again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

from catalog import __version__

# What pages show of the rest of the program. The rows that they are made of follow from the database's recipe.
MODULES = (
    "errors.py", "naming.py", "privacy/emails.py", "privacy/settings.py", "query/labels.py", "shell_line.py", "text.py",
)  # fmt: skip
_LIBRARIES = ("cmarkgfm", "jinja2", "markupsafe", "nh3")
_NO_SOURCE = (".pyc", ".so")
_WORKSHOP = "/frontend"  # makes what is in `static`, and has thousands of files where its tools are installed


def digest_of(*parts: object) -> str:
    """The digest of what something is made from."""
    return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def digest_of_bytes(data: bytes) -> str:
    """The digest of what is in a file, which may be large."""
    return blake2b(data, digest_size=12).hexdigest()


@cache
def program_digest() -> str:
    """The digest of everything that decides how rows become pages."""
    catalog = files("catalog")
    sources = [*_sources(files("sites"), ""), *((name, (catalog / name).read_bytes()) for name in MODULES)]
    libraries = [(name, version(name)) for name in _LIBRARIES]
    return digest_of(__version__, sys.version_info[:2], libraries, sorted(sources))


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if name == _WORKSHOP:
            continue
        if entry.is_dir():
            yield from _sources(entry, name)
        elif not name.endswith(_NO_SOURCE):
            yield name, entry.read_bytes()
