"""Delivers a message: to a webhook, with bounded retries, or to the standard input of a command. No error says the webhook's address."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from catalog.config.model import NotifyConfig
from catalog.errors import OriginError, Refused
from catalog.transport.address import GitServer, server_at
from catalog.transport.connections import read_settings
from catalog.transport.http_client import Unanswered, closing, send
from catalog.transport.http_errors import retry_seconds
from catalog.transport.limits import Limits, Meter
from catalog.transport.pool import Pool
from catalog.transport.retry import Again, retrying

SECONDS = 60.0  # for one notification, with all attempts
LONGEST_WAIT = 20.0  # seconds between two of them

_GOOD, _MANY, _BROKEN = range(200, 300), 429, 500


def deliver(notify: NotifyConfig, body: bytes, folder: Path) -> None:
    """OriginError where it could not be delivered. A command runs in `folder`."""
    if notify.webhook_env is not None:
        _post(notify, os.environ.get(notify.webhook_env, ""), body)
    else:
        _run(notify, body, folder)


def _post(notify: NotifyConfig, url: str, body: bytes) -> None:
    where = f"notify {notify.name!r}"
    meter = Meter(where, Limits(connect=5.0, idle=20.0, total=SECONDS, max_bytes=1 << 20))
    server = _server(url)
    if server is None or server.scheme not in {"http", "https"}:
        raise Refused(f"{where}: ${notify.webhook_env} has no URL, expected https://host/path")
    parts = urlsplit(url)
    meter.gate.learn(url, parts.query, parts.path)
    with Pool() as pool:
        manager = pool.manager(read_settings(pool.git, server))

        def attempt() -> None:
            try:
                response = send(manager, meter, "POST", url, {"Content-Type": "application/json"}, body)
            except Unanswered as error:
                raise Again(str(error)) from error
            with closing(response):
                if response.status == _MANY or response.status >= _BROKEN:
                    wait = response.headers.get("Retry-After")
                    raise Again(
                        f"{where}: the webhook answers {response.status}", retry_seconds(wait, 1.0) if wait else None
                    )
                if response.status not in _GOOD:
                    raise Refused(f"{where}: the webhook answers {response.status}")

        retrying(meter, longest=LONGEST_WAIT)(attempt)


def _server(url: str) -> GitServer | None:
    try:
        return server_at(urlsplit(url)._replace(query="", fragment="").geturl()) if url else None
    except ValueError:
        return None


def _run(notify: NotifyConfig, body: bytes, folder: Path) -> None:
    where, command = f"notify {notify.name!r}", notify.command or ()
    words = ("/bin/sh", "-c", command) if isinstance(command, str) else command
    try:
        process = subprocess.Popen(  # noqa: S603 - the owner of repos.toml says what to run
            words, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as error:
        raise OriginError(f"{where}: its command cannot be run: {error.strerror}") from error
    with process:
        try:
            process.communicate(body, SECONDS)
        except subprocess.TimeoutExpired as error:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise OriginError(f"{where}: its command did not end within {SECONDS:g} seconds") from error
    if process.returncode:
        raise OriginError(f"{where}: its command ended with {process.returncode}")
