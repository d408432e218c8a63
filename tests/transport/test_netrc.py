"""~/.netrc as Git finds credentials in it, with `git ls-remote` as the judge; and what of it cannot be read."""

from __future__ import annotations

import base64
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import OriginError
from catalog.transport.credentials import Keyring
from catalog.transport.netrc import MAX_FILE, parse_netrc, read_netrc
from catalog.transport.origin import GitConfig, open_origin
from support.loopback import always, environment, serve

OURS = b"machine 127.0.0.1 login bot password s3cret\n"
BOT, OTHER = b"bot:s3cret", b"other:0ther"

# What stands in the file, the user in the URL, and what Git offers to 127.0.0.1.
FILES = {
    "an entry": (OURS, None, BOT),
    "an entry of another server": (b"machine other.example login bot password s3cret\n", None, None),
    "a comment": (b"\n# HTTP\nmachine www.example login m password p\n\n# work\n" + OURS, None, BOT),
    "a comment behind an entry": (b"machine www.example login m password p # work\n" + OURS, None, BOT),
    "a comment that holds an entry": (b"# machine 127.0.0.1 login no password no\n" + OURS, None, BOT),
    "protocol": (b"machine www.example login m password p protocol https\n" + OURS, None, BOT),
    "protocol in the entry": (b"machine 127.0.0.1 protocol https login bot password s3cret\n", None, BOT),
    "port": (b"machine www.example port 8443 login m password p\n" + OURS, None, BOT),
    "port in the entry": (b"machine 127.0.0.1 port 8443 login bot password s3cret\n", None, BOT),
    "account": (b"machine 127.0.0.1 login bot account x password s3cret\n", None, BOT),
    "an unknown word": (b"machine www.example login m password p q\n" + OURS, None, BOT),
    "a misspelt word": (b"machien www.example login m password p\n" + OURS, None, BOT),
    "a macro": (b"macdef x\nmachine 127.0.0.1 login no password no\n\n" + OURS, None, BOT),
    "a macro without end": (OURS + b"macdef x\nls\n", None, BOT),
    "line ends of Windows": (b"# x\r\nmacdef x\r\nls\r\n\r\n" + OURS.replace(b"\n", b"\r\n"), None, BOT),
    "an entry on several lines": (b"machine\n127.0.0.1\n\tlogin bot\n\tpassword\ts3cret", None, BOT),
    "keywords in capitals": (b"MACHINE 127.0.0.1 Login bot PASSWORD s3cret\n", None, BOT),
    "the password first": (b"machine 127.0.0.1 password s3cret login bot\n", None, BOT),
    "Latin-1 for another server": (b"machine www.example login m password \xe9\n" + OURS, None, BOT),
    "Latin-1": (b"machine 127.0.0.1 login bot password \xe9\n", None, b"bot:\xe9"),
    "UTF-8": ("machine 127.0.0.1 login bot password é\n".encode(), None, "bot:é".encode()),
    "quotes": (b'machine 127.0.0.1 login "bot" password "s3 \\"cret"\n', None, b'bot:s3 "cret'),
    "a number sign in a password": (b"machine 127.0.0.1 login bot password s3#cret\n", None, b"bot:s3#cret"),
    "two accounts": (OURS + b"machine 127.0.0.1 login other password 0ther\n", None, BOT),
    "two accounts, the URL names the first": (OURS + b"machine 127.0.0.1 login other password 0ther\n", "bot", BOT),
    "two accounts, the URL names the second": (
        OURS + b"machine 127.0.0.1 login other password 0ther\n",
        "other",
        OTHER,
    ),
    "two accounts in one entry": (OURS[:-1] + b" login other password 0ther\n", None, BOT),
    "an account without password before": (b"machine 127.0.0.1 login bot\n" + OURS, None, BOT),
    "a password for whoever the URL names": (b"machine 127.0.0.1 password s3cret\n", "bot", BOT),
    "default": (b"default login bot password s3cret\n", None, BOT),
    "default behind the entry": (OURS + b"default login no password no\n", None, BOT),
    "default before the entry": (b"default login other password 0ther\n" + OURS, None, OTHER),
    "nothing": (b"", None, None),
    "a keyword and no more": (b"machine 127.0.0.1 login", None, None),
}


def offered_by_git(site: str, home: Path, headers: list[dict[str, str]]) -> bytes | None:
    url = f"{site}/team.git"
    environ = environment({}) | {"HOME": str(home), "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true"}
    subprocess.run(["git", "ls-remote", url], env=environ, capture_output=True, check=False)
    return sent(headers)


def offered_by_us(site: str, home: Path, headers: list[dict[str, str]]) -> bytes | None:
    config = GitConfig(environ={"NETRC": str(home / ".netrc")})
    with suppress(OriginError), open_origin(f"{site}/team.git", git=config) as origin:
        origin.refs()
    return sent(headers)


def sent(headers: list[dict[str, str]]) -> bytes | None:
    """The credential that a client sent first; of Git's askpass, which says nothing, there is none."""
    words = [header["authorization"].split() for header in headers if "authorization" in header]
    headers.clear()
    credentials = [base64.b64decode(word) for _, word in words]
    return next((credential for credential in credentials if credential.partition(b":")[2]), None)


