"""How many requests a visit makes, and what it does about credentials, redirects and a server's bad days."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import pytest
from tenacity import wait_none

from catalog.errors import Down, Gone, OriginError, Refused
from catalog.transport import backoff, credentials, retry, smart_http
from catalog.transport.address import server_at
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.http_client import MAX_REDIRECTS
from catalog.transport.origin import GitConfig, Limits, Pool, open_origin
from catalog.transport.smart_http import same_host
from support.loopback import Answer, Request, always, git, needs, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ASK = ("POST", "/team.git/git-upload-pack")
LOOK = ("GET", "/team.git/info/refs")
SECRET = "s3cret-t0ken"


@pytest.fixture(autouse=True)
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "BACKOFF", wait_none())


def failure(url: str, pool: Pool, limits: Limits | None = None) -> OriginError:
    with pytest.raises(OriginError) as caught, open_origin(url, limits, pool=pool) as origin:
        origin.refs()
    return caught.value


def test_a_look_at_the_refs_costs_one_request(folder: Path, pool: Pool) -> None:
    with serve(folder) as site, open_origin(f"{site}/team.git", pool=pool) as origin:
        origin.refs()

    assert (site.requests, origin.requests) == ([ASK], 1)


def test_a_server_is_asked_once_whether_it_filters(folder: Path, team: Path, pool: Pool) -> None:
    wants = [git(team, "rev-parse", "main")]
    with serve(folder) as site:
        for _ in range(2):
            with open_origin(f"{site}/team.git", pool=pool) as origin:
                origin.refs()
                origin.fetch(wants, filters="blob:none", depth=1)
                origin.fetch(wants, filters="tree:0", depth=1)

    assert site.requests == [ASK, LOOK, ASK, ASK, ASK, ASK, ASK]


def test_a_repository_without_filters_on_a_server_with_them_is_found_out(folder: Path, team: Path, pool: Pool) -> None:
    with serve(folder, filters=False) as site, open_origin(f"{site}/team.git", pool=pool) as origin:
        pool.learn_filters(site)
        origin.refs()
        objects = origin.fetch([git(team, "rev-parse", "main")], filters="tree:0", depth=1)

    found = sorted(raw.kind for raw in objects.values()), origin.filtered, site.requests
    assert found == (["blob", "commit", "tree", "tree"], False, [ASK, ASK, LOOK, ASK])


@pytest.mark.slow
def test_visits_in_threads_share_their_connections(folder: Path, pool: Pool) -> None:
    def visit(url: str) -> int:
        with open_origin(url, pool=pool) as origin:
            return len(origin.refs().refs)

    with serve(folder) as site, ThreadPoolExecutor(4) as threads:
        found = set(threads.map(visit, [f"{site}/team.git"] * 40))

        assert (len(found), len(site.requests), site.connections <= 4) == (1, 40, True)


STATUSES = {
    "404 is gone": (404, Gone, "404: the server knows no such repository"),
    "410 is gone": (410, Gone, "410: the server knows no such repository"),
    "401 may be either": (401, Refused, "401: needs credentials, or does not exist"),
    "403": (403, Refused, "403: the server refuses the request"),
    "407": (407, Refused, "407: the proxy needs credentials"),
    "500": (500, Down, "500: the server is busy or broken"),
    "503": (503, Down, "503: the server is busy or broken"),
    "429": (429, Down, "429: too many requests"),
    "a web page": (200, Refused, "answers with '', expected a Git repository"),
}


@pytest.mark.parametrize(("status", "error", "says"), STATUSES.values(), ids=STATUSES)
def test_a_status_is_an_outcome(status: int, error: type, says: str, folder: Path, pool: Pool) -> None:
    with serve(folder, rule=always(status, Content_Type="text/html")) as site:
        found = failure(f"{site}/team.git", pool)

        says = says.replace("''", "'text/html'")
        assert (type(found).__mro__[-5:], str(found)) == (error.__mro__[-5:], f"{site}/team.git: {says}")


@pytest.mark.parametrize("status", [200, 405, 501])
def test_a_dumb_server_is_refused(status: int, folder: Path, pool: Pool) -> None:
    def rule(request: Request) -> Answer:
        plain = Answer(headers={"Content-Type": "text/plain"}, body=b"0" * 40 + b"\trefs/heads/main\n")
        return plain if request.method == "GET" else Answer(status=status)

    with serve(folder, rule=rule) as site:
        found = failure(f"{site}/team.git", pool)

        assert str(found) == f"{site}/team.git: speaks the dumb HTTP protocol, expected the smart one"


def turning(answers: list[Answer | None]) -> Callable[[Request], Answer | None]:
    """A rule: one answer after another, then git's."""
    return lambda _: answers.pop(0) if answers else None


