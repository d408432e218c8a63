"""What sources list, without likely secrets: in the cache, in the listing before it, in rows, and in sentences. No secret of these tests is one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.discovery.listing_cache import CachedPage, ListedRepo, SourceState
from catalog.discovery.withholding import withhold_listed
from catalog.plugins.forge import Listed, ListPage
from catalog.privacy.detector import withheld
from catalog.privacy.settings import DEFAULT, Privacy
from support.forging import ask, config_of, forge, said

TOKEN = "gh" + "p_" + "a1B2" * 9
GITHUB = withheld("GitHub Token")
ORG = {"kind": "github", "org": "acme", "name": "s"}
SHOW = Privacy(secrets="show")


def state(listed: Listed, message: str | None = None) -> SourceState:
    page = ListPage(listed=(listed,))
    return SourceState(message=message, listed=(listed,), known={"a": ListedRepo(name="a", listed=listed)}, answers={"u": CachedPage(etag="e", page=page)})  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param({"default_branch": f"b-{TOKEN}"}, {"default_branch": f"b-{GITHUB}"}, id="a branch"),
        pytest.param({"topics": ("ml", TOKEN)}, {"topics": ("ml", GITHUB)}, id="a topic"),
        pytest.param({"visibility": TOKEN}, {"visibility": GITHUB}, id="a visibility that is none"),
        pytest.param({"parent": f"https://h/{TOKEN}"}, {"parent": None}, id="the address of a parent, of which a part would be another"),
        pytest.param({"topics": ("key",), "default_branch": "main"}, {}, id="nothing"),
    ],
)  # fmt: skip
def test_a_likely_secret_is_withheld_wherever_it_is_kept(cells, expected):
    listed = Listed(url="https://h/a", **cells)
    assert withhold_listed(state(listed), DEFAULT) == state(replace(listed, **expected))
    assert withhold_listed(state(listed), SHOW) == state(listed)


def test_sentences_hold_none_whatever_is_shown():
    before = replace(state(Listed(url="https://h/a"), f"found '{TOKEN}'"), known={"a": ListedRepo(name="a", listed=Listed(url="https://h/a"), left_because=TOKEN)})  # fmt: skip
    kept = withhold_listed(before, DEFAULT)
    assert (kept.message, kept.known["a"].left_because) == (f"found '{GITHUB}'", GITHUB)
    assert withhold_listed(before, SHOW).message == f"found '{GITHUB}'"


@pytest.mark.parametrize("is_down", [False, True], ids=["the forge answers", "the forge is down"])
def test_a_change_reaches_the_cache_and_the_listing_before_it(is_down, tmp_path):
    with forge(tmp_path) as talk:
        entry = {"id": 1, "clone_url": f"{talk.url}/acme/a.git", "archived": False, "fork": False, "topics": [TOKEN], "default_branch": TOKEN}  # fmt: skip
        talk.answer = lambda _: said([entry])
        shown = replace(config_of(tmp_path, ORG | {"url": talk.url}), privacy=SHOW)
        ask(shown)
        ask(shown)
        files = [tmp_path / "output/store/sources" / name for name in ("s.json", "s.json.before")]
        assert [TOKEN in file.read_text() for file in files] == [True, True]
        talk.answer = lambda _: said({}, status=404) if is_down else said([entry])
        ask(replace(shown, privacy=DEFAULT))
        assert [(TOKEN in file.read_text(), GITHUB in file.read_text()) for file in files] == [(False, True)] * 2


def test_a_sentence_about_a_source_holds_none(tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: said({"message": f"see {TOKEN}"}, status=404)
        listings, sentences = ask(config_of(tmp_path, ORG | {"url": talk.url}))[:2]
        texts = [listings["s"].message, *map(str, sentences)]
        assert ([TOKEN in text for text in texts], GITHUB in texts[0]) == ([False] * len(texts), True)
