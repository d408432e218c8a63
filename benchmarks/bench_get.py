"""`catalog get` against `dvc get`, with equal concurrency, from storage on a web server on loopback: one large file, and many small ones.

`dvc get` reads S3 only with a package that is not installed here; HTTP is what both read without more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process, Queue
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import perf_counter

from common import BIN, smoke, tell

LARGE, FILES, SMALL = 1 << 30, 10_000, 2_000  # bytes of one file; files, and bytes of each
JOBS = 16
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "DVC_NO_ANALYTICS": "1"}
WHO = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What a command took: seconds, seconds of a processor, and the most memory in MiB."""

    wall: float
    processor: float
    memory: float


def main() -> None:
    large, files = (1 << 20, 20) if smoke(__doc__) else (LARGE, FILES)
    for name, write in (
        (f"1 file of {large >> 20:,} MiB", lambda storage: _large(storage, large)),
        (f"{files:,} files of {SMALL:,} bytes", lambda storage: _many(storage, files)),
    ):
        with TemporaryDirectory() as folder, _served(Path(folder, "storage")) as url:
            _compare(name, Path(folder), url, write)


def _compare(name: str, folder: Path, url: str, write: Callable[[Path], str]) -> None:
    out = write(folder / "storage")
    _repository(folder / "churn", url, out)
    _catalog(folder)
    environment = {**os.environ, **GIT, "DVC_SITE_CACHE_DIR": str(folder / "site")}
    get = [BIN / "catalog", "get", "m", "-o", "ours", "--jobs", str(JOBS), "--allow", url]
    dvc = [BIN / "dvc", "get", "-q", str(folder / "churn"), "model", "-o", "theirs", "--jobs", str(JOBS)]
    ours = _cost(get, folder, environment)
    theirs = _cost(dvc, folder, environment)
    if _files(folder / "ours") != _files(folder / "theirs"):
        raise SystemExit("catalog get and dvc get have other files")
    tell(
        f"{name}: wall",
        f"{ours.wall:.1f} s",
        f"dvc get {theirs.wall:.1f} s",
        f"{ours.wall / theirs.wall:.2f}",
        "at most 0.6",
    )
    shown = f"{ours.processor:.1f} s", f"dvc get {theirs.processor:.1f} s", f"{ours.processor / theirs.processor:.2f}"
    tell(f"{name}: processor time", *shown, "at most 0.3")
    tell(
        f"{name}: peak memory",
        f"{ours.memory:.0f} MiB",
        f"dvc get {theirs.memory:.0f} MiB",
        f"{ours.memory / theirs.memory:.2f}",
        "at most 100 MiB",
    )


def _cost(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> Cost:
    start = perf_counter()
    process = subprocess.Popen([*map(str, command)], cwd=folder, env=dict(environment), stdout=-3, stderr=-3)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: exit code {process.returncode}")
    return Cost(wall=perf_counter() - start, processor=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss / 1024)


def _large(storage: Path, size: int) -> str:
    block, digest = os.urandom(1 << 20), md5(usedforsecurity=False)
    made = storage / "new"
    with made.open("wb") as file:
        for _ in range(size >> 20):
            file.write(block)
            digest.update(block)
    _place(storage, digest.hexdigest()).parent.mkdir(parents=True)
    made.rename(_place(storage, digest.hexdigest()))
    return f"- {{md5: {digest.hexdigest()}, size: {size}, hash: md5, path: model}}"


def _many(storage: Path, count: int) -> str:
    paths = sorted(f"{number % 100}/{number}" for number in range(count))
    entries = [{"md5": _put(storage, os.urandom(SMALL)), "relpath": path} for path in paths]
    listed = json.dumps(entries, sort_keys=True).encode()
    name = _put(storage, listed, suffix=".dir")
    return f"- {{md5: {name}, size: {count * SMALL}, nfiles: {count}, hash: md5, path: model}}"


def _put(storage: Path, data: bytes, suffix: str = "") -> str:
    name = md5(data, usedforsecurity=False).hexdigest() + suffix
    _place(storage, name).parent.mkdir(parents=True, exist_ok=True)
    _place(storage, name).write_bytes(data)
    return name


def _place(storage: Path, name: str) -> Path:
    return storage / "files" / "md5" / name[:2] / name[2:]


def _repository(work: Path, url: str, out: str) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", *WHO, *words], cwd=work, env={**os.environ, **GIT}, check=True, capture_output=True)

    (work / ".dvc").mkdir(parents=True)
    (work / ".dvc/config").write_text(f"[core]\n    remote = web\n['remote \"web\"']\n    url = {url}\n")
    (work / "model.dvc").write_text(f"outs:\n{out}\n")
    (work / "dvc.yaml").write_text("artifacts:\n  m:\n    path: model\n    type: model\n")
    git("init", "-q", "-b", "main")
    git("add", "-f", ".")
    git("commit", "-q", "-m", "work")
    git("tag", "-a", "-m", "v1", "m@v1.0.0")


def _catalog(folder: Path) -> None:
    rmtree(folder / "output", ignore_errors=True)
    (folder / "repos.toml").write_text(f"[[repo]]\nname = 'acme/churn'\nurl = '{folder / 'churn'}'\n")
    command = [BIN / "catalog", "crawl", "--no-site", "--config", folder / "repos.toml"]
    subprocess.run(command, env={**os.environ, **GIT}, check=True, capture_output=True)


def _files(place: Path) -> dict[str, int]:
    if place.is_file():
        return {"": place.stat().st_size}
    return {str(file.relative_to(place)): file.stat().st_size for file in place.rglob("*") if file.is_file()}


@contextmanager
def _served(storage: Path) -> Iterator[str]:
    """A web server in a process of its own."""
    storage.mkdir()
    ports: Queue[int] = Queue()
    process = Process(target=_serve, args=(str(storage), ports), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ports.get(timeout=10)}"
    finally:
        process.terminate()
        process.join()


def _serve(folder: str, ports: Queue[int]) -> None:
    class Handler(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # connections are kept

        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=folder)  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 256

        def handle_error(self, *_: object) -> None:
            """Clients end their connections as they like."""

    with Server(("127.0.0.1", 0), Handler) as server:
        ports.put(server.server_address[1])
        server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
