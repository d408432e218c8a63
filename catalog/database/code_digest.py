"""The digest of the code that database, exports and site follow from: our packages byte for byte, connectors of others, and the libraries."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from platform import python_version

from catalog.plugins.connector import Connector, installed

PACKAGES = ("catalog", "connectors", "sites")
LIBRARIES = ("duckdb", "jinja2", "markupsafe", "pyarrow")
_COMPILED = "__pycache__"


@cache
def code_digest() -> str:
    """The digest of the code of this process; another release, an edited view, template or script gives another one."""
    connectors = installed()
    names = [*PACKAGES, *sorted(_packages_of_others(connectors))]
    libraries = [f"python {python_version()}", *(f"{name} {version(name)}" for name in LIBRARIES)]
    readers = [f"{connector.name} {connector.version}" for connector in connectors]
    return files_digest([*libraries, *readers], (root for name in names for root in _roots(name)))


def files_digest(words: Iterable[str], roots: Iterable[Path]) -> str:
    """The digest of words, and of the names and bytes of all files below some folders (or of files), wherever these lie."""
    digest = blake2b("\n".join(words).encode(), digest_size=16)
    for root in roots:
        for file in _files(root):
            data = file.read_bytes()
            digest.update(f"\n{file.relative_to(root.parent).as_posix()} {len(data)}\n".encode())
            digest.update(data)
    return digest.hexdigest()


def _packages_of_others(connectors: Iterable[Connector]) -> set[str]:
    """The packages of connectors that are not ours, and of their tables."""
    values = (
        value
        for connector in connectors
        for cell in fields(connector)
        for value in _each(getattr(connector, cell.name))
    )
    modules = {getattr(value, "__module__", None) or type(value).__module__ for value in values}
    return {name.partition(".")[0] for name in modules} - {*PACKAGES, *sys.stdlib_module_names}


def _each(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _roots(name: str) -> list[Path]:
    """The folders of a package, or the file of a module; it is not imported."""
    module = sys.modules.get(name)
    spec = module.__spec__ if module else find_spec(name)
    if spec is None:
        return []
    if spec.submodule_search_locations:
        return [Path(folder) for folder in spec.submodule_search_locations]
    return [Path(spec.origin)] if spec.has_location and spec.origin else []


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != _COMPILED)
        yield from (Path(folder, name) for name in sorted(names))
