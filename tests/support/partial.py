"""What a connector asks for, and a revision with just that: the trees of a commit, and the files that were wished."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.git.named_files import PointerFile
from catalog.git.snapshot import RevisionFiles, Snapshot
from catalog.plugins.connector import Connector
from support.worlds import World

ROUNDS = 5


def asked(world: World, connector: Connector) -> list[str]:
    """The files of the tip of `main` that the connector asks for once it sees those that it wanted."""
    return sorted(dict.fromkeys(path for _, paths in _rounds(world, connector) for path in paths))


def partly(world: World, connector: Connector, *, also: bool = True) -> RevisionFiles:
    """The tip of `main` as a crawl gives it to the connector; not `also`: what it asks for is not to be had."""
    rounds = _rounds(world, connector)
    return [revision for revision, _ in rounds][-1] if also else next(rounds)[0]


def _rounds(world: World, connector: Connector) -> Iterator[tuple[RevisionFiles, list[str]]]:
    """Round by round: the revision so far, and the files that it lacks of those asked for."""
    objects = {oid: raw for oid, raw in world.objects.items() if raw.kind != "blob"}
    for _ in range(ROUNDS):
        revision = Snapshot(world.listing(), objects, connector.wants_file).revision(world.tip())
        objects |= {oid: world.objects[oid] for oid in revision.files.values()}
        named = [each.path if isinstance(each, PointerFile) else each for each in connector.wants_also(revision)]
        wished = {path: entry.oid for path in named if (entry := revision.entry(path))}
        missing = {path: oid for path, oid in wished.items() if oid not in objects}
        yield revision, [*missing]
        if not missing:
            return
        objects = objects | {oid: world.objects[oid] for oid in missing.values()}
