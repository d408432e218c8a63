"""git-lfs as the judge: of pointers, of where a repository's server is, and of what is downloaded from it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog.git.lfs import MAX_POINTER, parse_pointer
from catalog.transport.address import parse_address
from catalog.transport.lfs import LfsServer
from catalog.transport.origin import GitConfig, Limits, Pool
from support.lfs import BATCH, lfs_server, pointer_text, pointer_to
from support.loopback import Answer, Request, Site, serve
from support.worlds import World

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed: the Debian package git-lfs"),
]

OID = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
SPEC = "version https://git-lfs.github.com/spec/v1\n"
REST = f"oid sha256:{OID}\nsize 12345\n"
POINTERS = {
    "as git-lfs writes it": SPEC + REST,
    "without the last end of line": SPEC + REST[:-1],
    "with lines that end as on Windows": (SPEC + REST).replace("\n", "\r\n"),
    "with an extension": SPEC + f"ext-0-foo sha256:{OID}\n" + REST,
    "of the version before": "version https://hawser.github.com/spec/v1\n" + REST,
    "of the first version": "version http://git-media.io/v/2\n" + REST,
    "of no size": SPEC + f"oid sha256:{OID}\n",
    "of no bytes": SPEC + f"oid sha256:{OID}\nsize 0\n",
    "of a negative size": SPEC + f"oid sha256:{OID}\nsize -1\n",
    "of a size that is no number": SPEC + f"oid sha256:{OID}\nsize many\n",
    "of another version": SPEC.replace("v1", "v9") + REST,
    "of no version": REST,
    "of another hash": SPEC + f"oid md5:{OID[:32]}\nsize 1\n",
    "of a hash that is too short": SPEC + f"oid sha256:{OID[1:]}\nsize 1\n",
    "of a hash in capitals": SPEC + f"oid sha256:{OID.upper()}\nsize 1\n",
    "with its lines in another order": SPEC + f"size 12345\noid sha256:{OID}\n",
    "with another line": SPEC + REST + "more x\n",
    "with text behind it": SPEC + REST + "text\n",
    "with text before it": "text\n" + SPEC + REST,
    "as long as one may be": SPEC + f"ext-0-foo sha256:{OID}\n".ljust(MAX_POINTER) + REST,
}


@pytest.fixture
def lfs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder; git-lfs is configured there, and by nothing else of this machine."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "LFS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    monkeypatch.setenv("GIT_LFS_SKIP_SMUDGE", "1")
    git("lfs", "install", "--skip-repo")
    return tmp_path


def git(*arguments: str, codes: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["git", *arguments], check=False, capture_output=True, text=True)
    assert done.returncode in codes, done.stderr
    return done


@pytest.mark.parametrize(
    "content", [b"x", b'{"auc": 0.9}\n', bytes(range(256)) * 100], ids=["a byte", "text", "binary"]
)
def test_a_pointer_that_git_lfs_writes_is_read(lfs: Path, content: bytes) -> None:
    (lfs / "file").write_bytes(content)
    written = git("lfs", "pointer", f"--file={lfs / 'file'}").stdout
    assert (written, parse_pointer(written.encode())) == (pointer_text(content), pointer_to(content))


@pytest.mark.parametrize("text", POINTERS.values(), ids=POINTERS)
def test_what_is_a_pointer_to_git_lfs_is_one(lfs: Path, text: str) -> None:
    (lfs / "pointer").write_bytes(text.encode())
    checked = git("lfs", "pointer", "--check", f"--file={lfs / 'pointer'}", codes=(0, 1)).returncode == 0
    assert (parse_pointer(text.encode()) is not None) == checked


CONTENTS = {"metrics.json": b'{"auc": 0.9}\n', "model.bin": bytes(range(256)) * 500, "deep/other.json": b"{}"}
CONFIGS = {
    "no .lfsconfig": None,
    "another path": "[lfs]\n\turl = {site}/lfs/churn\n",
    "a path with a slash behind it": "[lfs]\n\turl = {site}/lfs/churn/\n",
    "the address of the remote": '[remote "origin"]\n\tlfsurl = {site}/lfs/origin\n',
    "both": '[remote "origin"]\n\tlfsurl = {site}/lfs/origin\n[lfs]\n\turl = {site}/lfs/churn\n',
    "the address of another remote": '[remote "other"]\n\tlfsurl = {site}/lfs/other\n',
    "capitals": "[LFS]\n\tURL = {site}/lfs/churn\n",
    "quotes and a comment": '# ours\n[lfs] ; here\n\turl = "{site}/lfs/churn" # there\n',
    "the last of two": "[lfs]\n\turl = {site}/lfs/first\n\turl = {site}/lfs/second\n",
    "no address": "[lfs]\n\tfetchexclude = nothing\n",
}


def by_git_lfs_and_us(
    folder: Path, config: str | None, rule: Callable[[Request], Answer | None]
) -> Iterator[tuple[dict[str, bytes], list[str]]]:
    """What each downloads of a repository, and the paths of the batches that it asks for; `{site}` in the config is the server."""
    with serve(folder / "git", rule=rule) as site:
        stated = None if config is None else config.format(site=site)
        files = {path: pointer_text(content) for path, content in CONTENTS.items()}
        world = World()
        world.commit({".gitattributes": "* filter=lfs\n.* !filter\n", ".lfsconfig": stated, **files})
        world.write(folder / "git" / "churn.git")
        git("clone", "--quiet", f"{site}/churn.git", str(folder / "clone"))
        git("-C", str(folder / "clone"), "lfs", "fetch", codes=(0, 2))
        downloaded = {file.name: file.read_bytes() for file in folder.glob("clone/.git/lfs/objects/*/*/*")}
        names = {path: pointer_to(content).sha256 for path, content in CONTENTS.items()}
        yield {path: downloaded[name] for path, name in names.items() if name in downloaded}, batches(site)
        site.requests.clear()
        server = LfsServer(parse_address(f"{site}/churn.git"), Limits(), Pool(GitConfig()), lambda *_: True)
        keys = {path: pointer_to(content).key for path, content in CONTENTS.items()}
        read = server.read(map(pointer_to, CONTENTS.values()), stated and stated.encode())
        yield {path: read[key].data for path, key in keys.items() if key in read}, batches(site)


def batches(site: Site) -> list[str]:
    return sorted({path for method, path in site.requests if method == "POST" and path.endswith(BATCH)})


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_files_are_downloaded_from_where_git_lfs_downloads_them(lfs: Path, config: str | None) -> None:
    by_git_lfs, by_us = by_git_lfs_and_us(lfs, config, lfs_server(CONTENTS.values()))
    assert by_us == by_git_lfs
    assert by_us[0] == CONTENTS


CARD, METRICS = CONTENTS["deep/other.json"], CONTENTS["metrics.json"]
SERVERS: dict[str, tuple[Callable[[Request], Answer | None], set[str]]] = {
    "an object that is absent": (lfs_server([METRICS]), {"metrics.json"}),
    "files that need a header": (
        lfs_server(
            CONTENTS.values(),
            header={"X-Key": "1"},
            download=lambda r: None if r.headers.get("x-key") == "1" else Answer(status=403),
        ),
        set(CONTENTS),
    ),
    "content of another hash": (
        lfs_server(
            CONTENTS.values(),
            download=lambda r: Answer(body=b"[]") if r.path.endswith(pointer_to(CARD).sha256) else None,
        ),
        {"metrics.json", "model.bin"},
    ),
    "a server without Git LFS": (lambda r: Answer(status=404) if r.path.endswith(BATCH) else None, set()),
}


@pytest.mark.parametrize(("rule", "found"), SERVERS.values(), ids=SERVERS)
def test_what_is_downloaded_is_what_git_lfs_downloads(
    lfs: Path, rule: Callable[[Request], Answer | None], found: set[str]
) -> None:
    (by_git_lfs, _), (by_us, _) = by_git_lfs_and_us(lfs, None, rule)
    assert (by_us, {*by_us}) == (by_git_lfs, found)
