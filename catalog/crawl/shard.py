"""A shard: one of several equal parts of the repositories. Which one a repository belongs to follows from its name alone (docs/decisions/27)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Self

from catalog.config.model import Config
from catalog.discovery.inventory import Inventory
from catalog.errors import InvalidArgument

MOST_SHARDS = 9999

_FORM = re.compile(r"([0-9]{1,4})/([0-9]{1,4})", re.ASCII)
_FOLDER = re.compile(r"([0-9]{1,4})-of-([0-9]{1,4})", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Shard:
    """The part `number` of `count`, from 1."""

    count: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parses `3/16`; InvalidArgument for anything else."""
        match = _FORM.fullmatch(text)
        shard = cls(number=int(match[1]), count=int(match[2])) if match else None
        if shard is None or not 1 <= shard.number <= shard.count:
            expected = f"K/N, such as 3/16, with K from 1 to N and N up to {MOST_SHARDS:,}"
            raise InvalidArgument("shard", repr(text), expected)
        return shard

    @classmethod
    def of_folder(cls, name: str) -> Self | None:
        """The shard whose output folder has this name; None for any other folder."""
        match = _FOLDER.fullmatch(name)
        return cls(number=int(match[1]), count=int(match[2])) if match else None

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def holds(self, repo: str) -> bool:
        """Whether a repository belongs to it. Names that differ only in case are one repository's."""
        digest = blake2b(repo.lower().encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.count == self.number - 1

    def part_of(self, inventory: Inventory) -> Inventory:
        """The repositories that belong to it."""
        return replace(
            inventory, repositories=tuple(each for each in inventory.repositories if self.holds(each.repo.name))
        )

    def config(self, config: Config) -> Config:
        """That of its crawl, with an output folder of its own."""
        return replace(config, output=shards_folder(config) / f"{self.number}-of-{self.count}")


def shards_folder(config: Config) -> Path:
    """The folder that has the output folder of each shard."""
    return config.output / "shards"
