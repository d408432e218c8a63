"""Imagined data: what DVC would write about files that nobody ever made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import md5


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What DVC records of a file, or of a folder (`nfiles`, and a hash that ends in `.dir`)."""

    md5: str
    size: int
    nfiles: int | None = None
    data: bytes | None = None  # of the few files that the demo has in storage

    def entry(self, path: str, generation: int) -> dict[str, object]:
        """The entry of an output or dependency: DVC 3 says `hash: md5`, DVC 2 does not, DVC 1 knows no size."""
        if generation == 1:
            return {"path": path, "md5": self.md5}
        kind = {"hash": "md5"} if generation > 2 else {}  # noqa: PLR2004 the name of the version
        count = {} if self.nfiles is None else {"nfiles": self.nfiles}
        return {"path": path, **kind, "md5": self.md5, "size": self.size, **count}


def digest(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest()


def imagine(seed: str, size: int, nfiles: int | None = None) -> Content:
    """The content that `seed` stands for, always the same; its size lies within a tenth of `size`."""
    value = digest(seed.encode())
    size += size * (int(value[:6], 16) % 2001 - 1000) // 10_000
    return Content(md5=value if nfiles is None else f"{value}.dir", size=size, nfiles=nfiles)


def small_model(seed: str, trees: int = 12, features: int = 24) -> Content:
    """A model that `seed` stands for, with its bytes: trees in the form of LightGBM's text, with splits that nobody learned."""
    lines = ["tree", "version=v4", "num_class=1", f"max_feature_idx={features - 1}", "objective=binary sigmoid:1", ""]
    for number in range(trees):
        value = bytes.fromhex(digest(f"{seed} {number}".encode()))
        splits, leaves = value[:3], [(each - 128) / 1000 for each in value[3:7]]
        lines += [
            f"Tree={number}",
            "num_leaves=4",
            f"split_feature={' '.join(str(each % features) for each in splits)}",
        ]
        lines += [f"threshold={' '.join(f'{each / 256:.4f}' for each in splits)}"]
        lines += [
            "left_child=1 -1 -2",
            "right_child=2 -3 -4",
            f"leaf_value={' '.join(f'{each:.3f}' for each in leaves)}",
            "",
        ]
    data = "\n".join([*lines, "end of trees", ""]).encode()
    return Content(md5=digest(data), size=len(data), data=data)


def of_file(text: str | bytes) -> Content:
    data = text.encode() if isinstance(text, str) else text
    return Content(md5=digest(data), size=len(data))


def of_folder(files: Mapping[str, Content]) -> Content:
    """A folder's content from its files': DVC hashes the JSON of the sorted list."""
    listing = [{"md5": files[path].md5, "relpath": path} for path in sorted(files)]
    value = digest(json.dumps(listing, sort_keys=True).encode())
    return Content(md5=f"{value}.dir", size=sum(file.size for file in files.values()), nfiles=len(files))
