"""THREATS, "server echoes what it was sent": no message of a visit has it, whatever the place."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from tenacity import wait_none

from catalog.errors import OriginError
from catalog.privacy.gate import Gate
from catalog.transport import backoff
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.origin import GitConfig, Limits, Pool, open_origin
from support.echo_server import PLACES, echoing
from support.echoing import hits

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMITS = Limits(connect=5, idle=5, total=5)
SECRETS = {"password": "Xk7-pQ2vRt9mLw4zYb6N", "header": "hdr-8fK3jD71sQxB"}
PAIR = b64encode(f"ann:{SECRETS['password']}".encode()).decode()


@pytest.fixture(autouse=True)
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "BACKOFF", wait_none())
    monkeypatch.setattr("catalog.transport.smart_http.LONGEST_RETRY_AFTER", 0.0)


@pytest.fixture
def echo_pool() -> Iterator[Pool]:
    with Pool(GitConfig([ConfigEntry("http", "", "extraheader", f"X-Key: {SECRETS['header']}")])) as pool:
        yield pool


@pytest.mark.slow
@pytest.mark.parametrize("place", range(len(PLACES)))
def test_no_message_has_what_was_sent(place: int, echo_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("support.echo_server.PLACES", [PLACES[place]])
    said = []
    with echoing(place) as server:
        for number in range(4):
            gate = Gate()
            url = server.url.replace("//", f"//ann:{SECRETS['password']}@")
            try:
                with open_origin(f"{url}/git/{number}", LIMITS, pool=echo_pool, gate=gate) as origin:
                    said += [ref.name for ref in origin.refs().refs if not gate.repeats(ref.name)]
                    origin.fetch(["3" * 40])
            except OriginError as error:
                said.append(str(error))
    found = hits([("said", "\n".join(said).encode())], SECRETS | {"pair": PAIR})
    assert (found, server.echoes > 0) == ([], True)
