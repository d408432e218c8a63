"""Tokens, and who gets them; servers that are not there, or not in time; and one source beside another."""

from __future__ import annotations

import socket
import time

import pytest

from support.forging import Talk, ask, config_of, forge, names, said
from support.loopback import evil

TOKEN = "ghp_secret"  # of no account
ORG = {"kind": "github", "org": "acme", "name": "s"}


def repo(talk: Talk, **facts: object) -> dict[str, object]:
    return {"id": 1, "clone_url": f"{talk.url}/acme/a.git", "archived": False, "fork": False} | facts


def test_a_token_goes_to_no_other_server(tmp_path):
    with forge(tmp_path) as thief, forge(tmp_path) as talk:
        talk.answer = lambda _: said([repo(talk)], Link=f'<{thief.url}/next>; rel="next"')
        ask(config_of(tmp_path, ORG | {"url": talk.url}), GITHUB_TOKEN=TOKEN)
        assert thief.requests == []


def test_what_a_source_keeps_on_the_disk_holds_no_token(tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: said([repo(talk, clone_url=f"http://ann:{TOKEN}@{talk.url[7:]}/acme/a.git")])
        ask(config_of(tmp_path, ORG | {"url": talk.url}), GITHUB_TOKEN=TOKEN)
        kept = [file.read_text() for file in (tmp_path / "output").rglob("*.json")]
        assert (len(kept), any(TOKEN in text for text in kept)) == (1, False)


def test_a_variable_that_is_named_and_not_set(tmp_path):
    with forge(tmp_path) as talk:
        listing = ask(config_of(tmp_path, ORG | {"url": talk.url, "token_env": "ACME_TOKEN"}), GITHUB_TOKEN=TOKEN)[0][
            "s"
        ]
        assert (listing.outcome, listing.message, talk.requests) == (
            "refused",
            "s: token_env names ACME_TOKEN, which is not in the environment",
            [],
        )


def test_without_a_variable_git_knows_the_password(tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: said([])
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login ann password from-netrc\n")
        ask(config_of(tmp_path, ORG | {"url": talk.url}), NETRC=str(tmp_path / "netrc"))
        assert talk.requests[0].headers["authorization"] == "Bearer from-netrc"


@pytest.mark.slow
def test_a_host_that_has_no_address(tmp_path):
    listing = ask(config_of(tmp_path, ORG | {"url": "http://forge.invalid"}))[0]["s"]
    assert (listing.outcome, listing.message) == ("down", "s: the host name does not resolve")


@pytest.mark.slow
def test_a_port_where_nobody_listens(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    listing = ask(config_of(tmp_path, ORG | {"url": f"http://127.0.0.1:{port}"}))[0]["s"]
    assert (listing.outcome, listing.message) == ("down", "s: no connection: Connection refused")


def no_tls(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_server_that_speaks_no_tls(tmp_path):
    with evil(no_tls) as url:
        listing = ask(config_of(tmp_path, ORG | {"url": url.replace("http://", "https://")}))[0]["s"]
    assert (listing.outcome, (listing.message or "").partition(": [")[0]) == ("down", "s: no secure connection")


def drip(connection: socket.socket) -> None:
    """An answer that never ends, byte by byte."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


@pytest.mark.slow
def test_a_server_that_drips_is_given_up_in_time(tmp_path):
    with evil(drip) as url:
        listing = ask(config_of(tmp_path, ORG | {"url": url, "timeout": 1}))[0]["s"]
    assert (listing.outcome, listing.message) == ("too_slow", "s: not done after 1 s, the limit timeout")


def test_a_failing_source_harms_no_other(tmp_path):
    with forge(tmp_path) as good, forge(tmp_path) as bad:
        good.answer = lambda _: said([repo(good)])
        bad.answer = lambda _: said({}, status=404)
        config = config_of(tmp_path, ORG | {"url": bad.url, "name": "bad"}, ORG | {"url": good.url, "name": "good"})
        listings = ask(config)[0]
        assert ({name: listing.outcome for name, listing in listings.items()}, names(config)) == (
            {"bad": "gone", "good": "listed"},
            ["acme/a"],
        )
