"""Coverage-guided fuzzing of the readers, with atheris: `python tests/fuzz/run.py --seconds 60`, or `make fuzz`.

Each target runs in a process of its own for its share of the time. A crash, or an input that takes more than a second of processor
time, is written to `output/fuzz/`, told with the command that repeats it, and ends the run with exit code 1. Move it to
`tests/fuzz/cases/TARGET/` with the mending: the plain suite gives every target its cases.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from time import process_time

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

FOUND = ROOT / "output" / "fuzz"
SLOWEST = 1.0  # seconds of processor time for one input
LONGEST = 4096  # bytes of an input
MEMORY = 2048  # MiB

_COUNTED = re.compile(r"^stat::number_of_executed_units: *(\d+)", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="in all, shared by the targets")
    parser.add_argument("--target", action="append", help="only this one; may be given again")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="targets at a time")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments, rest = parser.parse_known_args()
    if arguments.one:
        return _fuzz(arguments.one, rest)
    from fuzz.targets import TARGETS

    unknown = [name for name in arguments.target or () if name not in TARGETS]
    if unknown:
        parser.error(f"unknown target {unknown[0]!r}: expected one of {', '.join(TARGETS)}")
    return _run_all(arguments.target or [*TARGETS], arguments.seconds, arguments.jobs)


def _run_all(names: list[str], seconds: float, jobs: int) -> int:
    from concurrent.futures import ThreadPoolExecutor

    _write_corpora(names)
    each = max(1, round(seconds * jobs / len(names)))
    with ThreadPoolExecutor(jobs) as threads:
        results = [*threads.map(lambda name: _run(name, each), names)]
    print(
        f"{sum(number for number, _ in results):,} inputs over {len(names)} targets, {sum(not well for _, well in results)} crashes"
    )
    return int(not all(well for _, well in results))


def _run(name: str, seconds: int) -> tuple[int, bool]:
    """How many inputs the target took, and whether all went well."""
    folder = FOUND / name
    command = [
        sys.executable,
        __file__,
        "--one",
        name,
        str(folder / "corpus"),
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
    ]
    command += [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-rss_limit_mb={MEMORY}", "-timeout=60"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, cwd=folder)
    counted = _COUNTED.search(done.stderr)
    number = int(counted[1]) if counted else 0
    print(f"{name:15} {number:>12,} inputs" + ("" if done.returncode == 0 else "  CRASH"), flush=True)
    if done.returncode:
        print(done.stdout[-4000:], done.stderr[-4000:], sep="\n", flush=True)
        print(f"repeat it: {sys.executable} {__file__} --one {name} FILE")
    return number, done.returncode == 0


def _write_corpora(names: list[str]) -> None:
    from fuzz.seeds import inputs, of_fleet

    real = of_fleet()
    for name in names:
        corpus = FOUND / name / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate([*inputs(name), *real.get(name, ())]):
            (corpus / f"seed-{number:03}").write_bytes(data)


def _fuzz(name: str, arguments: list[str]) -> int:
    import atheris

    with atheris.instrument_imports(include=["catalog", "connectors", "yaml"], enable_loader_override=False):
        from fuzz.targets import TARGETS
    target = TARGETS[name]

    def timed(data: bytes) -> None:
        began = process_time()
        target(data)
        took = process_time() - began
        if took > SLOWEST:
            raise TimeoutError(f"{took:.2f} s of processor time")

    atheris.Setup([sys.argv[0], *arguments], timed)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
