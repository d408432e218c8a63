"""The targets of fuzzing take their seeds, and the inputs that once failed; a planted fault is found."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from fuzz import run, seeds
from fuzz.targets import TARGETS


@pytest.mark.parametrize(
    ("target", "data"),
    [
        pytest.param(name, data, id=f"{name}-{number}")
        for name in TARGETS
        for number, data in enumerate(seeds.inputs(name))
    ],
)
def test_a_target_takes_its_inputs(target, data):
    TARGETS[target](data)


def test_each_target_has_seeds():
    assert [*seeds.SEEDS] == [*TARGETS]


@pytest.mark.slow
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris, the fuzzer, is not installed")
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param("assert b'!' not in data", "AssertionError", id="an error"),
        pytest.param("b'!' in data and sum(range(10**8))", "s of processor time", id="too slow"),
    ],
)
def test_a_planted_fault_is_found(fault, said, tmp_path):
    planted = f"def planted(data):\n    {fault}\n"
    code = f"{planted}\nfrom fuzz import run, targets\ntargets.TARGETS['planted'] = planted\nrun._fuzz('planted', ['-max_total_time=30'])"
    command = [sys.executable, "-c", f"import sys\nsys.path[:0] = {sys.path!r}\n{code}"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", cwd=tmp_path, check=False)
    assert done.returncode
    assert said in done.stderr + done.stdout
    assert [*tmp_path.glob("crash-*")]
    assert (run.SLOWEST, run.LONGEST, run.MEMORY) == (1.0, 4096, 2048)
