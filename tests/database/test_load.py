"""How many partitions' rows are in memory at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.database import load


def files(folder: Path, *sizes: int) -> dict[str, Path]:
    """Partitions of so many bytes, by repository."""
    for size in {*sizes}:
        with (folder / f"{size}.rows").open("wb") as out:
            out.truncate(size)
    return {f"r{number:03}": folder / f"{size}.rows" for number, size in enumerate(sizes)}


@pytest.mark.parametrize(
    ("sizes", "parts"),
    [
        pytest.param([0] * load.MOST_FILES, [load.MOST_FILES], id="as many partitions as are allowed"),
        pytest.param([0] * (load.MOST_FILES + 1), [load.MOST_FILES, 1], id="one more"),
        pytest.param([1, load.MOST_BYTES - 1, 1], [3], id="as many bytes as are allowed, before the last"),
        pytest.param([1, load.MOST_BYTES, 1], [2, 1], id="one byte more"),
        pytest.param([], [], id="none"),
    ],
)
def test_the_rows_of_so_many_partitions_are_in_memory(tmp_path, sizes, parts):
    found = files(tmp_path, *sizes)
    made = [*load._parts(found)]
    assert ([len(part) for part in made], [repo for part in made for repo in part]) == (parts, [*found])
