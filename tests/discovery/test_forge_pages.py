"""Which pages on a forge a repository's address leads to."""

from __future__ import annotations

import pytest

from catalog.discovery.forge_pages import forge_pages


@pytest.mark.parametrize(
    ("url", "home"),
    [
        pytest.param("https://github.com/a/b.git", "https://github.com/a/b", id="github"),
        pytest.param("git@github.com:a/b.git", "https://github.com/a/b", id="github by ssh"),
        pytest.param(
            "ssh://git@gitlab.com:22/a/b/c.git", "https://gitlab.com/a/b/c", id="a subgroup by ssh with a port"
        ),
        pytest.param("https://gitlab.acme.io:8443/a/b", "https://gitlab.acme.io:8443/a/b", id="a company's own gitlab"),
        pytest.param("https://bitbucket.org/a/b", "https://bitbucket.org/a/b", id="bitbucket"),
        pytest.param("https://codeberg.org/a/b.git", "https://codeberg.org/a/b", id="codeberg"),
        pytest.param("https://dev.azure.com/o/p%20q/_git/r", "https://dev.azure.com/o/p%20q/_git/r", id="azure"),
        pytest.param("https://me:secret@github.com/a/b", "https://github.com/a/b", id="credentials do not travel"),
        pytest.param("https://git.acme.io/a/b", None, id="a server that we do not know"),
        pytest.param("javascript://github.com/a/b", None, id="a scheme that is none of ours"),
        pytest.param("https://github.com:x/a/b", None, id="a port that is none"),
        pytest.param("https://github.com/a/../b", None, id="a path that climbs"),
        pytest.param("https://github.com/a%2f..%2fb", None, id="a path that climbs in disguise"),
        pytest.param('https://github.com/a/"><b>', "https://github.com/a/%22%3E%3Cb%3E", id="markup in a path"),
        pytest.param("https://github.acme.io/a/b", "https://github.acme.io/a/b", id="a company's own github"),
        pytest.param("/srv/github.com/a/b", None, id="a path"),
        pytest.param("file:///srv/github.com/a", None, id="a file"),
    ],
)
def test_a_forge_is_known_by_its_host(url, home):
    found = forge_pages(url)
    assert (found.repository if found else None) == home


@pytest.mark.parametrize(
    ("url", "link"),
    [
        pytest.param("https://github.com/a/b", "https://github.com/a/b/commit/", id="github"),
        pytest.param("https://gitlab.com/a/b", "https://gitlab.com/a/b/-/commit/", id="gitlab"),
        pytest.param("https://bitbucket.org/a/b", "https://bitbucket.org/a/b/commits/", id="bitbucket"),
        pytest.param("https://gitea.acme.io/a/b", "https://gitea.acme.io/a/b/commit/", id="gitea"),
    ],
)
def test_each_forge_has_its_own_address_for_a_commit(url, link):
    known = forge_pages(url)
    assert known is not None
    assert known.commits == link
