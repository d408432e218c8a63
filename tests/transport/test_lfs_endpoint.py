"""Where a repository's Git LFS server is."""

from __future__ import annotations

import pytest

from catalog.transport.address import parse_address
from catalog.transport.lfs_endpoint import MAX_CONFIG, lfs_endpoint, site_of, web_address


def endpoint(url, config=None):
    found = lfs_endpoint(web_address(parse_address(url)), None if config is None else config.encode())
    return found.shown, found.user, found.secret


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("https://git-server.com/foo/bar", "https://git-server.com/foo/bar.git/info/lfs"),
        ("https://git-server.com/foo/bar.git", "https://git-server.com/foo/bar.git/info/lfs"),
        ("https://git-server.com/foo/bar/", "https://git-server.com/foo/bar.git/info/lfs"),
        ("http://git-server.com:3000/foo/b%20r", "http://git-server.com:3000/foo/b%20r.git/info/lfs"),
        ("git@git-server.com:foo/bar.git", "https://git-server.com/foo/bar.git/info/lfs"),
        ("git@git-server.com:/foo/bar.git", "https://git-server.com/foo/bar.git/info/lfs"),
        ("ssh://git-server.com/foo/bar.git", "https://git-server.com/foo/bar.git/info/lfs"),
        ("ssh://git@git-server.com:2222/foo/b%20r", "https://git-server.com/foo/b%20r.git/info/lfs"),
        ("git://git-server.com/foo/bar", "https://git-server.com/foo/bar.git/info/lfs"),
    ],
)
def test_the_documented_rule(url, server):
    assert endpoint(url)[0] == server


HTTPS, SSH = "https://ann:s3cret@h.example/a/b", "git@h.example:a/b"
RULE = "https://h.example/a/b.git/info/lfs"


@pytest.mark.parametrize(
    ("url", "config", "server"),
    [
        pytest.param(HTTPS, "[lfs]\nurl = https://h.example/lfs/b\n", "https://h.example/lfs/b", id="another path of the host"),
        pytest.param(SSH, "[lfs]\nurl = https://h.example:8443/lfs\n", "https://h.example:8443/lfs", id="another port of the host"),
        pytest.param(HTTPS, '[remote "origin"]\nlfsurl = https://h.example/lfs\n', "https://h.example/lfs", id="that of the remote"),
        pytest.param(HTTPS, "[LFS]\nURL = https://h.example/lfs\n", "https://h.example/lfs", id="in capitals"),
        pytest.param(HTTPS, "[lfs]\nurl = https://eve:x@h.example/lfs\n", "https://h.example/lfs", id="with a name and a secret"),
        pytest.param(HTTPS, "[lfs]\nurl = https://elsewhere.example/lfs\n", RULE, id="another host"),
        pytest.param(HTTPS, "[lfs]\nurl = http://h.example/lfs\n", RULE, id="http in place of https"),
        pytest.param(SSH, "[lfs]\nurl = http://h.example/lfs\n", RULE, id="http in place of ssh"),
        pytest.param(HTTPS, "[lfs]\nurl = ssh://h.example/lfs\n", RULE, id="another way"),
        pytest.param(HTTPS, "[lfs]\nurl = file:///etc/passwd\n", RULE, id="a file"),
        pytest.param(HTTPS, "[lfs]\nurl = ext::sh\n", RULE, id="a program"),
        pytest.param(HTTPS, "[lfs]\nfetchexclude = x\n", RULE, id="none"),
        pytest.param(HTTPS, "url = x\n", RULE, id="a broken file"),
        pytest.param(HTTPS, "[lfs]\nurl = https://h.example/lfs\n".ljust(MAX_CONFIG), "https://h.example/lfs", id="as long a file as is read"),
        pytest.param(HTTPS, "[lfs]\nurl = https://h.example/lfs\n".ljust(MAX_CONFIG + 1), RULE, id="a file of one byte more"),
    ],
)  # fmt: skip
def test_what_lfsconfig_states_counts_on_the_same_host(url, config, server):
    assert endpoint(url, config)[0] == server


def test_a_secret_of_lfsconfig_is_not_used():
    assert endpoint(SSH, "[lfs]\nurl = https://eve:x@h.example/lfs\n") == ("https://h.example/lfs", None, None)


def test_no_file_of_this_machine_is_included(tmp_path):
    (tmp_path / "x").write_text("[lfs]\nurl = https://h.example/secret\n")
    assert endpoint(HTTPS, f"[include]\npath = {tmp_path / 'x'}\n")[0] == RULE


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://H.example:443/x?y#z", "https://h.example"),
        ("https://ann:s3cret@h.example:8443/x", "https://h.example:8443"),
        ("http://[::1]:80/x", "http://[::1]"),
        ("ssh://h.example/x", None),
        ("file:///x", None),
        ("//h.example/x", None),
        ("http://h.example:x/", None),
        ("", None),
    ],
)
def test_the_site_of_a_url(url, site):
    assert site_of(url) == site
