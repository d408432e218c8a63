"""Azurite, Microsoft's own emulator of Azure's blob storage, on a free loopback port."""

from __future__ import annotations

import base64
import hmac
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.client import HTTPConnection
from pathlib import Path
from threading import Timer
from urllib.parse import urlsplit

import obstore
from obstore.store import AzureStore

PROGRAM = Path(__file__).parents[2] / ".venv/azurite/node_modules/.bin/azurite-blob"
ACCOUNT = "acme"
KEY = base64.b64encode(bytes(range(32))).decode()
_LISTENS = re.compile(r"listens on (http://127\.0\.0\.1:\d+)")
_VERSION = "2021-08-06"  # of the protocol
_START = 30  # seconds, with many tests at the same time


@dataclass(frozen=True, kw_only=True)
class Azurite:
    """A server that runs: `endpoint` is the address of its one account."""

    endpoint: str

    def create(self, container: str) -> None:
        """A new container; obstore makes none. Signed as "Authorize with Shared Key" of Azure's REST reference says."""
        headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": _VERSION}
        stated = "".join(f"{name}:{value}\n" for name, value in headers.items())
        text = "PUT" + "\n" * 12 + f"{stated}/{ACCOUNT}/{ACCOUNT}/{container}\nrestype:container"
        signature = base64.b64encode(hmac.digest(base64.b64decode(KEY), text.encode(), "sha256")).decode()
        client = HTTPConnection(urlsplit(self.endpoint).netloc, timeout=10)
        headers["Authorization"] = f"SharedKey {ACCOUNT}:{signature}"
        client.request("PUT", f"/{ACCOUNT}/{container}?restype=container", headers=headers)
        status = client.getresponse().status
        client.close()
        assert status == 201, status

    def put(self, container: str, key: str, data: bytes) -> None:
        store = AzureStore(
            container,
            config={"account_name": ACCOUNT, "account_key": KEY, "endpoint": self.endpoint},
            client_options={"allow_http": True},
        )
        obstore.put(store, key, data)


@contextmanager
def azurite(folder: Path) -> Iterator[Azurite]:
    """Starts a server with its data in a folder, and ends it."""
    words = ["--blobHost", "127.0.0.1", "--blobPort", "0", "--location", str(folder), "--silent", "--disableTelemetry"]
    words.append("--skipApiVersionCheck")  # of clients that are newer than it
    environment = os.environ | {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"}
    with subprocess.Popen([PROGRAM, *words], stdout=subprocess.PIPE, text=True, env=environment) as process:
        too_slow = Timer(_START, process.kill)
        too_slow.start()
        try:
            address = next((found[1] for line in process.stdout or () if (found := _LISTENS.search(line))), None)
            too_slow.cancel()
            assert address, "Azurite does not start"
            yield Azurite(endpoint=f"{address}/{ACCOUNT}")
        finally:
            too_slow.cancel()
            process.kill()
