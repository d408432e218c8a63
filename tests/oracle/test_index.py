"""The file that `.gto` names instead of `artifacts.yaml`, with GTO in a clone as the judge: of a bare repository it reads no settings."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from gto.registry import GitRegistry

from support.catalogs import asked, catalog_of, rows_of
from support.gto_says import shown_by_gto, shown_by_us
from support.loopback import environment
from support.worlds import World

OLD, NEW = "m: {type: model, path: old.pkl}\n", "m: {type: model, path: new.pkl}\nk: {type: data}\n"


def paths_of_gto(clone: Path) -> dict[str, str | None]:
    """What GTO says of each version's path."""
    with GitRegistry.from_url(str(clone)) as registry:
        versions = registry.get_state().artifacts["m"].versions
        return {version.version: next((_path(event) for event in version.enrichments), None) for version in versions}


def _path(event: Any) -> str | None:
    return next((found.artifact.path for found in event.enrichments), None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second", "ours"),
    [
        pytest.param(
            {".gto": "index: reg.yaml\n", "reg.yaml": OLD}, {"reg.yaml": NEW}, {}, id="it always had that name"
        ),
        pytest.param({".gto": "INDEX: reg.yaml\n", "reg.yaml": OLD}, {"reg.yaml": NEW}, {}, id="in capitals"),
        pytest.param(
            {"artifacts.yaml": OLD},
            {"artifacts.yaml": None, ".gto": "index: d/reg.yaml\n", "d/reg.yaml": NEW},
            {"v1.0.0": "old.pkl"},
            id="it was renamed: GTO looks for the new name in old commits, we for that of the time",
        ),
        pytest.param({".gto": "index: ../reg.yaml\n", "artifacts.yaml": OLD}, {}, None, id="a name outside"),
    ],
)
def test_the_index_has_another_name(tmp_path, first, second, ours):
    world = World()
    world.commit(first)
    world.tag("m@v1.0.0")
    world.commit(second)
    world.tag("m@v2.0.0")
    world.write(tmp_path / "r.git")
    command = ["git", "clone", "-q", str(tmp_path / "r.git"), str(tmp_path / "r")]
    subprocess.run(command, env=environment({}), check=True)
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    found = {row["version"]: row["path"] for row in asked(connection, "select version, path from versions")}
    if ours is None:  # GTO would leave the repository
        assert found == {"v1.0.0": "old.pkl", "v2.0.0": "old.pkl"}
        return
    assert (found, shown_by_us(connection)) == (paths_of_gto(tmp_path / "r") | ours, shown_by_gto(tmp_path / "r"))