def test_a_busy_server_is_asked_again_twice(folder: Path, pool: Pool) -> None:
    busy = [Answer(status=503, headers={"Retry-After": "0"}), Answer(status=429)]
    with serve(folder, rule=turning(busy)) as site, open_origin(f"{site}/team.git", pool=pool) as origin:
        origin.refs()

    assert site.requests == [ASK, ASK, ASK]


@pytest.mark.parametrize(("status", "what"), [(503, "the server is busy or broken"), (429, "too many requests")])
def test_a_server_that_asks_for_a_day_is_down_now(status: int, what: str, folder: Path, pool: Pool) -> None:
    with serve(folder, rule=always(status, Retry_After="86400")) as site:
        found = failure(f"{site}/team.git", pool)

        says = f"{site}/team.git: {status}: {what}, and asks to wait '86400'"
        assert (str(found), site.requests) == (says, [ASK])


@pytest.mark.parametrize("beyond", [0, 1], ids=["the longest wait", "a second longer"])
def test_a_server_that_asks_for_a_wait(beyond: int, folder: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(smart_http, "retrying", partial(retry.retrying, sleep=waits.append))  # it takes no ten seconds
    wanted = smart_http.LONGEST_RETRY_AFTER + beyond
    busy: list[Answer | None] = [Answer(status=503, headers={"Retry-After": f"{wanted:.0f}"})]
    with serve(folder, rule=turning(busy)) as site:
        if beyond:
            failure(f"{site}/team.git", pool)
        else:
            with open_origin(f"{site}/team.git", pool=pool) as origin:
                origin.refs()

    assert (waits, len(site.requests)) == (([], 1) if beyond else ([wanted], 2))


def test_a_redirect_on_the_same_host_is_followed_and_remembered(folder: Path, team: Path, pool: Pool) -> None:
    def rule(request: Request) -> Answer | None:
        if not request.path.startswith("/old"):
            return None
        return Answer(status=301, headers={"Location": request.path.replace("/old", "")})

    with serve(folder, rule=rule) as site, open_origin(f"{site}/old/team.git", pool=pool) as origin:
        origin.refs()
        origin.fetch([git(team, "rev-parse", "main")])

    assert site.requests == [("POST", "/old/team.git/git-upload-pack"), ASK, ASK]


REDIRECTS = {
    "to another host": ("http://169.254.169.254/team.git{service}", "http://169.254.169.254/team.git"),
    "to another port": ("http://127.0.0.1:1/team.git{service}", "http://127.0.0.1:1/team.git"),
    "to another scheme": ("file:///etc{service}", "file:///etc"),
    "with credentials for another host": ("http://u:p@evil.example/x{service}", "http://evil.example/x"),
}


@pytest.mark.parametrize(("target", "shown"), REDIRECTS.values(), ids=REDIRECTS)
def test_a_redirect_elsewhere_is_refused(target: str, shown: str, folder: Path, pool: Pool) -> None:
    with serve(folder, rule=always(302, Location=target.format(service="/git-upload-pack"))) as site:
        found = failure(f"{site.replace('//', f'//ann:{SECRET}@')}/team.git", pool)

        says = f"{site}/team.git: redirects to {shown!r}, expected the same host: state that URL instead"
        assert (str(found), site.requests) == (says, [ASK])


@pytest.mark.parametrize(
    ("stated", "moved", "same"),
    [
        pytest.param("https://h/a", "https://h/b", True, id="another path"),
        pytest.param("http://h/a", "https://h/a", True, id="to TLS"),
        pytest.param("https://h/a", "http://h/a", False, id="from TLS to plain text"),
        pytest.param("https://h:443/a", "http://h:443/a", False, id="from TLS to plain text on its port"),
        pytest.param("http://h:8080/a", "https://h:8080/a", False, id="to TLS on a stated port"),
        pytest.param("https://h/a", "https://h.evil.example/a", False, id="to a host whose name begins alike"),
        pytest.param("https://h/a", "https://evil.example/h", False, id="to a host with the other in its path"),
        pytest.param("https://h/a", "https://h@evil.example/a", False, id="to a host with the other as its user"),
    ],
)
def test_where_a_redirect_may_lead(stated: str, moved: str, same: bool) -> None:
    assert same_host(server_at(stated), server_at(moved)) == same


@pytest.mark.parametrize("target", ["http://[bad/git-upload-pack", "http://[bad", "", "/users/sign_in", "//h:x/y"])
def test_a_redirect_to_nowhere_is_refused(target: str, folder: Path, pool: Pool) -> None:
    with serve(folder, rule=always(302, Location=target)) as site:
        found = failure(f"{site}/team.git", pool)

    assert isinstance(found, Refused)


def test_an_answer_in_an_unknown_encoding_is_down(folder: Path, pool: Pool) -> None:
    with serve(folder, rule=always(200, Content_Encoding="br")) as site:
        found = failure(f"{site}/team.git", pool)

        assert str(found) == f"{site}/team.git: answers with the encoding 'br', expected none"


def test_as_many_redirects_as_are_allowed_are_followed(folder: Path, pool: Pool) -> None:
    def rule(request: Request) -> Answer | None:
        depth = request.path.count("/old")
        return Answer(status=307, headers={"Location": request.path.replace("/old", "", 1)}) if depth else None

    with serve(folder, rule=rule) as site, open_origin(f"{site}{'/old' * MAX_REDIRECTS}/team.git", pool=pool) as origin:
        origin.refs()

    assert len(site.requests) == MAX_REDIRECTS + 1


def test_a_redirect_in_a_circle_ends(folder: Path, pool: Pool) -> None:
    with serve(folder, rule=always(302, Location="/team.git/git-upload-pack")) as site:
        found = failure(f"{site}/team.git", pool)

        assert (str(found), len(site.requests)) == (f"{site}/team.git: redirects more than 3 times", MAX_REDIRECTS + 1)


def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, site: str) -> GitConfig:
    """A machine on which only `source` knows the secret."""
    host = site.removeprefix("http://")
    monkeypatch.setenv("HOME", str(tmp_path))
    files = {
        "store": (".git-credentials", f"https://ann:wrong@{host}\nhttp://ann:{SECRET}@{host}\n"),
        "store --file": ("keys", f"http://ann:{SECRET}@{host.replace(':', '%3a')}\n"),
        "netrc": (".netrc", f"machine 127.0.0.1 login ann password {SECRET}\n"),
    }
    name, text = files.get(
        source, ("helper", f'#!/bin/sh\ncat > "$0.asked"\necho username=ann\necho password={SECRET}\n')
    )
    (tmp_path / name).write_text(text)
    (tmp_path / name).chmod(0o700)
    helpers = {
        "store": "store",
        "store --file": f"store --file {tmp_path}/keys",
        "a path": str(tmp_path / "helper"),
        "a shell command": "!echo username=ann; echo password=" + SECRET + "; true",
    }
    section = f"http://{host.partition(':')[0]}:{host.partition(':')[2]}"
    lines = f'[credential]\n\thelper = "!echo no"\n[credential "{section}"]\n\thelper = \n'
    if source in helpers:
        lines += f'\thelper = "{helpers[source]}"\n'
    (tmp_path / ".gitconfig").write_text(lines)
    return GitConfig.load()


