"""A folder of bare or working repositories, and of folders of them."""

from __future__ import annotations

from pathlib import PurePath

from catalog.errors import TooBig
from catalog.plugins.forge import Ask, Forge, Listed, ListPage, Response, Scope

MOST_DEPTH = 8  # folders from that of the source to a repository
MOST_INSIDE = 10_000  # folders in one that is looked into


def begin(scope: Scope) -> tuple[Ask, ...]:
    return (Ask(url=scope.words["path"], reads="folder"),)


def read(scope: Scope, answer: Response) -> ListPage:
    root, folder = PurePath(scope.words["path"]), PurePath(answer.ask.url)
    kinds: dict[str, str] = dict(answer.value)
    if kinds.get(".git") == "folder" or _is_bare(kinds):
        return ListPage(listed=(Listed(url=str(folder), place=_place(root, folder)),))
    if len(folder.relative_to(root).parts) >= MOST_DEPTH:
        return ListPage()
    inside = sorted(name for name, kind in kinds.items() if kind == "folder" and not name.startswith("."))
    if len(inside) > MOST_INSIDE:
        raise TooBig(f"{folder} has {len(inside):,} folders, expected at most {MOST_INSIDE:,}")
    return ListPage(then=tuple(Ask(url=str(folder / name), reads="folder") for name in inside))


def _is_bare(kinds: dict[str, str]) -> bool:
    return (kinds.get("HEAD"), kinds.get("objects"), kinds.get("refs")) == ("file", "folder", "folder")


def _place(root: PurePath, folder: PurePath) -> str:
    """`folder/team/churn`: what lies where below the folder, so that equal names in two of its folders differ."""
    return "/".join([root.name, *folder.relative_to(root).parts]).removesuffix(".git")


FORGE = Forge(name="folder", version=1, scopes=(frozenset({"path"}),), begin=begin, read=read)
