"""Servers that cannot be reached, or not safely: each its sentence, and no secret leaves."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from catalog.errors import Down
from catalog.transport.connections import CONNECTIONS, HOSTS, Settings
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.origin import GitConfig, Limits, Pool, open_origin
from support.loopback import evil

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = Limits(connect=2.0, idle=2.0, total=5.0)
SECRET = "s3cret-t0ken"


def failure(url: str, pool: Pool) -> str:
    with pytest.raises(Down) as caught, open_origin(url, LIMITS, pool=pool) as origin:
        origin.refs()
    return str(caught.value)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are kept", "one more"])
def test_connections_to_so_many_hosts_are_kept(beyond: int) -> None:
    manager = Settings().connect()
    pools = [manager.connection_from_host(f"h{number}") for number in range(HOSTS + beyond)]
    kept = [manager.connection_from_host(f"h{number}") is pools[number] for number in reversed(range(len(pools)))]

    assert kept == [True] * HOSTS + [False] * beyond


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are kept", "one more"])
def test_so_many_connections_to_a_host_are_kept(beyond: int) -> None:
    host = Settings().connect().connection_from_host("h")
    connections = [host._get_conn() for _ in range(CONNECTIONS + beyond)]
    for connection in connections:
        host._put_conn(connection)
    kept = {id(host._get_conn()) for _ in connections} & {id(connection) for connection in connections}

    assert len(kept) == CONNECTIONS


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_host_that_has_no_address(scheme: str, pool: Pool) -> None:
    url = f"{scheme}://git.invalid/team.git"
    assert failure(url, pool) == f"{url}: the host name does not resolve"


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_port_where_nobody_listens(scheme: str, pool: Pool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"{scheme}://127.0.0.1:{unused.getsockname()[1]}/team.git"
    assert failure(url, pool) == f"{url}: no connection: Connection refused"


def test_a_server_that_speaks_no_tls(pool: Pool) -> None:
    def handler(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with evil(handler) as site:
        url = f"{site.replace('http:', 'https:')}/team.git"
        assert failure(url, pool).startswith(f"{url}: no secure connection: [SSL")


@contextmanager
def secured(folder: Path, *, host: str = "127.0.0.1", days: int = 1) -> Iterator[tuple[str, Path, list[bytes]]]:
    """A server with a certificate of its own making, for a host and so many days: its address, the certificate, what it was sent."""
    certificate = _certify(folder, host, days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    sent: list[bytes] = []

    def handler(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as safe:
            sent.append(safe.recv(65536))
            safe.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 86400\r\n\r\n")
            safe.settimeout(5)
            with suppress(OSError):  # the answer is lost where a server closes before its client has read it
                safe.recv(1)

    with evil(handler) as site:
        yield site.replace("http:", "https:"), certificate, sent


def _certify(folder: Path, host: str, days: int) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    begun = datetime.now(UTC) - timedelta(days=9)
    names: list[x509.GeneralName] = [x509.IPAddress(IPv4Address(host)) if host[0].isdigit() else x509.DNSName(host)]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=9 + days))
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file = folder / "certificate.pem"
    file.write_bytes(text + certificate.public_bytes(serialization.Encoding.PEM))
    return file


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, pool: Pool) -> None:
    with secured(tmp_path) as (site, _, sent):
        said = failure(f"{site.replace('//', f'//ann:{SECRET}@')}/team.git", pool)
    reason = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self"
    assert (said.startswith(f"{site}/team.git: no secure connection: {reason}"), SECRET in said, sent) == (
        True,
        False,
        [],
    )


def trusting(certificate: Path) -> Pool:
    return Pool(GitConfig([ConfigEntry("http", "", "sslcainfo", str(certificate))]))


WRONG = {
    "for another host": ({"host": "other.example"}, "IP address mismatch"),
    "that is out of date": ({"days": -1}, "certificate has expired"),
}


@pytest.mark.parametrize(("made", "reason"), WRONG.values(), ids=WRONG)
def test_a_certificate(made: dict[str, object], reason: str, tmp_path: Path) -> None:
    with ExitStack() as stack, secured(tmp_path, **made) as (site, certificate, sent):  # type: ignore[arg-type]
        said = failure(f"{site}/team.git", stack.enter_context(trusting(certificate)))
    assert (said.startswith(f"{site}/team.git: no secure connection: "), reason in said, sent) == (True, True, [])


def test_a_certificate_that_git_is_told_to_trust(tmp_path: Path) -> None:
    with ExitStack() as stack, secured(tmp_path) as (site, certificate, _):
        said = failure(f"{site}/team.git", stack.enter_context(trusting(certificate)))
    assert said == f"{site}/team.git: 503: the server is busy or broken, and asks to wait '86400'"
