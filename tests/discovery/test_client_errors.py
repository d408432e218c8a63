"""What a forge may do to us: each time a sentence, an outcome, and the listing of before. A token reaches nobody else."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest

from catalog.discovery.client_errors import _HOURS, _MINUTES, _UNSTATED, MOST_BODY, fault
from catalog.text import quoted
from catalog.transport.limits import Limits, Meter
from catalog.transport.retry import Again
from connectors.forges.fields import MAX_PAGE
from support.forging import Talk, ask, config_of, forge, names, said
from support.loopback import Answer, Request

TOKEN = "ghp_secret"  # of no account
ORG = {"kind": "github", "org": "acme", "name": "s"}


def repo(talk: Talk, name: str = "a", **facts: object) -> dict[str, object]:
    return {"id": 1, "clone_url": f"{talk.url}/acme/{name}.git", "archived": False, "fork": False} | facts


def outcome(tmp_path, answer: Callable[[Talk, Request], Answer], **environ: str) -> tuple[str, str]:
    """How a source fares that was listed well before: its outcome and the sentence, the server's address called FORGE."""
    with forge(tmp_path) as talk:
        config = config_of(tmp_path, ORG | {"url": talk.url})
        talk.answer = lambda _: said([repo(talk)])
        ask(config)
        talk.answer = lambda request: answer(talk, request)
        listing = ask(config, **environ)[0]["s"]
        assert names(config) == ["acme/a"]
        assert TOKEN not in (listing.message or "")
        return listing.outcome, (listing.message or "").replace(talk.url, "FORGE")


def bomb(_: Talk, __: Request) -> Answer:
    return Answer(headers={"Content-Encoding": "gzip"}, body=gzip.compress(b" " * (40 << 20), 9))


