"""Git LFS from giftless, where git-lfs puts the files: it is the judge of what is read there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from catalog.transport.address import parse_address
from catalog.transport.http_client import Body
from catalog.transport.lfs import LfsServer
from catalog.transport.origin import GitConfig, Limits, Pool
from oracle.test_git_lfs import CONTENTS, by_git_lfs_and_us, git, lfs
from support.giftless import PYTHON, giftless
from support.lfs import pointer_to

__all__ = ["lfs"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed: the Debian package git-lfs"),
    pytest.mark.skipif(not PYTHON.exists(), reason="giftless is not in .venv/giftless, where .ci/run puts it"),
]


def test_what_git_lfs_pushed_is_read_as_git_lfs_reads_it(lfs: Path) -> None:
    with giftless(lfs) as site:
        url = f"{site}/acme/churn"
        pushed(lfs / "pushing", url)
        config = f"[lfs]\n\turl = {url}\n"
        (by_git_lfs, _), (by_us, _) = by_git_lfs_and_us(lfs, config, lambda _: None)
        assert by_us == by_git_lfs == CONTENTS
        assert streamed(url) == CONTENTS["model.bin"]


def pushed(folder: Path, url: str) -> None:
    """Has git-lfs put the files there."""
    git("init", "--quiet", str(folder))
    git("-C", str(folder), "config", "lfs.url", url)
    git("-C", str(folder), "remote", "add", "origin", f"{url}.git")
    for content in CONTENTS.values():
        subprocess.run(["git", "-C", str(folder), "lfs", "clean"], input=content, check=True, capture_output=True)
    names = [pointer_to(content).sha256 for content in CONTENTS.values()]
    git("-C", str(folder), "lfs", "push", "origin", "--object-id", *names)


def streamed(url: str) -> bytes:
    """The content of one file, as `catalog get` asks for it."""
    server = LfsServer(parse_address(f"{url}.git"), Limits(), Pool(GitConfig()), lambda *_: True)
    config = f"[lfs]\n\turl = {url}\n".encode()
    with server.open(pointer_to(CONTENTS["model.bin"]), config, {}) as (response, meter):
        return Body(response, meter).read_all(1 << 20)
