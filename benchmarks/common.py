"""What the benchmarks share: a served fleet, processes that nobody configured, medians, and how a figure is told."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
import pyarrow as pa

from catalog import database
from catalog.naming import slug
from catalog.partition import pack
from catalog.schema import schema
from catalog.tables import CRAWL, PARTITION

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
JOBS = 8  # repositories at a time: ours, and the peer's where it has equal concurrency

# The peak of the process itself: git and other children are counted apart by the kernel.
_MEASURED = """
import resource, sys
from catalog.cli import main
code = main(sys.argv[1:])
sys.stdout.write(f"\\n{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
sys.exit(code)
"""
_UNITS = 1 << 20 if sys.platform == "darwin" else 1 << 10  # in a MiB: getrusage(2) counts bytes there, KiB elsewhere


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
        """Runs a command of `catalog` in a process of its own; the most memory that it had, in MiB."""
        command = [sys.executable, "-c", _MEASURED, *words, "--config", str(self.config)]
        return int(run(command, self.environment).split()[-1]) / _UNITS

    def each(self, command: Callable[[str], Sequence[str | Path]], jobs: int = JOBS) -> float:
        """Runs a command for each repository's URL, `jobs` at a time; the seconds that all took."""
        start = perf_counter()
        with ThreadPoolExecutor(jobs) as workers:
            for _ in workers.map(lambda url: run(command(url), self.environment), self.urls):
                pass
        return perf_counter() - start


def smoke(description: str | None) -> bool:
    """Whether the command line asks for a tiny run."""
    parser = ArgumentParser(description=description)
    parser.add_argument("--smoke", action="store_true", help="tiny sizes: does it run at all?")
    return bool(parser.parse_args().smoke)


@contextmanager
def fleet(repos: int) -> Iterator[Fleet]:
    """Makes a fleet of that many repositories, serves it, and writes the repos.toml that lists it."""
    with TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(temporary)
        environment = clean(folder)
        command = [sys.executable, str(HERE / "serve.py"), str(folder / "repos"), str(repos)]
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
    database.build(path, {table.TABLE: schema(table) for table in PARTITION}, files, whole)


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
