"""How deep a folder of repositories is read, and how many folders it may have."""

import pytest

from catalog.errors import TooBig
from catalog.plugins.forge import Ask, Listed, ListPage, Response, Scope
from connectors.forges.directory import MOST_DEPTH, MOST_INSIDE, read

SCOPE = Scope(api="", words={"path": "/git"})
BARE = [("HEAD", "file"), ("objects", "folder"), ("refs", "folder")]


def answer(depth, inside):
    path = "/git" + "".join(f"/{number}" for number in range(depth))
    return path, Response(ask=Ask(url=path, reads="folder"), value=inside, headers={})


def folders(count):
    return [(f"{number:05}", "folder") for number in range(count)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("depth", "count"),
    [
        pytest.param(0, MOST_INSIDE, id="as many folders as may be"),
        pytest.param(MOST_DEPTH - 1, 1, id="as deep as there is anything to ask"),
    ],
)
def test_the_folders_in_a_folder_are_asked_for(depth, count):
    path, response = answer(depth, [*folders(count), ("file", "file"), (".hidden", "folder")])
    asked = tuple(Ask(url=f"{path}/{name}", reads="folder") for name, _ in folders(count))
    assert read(SCOPE, response) == ListPage(then=asked)


@pytest.mark.parametrize("count", [1, MOST_INSIDE + 1], ids=["one folder", "more folders than may be asked for"])
def test_no_folder_is_asked_for_at_the_floor(count):
    _, response = answer(MOST_DEPTH, folders(count))
    assert read(SCOPE, response) == ListPage()


def test_a_repository_at_the_floor_is_listed():
    path, response = answer(MOST_DEPTH, BARE)
    assert read(SCOPE, response) == ListPage(listed=(Listed(url=path, place=path[1:]),))


def test_one_folder_more_is_refused():
    with pytest.raises(TooBig, match=r"^/git has 10,001 folders, expected at most 10,000$"):
        read(SCOPE, answer(0, folders(MOST_INSIDE + 1))[1])
