"""How many files of a folder are read, wherever they are."""

import json

import pytest

from catalog.git.named_files import StoredFile
from catalog.git.objects import RawObject
from catalog.git.snapshot import MAX_OBJECT, MAX_TREE_DEPTH
from connectors.dvc.index import index
from connectors.dvc.places import IN_DVC, IN_GIT, MAX_FOLDER, MISSING, FileLocation, FileLocations
from support.worlds import World

A = "3e2b31c72181b87149ff995e7202c0e3"
MESSAGE = "the folder 'd' has more than 200 files; those after this one are left out"


def names(count):
    return [f"{number:03}" for number in range(count)]


def in_git(world, count):
    world.commit({f"d/{name}": "x" for name in names(count)})


def in_git_and_tracked(world, count):
    tracked = f"outs: [{{path: d/999, md5: {A}}}]"
    world.commit({f"d/{name}": "x" for name in names(count - 1)} | {"m.dvc": tracked})


def tracked(world, count):
    outs = ", ".join(f"{{path: d/{name}, md5: {A}}}" for name in names(count))
    world.commit({"m.dvc": f"outs: [{outs}]"})


def listed(world, count):
    files = ", ".join(f"{{relpath: '{name}', md5: {A}}}" for name in names(count))
    world.commit({"m.dvc": f"outs: [{{path: d, hash: md5, files: [{files}]}}]"})


def stored(world, count):
    digest = f"{A}.dir"
    world.commit({"m.dvc": f"outs: [{{path: d, md5: {digest}}}]"})
    manifest = json.dumps([{"md5": A, "relpath": name} for name in names(count)])
    world.objects[f"md5:{digest}"] = RawObject("stored", manifest.encode())


@pytest.mark.parametrize(
    ("make", "where"),
    [
        pytest.param(in_git, {IN_GIT}, id="in Git"),
        pytest.param(in_git_and_tracked, {IN_GIT, IN_DVC}, id="in Git, and one by DVC"),
        pytest.param(tracked, {IN_DVC}, id="outputs in a folder"),
        pytest.param(listed, {IN_DVC}, id="files that an output lists"),
        pytest.param(stored, {IN_DVC}, id="a list in DVC's storage"),
    ],
)
def test_a_folder_has_so_many_files(make, where):
    def places(count):
        world = World()
        make(world, count)
        revision = world.revision()
        return FileLocations(revision, index(revision)).of("d")

    full, over = places(MAX_FOLDER), places(MAX_FOLDER + 1)
    problems = [place.problem and place.problem.message for place in over]
    assert (
        ([place.file for place in full][:-1], {place.where for place in full}, {place.problem for place in full}),
        ([place.file for place in over], problems),
    ) == (
        ([f"d/{name}" for name in names(MAX_FOLDER - 1)], where, {None}),
        ([f"d/{name}" for name in names(MAX_FOLDER)], [None] * (MAX_FOLDER - 1) + [MESSAGE]),
    )


URL = "https://example.com/3e/2b31c72181b87149ff995e7202c0e3"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param(MAX_OBJECT, StoredFile(url=URL, md5=A, size=MAX_OBJECT), id="as large as is read"),
        pytest.param(MAX_OBJECT + 1, None, id="one byte more"),
    ],
)
def test_a_file_of_so_many_bytes_is_asked_for_in_storage(size, expected):
    assert FileLocation("m", IN_DVC, hash=A, size=size, url=URL).stored() == expected


@pytest.mark.parametrize(
    ("folders", "where"),
    [
        pytest.param(MAX_TREE_DEPTH, IN_DVC, id="in as many folders as Git may have"),
        pytest.param(MAX_TREE_DEPTH + 1, MISSING, id="in one more"),
    ],
)
def test_a_file_may_be_in_an_output_that_is_a_folder(folders, where):
    world = World()
    world.commit({"m.dvc": f"outs: [{{path: d, md5: {A}.dir}}]"})
    revision = world.revision()
    path = "d/" * folders + "m"
    assert [(place.file, place.where) for place in FileLocations(revision, index(revision)).of(path)] == [(path, where)]
