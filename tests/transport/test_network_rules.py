"""Addresses that strangers name: public ones are requested, others where repos.toml allows them, services of metadata never."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from catalog.errors import Down, Refused
from catalog.transport import network_rules
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.network_rules import METADATA, NetworkRules, is_public, resolve
from catalog.transport.origin import GitConfig, Limits, Pool, open_origin
from support.loopback import serve
from support.worlds import World

LIMITS = Limits(total=10, connect=2, idle=2)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("127.0.0.1", False), ("10.1.2.3", False), ("192.168.0.1", False), ("172.16.5.4", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False), ("::1", False), ("fe80::1", False), ("fc00::1", False),
        ("fe80::1%eth0", False), ("::ffff:127.0.0.1", False), ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False), ("64:ff9b::5db8:d822", True),
        ("2002:a00:1::1", False), ("2002:5db8:d822::1", True), ("::7f00:1", False), ("::ffff:0:a00:1", False), ("64:ff9b:1::a00:1", False),
        ("fec0::1", False), ("5f00::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address, public):
    assert is_public(address) is public
    assert NetworkRules().permits("example.com", address) is public


@pytest.mark.parametrize(
    ("allow", "host", "address", "permitted"),
    [
        pytest.param("git.corp", "git.corp", "10.0.0.1", True, id="a host"),
        pytest.param("git.corp", "GIT.corp", "10.0.0.1", True, id="a host in capitals"),
        pytest.param("git.corp", "x.git.corp", "10.0.0.1", False, id="not the hosts below it"),
        pytest.param("10.0.0.1", "any", "10.0.0.1", True, id="an address"),
        pytest.param("10.0.0.0/8", "any", "10.255.0.1", True, id="a network"),
        pytest.param("10.0.0.0/8", "any", "11.0.0.1", True, id="a public one beside it"),
        pytest.param("10.0.0.0/8", "any", "192.168.0.1", False, id="another private one"),
        pytest.param("fc00::/7", "any", "fd00::1", True, id="a network of IPv6"),
        pytest.param("10.0.0.0/8", "any", "::ffff:10.0.0.1", True, id="the same address in IPv6"),
        *(pytest.param("0.0.0.0/0", "meta", str(ip), False, id=f"metadata at {ip}") for ip in sorted(METADATA, key=str) if ip.version == 4),
        *(pytest.param("::/0", "meta", str(ip), False, id=f"metadata at {ip}") for ip in sorted(METADATA, key=str) if ip.version == 6),
        pytest.param("meta", "meta", "169.254.169.254", False, id="metadata by a name that is allowed"),
        pytest.param("::/0", "meta", "::ffff:169.254.169.254", False, id="metadata in IPv6"),
        pytest.param("64:ff9b::/96", "meta", "64:ff9b::a9fe:a9fe", False, id="metadata behind NAT64"),
    ],
)  # fmt: skip
def test_what_is_allowed(allow, host, address, permitted):
    assert NetworkRules(allow=(allow,)).permits(host, address) is permitted


def test_one_address_that_is_not_permitted_is_enough(monkeypatch):
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(network_rules.socket, "getaddrinfo", lambda *_, **__: both)
    assert resolve("rebinding.example", 80, NetworkRules().permits) is None
    assert resolve("rebinding.example", 80, NetworkRules(allow=("10.0.0.1",)).permits) == "93.184.216.34"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("git")
    world = World()
    world.commit({})
    world.tag("m@v1.0.0")
    world.write(path / "m.git")
    return path


def refs_at(url, permits, *settings):
    with Pool(GitConfig(settings)) as pool, open_origin(url, LIMITS, pool=pool, permits=permits) as origin:
        return [ref.name for ref in origin.refs().tags()]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_inside_that_a_stranger_names_is_not_asked(folder, host):
    with serve(folder) as site:
        url = str(site).replace("127.0.0.1", host) + "/m.git"
        with pytest.raises(Refused) as caught:
            refs_at(url, NetworkRules().permits)
        assert site.requests == []
        assert (
            str(caught.value)
            == f"{url}: '{host}' is not a public host, expected one, or one that [network] allow names"
        )
        allowed = NetworkRules(allow=("127.0.0.0/8", "::1"))
        assert refs_at(url, allowed.permits) == refs_at(url, None) == ["refs/tags/m@v1.0.0"]


def test_the_address_that_was_checked_is_the_one_that_is_asked(folder, monkeypatch):
    """A name that means another address a moment later."""
    answers = iter([("127.0.0.2", True), ("127.0.0.1", False)])
    asked = []

    def once(_host, address):
        asked.append(address)
        return True

    with serve(folder) as site:
        real = socket.getaddrinfo

        def rebinding(host, port, *rest, **named):
            name = next(answers)[0] if host == "rebinding.example" else host
            return real(name, port, *rest, **named)

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        url = f"http://rebinding.example:{urlsplit(site).port}/m.git"
        with pytest.raises(Down):  # nothing answers at the address that was checked
            refs_at(url, once)
    assert (asked, site.requests) == (["127.0.0.2"], [])


def test_a_name_with_a_nul_is_none():
    """The system would read the name up to it, and a certificate would be compared with another."""
    assert resolve("127.0.0.1", 80, lambda *_: True) == "127.0.0.1"
    with pytest.raises(socket.gaierror):
        resolve("127.0.0.1\0x", 80, lambda *_: True)


@pytest.mark.parametrize("scheme", ["git", "ssh"])
def test_other_protocols_hold_the_same_rules(scheme):
    with pytest.raises(Refused, match=r"'127\.0\.0\.1' is not a public host"):
        refs_at(f"{scheme}://127.0.0.1:1/m.git", NetworkRules().permits)


def test_ssh_goes_to_the_address_that_was_checked(tmp_path):
    script = tmp_path / "ssh"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/told\n')
    script.chmod(0o755)
    git = GitConfig([], {"PATH": "/usr/bin:/bin", "GIT_SSH_COMMAND": str(script)})
    allowed = NetworkRules(allow=("localhost",))
    with (
        pytest.raises(Down),
        Pool(git) as pool,
        open_origin("ssh://git@localhost:2222/m", LIMITS, pool=pool, permits=allowed.permits) as origin,
    ):
        origin.refs()
    told = (tmp_path / "told").read_text().splitlines()
    assert [word.replace("::1", "127.0.0.1") for word in told if word.startswith("Host")] == [
        "HostName=127.0.0.1",
        "HostKeyAlias=[localhost]:2222",
    ]


def test_a_host_inside_is_not_asked_for_by_way_of_a_proxy(folder):
    with serve(folder) as proxy:
        settings = [ConfigEntry("http", "", "proxy", str(proxy))]
        with pytest.raises(Refused, match="is not a public host"):
            refs_at("http://localhost:1/m.git", NetworkRules().permits, *settings)
        assert proxy.requests == []


def test_what_git_is_told_to_put_in_place_is_the_operators(folder):
    with serve(folder) as site:
        settings = [ConfigEntry("url", f"{site}/", "insteadof", "https://forge.example/")]
        assert refs_at("https://forge.example/m.git", NetworkRules().permits, *settings) == ["refs/tags/m@v1.0.0"]


def test_a_stranger_names_no_folder_of_this_machine(folder):
    with pytest.raises(Refused, match=r"only repos\.toml names folders of this machine"):
        refs_at(str(folder / "m.git"), NetworkRules().permits)
