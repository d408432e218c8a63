"""Which listed repositories are wanted, why the others are left out, and what becomes of those that leave."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.discovery.inventory import read_inventory
from catalog.discovery.rules import _MOST_NAME
from support.forging import Talk, ask, config_of, forge, names, reasons, said

ORG = {"kind": "github", "org": "acme", "name": "s"}


def repo(talk: Talk, name: str, number: int = 1, **facts: object) -> dict[str, object]:
    given = {"id": number, "clone_url": f"{talk.url}/acme/{name}.git", "archived": False, "fork": False}
    return given | {"visibility": "public", "topics": [], "default_branch": "main"} | facts


def chosen(tmp_path, entries, **keys) -> tuple[list[str], dict[str, str]]:
    """The names that are wanted, and why the others are not; `entries(talk)` is what the forge lists."""
    with forge(tmp_path) as talk:
        talk.answer = lambda _: said(entries(talk))
        config = config_of(tmp_path, ORG | {"url": talk.url} | keys)
        ask(config)
        found = {name: why.replace(talk.url, "FORGE") for name, why in reasons(read_inventory(config)).items()}
        return names(config), found


def zoo(talk: Talk) -> list[dict[str, object]]:
    return [
        repo(talk, "churn", topics=["ml-model", "risk"]),
        repo(talk, "churn-test"),
        repo(talk, "old", archived=True),
        repo(talk, "forked", fork=True),
        repo(talk, "secret", visibility="private", topics=["ml-model"]),
    ]


CHOICES = {
    "archived ones and forks are left out": (
        {},
        ["acme/churn", "acme/churn-test", "acme/secret"],
        {"old": "archived", "forked": "a fork"},
    ),
    "unless they are asked for": (
        {"archived": True, "forks": True},
        ["acme/churn", "acme/churn-test", "acme/forked", "acme/old", "acme/secret"],
        {},
    ),
    "a pattern is of the whole name or of an end of it": (
        {"include": ["127.0.0.1/ACME/c*", "secret"], "exclude": ["*-test"]},
        ["acme/churn", "acme/secret"],
        {"churn-test": "excluded", "old": "not included", "forked": "not included"},
    ),
    "one topic of those wanted will do": (
        {"topics": ["ml-model", "nlp"], "archived": True, "forks": True},
        ["acme/churn", "acme/secret"],
        dict.fromkeys(["churn-test", "old", "forked"], "no topic of ml-model, nlp"),
    ),
    "only public ones": (
        {"visibility": "public", "archived": True, "forks": True},
        ["acme/churn", "acme/churn-test", "acme/forked", "acme/old"],
        {"secret": "private"},
    ),
}


@pytest.mark.parametrize(("keys", "wanted", "left_out"), CHOICES.values(), ids=CHOICES.keys())
def test_choices(keys, wanted, left_out, tmp_path):
    assert chosen(tmp_path, zoo, **keys) == (wanted, left_out)


STRANGE = {
    "a clone URL on another host": (
        {"clone_url": "http://evil.example/acme/x.git"},
        "is cloned from 'http://evil.example', expected the forge's own server",
    ),
    "a clone URL on the same host, unprotected by another scheme": (
        {"clone_url": "https://127.0.0.1/acme/x.git"},
        "is cloned from 'https://127.0.0.1', expected the forge's own server",
    ),
    "a clone URL that is a file": (
        {"clone_url": "file:///etc/x"},
        "is cloned from 'file://', expected the forge's own server",
    ),
    "a clone URL that is a path": (
        {"clone_url": "/etc/x"},
        "is cloned from '://', expected the forge's own server",
    ),
    "a name that would turn the text around": (
        {"clone_url": "FORGE/acme/\u202ex"},
        "the name '127.0.0.1/acme/ x' cannot be shown",
    ),
}


@pytest.mark.parametrize(("facts", "why"), STRANGE.values(), ids=STRANGE.keys())
def test_a_repository_that_leads_elsewhere_is_left_out(facts, why, tmp_path):
    def entries(talk: Talk) -> list[dict[str, object]]:
        return [repo(talk, "x") | {key: value.replace("FORGE", talk.url) for key, value in facts.items()}]

    wanted, left_out = chosen(tmp_path, entries)
    assert (wanted, list(left_out.values())) == ([], [why])


def test_a_name_of_300_characters_is_a_name(tmp_path):
    assert chosen(tmp_path, lambda talk: [repo(talk, "x" * 300)]) == (["acme/" + "x" * 300], {})


@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as is shown", "one character longer"])
def test_a_name_has_so_many_characters(tmp_path, beyond):
    name = "x" * (_MOST_NAME - len("127.0.0.1/acme/") + beyond)
    wanted, left_out = chosen(tmp_path, lambda talk: [repo(talk, name)])
    assert (wanted, [why[:24] for why in left_out.values()]) == (
        ([], ["the name '127.0.0.1/acme"]) if beyond else ([f"acme/{name}"], [])
    )


def test_names_that_differ_only_in_case_are_one_repository_until_somebody_names_them(tmp_path):
    assert chosen(tmp_path, lambda talk: [repo(talk, "Churn"), repo(talk, "churn", 2)]) == (
        ["acme/Churn"],
        {
            "churn": "differs from '127.0.0.1/acme/Churn' only in case; to read both, give one of them a name under [[repo]]"
        },
    )


def test_what_repo_names_goes_before_what_a_source_lists(tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: said([repo(talk, "churn"), repo(talk, "old", 2, archived=True)])
        config = config_of(
            tmp_path,
            ORG | {"url": talk.url},
            repos={"team/churn": f"{talk.url}/acme/churn", "team/old": f"{talk.url}/acme/old.git/"},
        )
        ask(config)
        found = read_inventory(config)
        assert (
            [(member.repo.name, member.known and member.known.listed.archived) for member in found.repositories],
            reasons(found),
        ) == (
            [("team/churn", False), ("team/old", True)],
            {"churn": "already there by [[repo]]", "old": "archived"},
        )


def test_two_sources_that_list_the_same_repository(tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: said([repo(talk, "churn")])
        config = config_of(tmp_path, ORG | {"url": talk.url}, ORG | {"url": talk.url, "org": "x", "name": "t"})
        ask(config)
        assert (names(config), reasons(read_inventory(config))) == (
            ["acme/churn"],
            {"churn": "already there by source 's'"},
        )


LEAVING = {
    "it is gone": (lambda _: [], "no longer listed", None),
    "it has another name": (
        lambda talk: [repo(talk, "attrition", 7)],
        "renamed to 127.0.0.1/acme/attrition",
        "127.0.0.1/acme/attrition",
    ),
    "it was made private": (lambda talk: [repo(talk, "churn", 7, visibility="private")], "made private", None),
    "it was archived": (lambda talk: [repo(talk, "churn", 7, archived=True)], "now archived", None),
    "it was archived under another name": (
        lambda talk: [repo(talk, "attrition", 7, archived=True)],
        "now archived",
        None,
    ),
}


@pytest.mark.parametrize(("entries", "because", "renamed_to"), LEAVING.values(), ids=LEAVING.keys())
def test_a_repository_that_leaves_is_marked(entries, because, renamed_to, tmp_path):
    with forge(tmp_path) as talk:
        config = config_of(tmp_path, ORG | {"url": talk.url, "visibility": "public"})
        talk.answer = lambda _: said([repo(talk, "churn", 7)])
        ask(config)
        talk.answer = lambda _: said(entries(talk))
        listing = ask(config)[0]["s"]
        left = [member.known for member in read_inventory(config).repositories if member.has_left]
        assert [(k.name, k.left_at, k.left_because, k.renamed_to) for k in left if k] == [
            ("127.0.0.1/acme/churn", listing.asked_at, because, renamed_to)
        ]


def test_the_mark_stays_as_it_was_and_goes_when_the_repository_is_back(tmp_path):
    with forge(tmp_path) as talk:
        config = config_of(tmp_path, ORG | {"url": talk.url})
        churn, marks = [repo(talk, "churn", 7)], []
        for entries in (churn, [], [], churn):
            talk.answer = lambda _, entries=entries: said(entries)
            marks.append(ask(config)[0]["s"].known["127.0.0.1/acme/churn"].left_at)
        assert (marks[0], marks[1] is not None, marks[1] == marks[2], marks[3]) == (None, True, True, None)


def test_what_the_config_excludes_is_not_kept(tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: said([repo(talk, "churn")])
        ask(config_of(tmp_path, ORG | {"url": talk.url}))
        excluding = config_of(tmp_path, ORG | {"url": talk.url, "exclude": ["churn"]})
        ask(excluding)
        assert read_inventory(excluding).repositories == ()


def test_another_question_begins_with_nothing(tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: said([repo(talk, "churn")])
        config = config_of(tmp_path, ORG | {"url": talk.url})
        ask(config)
        other = config_of(tmp_path, ORG | {"url": talk.url, "org": "other"})
        assert (len(read_inventory(config).repositories), len(read_inventory(other).repositories)) == (1, 0)


def test_the_order_of_a_listing_is_irrelevant(tmp_path):
    with forge(tmp_path) as talk:
        config = config_of(tmp_path, ORG | {"url": talk.url})
        both = [repo(talk, "a", 1), repo(talk, "b", 2)]
        talk.answer = lambda _: said(both)
        first = ask(config)[0]["s"]
        talk.answer = lambda _: said(both[::-1])
        second = ask(config)[0]["s"]
        same = {"asked_at": None, "listed_at": None, "answers": {}}
        assert replace(first, **same) == replace(second, **same)
