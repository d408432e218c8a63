"""Every secret of a request is known to the gate of its visit."""

from __future__ import annotations

import pytest

from catalog.privacy.gate import WITHHELD, Gate
from catalog.transport.address import parse_address
from catalog.transport.credentials import Credential
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.origin import GitConfig, Pool
from catalog.transport.request_secrets import learn_request

SECRET = "Xk7-pQ2vRt9mLw4zYb6N"


@pytest.mark.parametrize(
    ("url", "entries", "environ"),
    [
        pytest.param(f"https://ann:{SECRET}@host/x", [], {}, id="in the URL"),
        pytest.param("https://ann:Xk7-pQ2v%52t9mLw4zYb6N@host/x", [], {}, id="in the URL, with a percent sign"),
        pytest.param(f"ssh://ann:{SECRET}@host/x", [], {}, id="in an SSH URL"),
        pytest.param("https://host/x", [ConfigEntry("http", "", "extraheader", f"Authorization: Bearer {SECRET}")], {}, id="in http.extraHeader"),
        pytest.param("https://host/x", [ConfigEntry("http", "https://host", "extraheader", f"X-Key: {SECRET}")], {}, id="in the extraHeader of one host"),
        pytest.param("https://host/x", [ConfigEntry("http", "", "proxy", f"http://pu:{SECRET}@proxy:3128")], {}, id="in http.proxy"),
        pytest.param("https://host/x", [ConfigEntry("http", "", "proxy", f"pu:{SECRET}@proxy:3128")], {}, id="in a proxy without a scheme"),
        pytest.param("https://host/x", [], {"https_proxy": f"http://pu:{SECRET}@proxy"}, id="in the environment's proxy"),
        pytest.param("ssh://host/x", [], {"SSHPASS": SECRET, "GIT_SSH_COMMAND": "sshpass -e ssh"}, id="in SSHPASS"),
        pytest.param("ssh://host/x", [], {"GIT_SSH_COMMAND": f"sshpass -p '{SECRET}' ssh"}, id="in a word of sshpass"),
        pytest.param("host:x", [ConfigEntry("core", "", "sshcommand", f"/usr/bin/sshpass -p{SECRET} ssh")], {}, id="in an option of sshpass"),
        pytest.param("host:x", [], {"GIT_SSH_COMMAND": f"sshpass -p {SECRET} ssh -o 'x"}, id="in a command without its last quote"),
    ],
)  # fmt: skip
def test_a_secret_is_known(url, entries, environ):
    gate = Gate()
    with Pool(GitConfig(entries, environ)) as pool:
        learn_request(gate, parse_address(url), pool)
    assert gate.quote(f"you sent {SECRET}") == WITHHELD


@pytest.mark.parametrize(("site", "known"), [("https://host", True), ("https://other", False)])
def test_a_token_that_is_offered_for_a_server_is_known_for_that_one(site, known):
    gate = Gate()
    with Pool(GitConfig()) as pool:
        pool.keyring.offer(site, Credential(user="x", secret=SECRET))
        learn_request(gate, parse_address("https://host/x"), pool)
    assert gate.repeats(SECRET) is known


@pytest.mark.parametrize(
    "url", ["https://host/some/long-folder.git", "ssh://gituser1@host/some-folder", "https://bothouse@host/x"]
)
def test_what_is_no_secret_is_not(url):
    gate = Gate()
    with Pool(GitConfig()) as pool:
        learn_request(gate, parse_address(url), pool)
    assert not gate.is_learned
