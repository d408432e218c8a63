"""`catalog get` against `dvc get`, with equal concurrency, from storage on loopback: one large file, and many small ones.

For comparison, curl fetches the same objects with as many requests at a time, and md5sum hashes them: a download that checks hashes takes about as much at least.
The storage is S3 where `--dvc` names a `dvc` that reads it, and else HTTP, which the project's own `dvc` reads: `dvc[s3]` is a hundred packages that would change the project's environment.
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
from pathlib import Path
from shutil import rmtree, which
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from common import BIN, HERE, parser, tell
from serve_s3 import BUCKET

LARGE, FILES, SMALL = 1 << 30, 10_000, 2_000  # bytes of one file; files, and bytes of each
JOBS = 16
ROUNDS = 3  # ours and the peer's in turns
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "DVC_NO_ANALYTICS": "1"}
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
WHO = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
INSTALL = "python -m venv /tmp/peer && /tmp/peer/bin/pip install 'dvc[s3]', then --dvc /tmp/peer/bin/dvc"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What a command took: seconds, seconds of a processor, and the most memory in MiB."""

    wall: float
    processor: float
    memory: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Storage:
    """A served folder, by the URL that a repository states; `dvc` reads it, too, where one that can is known."""

    kind: str
    folder: Path
    server: str
    dvc: Path | None

    @property
    def url(self) -> str:
        return f"s3://{BUCKET}" if self.kind == "S3" else f"{self.server}/{BUCKET}"


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--dvc", type=Path, help="a dvc with dvc-s3, in an environment of its own")
    asked = arguments.parse_args()
    kinds = {"S3": asked.dvc.absolute()} if asked.dvc else {"HTTP": BIN / "dvc"}
    if asked.dvc is None:
        print(f"over HTTP alone; S3 is measured after: {INSTALL}", file=sys.stderr)
        kinds |= {"S3": None} if asked.smoke else {}
    large, files, rounds = (1 << 20, 20, 1) if asked.smoke else (LARGE, FILES, ROUNDS)
    for kind, dvc in kinds.items():
        for name, write in (
            (f"get over {kind}, 1 file of {large >> 20:,} MiB", lambda folder: _large(folder, large)),
            (f"get over {kind}, {files:,} files of {SMALL:,} bytes", lambda folder: _many(folder, files)),
        ):
            with TemporaryDirectory() as folder, _served(Path(folder, "storage")) as server:
                storage = Storage(kind=kind, folder=Path(folder, "storage"), server=server, dvc=dvc)
                _compare(name, Path(folder), storage, write, rounds)


def _compare(name: str, folder: Path, storage: Storage, write: Callable[[Path], str], rounds: int) -> None:
    _repository(folder / "churn", storage, write(storage.folder))
    _catalog(folder, storage)
    environment = {**os.environ, **GIT, **KEYS, "DVC_SITE_CACHE_DIR": str(folder / "site")}
    get = [BIN / "catalog", "get", "m", "-o", "ours", "--jobs", str(JOBS), "--allow", storage.url]
    dvc = [storage.dvc or "", "get", "-q", folder / "churn", "model", "-o", "theirs", "--jobs", str(JOBS)]
    floor = _floor(folder, storage)
    ours: list[Cost] = []
    theirs: list[Cost] = []
    least: list[Cost] = []
    for _ in range(rounds):
        _remove(folder, "ours", "theirs", "site", "fetched")
        ours.append(_cost(get, folder, environment))
        least += [_cost(floor, folder, environment)] if which("curl") else []
        if storage.dvc is None:
            continue
        theirs.append(_cost(dvc, folder, environment))
        if _files(folder / "ours") != _files(folder / "theirs"):
            raise SystemExit("catalog get and dvc get have other files")
    _tell(name, ours, theirs)
    if least and theirs:
        seconds, peer = (median(cost.processor for cost in costs) for costs in (least, theirs))
        shown = f"{seconds:.1f} s", f"dvc get {peer:.1f} s", f"{seconds / peer:.2f}"
        tell(f"{name}: processor, of curl and md5sum instead", *shown, "for comparison")


def _floor(folder: Path, storage: Storage) -> list[str]:
    """The command that fetches all objects and hashes them, and does nothing else."""
    objects = [file.relative_to(storage.folder) for file in storage.folder.rglob("*") if file.is_file()]
    lines = [f'url = "{storage.server}/{BUCKET}/{path}"\noutput = "fetched/{path}"\n' for path in objects]
    (folder / "objects").write_text("create-dirs\n" + "".join(lines))
    fetch = f"curl --fail --silent --parallel --parallel-max {JOBS} --config objects"
    return ["sh", "-c", f"{fetch} && find fetched -type f -print0 | xargs -0 md5sum"]


def _tell(name: str, ours: Sequence[Cost], theirs: Sequence[Cost]) -> None:
    for what, unit, places, goal in (
        ("wall", "s", 1, "at most 0.6"),
        ("processor", "s", 1, "at most 0.3"),
        ("memory", "MiB", 0, "at most 100 MiB"),
    ):
        own, peer = (median(getattr(cost, what) for cost in costs) if costs else 0.0 for costs in (ours, theirs))
        shown = (f"dvc get {peer:.{places}f} {unit}", f"{own / peer:.2f}") if theirs else ("not measured", "")
        tell(f"{name}: {what}", f"{own:.{places}f} {unit}", *shown, goal)


def _remove(folder: Path, *names: str) -> None:
    for name in names:
        place = folder / name
        place.unlink() if place.is_file() else rmtree(place, ignore_errors=True)


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


def _repository(work: Path, storage: Storage, out: str) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", *WHO, *words], cwd=work, env={**os.environ, **GIT}, check=True, capture_output=True)

    (work / ".dvc").mkdir(parents=True)
    endpoint = f"    endpointurl = {storage.server}\n" if storage.kind == "S3" else ""
    remote = f"['remote \"storage\"']\n    url = {storage.url}\n{endpoint}"
    (work / ".dvc/config").write_text(f"[core]\n    remote = storage\n{remote}")
    (work / "model.dvc").write_text(f"outs:\n{out}\n")
    (work / "dvc.yaml").write_text("artifacts:\n  m:\n    path: model\n    type: model\n")
    git("init", "-q", "-b", "main")
    git("add", "-f", ".")
    git("commit", "-q", "-m", "work")
    git("tag", "-a", "-m", "v1", "m@v1.0.0")


def _catalog(folder: Path, storage: Storage) -> None:
    rmtree(folder / "output", ignore_errors=True)
    reached = f"[[storage]]\nurl = '{storage.url}'\nendpoint = '{storage.server}'\n" if storage.kind == "S3" else ""
    (folder / "repos.toml").write_text(f"{reached}[[repo]]\nname = 'acme/churn'\nurl = '{folder / 'churn'}'\n")
    command = [BIN / "catalog", "crawl", "--no-site", "--config", folder / "repos.toml"]
    subprocess.run(command, env={**os.environ, **GIT}, check=True, capture_output=True)


def _files(place: Path) -> dict[str, int]:
    if place.is_file():
        return {"": place.stat().st_size}
    return {str(file.relative_to(place)): file.stat().st_size for file in place.rglob("*") if file.is_file()}


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The URL of a server in a process of its own."""
    folder.mkdir()
    command = [sys.executable, str(HERE / "serve_s3.py"), str(folder)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as server:
        assert server.stdin
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()


if __name__ == "__main__":
    sys.exit(main())