FAULTS = {
    "401 without a token": (
        lambda *_: said({"message": "Requires authentication"}, status=401),
        {},
        ("refused", "s: 401: needs a token, saying 'Requires authentication'"),
    ),
    "401 with a token, which the answer repeats": (
        lambda *_: said({"message": f"Bad credentials {TOKEN}"}, status=401),
        {"GITHUB_TOKEN": TOKEN},
        (
            "refused",
            "s: 401: the token of GITHUB_TOKEN is not accepted, saying '(text withheld: it repeats a credential)'",
        ),
    ),
    "a page to sign in": (
        lambda *_: Answer(status=203, headers={"Content-Type": "text/html"}, body=b"<html>"),
        {"GH_TOKEN": TOKEN},
        ("refused", "s: 203: the token of GH_TOKEN is not accepted"),
    ),
    "a token without the scope": (
        lambda *_: said({"message": "No"}, status=403, X_Accepted_OAuth_Scopes="repo"),
        {"GITHUB_TOKEN": TOKEN},
        (
            "refused",
            "s: 403: may not be listed with the token of GITHUB_TOKEN, which needs one of the scopes repo, saying 'No'",
        ),
    ),
    "GitLab's word for a token without the scope": (
        lambda *_: said({"error": "insufficient_scope", "error_description": "The request requires more."}, status=403),
        {},
        ("refused", "s: 403: may not be listed without a token, saying 'The request requires more.'"),
    ),
    "Bitbucket's": (
        lambda *_: said({"type": "error", "error": {"message": "Your credentials lack scopes."}}, status=403),
        {},
        ("refused", "s: 403: may not be listed without a token, saying 'Your credentials lack scopes.'"),
    ),
    "404": (
        lambda *_: said({"message": "Not Found"}, status=404),
        {},
        ("gone", "s: 404: there is no such address, or it may not be seen without a token, saying 'Not Found'"),
    ),
    "a rate limit for a day": (
        lambda *_: said({}, status=429, Retry_After="86400"),
        {},
        ("down", "s: 429: the rate limit is used up for 24 h"),
    ),
    "GitHub's rate limit, by its own clock": (
        lambda *_: said(
            {},
            status=403,
            X_RateLimit_Remaining="0",
            X_RateLimit_Reset="1700003600",
            Date="Tue, 14 Nov 2023 22:13:20 GMT",
        ),
        {},
        ("down", "s: 403: the rate limit is used up for 60 min"),
    ),
    "a server that is broken, again and again": (
        lambda *_: said({}, status=502),
        {},
        ("down", "s: 502: the forge is busy or broken"),
    ),
    "a status for nothing": (
        lambda *_: said({}, status=418),
        {},
        ("refused", "s: 418: the forge refuses the question"),
    ),
    "no JSON": (
        lambda *_: Answer(headers={"Content-Type": "text/html"}, body=b"<html>"),
        {},
        ("refused", "s: answers with 'text/html' that cannot be read, expected JSON"),
    ),
    "JSON that is cut short, again and again": (
        lambda talk, _: Answer(
            headers={"Content-Type": "application/json; charset=utf-8"}, body=said([repo(talk)]).body[:-9]
        ),
        {},
        ("down", "s: answers with JSON that is damaged or cut short"),
    ),
    "JSON nested a hundred thousand deep": (
        lambda *_: Answer(headers={"Content-Type": "application/json"}, body=b"[" * 100_000),
        {},
        ("refused", "s: answers with 'application/json' that cannot be read, expected JSON"),
    ),
    "JSON of another shape": (
        lambda *_: said({"hello": 1}),
        {},
        ("refused", "s: the answer is a map of 1, expected a list of repositories"),
    ),
    "an entry that is none": (
        lambda *_: said(["x"]),
        {},
        ("refused", "s: the answer[0] is 'x', expected a repository"),
    ),
    "a repository without a URL": (
        lambda *_: said([{"id": 1, "clone_url": None}]),
        {},
        ("refused", "s: a repository's clone_url is nothing, expected text"),
    ),
    "a repository with a URL that is none": (
        lambda talk, _: said([repo(talk, clone_url="http://[")]),
        {},
        ("refused", "s: found 'http://[', expected a repository's URL"),
    ),
    "a page that links to itself": (
        lambda talk, request: said([], Link=f'<{talk.url}{request.path}?{request.query}>; rel="next"'),
        {},
        (
            "refused",
            "s: a page leads to 'FORGE/api/v3/orgs/acme/repos?type=all&sort=full_name&per_page=100', which was read before",
        ),
    ),
    "a page that links to another host": (
        lambda *_: said([], Link='<http://evil.example/steal>; rel="next"'),
        {"GITHUB_TOKEN": TOKEN},
        ("refused", "s: leads to 'http://evil.example/steal', expected an address of FORGE"),
    ),
    "a page that links to a file": (
        lambda *_: said([], Link='<file:///etc/passwd>; rel="next"'),
        {},
        ("refused", "s: leads to 'file:///etc/passwd', expected an address of FORGE"),
    ),
    "a redirect to another host": (
        lambda *_: said({}, status=301, Location="https://evil.example/"),
        {"GITHUB_TOKEN": TOKEN},
        ("refused", "s: redirects to 'https://evil.example/', expected an address of FORGE; state that one"),
    ),
    "a redirect inwards": (
        lambda *_: said({}, status=302, Location="http://169.254.169.254/latest/meta-data"),
        {},
        (
            "refused",
            "s: redirects to 'http://169.254.169.254/latest/meta-data', expected an address of FORGE; state that one",
        ),
    ),
    "redirects without end": (
        lambda talk, request: said({}, status=302, Location=f"{talk.url}/x{request.path}"),
        {},
        ("refused", "s: redirects more than 3 times"),
    ),
    "a gzip bomb": (bomb, {}, ("too_big", "s: one answer has more than 33,554,432 bytes")),
    "a compression of another kind": (
        lambda *_: Answer(headers={"Content-Encoding": "br"}, body=b"x"),
        {},
        ("refused", "s: answers with the encoding 'br', expected gzip or none"),
    ),
    "half of a compressed answer": (
        lambda *_: Answer(headers={"Content-Encoding": "gzip"}, body=gzip.compress(b"[]" * 99)[:-9]),
        {},
        ("down", "s: the answer broke off inside its compression"),
    ),
    "half an answer": (
        lambda *_: Answer(headers={"Content-Length": "99", "Connection": "close"}, body=b"[]"),
        {},
        ("down", "s: no byte for 2 s, expected an answer"),
    ),
    "words that would act on a terminal": (
        lambda *_: said({"message": "\x1b[2Jhello\u202eolleh"}, status=418),
        {},
        ("refused", "s: 418: the forge refuses the question, saying 'hello olleh'"),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "environ", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_and_the_last_listing_stays(answer, environ, expected, tmp_path):
    assert outcome(tmp_path, answer, **environ) == expected


@pytest.mark.parametrize("number", ["2&private_token=x", "9" * 5_000, "/x", "0"])
def test_a_page_without_a_number_ends_the_listing_and_is_not_asked_for(number, tmp_path):
    with forge(tmp_path) as talk:
        config = config_of(tmp_path, {"kind": "gitlab", "group": "acme", "name": "s", "url": talk.url})
        entry = {"id": 1, "http_url_to_repo": f"{talk.url}/acme/a.git"}
        talk.answer = lambda _: said([entry])
        ask(config)
        talk.answer = lambda _: said([entry], X_Next_Page=number)
        talk.requests.clear()
        listing = ask(config)[0]["s"]
        sentence = f"s: x-next-page is {quoted(number)}, expected a number from 1 to {MAX_PAGE:,}"
        assert (listing.outcome, listing.message, names(config), len(talk.requests)) == (
            "refused",
            sentence,
            ["acme/a"],
            1,
        )


@pytest.mark.slow
def test_a_page_that_is_damaged_once_is_asked_for_again(tmp_path):
    with forge(tmp_path) as talk:
        whole = said([repo(talk)])
        answers = [Answer(headers=whole.headers, body=whole.body[:-9]), whole]
        talk.answer = lambda _: answers.pop(0)
        assert [
            (state.outcome, len(state.listed))
            for state in ask(config_of(tmp_path, ORG | {"url": talk.url}))[0].values()
        ] == [("listed", 1)]


@pytest.mark.slow
def test_a_short_wait_for_the_rate_limit_is_told_and_kept(tmp_path):
    with forge(tmp_path) as talk:
        answers = [said({}, status=429, Retry_After="1"), said([repo(talk)])]
        talk.answer = lambda _: answers.pop(0)
        listings, messages = ask(config_of(tmp_path, ORG | {"url": talk.url}))
        assert (listings["s"].outcome, messages) == (
            "listed",
            ["s: 429: the rate limit is used up for 1 s: waiting 1 s"],
        )


@pytest.mark.slow
def test_a_server_that_was_busy_once_is_asked_again(tmp_path):
    with forge(tmp_path) as talk:
        answers = [said({}, status=503), said([repo(talk)])]
        talk.answer = lambda _: answers.pop(0)
        assert ask(config_of(tmp_path, ORG | {"url": talk.url}))[0]["s"].outcome == "listed"


def test_a_redirect_on_the_same_server_is_followed(tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda request: (
            said([repo(talk)])
            if "organizations" in request.path
            else said({}, status=301, Location=f"{talk.url}/api/v3/organizations/7/repos")
        )
        assert ask(config_of(tmp_path, ORG | {"url": talk.url}))[0]["s"].outcome == "listed"


SEARCHES = {
    "a search that ran out of time": (
        {"total_count": 3, "incomplete_results": True, "items": []},
        ("down", "s: GitHub's search ran out of time and gave a part of its results"),
    ),
    "a search that finds more than it may show": (
        {"total_count": 1001, "incomplete_results": False, "items": []},
        (
            "too_big",
            "s: 1,001 repositories have the topic 'ml', of which GitHub's search gives 1,000; state an org or a user beside it",
        ),
    ),
}


@pytest.mark.parametrize(("value", "expected"), SEARCHES.values(), ids=SEARCHES.keys())
def test_a_part_of_a_search_is_no_listing(value, expected, tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: said(value)
        listing = ask(config_of(tmp_path, {"kind": "github", "topic": "ml", "url": talk.url, "name": "s"}))[0]["s"]
        assert (listing.outcome, listing.message) == expected


@pytest.mark.parametrize(
    ("size", "words"), [(MOST_BODY, "the end"), (MOST_BODY + 1, None)], ids=["as long as is read", "one byte longer"]
)
def test_a_forge_is_quoted_from_a_short_answer(size, words):
    frame = '{"x": "", "message": "the end"}'
    body = frame.replace('""', f'"{"." * (size - len(frame))}"').encode()
    assert (len(body), fault(418, {}, body, Meter("s", Limits()), None).args) == (
        size,
        ("s: 418: the forge refuses the question" + (f", saying '{words}'" if words else ""),),
    )


@pytest.mark.parametrize(
    ("seconds", "span"),
    [(_MINUTES - 1, "119 s"), (_MINUTES, "2 min"), (_HOURS - 60, "119 min"), (_HOURS, "2 h")],
)
def test_a_wait_is_told_in_seconds_minutes_or_hours(seconds, span):
    error = fault(429, {"retry-after": f"{seconds}"}, b"", Meter("s", Limits()), None)
    assert str(error) == f"s: 429: the rate limit is used up for {span}"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, _UNSTATED, id="too many questions, and nothing else"),
        pytest.param({"x-ratelimit-remaining": "0"}, _UNSTATED, id="none are left, and no time"),
        pytest.param({"retry-after": "7"}, 7.0, id="a stated wait"),
    ],
)
def test_the_wait_that_a_forge_does_not_state(headers, seconds):
    error = fault(429, headers, b"", Meter("s", Limits()), None)
    assert isinstance(error, Again)
    assert error.seconds == seconds


def test_a_damaged_listing_is_told_and_asked_for_anew(tmp_path, caplog):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: said([repo(talk)])
        config = config_of(tmp_path, ORG | {"url": talk.url})
        ask(config)
        listed = names(config)
        file = tmp_path / "output" / "store" / "sources" / "s.json"
        file.write_text(json.dumps({"format": 1}))
        lost = names(config)
        ask(config)  # which keeps nothing of the damaged file
        ask(config)
        file.write_bytes(file.read_bytes()[:-9])
        ask(config)
        file.write_bytes(file.read_bytes()[:-9])
        assert (lost, names(config)) == ([], listed)
    told = [record.getMessage().rpartition(": ")[2] for record in caplog.records]
    nothing, before = "nothing is known of what the source listed", "what the source listed before is used"
    assert told == [f"{known} until the next crawl asks it again" for known in (nothing, nothing, before, before)]
