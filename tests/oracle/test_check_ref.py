"""What a registry tag did, as `gto check-ref` says it and as `catalog resolve --tag` does."""

from __future__ import annotations

from typing import Any

import gto.api
import pytest

from support.catalogs import asked, catalog_of, rows_of
from support.worlds import World

pytestmark = pytest.mark.slow

TAGS = (
    "m@v1.0.0",
    "m#prod#1",
    "m#prod!#2",
    "m#dev",
    "m@v1.0.0!",
    "m@deprecated#3",
    "folder=m@v0.1.0-rc.1+x",
    "folder=m#stage-2#7",
)
OTHERS = ("light@v1.0.0", "v1.0.0", "alias@v1.0.0", "outside@v1.0.0", "nowhere@v1.0.0", "refs/heads/main")


@pytest.fixture(scope="module")
def world():
    world = World()
    world.commit({"a": "0"})
    for tag in TAGS[:3]:
        world.tag(tag)
    world.commit({"a": "1"})
    for tag in TAGS[3:]:
        world.tag(tag)
    world.tag("v1.0.0")
    world.lightweight("light@v1.0.0")
    world.lightweight("alias@v1.0.0", world.refs["refs/tags/m@v1.0.0"])
    world.tag("outside@v1.0.0", inner="inside@v1.0.0")
    return world


@pytest.fixture(scope="module")
def path(world, tmp_path_factory):
    return str(world.write(tmp_path_factory.mktemp("repository")))


@pytest.fixture(scope="module")
def connection(world):
    return catalog_of({"r": rows_of(world.listing(), world.objects)})


def by_gto(path: str, ref: str) -> dict[str, Any] | None:
    events = gto.api.check_ref(path, ref)
    if not events:
        return None
    event = events[0].dict_state()
    keys = ("artifact", "version", "stage", "commit_hexsha", "author", "author_email", "tag")
    return {"event": type(events[0]).__name__.lower(), **{key.removesuffix("_hexsha"): event.get(key) for key in keys}}


def by_us(connection: Any, tag: str) -> dict[str, Any] | None:
    found = asked(connection, "from internal.find_tag(?)", tag)
    if not found:
        return None
    (row,) = found
    query = "from internal.resolve_version('r', ?, ?, ?, null, ?, '')"
    answer = asked(connection, query, row["artifact"], row["version"], row["commit"], row["oid"])[0]
    keys = ("event", "artifact", "version", "stage", "commit", "author", "author_email", "tag")
    return {key: answer[key] for key in keys}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("tag", TAGS)
def test_a_registry_tag_did_what_gto_says(path, connection, tag):
    ours, gtos = by_us(connection, tag), by_gto(path, tag)
    assert gtos is not None
    assert ours == gtos


@pytest.mark.parametrize("tag", OTHERS)
def test_what_is_no_registry_tag_to_gto_is_none_to_us(path, connection, tag):
    assert (by_us(connection, tag), by_gto(path, tag)) == (None, None)
