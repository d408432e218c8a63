"""Each forge in its own JSON, from its first page to its last: what is asked, with which header, and what is listed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from catalog.plugins.forge import Listed
from support.forge_answers import azure, bitbucket, gitea, github, gitlab
from support.forging import Talk, ask, conditional, config_of, forge, query, said
from support.loopback import Answer, Request


@dataclass(frozen=True, kw_only=True)
class Case:
    """A forge that lists three repositories on two pages."""

    source: dict[str, str]
    token: tuple[str, str]
    answer: Callable[[Talk, Request], Answer]
    asked: list[str]
    header: str
    first: Listed
    names: list[str]


MADE, PUSHED = datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def listed(place: str, **facts: object) -> Listed:
    """The first repository, as all forges would have it."""
    given = {"url": place, "forge_id": "1", "default_branch": "main", "archived": False, "fork": False}
    given |= {"visibility": "public", "topics": ("ml-model",), "pushed_at": PUSHED, "created_at": MADE}
    return Listed(**(given | facts))  # type: ignore[arg-type]


CASES = {
    "GitHub follows Link headers": Case(
        source={"kind": "github", "org": "acme"},
        token=("GITHUB_TOKEN", "ghp_1"),
        answer=github,
        asked=[
            "/api/v3/orgs/acme/repos?type=all&sort=full_name&per_page=100",
            "/api/v3/orgs/acme/repos?type=all&sort=full_name&per_page=100&page=2",
        ],
        header="Bearer ghp_1",
        first=listed("/acme/a.git"),
        names=["acme/a", "acme/b", "acme/c"],
    ),
    "GitLab is asked for the next number, whatever its Link header believes": Case(
        source={"kind": "gitlab", "group": "risk"},
        token=("GITLAB_TOKEN", "glpat-1"),
        answer=gitlab,
        asked=[
            "/api/v4/groups/risk/projects?include_subgroups=true&with_shared=false&order_by=id&sort=asc&per_page=100",
            "/api/v4/groups/risk/projects?include_subgroups=true&with_shared=false&order_by=id&sort=asc&per_page=100&page=2",
        ],
        header="Bearer glpat-1",
        first=listed("/risk/a.git", visibility="internal"),
        names=["risk/a", "risk/sub/b", "risk/sub/c"],
    ),
    "Gitea's Link header says only that there is more": Case(
        source={"kind": "gitea", "org": "acme"},
        token=("GITEA_TOKEN", "gt1"),
        answer=gitea,
        asked=["/api/v1/orgs/acme/repos?limit=50&page=1", "/api/v1/orgs/acme/repos?limit=50&page=2"],
        header="token gt1",
        first=listed("/acme/a.git"),
        names=["acme/a", "acme/b", "acme/c"],
    ),
    "Bitbucket names the next page, and what is not Git's is left out": Case(
        source={"kind": "bitbucket", "workspace": "acme"},
        token=("BITBUCKET_TOKEN", "ann@example.com:atp"),
        answer=bitbucket,
        asked=[
            "/2.0/repositories/acme?pagelen=100&sort=full_name",
            "/2.0/repositories/acme?pagelen=100&sort=full_name&page=2",
        ],
        header="Basic " + b64encode(b"ann@example.com:atp").decode(),
        first=listed("/acme/a.git", forge_id="{1}", visibility="private", topics=(), archived=None),
        names=["acme/a", "acme/b", "acme/d"],
    ),
    "Azure DevOps continues by a token": Case(
        source={"kind": "azure", "org": "acme"},
        token=("AZURE_DEVOPS_TOKEN", "pat"),
        answer=azure,
        asked=[
            "/acme/_apis/git/repositories?api-version=7.1",
            "/acme/_apis/git/repositories?api-version=7.1&continuationToken=n%202",
        ],
        header="Basic " + b64encode(b":pat").decode(),
        first=listed(
            "/acme/Models/_git/a", forge_id="id-1", visibility="private", topics=(), pushed_at=None, created_at=None
        ),
        names=["acme/Models/_git/a", "acme/Models/_git/b", "acme/Models/_git/c"],
    ),
}
EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


@EVERY
def test_all_pages_are_asked_for_with_the_token(case, tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda request: case.answer(talk, request)
        ask(config_of(tmp_path, case.source | {"url": talk.url}), **dict([case.token]))
        sent = {request.headers.get("authorization") for request in talk.requests}
        assert (talk.asked(), sent) == (case.asked, {case.header})


@EVERY
def test_what_a_forge_says_of_a_repository(case, tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda request: case.answer(talk, request)
        config = config_of(tmp_path, case.source | {"url": talk.url, "name": "s", "forks": True})
        listing = ask(config)[0]["s"]
        assert (listing.listed[0], [entry.url for entry in listing.listed]) == (
            Listed(**{**_cells(case.first), "url": talk.url + case.first.url}),
            [f"{talk.url}/{name}" + ("" if "_git" in name else ".git") for name in case.names],
        )


@EVERY
def test_a_fork_is_left_out_and_its_parent_known(case, tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda request: case.answer(talk, request)
        listing = ask(config_of(tmp_path, case.source | {"url": talk.url, "name": "s"}))[0]["s"]
        parents = {entry.parent.removeprefix(talk.url) for entry in listing.listed if entry.fork and entry.parent}
        assert (
            sorted(name.partition("/")[2] for name in listing.known),
            parents <= {"/up/b", "/up/b.git", "/acme/Up/_git/b"},
        ) == (
            [name for name in case.names if not name.endswith("b")],
            True,
        )


@EVERY
def test_what_did_not_change_is_not_sent_again(case, tmp_path):
    with forge(tmp_path) as talk:
        answers = []

        def answer(request: Request) -> Answer:
            answers.append(conditional(case.answer(talk, request), request))
            return answers[-1]

        talk.answer = answer
        config = config_of(tmp_path, case.source | {"url": talk.url, "name": "s"})
        first, second = ask(config)[0]["s"], ask(config)[0]["s"]
        assert ([each.status for each in answers], second.listed) == ([200, 200, 304, 304], first.listed)


def _cells(entry: Listed) -> dict[str, object]:
    return {name: getattr(entry, name) for name in Listed.__dataclass_fields__}


QUESTIONS = {
    "a user of GitHub": (
        {"kind": "github", "user": "ann"},
        "/api/v3/users/ann/repos?type=owner&sort=full_name&per_page=100",
    ),
    "a topic on GitHub, within an organisation": (
        {"kind": "github", "topic": "ml", "org": "acme"},
        "/api/v3/search/repositories?q=topic%3Aml+org%3Aacme+fork%3Atrue&per_page=100",
    ),
    "a subgroup of GitLab": (
        {"kind": "gitlab", "group": "risk/models"},
        "/api/v4/groups/risk%2Fmodels/projects?include_subgroups=true&with_shared=false&order_by=id&sort=asc&per_page=100",
    ),
    "a user of GitLab": (
        {"kind": "gitlab", "user": "ann"},
        "/api/v4/users/ann/projects?order_by=id&sort=asc&per_page=100",
    ),
    "a topic on GitLab": (
        {"kind": "gitlab", "topic": "ml"},
        "/api/v4/projects?topic=ml&pagination=keyset&order_by=id&sort=asc&per_page=100",
    ),
    "a user of Forgejo": ({"kind": "forgejo", "user": "ann"}, "/api/v1/users/ann/repos?limit=50&page=1"),
    "a topic on Gitea": ({"kind": "gitea", "topic": "ml"}, "/api/v1/repos/search?q=ml&topic=true&limit=50&page=1"),
    "a project of Bitbucket": (
        {"kind": "bitbucket", "workspace": "acme", "project": "ML"},
        "/2.0/repositories/acme?pagelen=100&sort=full_name&q=project.key%3D%22ML%22",
    ),
    "a project of Azure DevOps": (
        {"kind": "azure", "org": "acme", "project": "My Models"},
        "/acme/My%20Models/_apis/git/repositories?api-version=7.1",
    ),
    "an owner with a slash and a question mark": (
        {"kind": "github", "org": "../x?y"},
        "/api/v3/orgs/..%2Fx%3Fy/repos?type=all&sort=full_name&per_page=100",
    ),
}


@pytest.mark.parametrize(("source", "question"), QUESTIONS.values(), ids=QUESTIONS.keys())
def test_what_each_scope_asks(source, question, tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: said([])
        ask(config_of(tmp_path, source | {"url": talk.url}))
        assert talk.asked()[:1] == [question]


def test_a_page_that_comes_behind_a_full_one_is_found_though_that_is_as_it_was(tmp_path):
    """As on GitHub: an ETag is of the body, and the link to the next page is a header."""

    def page(numbers, **links):
        entries = [
            {"id": n, "clone_url": f"{talk.url}/acme/r{n}.git", "archived": False, "fork": False} for n in numbers
        ]
        return said(entries, **links)

    with forge(tmp_path) as talk:
        config = config_of(tmp_path, {"kind": "github", "org": "acme", "url": talk.url, "name": "s"})
        talk.answer = lambda request: conditional(page(range(10)), request)
        first = ask(config)[0]["s"]
        link = f'<{talk.url}/api/v3/orgs/acme/repos?page=2>; rel="next"'
        pages = {"1": page(range(10), Link=link), "2": page([10])}
        talk.answer = lambda request: conditional(pages[query(request, "page")], request)
        second = ask(config)[0]["s"]
    assert (len(first.listed), len(second.listed)) == (10, 11)


ENVELOPES = {
    "GitHub's search": (
        {"kind": "github", "topic": "ml"},
        {"total_count": 0, "incomplete_results": False, "items": []},
    ),
    "Gitea's search": ({"kind": "gitea", "topic": "ml"}, {"ok": True, "data": []}),
}


@pytest.mark.parametrize(("source", "value"), ENVELOPES.values(), ids=ENVELOPES.keys())
def test_a_search_has_an_envelope(source, value, tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: said(value, X_Total_Count="0")
        listing = ask(config_of(tmp_path, source | {"url": talk.url, "name": "s"}))[0]["s"]
        assert (listing.outcome, listing.message, listing.listed) == ("listed", None, ())


ADDRESSES = {
    "github": [
        ("https://github.com", "https://api.github.com"),
        ("https://api.github.com/", "https://api.github.com"),
        ("https://git.acme.example", "https://git.acme.example/api/v3"),
        ("https://git.acme.example/api/v3/", "https://git.acme.example/api/v3/"),
        ("https://acme.ghe.com", "https://api.acme.ghe.com"),
    ],
    "gitlab": [
        ("https://gitlab.acme.example/", "https://gitlab.acme.example/api/v4"),
        ("https://acme.example/gitlab", "https://acme.example/gitlab/api/v4"),
    ],
    "gitea": [("https://codeberg.org", "https://codeberg.org/api/v1")],
    "bitbucket": [("https://bitbucket.org/", "https://api.bitbucket.org/2.0")],
    "azure": [("https://tfs.acme.example/tfs/", "https://tfs.acme.example/tfs")],
}


@pytest.mark.parametrize(
    ("kind", "stated", "address"),
    [(kind, *pair) for kind, pairs in ADDRESSES.items() for pair in pairs],
    ids=[f"{kind} at {pair[0]}" for kind, pairs in ADDRESSES.items() for pair in pairs],
)
def test_the_address_of_an_api_from_what_a_person_states(kind, stated, address, tmp_path):
    words = {"github": "org", "gitlab": "group", "gitea": "org", "bitbucket": "workspace", "azure": "org"}
    config = config_of(tmp_path, {"kind": kind, "url": stated, words[kind]: "acme"})
    assert config.sources[0].scope.api == address.rstrip("/")
