"""What only a process of its own shows: what is imported, pipes, signals."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import catalog
from catalog import __version__
from catalog.cli import CLOSED
from catalog.cli.shadowing import shadowing

WHERE = "(PYTHONPATH, or the folder where `python -m catalog` runs)"
NOT_FOR_A_QUESTION = (
    "dulwich",
    "jinja2",
    "pyarrow",
    "pydantic",
    "rich",
    "sites",
    "typer",
    "urllib3",
    "connectors",
    "yaml",
)


def python(code, *arguments, **options):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


@pytest.mark.slow
def test_a_cold_show_imports_little(database):
    code = (
        "import sys; from catalog.cli import main; code = main(sys.argv[1:]);"
        "print(code, *sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    words = python(code, "show", "mask#prod", "--catalog", database).stderr.splitlines()[-1].split()  # behind its notes
    assert (words[0], [name for name in NOT_FOR_A_QUESTION if name in words]) == ("0", [])


@pytest.mark.slow
def test_a_pipe_gets_the_whole_width_and_no_colour(database):
    code = "import sys; from catalog.cli import main; sys.exit(main(sys.argv[1:]))"
    done = python(code, "ls", "repos", "--catalog", database, env={"COLUMNS": "20", "TERM": "xterm"})
    assert (
        done.stdout.splitlines()[2]
        == "git.example/acme/vision  down     3          0         2024-01-20 12:00  no answer"
    )


@pytest.mark.slow
@pytest.mark.parametrize("command", ["show", "ls events"], ids=["the short way", "the long way"])
def test_a_reader_who_goes_away_is_no_error(database, command):
    code = (
        "import subprocess, sys; from catalog.cli import main; import os;"
        "reader, writer = os.pipe(); os.close(reader); os.dup2(writer, 1);"
        "sys.exit(main(sys.argv[1:]))"
    )
    done = python(code, *command.split(), "--catalog", database)
    assert (done.returncode, done.stderr) == (CLOSED, "")


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_reader_who_goes_away_in_the_middle_ends_it_with_its_exit_code(database, unbuffered):
    command = [sys.executable, "-m", "catalog", "sql", "from range(100000)", "-o", "csv", "--catalog", str(database)]
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        first = os.read(process.stdout.fileno(), 5)  # of more than the pipe holds
        process.stdout.close()
        said = process.stderr.read()
    assert (first, process.returncode, said) == (b"range", CLOSED, b"")


@pytest.mark.parametrize(
    ("command", "closed", "code", "said"),
    [
        pytest.param("ls repos -o ids", ">&-", 0, "", id="what is written to a closed output is not read"),
        pytest.param(
            "ls repos -o ids",
            "2>&-",
            0,
            "git.example/acme/churn\n",
            id="no messages, but the data",
            marks=pytest.mark.slow,
        ),
        pytest.param("show nobody", "2>&- >&-", 3, "", id="the exit code stays", marks=pytest.mark.slow),
    ],
)
def test_a_closed_output_is_a_quiet_end(database, command, closed, code, said):
    line = f"{shlex.quote(sys.executable)} -m catalog {command} --catalog {shlex.quote(str(database))} {closed}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[: len(said)], done.stderr) == (code, said, "")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "is_package"), [("connectors", True), ("connectors", False), ("sites", False)])
def test_a_module_that_hides_one_of_ours_is_the_culprit(tmp_path, name, is_package):
    hiding = tmp_path / "mine" / (name if is_package else f"{name}.py")
    (hiding / "__init__.py" if is_package else hiding).parent.mkdir(parents=True)
    (hiding / "__init__.py" if is_package else hiding).touch()
    (tmp_path / "repos.toml").touch()
    path = os.pathsep.join([str(hiding.parent), *sys.path])
    command = [sys.executable, "-P", "-m", "catalog", "build"]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        f"catalog: {hiding} hides the package {name!r} of catalog: rename it, or keep {hiding.parent} off Python's path {WHERE}",
    )


def launched(*arguments, cwd, path):
    """The module that is installed as `federated_model_catalog`, as `python -m` runs it."""
    command = [sys.executable, "-P", "-W", "error", Path(catalog.__file__).with_name("launcher.py"), *arguments]
    environment = {"PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("is_package", [True, False])
def test_another_catalog_is_the_culprit(tmp_path, is_package):
    hiding = tmp_path / ("catalog" if is_package else "catalog.py")
    (hiding / "__init__.py" if is_package else hiding).parent.mkdir(exist_ok=True)
    (hiding / "__init__.py" if is_package else hiding).touch()
    done = launched(cwd=tmp_path, path=[tmp_path, *sys.path])
    advice = f"rename it, or keep {tmp_path} off Python's path (PYTHONPATH, or the folder where `python -m` runs)"
    assert (done.returncode, done.stderr) == (
        2,
        f"catalog: {hiding} hides the package 'catalog' of this command: {advice}\n",
    )


@pytest.mark.slow
def test_the_command_starts_where_nothing_hides_it(tmp_path):
    done = launched("--version", cwd=tmp_path, path=sys.path)
    assert (done.returncode, done.stdout) == (0, f"catalog {__version__}\n")


def test_nothing_hides_a_package_of_ours_here():
    assert shadowing() is None


@pytest.mark.slow
def test_the_process_ends_with_all_that_it_said_and_its_exit_code(database):
    command = [sys.executable, "-m", "catalog", "ls", "repos", "-o", "ids", "--catalog", str(database)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    missing = subprocess.run([*command[:-1], "nowhere"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1], missing.returncode, missing.stderr) == (
        0,
        "git.example/evil/x",
        3,
        "catalog: nowhere: no catalog here; `catalog crawl` makes one\n",
    )


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("ls repos", "cannot write to standard output"),
        ("ls repos -o parquet", "cannot write to standard output"),
        ("ls --help", "cannot write"),
    ],
)
def test_output_that_finds_no_room_is_the_fault_of_the_disk(database, command, said):
    words = [sys.executable, "-m", "catalog", *command.split(), "--catalog", str(database)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"catalog: {said}: No space left on device\n")
