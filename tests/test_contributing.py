"""docs/contributing.md is true: each example is written to files, built as a distribution, and its commands are run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs
from zipfile import ZipFile

import pytest

from support.loopback import Answer, Request, git, serve

pytestmark = pytest.mark.slow  # each builds distributions, and crawls with them

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "contributing.md").read_text("utf-8")
# What an example changes, or the checks of its change read.
PRODUCT = (
    "catalog",
    "connectors",
    "sites",
    "docs",
    "tests",
    "benchmarks",
    "pyproject.toml",
    "requirements",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "repos.toml",
)
HOUSE = "tests/test_house.py::test_no_file_is_too_long_to_read"
BUILD = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"

_FENCE = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`([\w./-]+/[\w./-]+|pyproject\.toml)`[^`\n]*:$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block, and the file that the text before it names last."""

    kind: str
    text: str
    file: str


def blocks(title: str) -> list[Block]:
    """The blocks of a section."""
    section = re.split(rf"^#+ {re.escape(title)}\n", PAGE, maxsplit=1, flags=re.MULTILINE)[1]
    section = re.split(r"^#+ [A-Z]", section, maxsplit=1, flags=re.MULTILINE)[0]
    made, file = [], ""
    ends = [0]
    for fence in _FENCE.finditer(section):
        named = _FILE.findall(section[ends[-1] : fence.start()])
        file = named[-1] if named else file
        made.append(Block(fence["kind"], fence["text"], file))
        ends.append(fence.end())
    return made


def write(folder: Path, title: str) -> None:
    """Writes the files of a section, and applies its changes."""
    for block in blocks(title):
        file = folder / block.file
        if block.kind == "diff":
            file.write_text(changed(file.read_text("utf-8"), block), "utf-8")
        elif block.kind in ("python", "sql", "html", "toml"):
            assert not file.exists(), f"{block.file} is there already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, "utf-8")


def changed(text: str, block: Block) -> str:
    """The text after a change, whose lines before it must stand in the text just once."""
    lines = block.text.splitlines(keepends=True)
    old = "\n" + "".join(line[1:] for line in lines if line[0] in " -")
    new = "\n" + "".join(line[1:] for line in lines if line[0] in " +")
    whole = "\n" + text
    assert whole.count(old) == 1, f"{block.file} has this {whole.count(old)} times: {old}"
    return whole.replace(old, new)[1:]


def install(source: Path, site: Path, work: Path) -> None:
    """What pip does with a distribution: its wheel, unpacked, with its entry points."""
    wheels = work / f"{source.name}-wheel"
    wheels.mkdir()
    subprocess.run([sys.executable, "-c", BUILD, str(wheels)], cwd=source, check=True, capture_output=True)
    (wheel,) = wheels.iterdir()
    with ZipFile(wheel) as archive:
        archive.extractall(site)


