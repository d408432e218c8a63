"""Which URLs lead somewhere, and how they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import ConfigError, Refused
from catalog.transport.address import GitServer, Local, parse_address
from catalog.transport.connections import Settings, read_settings
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.origin import GitConfig

ADDRESSES = {
    "https://u%40x:p%2F@Example.com:443/a/b.git/": GitServer(
        scheme="https", host="example.com", path="/a/b.git", user="u@x", secret="p/"
    ),
    "http://[::1]:8080/a": GitServer(scheme="http", host="::1", port=8080, path="/a"),
    "ssh://git@example.com:2222/~ann/a%20b": GitServer(
        scheme="ssh", host="example.com", port=2222, path="/~ann/a b", user="git"
    ),
    "git@example.com:org/repo.git": GitServer(scheme="ssh", host="example.com", path="org/repo.git", user="git"),
    "example.com:/srv/repo": GitServer(scheme="ssh", host="example.com", path="/srv/repo"),
    "git://example.com/a": GitServer(scheme="git", host="example.com", path="/a"),
    "file:///srv/a%20b": Local(path=Path("/srv/a b"), shown="file:///srv/a%20b"),
    "./a:b": Local(path=Path("a:b"), shown="./a:b"),
    "/srv/a": Local(path=Path("/srv/a"), shown="/srv/a"),
}
KINDS = "expected https, http, ssh, git, file, user@host:path or a path"
REFUSED = {
    "": f"URL '' is empty or has control characters: {KINDS}",
    "https://x/\r\nHost: y": f"URL 'https://x/ Host: y' is empty or has control characters: {KINDS}",
    "ext::sh -c whoami": f"URL 'ext::sh -c whoami' names a remote helper: {KINDS}",
    "ftp://u:p@x/y": f"URL 'ftp://x/y' has the scheme 'ftp': {KINDS}",
    "https:///x": f"URL 'https:///x' names no host: {KINDS}",
    "https://x:99999/y": "URL 'https://x:99999/y' is malformed: Port out of range 0-65535",
    "https://u:p@x/y?private_token=z": "URL 'https://x/y?private_token=z' has a query or a fragment, expected https://host/path",
    "ssh://-oProxyCommand=x/y": f"URL 'ssh://-oproxycommand=x/y' has a strange host, user or path: {KINDS}",
    "git@example.com:-x": f"URL 'example.com:-x' has a strange host, user or path: {KINDS}",
    "git://x/a%0ahost=y": f"URL 'git://x/a host=y' has a strange host, user or path: {KINDS}",
}


@pytest.mark.parametrize(("url", "address"), ADDRESSES.items(), ids=ADDRESSES)
def test_an_address_is_taken_apart(url: str, address: GitServer | Local) -> None:
    assert parse_address(url) == address


@pytest.mark.parametrize(("url", "says"), REFUSED.items(), ids=[repr(url) for url in REFUSED])
def test_any_other_is_refused(url: str, says: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_address(url)

    assert str(caught.value) == says


def test_the_secret_is_in_no_repr() -> None:
    address = parse_address("https://ann:s3cret@example.com/x")

    assert "s3cret" not in repr(address)


def test_git_s_files_are_read_in_git_s_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "system").write_text('[url "https://a/"]\n\tinsteadOf = gh:\n[core]\n\tsshCommand = one\n')
    (tmp_path / "more").write_text('[url "https://b/"]\n\tinsteadOf = gh:org/\n[core]\n\tsshCommand = two\n')
    (tmp_path / "global").write_text("[include]\n\tpath = more\n[http]\n\tsslVerify = false\n")
    variables = {"SYSTEM": str(tmp_path / "system"), "GLOBAL": str(tmp_path / "global"), "COUNT": "1"}
    variables |= {"KEY_0": "http.https://B/.sslVerify", "VALUE_0": "true"}
    for name, value in variables.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)

    config = GitConfig.load()

    found = (
        config.rewrite("gh:org/x"),
        config.rewrite("gh:x"),
        config.get("core", "sshcommand"),
        config.yes("http", "sslverify", "https://b/x", default=True),
        config.yes("http", "sslverify", "https://c/x", default=True),
    )
    assert found == ("https://b/x", "https://a/x", "two", True, False)


def test_a_malformed_file_of_git_s_is_a_configuration_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text("[http\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))

    with pytest.raises(ConfigError, match="Git's configuration file"):
        GitConfig.load()


SETTINGS = {
    "the environment's proxy": ([], {"https_proxy": "http://p:1"}, Settings(proxy="http://p:1")),
    "no proxy for this host": ([], {"https_proxy": "http://p:1", "no_proxy": "x, .example.com"}, Settings()),
    "Git's proxy comes first": (
        [ConfigEntry("http", "", "proxy", "http://q:2")],
        {"https_proxy": "http://p:1"},
        Settings(proxy="http://q:2"),
    ),
    "Git's proxy, for another host": (
        [ConfigEntry("http", "https://other.com", "proxy", "http://q:2")],
        {},
        Settings(),
    ),
    "no proxy at all": ([ConfigEntry("http", "", "proxy", "")], {"https_proxy": "http://p:1"}, Settings()),
    "certificates, for a family of hosts": (
        [
            ConfigEntry("http", "https://*.example.com/", "sslcainfo", "/ca.pem"),
            ConfigEntry("http", "", "sslcainfo", "/other.pem"),
        ],
        {},
        Settings(ca_file="/ca.pem"),
    ),
    "no verification": ([ConfigEntry("http", "", "sslverify", "false")], {}, Settings(verify=False)),
}


@pytest.mark.parametrize(("entries", "environ", "settings"), SETTINGS.values(), ids=SETTINGS)
def test_connections_follow_git_s_configuration(entries: list[ConfigEntry], environ: dict, settings: Settings) -> None:
    remote = parse_address("https://git.example.com/org/x")
    assert isinstance(remote, GitServer)

    assert read_settings(GitConfig(entries, environ), remote) == settings
