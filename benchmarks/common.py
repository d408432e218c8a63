"""What the benchmarks share: a served fleet, processes that nobody configured, medians, and how a figure is told."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import duckdb
import pyarrow as pa

from catalog.database import rebuild
from catalog.naming import slug
from catalog.schema.arrow import schema
from catalog.schema.tables import CRAWL, PARTITION
from catalog.store.partition_format import pack

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
JOBS = 8  # repositories at a time: ours, and the peer's where it has equal concurrency

SAMPLED = 0.02  # seconds between two looks at how much memory is in use


@dataclass(frozen=True, kw_only=True, slots=True)
class Fleet:
    """A demo fleet behind a server; `folder` is for whatever a benchmark writes, beside `repos`."""

    folder: Path
    urls: tuple[str, ...]
    paths: tuple[Path, ...]
    environment: Mapping[str, str]

    @property
    def config(self) -> Path:
        return self.folder / "repos.toml"

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def run(self, *command: str | Path) -> float:
        """Runs a command to its end; the seconds that it took."""
        start = perf_counter()
        run(command, self.environment)
        return perf_counter() - start

    def crawl(self, *options: str) -> float:
        """Runs `catalog crawl` in a process of its own; the seconds that it took."""
        return self.run(BIN / "catalog", "crawl", *options, "--config", self.config)

    def peak(self, *words: str) -> float:
        """Runs a command of `catalog`; the most memory that it and its processes had together, in MiB. Only Linux tells."""
        command = [str(BIN / "catalog"), *words, "--config", str(self.config)]
        peak = 0.0
        with subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            while process.poll() is None:
                peak = max(peak, sum(map(memory, [process.pid, *children(process.pid)])))
                sleep(SAMPLED)
            if process.returncode:
                raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
        return peak

    def each(self, command: Callable[[str], Sequence[str | Path]], jobs: int = JOBS) -> float:
        """Runs a command for each repository's URL, `jobs` at a time; the seconds that all took."""
        start = perf_counter()
        with ThreadPoolExecutor(jobs) as workers:
            for _ in workers.map(lambda url: run(command(url), self.environment), self.urls):
                pass
        return perf_counter() - start


def smoke(description: str | None) -> bool:
    """Whether the command line asks for a tiny run."""
    return bool(asked(description).smoke)


def asked(description: str | None, **flags: str) -> Namespace:
    """What the command line asks for: `--smoke`, and further flags, each with its help."""
    arguments = parser(description)
    for name, help_text in flags.items():
        arguments.add_argument(f"--{name}", action="store_true", help=help_text)
    return arguments.parse_args()


def parser(description: str | None) -> ArgumentParser:
    """A command line that can ask for a tiny run."""
    arguments = ArgumentParser(description=description)
    arguments.add_argument("--smoke", action="store_true", help="tiny sizes: does it run at all?")
    return arguments


@contextmanager
def fleet(repos: int, *, delay: float = 0.0) -> Iterator[Fleet]:
    """Makes a fleet of that many repositories, serves it, each answer so many seconds late, and writes the repos.toml that lists it."""
    with TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(temporary)
        environment = clean(folder)
        command = [sys.executable, str(HERE / "serve.py"), str(folder / "repos"), str(repos), str(delay)]
        with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, env=environment) as server:
            assert server.stdin
            assert server.stdout
            try:
                site, *names = iter(lambda: str(server.stdout and server.stdout.readline().strip()), "")
                made = Fleet(
                    folder=folder,
                    urls=tuple(f"{site}/{name}" for name in names),
                    paths=tuple(folder / "repos" / name for name in names),
                    environment=environment,
                )
                made.config.write_text(_toml(names, made.urls), encoding="utf-8")
                yield made
            finally:
                server.stdin.close()


def clean(folder: Path) -> dict[str, str]:
    """An environment without this machine's settings. Byte code is kept, as it is where a program is installed."""
    ours = ("GIT_", "CATALOG_", "PYTHON", "DVC_", "GTO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / ".config"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "DVC_NO_ANALYTICS": "1",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }


def run(command: Iterable[str | Path], environment: Mapping[str, str]) -> str:
    """Runs a command; what it printed. A failure ends the benchmark, with what the command said."""
    words = [str(word) for word in command]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last_words = f"{done.stdout}{done.stderr}"[-2000:]
        raise SystemExit(f"{' '.join(words)}: exit code {done.returncode}\n{last_words}")
    return done.stdout


def children(pid: int) -> list[int]:
    """The processes that a process has started (proc_pid_task(5))."""
    try:
        found = [file.read_text() for file in Path("/proc", str(pid), "task").glob("*/children")]
    except OSError:
        return []
    return [int(word) for text in found for word in text.split()]


def memory(pid: int) -> float:
    """What a process has of memory, in MiB; of what it shares with others, its share (proc_pid_smaps_rollup(5))."""
    try:
        lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def interleaved(times: int, *measures: Callable[[], float]) -> list[float]:
    """The median of each measure, taken in turns: what else the machine does meets all of them alike."""
    rounds = [[measure() for measure in measures] for _ in range(times)]
    return [median(taken) for taken in zip(*rounds, strict=True)]


def write_partitions(source: duckdb.DuckDBPyConnection, rows: Mapping[str, str], folder: Path) -> None:
    """Writes partitions that no repository stands behind: `source` has a table `made`, whose `r` counts repositories.

    `rows`: the name of each table and a query for its rows, of those repositories that the view `part` shows.
    """
    shapes = {table.TABLE: schema(table) for table in PARTITION}
    for name in rows:
        source.register("empty", shapes[name].empty_table())
        source.execute(f"create table {name} as from empty")
    (last,) = source.execute("select max(r) from made").fetchone() or (0,)
    for first in range(0, last + 1, 100):
        source.execute(f"create or replace temp view part as from made where r between {first} and {first + 99}")
        found: dict[str, dict[str, pa.Table]] = {}
        for name, query in rows.items():
            source.execute(f"delete from {name}")
            source.execute(f"insert into {name} by name {query}")
            table = source.sql(f"from {name} order by repo, commit").to_arrow_table().cast(shapes[name])
            start = 0
            for repo, length in source.execute(
                f"select repo, count(*) from {name} group by repo order by repo"
            ).fetchall():
                found.setdefault(repo, {})[name] = table.slice(start, length)
                start += length
        for repo, tables in found.items():
            partition(folder, repo).write_bytes(pack(tables))


def partition(folder: Path, repo: str) -> Path:
    """Where `write_partitions` puts that of a repository."""
    return folder / f"{slug(repo)}.rows"


def build(path: Path, files: Mapping[str, Path], repos: pa.Table | None = None) -> None:
    """A catalog of these partitions."""
    whole = {table.TABLE: schema(table).empty_table() for table in CRAWL}
    if repos is not None:
        whole["repos"] = repos
    rebuild.rebuild(path, {table.TABLE: schema(table) for table in PARTITION}, files, whole)


def tell(what: str, ours: str, peer: str, ratio: str, goal: str) -> None:
    """Prints one figure as a row of a Markdown table."""
    print(f"| {what} | {ours} | {peer} | {ratio} | {goal} |", flush=True)


def _toml(names: Sequence[str], urls: Sequence[str]) -> str:
    head = f'[catalog]\ntitle = "Benchmark"\noutput = "output"\n\n[crawl]\njobs = {JOBS}\n'
    entries = (
        f'\n[[repo]]\nname = "demo.example/{name.removesuffix(".git")}"\nurl = "{url}"\n'
        for name, url in zip(names, urls, strict=True)
    )
    return head + "".join(entries)
