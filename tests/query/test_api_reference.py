"""docs/python-api.md is made from the docstrings, and every public name has one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import catalog
from catalog.query.api_reference import api_reference

PAGE = Path(__file__).parents[2] / "docs" / "python-api.md"


def test_the_reference_page_is_in_step():
    assert PAGE.read_text("utf-8") == api_reference(), "run: python -m catalog.query.api_reference docs/python-api.md"


def test_every_public_class_and_error_is_on_the_page():
    page = api_reference()
    classes = {name for name in catalog.__all__ if name != "open"}
    assert classes == set(re.findall(r"^## (\w+)", page, re.MULTILINE)) - {"Errors"} | set(
        re.findall(r"^- `(\w+)`", page, re.MULTILINE)
    )


def test_every_method_says_what_it_does():
    entries = re.findall(r"^### (\w+)\.(\w+)\n\n```python\n[^`]*```\n\n(.*)", api_reference(), re.MULTILINE)
    methods = [
        (kind, name, text)
        for kind, name, text in entries
        if name not in getattr(catalog, kind).__dict__.get("__dataclass_fields__", {})
    ]
    assert len(methods) > 40
    assert [(kind, name) for kind, name, text in methods if not text.endswith(".") or text.startswith("#")] == []


def test_public_names_are_listed_before_they_are_imported():
    code = "import catalog; print({*catalog.__all__} - {*dir(catalog)})"
    assert (
        subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout
        == "set()\n"
    )
