"""DVC's plugins for SSH and WebDAV in a folder of their own, and a WebDAV server: none of them is with what the other tests import."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.sshd import await_server

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / ".venv/plugins"


def environment(home: Path) -> dict[str, str]:
    """Of a process that has the plugins, and of the user's files only those in `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    kept.pop("SSH_AUTH_SOCK", None)
    return kept | {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{PLUGINS}",
        "HOME": str(home),
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(home / "site"),
        "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
    }


def program(*words: str | Path, cwd: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Runs a module of Python, as `dvc` or `catalog`, with the plugins."""
    return subprocess.run(
        [sys.executable, "-P", "-m", *words],
        cwd=cwd,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@contextmanager
def webdav(folder: Path, home: Path) -> Iterator[int]:
    """Serves a folder with wsgidav, on a free loopback port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["--host", "127.0.0.1", "--port", str(port), "--root", folder, "--server", "uvicorn", "--auth", "anonymous"]
    with (
        (home / "webdav.log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "wsgidav.server.server_cli", *words, "--no-config"],
            env=environment(home),
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            await_server(port, process, home / "webdav.log")
            yield port
        finally:
            process.kill()
