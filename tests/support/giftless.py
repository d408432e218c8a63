"""giftless, a server of Git LFS, in an environment of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.sshd import await_server

PYTHON = Path(__file__).parents[2] / ".venv/giftless/bin/python"


@contextmanager
def giftless(folder: Path) -> Iterator[str]:
    """Serves files in a folder to anybody; the address, below which a repository's server is at `/OWNER/NAME`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    storage = {
        "storage_class": "giftless.storage.local_storage:LocalStorage",
        "storage_options": {"path": str(folder / "objects")},
    }
    basic = {"factory": "giftless.transfer.basic_streaming:factory", "options": storage}
    config = {"TRANSFER_ADAPTERS": {"basic": basic}, "AUTH_PROVIDERS": ["giftless.auth.allow_anon:read_write"]}
    (folder / "giftless.yaml").write_text(json.dumps(config), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FLASK_", "GIFTLESS_"))}
    command = [PYTHON, "-m", "flask", "--app", "giftless.wsgi_entrypoint:app", "run", "--port", str(port)]
    with (
        (folder / "giftless.log").open("wb") as log,
        subprocess.Popen(
            command, env=kept | {"GIFTLESS_CONFIG_FILE": str(folder / "giftless.yaml")}, stdout=log, stderr=log
        ) as process,
    ):
        try:
            await_server(port, process, folder / "giftless.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