class Shell:
    """Runs the commands of the page where the distributions in `site` are installed."""

    def __init__(self, folder: Path, site: Path) -> None:
        self.folder = folder
        commands = folder / "bin"
        commands.mkdir()
        for name, module in (("catalog", "-P -m catalog"), ("python", "")):
            (commands / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n')
            (commands / name).chmod(0o755)
        path = f"{commands}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "PYTHONPATH": f"{site}{os.pathsep}{ROOT}"}

    def run(self, script: str) -> str:
        done = subprocess.run(
            ["bash", "-euc", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def check(self, title: str, host: str = "gerrit.example.com") -> None:
        """Runs the commands of a section; each must print what the page says, but for the name of the host."""
        consoles = [block.text for block in blocks(title) if block.kind == "console"]
        assert consoles, f"{title} runs nothing"
        for console in consoles:
            shown = console.replace("gerrit.example.com", host)
            for command, expected in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", shown, re.MULTILINE):
                assert (command, self.run(f"cd try && {command}")) == (command, expected)


def generate(tree: Path, title: str, shell: Shell) -> None:
    """Runs the generators of a section in the changed tree."""
    (commands,) = (block.text for block in blocks(title) if block.kind == "sh")
    shell.run(f"cd {tree}\n{commands}")


def meets_the_checks(tree: Path, *tests: str, site: Path) -> None:
    """Whether a changed tree passes ruff, and those tests that look at such changes."""
    of_ours = {
        key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")
    }  # it is no worker of this run
    environment = of_ours | {"PYTHONPATH": f"{tree}{os.pathsep}{site}"}
    lint = ("ruff", "check", "--no-cache", "."), ("ruff", "format", "--no-cache", "--check", ".")
    plain = ("pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *tests)
    for command in (*lint, plain):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=tree, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def shell(tmp_path, site):
    """A shell in a folder with the repository of the page."""
    pytest.importorskip("hatchling", reason="hatchling makes the wheels; the extra `test` brings it")
    made = Shell(tmp_path, site)
    (world,) = (block.text for block in blocks("Examples") if block.kind == "sh")
    made.run(world)
    return made


@pytest.fixture
def tree(tmp_path):
    """A copy of what is installed, to change."""
    folder = tmp_path / "federated-model-catalog"
    folder.mkdir()
    for name in PRODUCT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def test_the_connector(shell, site, tmp_path):
    write(tmp_path, "A connector")
    install(tmp_path / "catalog-reuse", site, tmp_path)
    shell.check("A connector")


def test_the_forge(shell, site, tmp_path):
    write(tmp_path, "A forge")
    install(tmp_path / "catalog-gerrit", site, tmp_path)
    for name in ("churn", "uplift"):
        git(tmp_path, "clone", "--quiet", "--bare", "try/churn", f"served/ml/{name}")
    with serve(tmp_path / "served", rule=gerrit) as url:
        config = tmp_path / "try" / "gerrit.toml"
        config.write_text(config.read_text("utf-8").replace("https://gerrit.example.com", url), "utf-8")
        shell.check("A forge", host="127.0.0.1")


def gerrit(request: Request) -> Answer | None:
    """One project a page, as Gerrit answers; everything else is Git's."""
    if request.path != "/projects/":
        return None
    query = parse_qs(request.query)
    assert query["p"] == ["ml/"]
    start = int(query["S"][0])
    name = ("ml/churn", "ml/uplift")[start]
    project = {"id": name.replace("/", "%2F"), "state": "ACTIVE"} | ({} if start else {"_more_projects": True})
    return Answer(body=b")]}'\n" + json.dumps({name: project}).encode())


def test_the_table(shell, site, tree, tmp_path):
    write(tree, "A table")
    install(tree, site, tmp_path)
    shell.check("A table")
    generate(tree, "A table", shell)
    assert "The `CITATION.cff` files at the root of each revision." in (tree / "docs" / "tables.md").read_text("utf-8")
    meets_the_checks(
        tree,
        HOUSE,
        "tests/connectors/test_every_connector.py",
        "tests/database/test_table_reference.py",
        "tests/test_architecture.py",
        site=site,
    )


def test_the_table_of_another_distribution(shell, site, tmp_path):
    write(tmp_path, "A table of your own")
    install(tmp_path / "catalog-licence-texts", site, tmp_path)
    shell.check("A table of your own")


def test_the_question_and_its_page(shell, site, tree, tmp_path):
    write(tree, "A question")
    write(tree, "A page")
    install(tree, site, tmp_path)
    shell.check("A question")
    shell.check("A page")
    generate(tree, "A question", shell)
    meets_the_checks(
        tree,
        HOUSE,
        "tests/database/test_table_reference.py",
        "tests/database/test_models.py",
        "tests/cli/test_reference.py",
        "tests/query/test_docs.py",
        "tests/test_architecture.py",
        site=site,
    )


def test_a_change_that_does_not_fit_is_found():
    with pytest.raises(AssertionError, match="has this 0 times"):
        changed("a\nb\n", Block("diff", " a\n+c\n d\n", "some.py"))
    assert changed("a\nb\n", Block("diff", " a\n+c\n b\n", "some.py")) == "a\nc\nb\n"
