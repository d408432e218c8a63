"""A part of a store as a store of its own: what a shard begins from."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from shutil import copyfile, copytree, rmtree

from catalog.naming import slug
from catalog.store import files, jsonl
from catalog.store.crawl_file import Line, crawl, is_crawl_file, lines
from catalog.store.identities import Identities
from catalog.store.journal import Journal

Holds = Callable[[str], bool]


def copy_part(store: Path, target: Path, holds: Holds) -> None:
    """Makes `target` a store of the repositories for which `holds` is true; it replaces what was there. StoreError where the disk fails.

    A copy that was interrupted leaves what was there, or nothing.
    """
    new = files.temporary(target)
    with files.writing(target):
        rmtree(new, ignore_errors=True)
        files.make_folder(new)
        _copy_crawls(store / "crawls", new / "crawls", holds)
        for repo, last in Journal(store / "crawls").last_visits().items():
            if holds(repo):
                _copy_observations(store, new, slug(repo))
                if last.partition is not None:
                    _link_rows(store, new, slug(repo))
        _copy_identities(store / "observations", new / "observations", holds)
        with suppress(FileNotFoundError):
            copytree(store / "sources", new / "sources")
        rmtree(target, ignore_errors=True)
        new.rename(target)


def link(file: Path, target: Path) -> None:
    """Makes a file that never changes appear under another name, whole or not at all; it is copied where the disk knows no links."""
    new = files.temporary(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        new.unlink(missing_ok=True)
        os.link(file, new)
    except OSError:
        files.write(target, file.read_bytes())
    else:
        files.move(new, target)


def _copy_crawls(folder: Path, new: Path, holds: Holds) -> None:
    """The lines of these repositories, and the row of each crawl as it was, by which a merge knows it again."""
    new.mkdir()
    for file in sorted(filter(is_crawl_file, folder.glob("*.jsonl"))):
        if row := crawl(file, {}):
            texts = [jsonl.checked(text) for text, line in lines(file, {}) if _concerns(line, holds)]
            files.write(new / file.name, "".join([*texts, jsonl.line({"crawl": row})]), durable=False)


def _concerns(line: Line, holds: Holds) -> bool:
    if line.rename is not None:
        return holds(line.rename.former) and holds(line.rename.name)
    return line.outcome is not None and holds(line.outcome.repo)


def _copy_observations(store: Path, new: Path, name: str) -> None:
    (new / "observations").mkdir(exist_ok=True)
    with suppress(OSError):  # there is none, or it cannot be read: the shard begins without it
        copyfile(store / "observations" / f"{name}.jsonl", new / "observations" / f"{name}.jsonl")


def _link_rows(store: Path, new: Path, name: str) -> None:
    for file in (store / "rows" / name).glob("*.rows"):
        (new / "rows" / name).mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, new / "rows" / name / file.name)
        except OSError:
            with suppress(OSError):  # it cannot be read: the shard reads its repository again
                copyfile(file, new / "rows" / name / file.name)


def _copy_identities(folder: Path, new: Path, holds: Holds) -> None:
    known = {name: identity for name, identity in Identities(folder).read().items() if holds(name)}
    if known:
        Identities(new).write({}, known)
