"""docs/python.md: its examples run on the demo, and it has every method and error."""

from __future__ import annotations

import contextlib
import doctest
import inspect
import io
import re
from pathlib import Path

import pytest

from catalog.cli import main
from catalog.errors import Ambiguous, ConfigError, Misuse, NotFound, OriginError, StoreError
from catalog.query import Answer, Catalog, FacetAnswer, SearchAnswer, SqlError

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


def public(kind):
    """The names of a class that users call or read, but for those of every context manager."""
    return {name for name, _ in inspect.getmembers(kind) if not name.startswith("_")} | {
        name for name in getattr(kind, "__dataclass_fields__", {}) if not name.startswith("_")
    }


def parameters(method):
    return [name for name in inspect.signature(method).parameters if name not in ("self", "cls")]


@pytest.mark.slow
def test_the_examples_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with contextlib.redirect_stderr(io.StringIO()):
        assert main(["demo", "demo"]) == 0
    examples = doctest.DocTestParser().get_doctest(PAGE.read_text("utf-8"), {}, PAGE.name, str(PAGE), 0)
    said = io.StringIO()
    result = doctest.DocTestRunner(verbose=False).run(examples, out=said.write)
    assert (result.failed, result.attempted > 10, said.getvalue()) == (0, True, "")


@pytest.mark.parametrize("kind", [Catalog, Answer, SearchAnswer, FacetAnswer], ids=lambda kind: kind.__name__)
def test_the_page_has_every_name(kind):
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", PAGE.read_text("utf-8")))))
    assert public(kind) - words == set()


def test_the_table_has_every_parameter_of_a_question():
    stated = re.findall(
        r"`(\w+)\(([^)`]*)\)`", "\n".join(re.findall(r"^\| `.*", PAGE.read_text("utf-8"), re.MULTILINE))
    )
    listed = {name: [word.strip("* ") for word in inner.split(",") if word] for name, inner in stated}
    assert listed == {name: parameters(getattr(Catalog, name)) for name in listed}


def test_the_page_has_every_error_of_a_question():
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert rows == [error.__name__ for error in (NotFound, Ambiguous, Misuse, StoreError, OriginError, ConfigError)]
    assert issubclass(SqlError, Misuse)
