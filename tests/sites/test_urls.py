"""Links to files on forges."""

from __future__ import annotations

import pytest

from sites import urls
from sites.urls import RepositoryLinks

OID = "a" * 40


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://github.com/a/b", f"https://github.com/a/b/blob/{OID}/x.md#L3"),
        ("https://github.acme.example/a/b", f"https://github.acme.example/a/b/blob/{OID}/x.md#L3"),
        ("https://gitlab.com/a/b/c", f"https://gitlab.com/a/b/c/-/blob/{OID}/x.md#L3"),
        ("http://gitlab.acme.example:8080/a/b", f"http://gitlab.acme.example:8080/a/b/-/blob/{OID}/x.md#L3"),
        ("https://bitbucket.org/a/b", f"https://bitbucket.org/a/b/src/{OID}/x.md#lines-3"),
        ("https://codeberg.org/a/b", f"https://codeberg.org/a/b/src/commit/{OID}/x.md#L3"),
        ("https://gitea.acme.example/a/b", f"https://gitea.acme.example/a/b/src/commit/{OID}/x.md#L3"),
        ("https://forgejo.acme.example/a/b", f"https://forgejo.acme.example/a/b/src/commit/{OID}/x.md#L3"),
        ("https://dev.azure.com/a/b", None),
        ("https://git.acme.example/a/b", None),
    ],
)
def test_a_line_of_a_file_has_an_address_on_each_known_forge(url, link):
    assert RepositoryLinks(url=url, commits=f"{url}/commit/").line(OID, "x.md", 3) == link


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://user@Git.Acme.example:8443/a", "git.acme.example"),
        ("https://[x/a", ""),
        ("https://[e-mail hidden]/a", ""),
        ("https:///a", ""),
        ("javascript://acme.example/%0aalert(1)", ""),
        ("", ""),
    ],
)
def test_only_a_web_address_has_a_host_and_is_a_link(address, host):
    assert (urls.host(address), urls.repository_links(address, address) is not None) == (host, host != "")


@pytest.mark.parametrize(
    ("version", "fragment"), [("v1.0.0", "#v1.0.0"), ('v1"><', '#v1"><'), ("v1 x", ""), (" v1", ""), ("", "")]
)
def test_only_what_can_be_an_id_is_led_to(version, fragment):
    assert urls.fragment(version) == fragment
