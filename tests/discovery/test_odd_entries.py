"""One odd value in a forge's answer costs that field, or that entry, and is said: the other entries are as they would be without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict

import pytest

from catalog.crawl.crawl import crawl
from catalog.database import database
from catalog.database.build import build
from catalog.discovery import client
from catalog.discovery.discover import MOST_REASONS, _read, _skipped_sentence
from catalog.plugins.forge import Ask, ListPage, Response, installed
from catalog.transport.limits import Limits, Meter
from support import forge_answers
from support.changes import base
from support.forging import Talk, ask, config_of, forge, said
from support.loopback import Answer, Request

KINDS = {
    "github": (forge_answers.github, {"org": "acme"}),
    "gitlab": (forge_answers.gitlab, {"group": "risk"}),
    "gitea": (forge_answers.gitea, {"org": "acme"}),
    "bitbucket": (forge_answers.bitbucket, {"workspace": "acme"}),
    "azure": (forge_answers.azure, {"org": "acme"}),
}
LONG_NUMBER = "<long>"  # in its place, because Python writes no such number
ODD = {
    "nothing": None,
    "half a character": "\ud800",
    "a null character": "\0",
    "no text": "",
    "a number": 7,
    "a list": [[]],
    "a map": {"a": "b"},
    "a boolean": True,
    "a number of 5,000 digits": LONG_NUMBER,
}


def source_of(kind, folder):
    return config_of(folder, {"kind": kind, "url": "http://127.0.0.1:9", "name": "s"} | KINDS[kind][1]).sources[0]


def first_page(kind) -> Answer:
    return KINDS[kind][0](Talk(url="http://127.0.0.1:9"), Request(method="GET", path="/x"))


def entries_of(value) -> list[object]:
    return value if isinstance(value, list) else value.get("value") or value["values"]


def places(value, path=()) -> Iterator[tuple[str | int, ...]]:
    """The places of all values in an entry, the entry itself first."""
    yield path
    for key, inside in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(inside, (*path, key))


def put(entries, path, odd) -> None:
    for key in path[:-1]:
        entries = entries[key]
    entries[path[-1]] = odd


def read(source, answer: Answer, value) -> ListPage:
    text = json.dumps(value).replace(json.dumps(LONG_NUMBER), "9" * 5_000)
    parsed = json.loads(text, parse_int=client._whole)
    headers = {name.lower(): text for name, text in answer.headers.items()}
    return _read(
        source,
        installed()[source.kind],
        Response(ask=Ask(url="http://127.0.0.1:9/x?page=1"), value=parsed, headers=headers),
        Meter("s", Limits()),
    )


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("kind", KINDS)
def test_an_odd_value_costs_its_field_or_its_entry(kind, odd, tmp_path):
    source, answer = source_of(kind, tmp_path), first_page(kind)
    whole = read(source, answer, json.loads(answer.body))
    for path in places(entries_of(json.loads(answer.body))[0]):
        value = json.loads(answer.body)
        put(entries_of(value), (0, *path), odd)
        page = read(source, answer, value)
        others = [entry for entry in page.listed if entry.url == whole.listed[1].url]
        assert others == [whole.listed[1]], path
        assert len(page.listed) + len(page.skipped) == len(whole.listed), path
        json.dumps([asdict(entry) for entry in page.listed], default=str, ensure_ascii=False).encode("utf-8")


def test_an_entry_without_an_address_is_said_and_its_repository_does_not_leave(tmp_path):
    def repo(number: int, url: str | None) -> dict[str, object]:
        return {"id": number, "clone_url": url, "archived": False, "fork": False}

    with forge(tmp_path) as talk:
        urls = [f"{talk.url}/acme/r{number}.git" for number in range(3)]
        config = config_of(tmp_path, {"kind": "github", "org": "acme", "url": talk.url, "name": "s"})
        talk.answer = lambda _: said([repo(number, url) for number, url in enumerate(urls)])
        ask(config)
        talk.answer = lambda _: said(
            [repo(0, urls[0]), repo(1, None), 7, repo(2, urls[2]), repo(3, f"{talk.url}/acme/new.git")]
        )
        states, messages = ask(config)
        message = "s: left out of its listing: a repository's clone_url is nothing, expected text; the answer[2] is 7, expected a repository"
        assert (states["s"].outcome, states["s"].failure, messages) == ("listed", None, [message])
        assert [entry.url for entry in states["s"].listed] == sorted([*urls, f"{talk.url}/acme/new.git"])
        talk.answer = lambda _: said([repo(1, None), repo(2, urls[2])])
        left = [name for name, known in ask(config)[0]["s"].known.items() if known.left_at]
        assert left == ["127.0.0.1/acme/new", "127.0.0.1/acme/r0"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_half_a_character_costs_no_catalog(kind, tmp_path):
    """THREATS, from the server: wrong JSON."""
    base().write(tmp_path / "good.git")
    with forge(tmp_path) as talk:

        def answer(request: Request) -> Answer | None:
            if request.path.startswith(("/acme/a", "/risk/a")) or "git-upload-pack" in request.path + request.query:
                return None
            whole = KINDS[kind][0](talk, request)
            value = json.loads(whole.body)
            for entry in entries_of(value):
                for path in [*places(entry)][1:]:
                    if path[-1] in ("topics", "tag_list"):
                        put(entry, path, ["\ud800"])
                    elif path[-1] in ("id", "uuid", "visibility", "default_branch", "name"):
                        put(entry, path, "\ud800")
            return Answer(headers=whole.headers, body=json.dumps(value).encode())

        talk.answer = answer
        config = config_of(
            tmp_path,
            {"kind": kind, "url": talk.url, "name": "s"} | KINDS[kind][1],
            repos={"good": str(tmp_path / "good.git")},
        )
        crawl(config, debug=True)
        build(config)
        build(config)
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:
        assert connection.execute("select count(*) from versions where repo = 'good'").fetchone() == (2,)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        pytest.param(MOST_REASONS, "s: left out of its listing: r; r; r", id="as many as are said"),
        pytest.param(MOST_REASONS + 1, "s: left out of its listing: r; r; r, and 1 more", id="one more"),
    ],
)
def test_so_many_reasons_are_said(number, said, tmp_path):
    (source,) = config_of(
        tmp_path, {"kind": "github", "org": "acme", "name": "s", "url": "https://forge.example"}
    ).sources
    assert _skipped_sentence(source, ["r"] * number) == said
