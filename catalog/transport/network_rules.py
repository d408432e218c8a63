"""Which untrusted addresses, of a listing, a redirect or a file, are requested: public ones, and those that repos.toml allows.

An address that the operator wrote (in repos.toml, or in Git's configuration) is requested wherever it leads.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

Permits = Callable[[str, str], bool]  # of a host's name and its address

# Services that give a cloud's machines their credentials: of AWS, GCP and Azure alike, of AWS over IPv6, for its containers, of Alibaba,
# Azure's host, Oracle.
METADATA = frozenset(
    map(
        ip_address,
        (
            "169.254.169.254",
            "fd00:ec2::254",
            "169.254.170.2",
            "169.254.170.23",
            "fd00:ec2::23",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
        ),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
# What Python calls global although a network gives it a meaning of its own, or an IPv4 address is inside: IPv4-compatible (RFC 4291),
# IPv4-translated (RFC 2765), NAT64 of a network (RFC 8215), site-local (RFC 3879), segment routing (RFC 9602).
_NOT_GLOBAL = tuple(map(IPv6Network, ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "fec0::/10", "5f00::/16")))


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkRules:
    """`allow`: names of hosts, addresses and networks (`10.0.0.0/8`) that untrusted sources may name although they are not public."""

    allow: tuple[str, ...] = ()

    def permits(self, host: str, address: str) -> bool:
        """Whether a host is requested at one of its addresses. Services of metadata never are."""
        ip = _address(address)
        if ip in METADATA:
            return False
        return _is_public(ip) or host.lower() in self.allow or any(_holds(entry, ip) for entry in self.allow)


def is_public(address: str) -> bool:
    """An address that the whole Internet can reach: not loopback, private, link-local, shared or multicast."""
    return _is_public(_address(address))


def resolve(host: str, port: int, permits: Permits) -> str | None:
    """An address of the host, where all of its addresses are permitted; OSError where it has none.

    The connection goes to this address: the name may mean another one a moment later.
    """
    if "\0" in host:  # the system would read the name up to it
        raise socket.gaierror(socket.EAI_NONAME, "a name without NUL is expected")
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in entries]
    return addresses[0] if addresses and all(permits(host, address) for address in addresses) else None


def _address(text: str) -> IPv4Address | IPv6Address:
    """The address, or the IPv4 address that it stands for."""
    ip = ip_address(text.partition("%")[0])
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOT_GLOBAL)


@lru_cache(maxsize=1024)
def _holds(entry: str, ip: IPv4Address | IPv6Address) -> bool:
    """Whether an entry of `allow` is a network with this address in it; a name is none."""
    try:
        return ip in ip_network(entry)
    except ValueError:
        return False