def offers(content: bytes, user: str | None, home: Path) -> tuple[bytes | None, bytes | None]:
    """What Git offers to a server that demands a credential, and what the catalog does."""
    (home / ".netrc").write_bytes(content)
    demand = always(401, WWW_Authenticate='Basic realm="test"')
    with serve(home, rule=demand) as site:
        url = site.replace("//", f"//{user}@") if user else str(site)
        return offered_by_git(url, home, site.headers), offered_by_us(url, home, site.headers)


@pytest.mark.parametrize(("content", "user", "credential"), FILES.values(), ids=FILES)
def test_a_credential_is_found_as_git_finds_it(
    content: bytes, user: str | None, credential: bytes | None, tmp_path: Path
) -> None:
    assert offers(content, user, tmp_path) == (credential, credential)


@pytest.mark.parametrize(
    ("content", "credential"),
    [
        pytest.param(OURS, None, id="nobody's"),
        pytest.param(OURS[:-1] + b" login ann password 0ther\n", b"ann:0ther", id="that of the second account"),
    ],
)
def test_the_password_of_one_account_is_not_offered_for_another(
    content: bytes, credential: bytes | None, tmp_path: Path
) -> None:
    by_git, by_us = offers(content, "ann", tmp_path)
    assert by_us == credential
    assert by_git in {credential, b"ann:s3cret"}  # curl 7.88 offers the first password under any name


def entries() -> st.SearchStrategy[bytes]:
    """An entry or what may stand between entries, as people write them."""
    name = st.sampled_from([b"bot", b"other", b'"b t"', b"b#t"])
    secret = st.sampled_from([b"s3cret", b"\xe9", b'"a b"', "ä".encode()])
    more = st.sampled_from([b"", b" port 8443", b" protocol https", b" account x", b" # login no", b"\r"])
    start = st.sampled_from([b"machine 127.0.0.1", b"machine www.example", b"machine\n127.0.0.1", b"default"])
    space = st.sampled_from([b" ", b"\n\t", b"\t"])
    entry = st.tuples(start, space, name, space, secret, more).map(lambda part: b"%s%slogin %s%spassword %s%s\n" % part)
    between = [b"", b"\n", b"# machine 127.0.0.1 login no password no\n", b"\t# x\n"]
    return st.tuples(entry, st.sampled_from(between)).map(b"".join)


@pytest.mark.slow
@given(st.lists(entries(), max_size=4).map(b"".join))
def test_credentials_are_found_as_git_finds_them(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    by_git, by_us = offers(content, None, tmp_path_factory.mktemp("law"))
    assert by_us == by_git


WORDS = "none of account, login, machine, password, port, protocol, default, macdef"


@pytest.mark.parametrize(
    ("content", "complaints"),
    [
        pytest.param(OURS, [], id="nothing"),
        pytest.param(OURS + b"\nx y\n", [f"line 3: found a word that is {WORDS}"] * 2, id="unknown words"),
        pytest.param(
            OURS + b'machine h login "a\nmachine i login b password c\n',
            ["line 2: found a quote without end: the rest of the file is not read"],
            id="a quote without end",
        ),
        pytest.param(
            OURS.decode().encode("utf-16"), ["line 1: found UTF-16, expected UTF-8: no entry is read"], id="UTF-16"
        ),
    ],
)
def test_what_cannot_be_read_is_told_by_line_and_never_quoted(content: bytes, complaints: list[str]) -> None:
    netrc = parse_netrc(content)
    expected = None if content.startswith(b"\xff") else ("bot", "s3cret")
    assert (netrc.complaints, netrc.find("127.0.0.1", None)) == (complaints, expected)


def test_a_byte_order_mark_is_no_part_of_a_word() -> None:
    netrc = parse_netrc(b"\xef\xbb\xbf" + OURS)
    assert (netrc.complaints, netrc.find("127.0.0.1", None)) == ([], ("bot", "s3cret"))


@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as is read", "one byte longer"])
def test_a_file_is_read_up_to_a_bound(beyond: int, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_bytes(b"#" * (MAX_FILE - len(OURS) - 1 + beyond) + b"\n" + OURS)
    netrc = read_netrc(tmp_path / "netrc")
    complaints = [f"more than {MAX_FILE:,} bytes: the rest is not read"] if beyond else []
    assert (netrc.complaints, netrc.find("127.0.0.1", None)) == (complaints, None if beyond else ("bot", "s3cret"))


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    keyring = Keyring(GitConfig(environ={"NETRC": str(tmp_path)}))
    assert keyring.complaints == (f"{tmp_path}: cannot be read: Is a directory",)


def test_no_file_is_no_complaint(tmp_path: Path) -> None:
    assert Keyring(GitConfig(environ={"NETRC": str(tmp_path / "absent")})).complaints == ()


@given(st.binary(max_size=60) | st.text('machine loginpassword"\\#\n\r ', max_size=60).map(str.encode))
def test_no_file_upsets_the_reader(content: bytes) -> None:
    netrc = parse_netrc(content)
    assert netrc.find("127.0.0.1", None) is None or netrc.entries
