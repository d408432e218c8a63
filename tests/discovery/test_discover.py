"""A source is asked page by page, up to its bounds, and several sources at a time."""

from __future__ import annotations

from threading import Event, Lock
from time import sleep

import pytest

from catalog.discovery import discover as module
from catalog.plugins.forge import Ask, Listed, ListPage
from support.forging import Talk, ask, config_of, forge, said
from support.loopback import Answer, Request

ORG = {"kind": "github", "org": "acme", "name": "s"}


def repo(talk: Talk, number: int) -> dict[str, object]:
    return {"id": number, "clone_url": f"{talk.url}/acme/r{number}.git", "archived": False, "fork": False}


def listing(tmp_path, pages: int, size: int) -> tuple[str, str | None, int]:
    """How a source of so many pages of so many repositories fares: its outcome, the sentence, and how many it lists."""
    with forge(tmp_path) as talk:

        def answer(_: Request) -> Answer:
            page = len(talk.requests)
            entries = [repo(talk, size * page + number) for number in range(size)]
            return said(entries, Link=f'<{talk.url}/p{page}>; rel="next"') if page < pages else said(entries)

        talk.answer = answer
        found = ask(config_of(tmp_path, ORG | {"url": talk.url}))[0]["s"]
        return found.outcome, found.message, len(found.listed)


@pytest.mark.parametrize(
    ("pages", "expected"),
    [(3, ("listed", None, 3)), (4, ("too_big", "s: more than 3 pages or 200,000 repositories", 0))],
    ids=["as many as are asked for", "one more"],
)
def test_a_source_has_so_many_pages(tmp_path, monkeypatch, pages, expected):
    monkeypatch.setattr(module, "MOST_ASKED", 3)  # twenty thousand questions would take a minute
    assert listing(tmp_path, pages, 1) == expected


@pytest.mark.parametrize(
    ("pages", "size", "expected"),
    [
        pytest.param(2, 2, ("listed", None, 4), id="as many as are listed"),
        pytest.param(1, 5, ("too_big", "s: more than 20,000 pages or 4 repositories", 0), id="one more, on the only page"),
        pytest.param(5, 1, ("too_big", "s: more than 20,000 pages or 4 repositories", 0), id="one more, on the last page"),
    ],
)  # fmt: skip
def test_a_source_has_so_many_repositories(tmp_path, monkeypatch, pages, size, expected):
    monkeypatch.setattr(module, "MOST_LISTED", 4)  # two hundred thousand would take a minute
    assert listing(tmp_path, pages, size) == expected


@pytest.mark.parametrize(
    ("before", "outcome", "listed", "left"),
    [
        pytest.param(module.LONG - 1, "listed", 0, module.LONG - 1, id="the end of a few repositories"),
        pytest.param(module.LONG, "down", module.LONG, 0, id="a failure, after a long listing"),
    ],
)
def test_an_empty_listing_is(tmp_path, before, outcome, listed, left):
    with forge(tmp_path) as talk:
        config = config_of(tmp_path, ORG | {"url": talk.url})
        talk.answer = lambda _: said([repo(talk, number) for number in range(before)])
        ask(config)
        talk.answer = lambda _: said([])
        found = ask(config)[0]["s"]
        gone = [known for known in found.known.values() if known.left_at]
        assert (found.outcome, len(found.listed), len(gone)) == (outcome, listed, left)


def test_the_message_of_an_empty_listing_says_what_to_do(tmp_path):
    with forge(tmp_path) as talk:
        config = config_of(tmp_path, ORG | {"url": talk.url})
        talk.answer = lambda _: said([repo(talk, number) for number in range(12)])
        ask(config)
        talk.answer = lambda _: said([])
        message = (
            "s: lists no repositories, where it listed 12 before; check its token, or take the source out of repos.toml"
        )
        assert ask(config)[0]["s"].message == message


@pytest.mark.slow
def test_so_many_sources_are_asked_at_a_time(tmp_path):
    lock, full, now, most = Lock(), Event(), 0, 0

    def answer(_: Request) -> Answer:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now >= module.AT_A_TIME:
                full.set()
        full.wait(20)
        sleep(0.05)  # for one more to come, which there must not be
        with lock:
            now -= 1
        return said([])

    with forge(tmp_path) as talk:
        talk.answer = answer
        sources = [ORG | {"url": talk.url, "name": f"s{number}"} for number in range(module.AT_A_TIME + 1)]
        found = ask(config_of(tmp_path, *sources))[0]
    assert ({state.outcome for state in found.values()}, most) == ({"listed"}, module.AT_A_TIME)


@pytest.mark.parametrize(
    ("count", "then", "may_be"),
    [
        pytest.param(module.FULL, (), True, id="a last page that is full"),
        pytest.param(module.FULL + 1, (), False, id="one that no forge calls full"),
        pytest.param(module.FULL, (Ask(url="https://h/2"),), False, id="a full page with another behind it"),
    ],
)
def test_whether_a_page_may_have_come_behind_this_one(count, then, may_be):
    page = ListPage(listed=tuple(Listed(url=f"https://h/{number}") for number in range(count)), then=then)
    assert module._may_be_full(page) is may_be
