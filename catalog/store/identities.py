"""Which repository has which name: the forge's id of each, as the last crawl knew it. By it, a rename is told from a replacement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.store import checked_file, files


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A repository whose name was `former`. `replaced`: another one has that name now."""

    former: str
    repo: str
    replaced: bool


class Identities:
    """The file `<root>/identities.json`: names, each with the id of the repository that has it."""

    def __init__(self, root: Path) -> None:
        self._file = root / "identities.json"
        self._is_whole = False

    def read(self) -> dict[str, str]:
        """Empty where no crawl wrote it, or where it is damaged: names are taken for what they are then."""
        otherwise = "a repository that was renamed since the last crawl is taken for a new one"
        names = checked_file.read_if_whole(self._file, dict[str, str], otherwise)
        self._is_whole = names is not None
        return names or {}

    def write(self, before: Mapping[str, str], identities: Mapping[str, str]) -> None:
        """Replaces the file, if anything changed since it was read, or it was not whole."""
        if identities != before or not self._is_whole:
            with files.writing(self._file.parent):
                files.make_folder(self._file.parent)
                checked_file.write(self._file, dict(sorted(identities.items())))


def following(before: Mapping[str, str], moved: Iterable[Move], now: Mapping[str, str]) -> dict[str, str]:
    """What the next crawl compares with: also the ids of repositories that are listed no more, under the names that they had last."""
    known = dict(before)
    for move in moved:
        if move.former in known:  # repos.toml, too, may state that a name is another's former one
            known[move.repo] = known.pop(move.former)
    return known | dict(now)


def moves(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Move, ...]:
    """The repositories that have another name than before, each after the one whose name it takes.

    `before` and `now`: names, each with the id of the repository that has it. A name that a forge does not list any more keeps its
    repository, unless that has another name now. Ids of other readers are of other kinds: they say nothing of each other.
    """
    names = {identity: name for name, identity in sorted(now.items())}
    moved = {}
    for former, identity in sorted(before.items()):
        present = now.get(former, identity)
        if _reader(present) != _reader(identity):
            continue
        replaced = present != identity
        name = names.get(identity)
        if replaced or (name is not None and name != former and former not in now):
            repo = name if name is not None and name != former else aside(former, identity.rpartition(" ")[2])
            moved[former] = Move(former=former, repo=repo, replaced=replaced)
    return tuple(_in_order(moved))


def aside(name: str, forge_id: str) -> str:
    """What a repository is called that no forge lists, while another one has its name."""
    return f"{name} (id {forge_id})"


def _reader(identity: str) -> str:
    return identity.rpartition(" ")[0]


def _in_order(moves_by_name: dict[str, Move]) -> list[Move]:
    """A name is left before another repository takes it. In a ring of names, the first to move is moved by way of a name of its own."""
    ordered: list[Move] = []
    waiting = dict(moves_by_name)
    while waiting:
        free = [move for move in waiting.values() if move.repo not in waiting]
        if not free:
            move = waiting.pop(min(waiting))
            between = f"{move.former} (moving)"
            ordered.append(Move(former=move.former, repo=between, replaced=True))
            waiting[between] = Move(former=between, repo=move.repo, replaced=True)
            continue
        for move in free:
            del waiting[move.former]
            ordered.append(move)
    return ordered