@pytest.mark.parametrize("source", ["store", "store --file", "netrc", "a path", "a shell command"])
def test_credentials_are_asked_for_after_a_401_and_kept(
    source: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        serve(folder, rule=needs("ann", SECRET)) as site,
        Pool(sources(tmp_path, monkeypatch, source, site)) as shared,
    ):
        for _ in range(2):
            with open_origin(f"{site}/team.git", pool=shared) as origin:
                origin.refs()

    assert ["authorization" in headers for headers in site.headers] == [False, True, True]


@pytest.mark.slow
@pytest.mark.parametrize("helper", ["!sleep 9; echo", "!echo garbage; exit 1;", "/absent/helper", "absent-helper"])
def test_a_helper_that_does_not_answer_is_no_help(helper: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "HELPER_SECONDS", 0.2)
    config = GitConfig([ConfigEntry("credential", "", "helper", helper)], {"PATH": os.environ["PATH"]})
    with serve(folder, rule=needs("ann", SECRET)) as site, Pool(config) as shared:
        found = failure(f"{site}/team.git", shared)

        assert str(found) == f"{site}/team.git: 401: needs credentials, or does not exist"


def test_a_helper_is_told_where_but_not_which_repository(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(folder, rule=needs("ann", SECRET)) as site:
        git_config = sources(tmp_path, monkeypatch, "a path", site)
        with open_origin(f"{site.replace('//', '//bob@')}/team.git", git=git_config) as origin:
            origin.refs()

    asked = (tmp_path / "helper.asked").read_text()
    assert asked == f"protocol=http\nhost={site.removeprefix('http://')}\nusername=bob\n"


def test_credentials_of_the_url_are_used_and_never_shown(folder: Path, pool: Pool) -> None:
    with serve(folder, rule=needs("ann", SECRET)) as site:
        with open_origin(f"{site.replace('//', f'//ann:{SECRET}@')}/team.git", pool=pool) as origin:
            origin.refs()
        wrong = failure(f"{site.replace('//', '//ann:wr0ng@')}/team.git", pool)

    expected = f"{site}/team.git", f"{site}/team.git: 401: the credentials for user 'ann' are not accepted"
    assert (origin.url, str(wrong), "wr0ng" in repr(wrong.__dict__), len(site.requests)) == (*expected, False, 2)


def test_extra_headers_go_where_the_configuration_says(folder: Path) -> None:
    with serve(folder) as site:
        entries = [
            ConfigEntry("http", "http://elsewhere.example", "extraheader", "X-Other: 1"),
            ConfigEntry("http", f"{site}/team.git", "extraheader", "X-Token: 2"),
        ]
        with open_origin(f"{site}/team.git", git=GitConfig(entries)) as origin:
            origin.refs()

    assert [(headers.get("x-other"), headers.get("x-token")) for headers in site.headers] == [(None, "2")]


def test_a_mirror_is_used_without_editing_the_url(folder: Path) -> None:
    with serve(folder) as site:
        config = GitConfig([ConfigEntry("url", f"{site}/", "insteadof", "https://github.com/example/")])
        with open_origin("https://github.com/example/team.git", git=config) as origin:
            origin.refs()

    assert (origin.url, site.requests) == (f"{site}/team.git", [ASK])


def test_a_proxy_is_asked_for_the_whole_url(folder: Path) -> None:
    with serve(folder, rule=always(404)) as site:
        config = GitConfig([ConfigEntry("http", "", "proxy", str(site))])
        with Pool(config) as shared:
            failure("http://git.example/team.git", shared)

    assert site.requests[0] == ("POST", "http://git.example/team.git/git-upload-pack")
