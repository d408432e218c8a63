"""`catalog serve`: files of the site, whole and in ranges, for this machine alone."""

from __future__ import annotations

from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest

from catalog.cli.serving import PORT
from catalog.cli.site_server import byte_range, server


@pytest.fixture
def folder(tmp_path):
    site = tmp_path / "site"
    (site / "models").mkdir(parents=True)
    files = {"index.html": "home", "404.html": "missing", "models/a b.html": "model", "c.duckdb": "0123456789"}
    for path, text in (files | {".made.json": "ours"}).items():
        (site / path).write_text(text)
    (tmp_path / "secret.txt").write_text("secret")
    (site / "link.txt").symlink_to(tmp_path / "secret.txt")
    return site


@contextmanager
def serving(folder, base_path="/"):
    with server(folder, 0, base_path) as running:
        Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running.server_port
        running.shutdown()


def ask(port, path, method="GET", **headers):
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, answer.headers


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/", 200, "home"),
        ("/index.html?stage=prod", 200, "home"),
        ("/models/a%20b.html", 200, "model"),
        ("/models/", 404, "missing"),
        ("/no.html", 404, "missing"),
        ("/.made.json", 404, "missing"),
        ("/../secret.txt", 404, "missing"),
        ("/%2e%2e/secret.txt", 404, "missing"),
        ("/link.txt", 404, "missing"),
        ("/%00", 404, "missing"),
    ],
)
def test_a_path_is_a_file_of_the_site_or_none(folder, path, status, text):
    with serving(folder) as port:
        assert ask(port, path)[:2] == (status, text)


def test_below_a_path_the_site_is_there_alone(folder):
    with serving(folder, "/sub/") as port:
        answers = [ask(port, path) for path in ("/sub/", "/sub/c.duckdb", "/index.html", "/")]
    assert [(status, text) for status, text, _ in answers] == [
        (200, "home"),
        (200, "0123456789"),
        (404, "missing"),
        (302, ""),
    ]
    assert answers[3][2]["Location"] == "/sub/"


@pytest.mark.parametrize(
    ("wanted", "status", "text", "content_range"),
    [
        ("bytes=0-3", 206, "0123", "bytes 0-3/10"),
        ("bytes=8-", 206, "89", "bytes 8-9/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        ("bytes=8-99", 206, "89", "bytes 8-9/10"),
        ("bytes=10-", 416, "", "bytes */10"),
        ("bytes=0-1,3-4", 200, "0123456789", None),
        ("lines=1-2", 200, "0123456789", None),
    ],
)
def test_a_range_is_a_part_of_a_file(folder, wanted, status, text, content_range):
    with serving(folder) as port:
        answer = ask(port, "/c.duckdb", Range=wanted)
    assert (*answer[:2], answer[2]["Content-Range"]) == (status, text, content_range)


def test_a_range_of_nothing_is_none():
    with pytest.raises(ValueError, match="bytes=0-"):
        byte_range("bytes=0-", 0)


def test_what_changed_is_sent_and_what_did_not_is_not(folder):
    with serving(folder) as port:
        etag = ask(port, "/")[2]["ETag"]
        unchanged = ask(port, "/", If_None_Match=etag)[:2]
        (folder / "index.html").write_text("home again")
        assert (unchanged, ask(port, "/", If_None_Match=etag)[:2]) == ((304, ""), (200, "home again"))


def test_the_headers_alone_are_sent_where_they_are_asked_for(folder):
    with serving(folder) as port:
        status, text, headers = ask(port, "/c.duckdb", "HEAD")
    assert (status, text, headers["Content-Length"], headers["Accept-Ranges"]) == (200, "", "10", "bytes")


def test_a_name_of_another_host_that_leads_here_gets_nothing(folder):
    with serving(folder) as port:
        answers = [ask(port, "/", Host=host)[0] for host in ("evil.example", f"localhost:{port}", "[::1]:1")]
    assert answers == [421, 200, 200]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "output/site: no site is here; `"),
        (["--site", "x"], "no site 'x' in repos.toml: expected one of none"),
        (["--base-path", "x"], "invalid --base-path 'x': expected a path that begins with /"),
    ],
)
def test_what_cannot_be_served_is_said(run, tmp_path, monkeypatch, words, says):
    monkeypatch.chdir(tmp_path)
    Path("repos.toml").write_text("")
    code, _, err = run("serve", *words)
    assert (code != 0, says in err, PORT) == (True, True, 8000)
