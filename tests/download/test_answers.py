"""A catalog whose macros answer otherwise than ours: each answer is used as it must be, or refused in one sentence."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from catalog.download import answers
from catalog.download.answers import CONTENT, FILE, MAX_TEXT, OUTPUT, REPOSITORY
from catalog.download.download import DownloadOptions, download
from catalog.errors import CatalogError, NotFound
from support.storage import ANNOTATION, REPO, catalog, put, remote, repository, tracked

MODEL = b"weights"
ODD = {"nothing": None, "a number": 5, "a text": "x", "a flag": True, "a list": ["x"], "a map": {"x": 1}}


def version(world):
    return {"repo": REPO, "artifact": "m", "version": "v1.0.0", "commit": world.tip(), "get": None}


def get(world, ask, folder):
    return download(ask, version(world), None, DownloadOptions(allow=(folder.as_uri(),)))


@pytest.fixture
def world(tmp_path):
    (tmp_path / "storage").mkdir()
    put(tmp_path / "storage", MODEL)
    made = repository(
        remote(str(tmp_path / "storage")) | tracked(MODEL) | {"dvc.yaml": ANNOTATION.format(path="model.bin")}
    )
    made.tag("m@v1.0.0")
    return made


def answering(ask, name, value):
    """The same answers, each with this value in this column."""

    def changed(question, **parameters):
        rows = ask(question, **parameters).rows
        return SimpleNamespace(rows=[{**row, name: value} if name in row else row for row in rows])

    return changed


@pytest.mark.slow
@pytest.mark.parametrize("value", [pytest.param(value, id=name) for name, value in ODD.items()])
@pytest.mark.parametrize("name", sorted({*CONTENT, *OUTPUT}))
def test_an_odd_value_is_used_or_refused_in_a_sentence(world, tmp_path, name, value):
    assert outcome(world, answering(catalog(world).sql, name, value), tmp_path / "storage") in (
        "the model",
        "a sentence",
    )


def outcome(world, ask, folder):
    try:
        return "the model" if get(world, ask, folder).path.read_bytes() == MODEL else "other bytes"
    except CatalogError as error:
        return "lines" if "\n" in str(error) else "a sentence"


def test_what_is_answered_is_fetched(world, tmp_path):
    assert get(world, catalog(world).sql, tmp_path / "storage").path.read_bytes() == MODEL


@pytest.mark.parametrize(("more", "fits"), [(0, True), (1, False)])
def test_a_text_has_at_most_so_many_characters(more, fits):
    def ask(_question, **_parameters):
        return SimpleNamespace(rows=[{"repo": "x" * (MAX_TEXT + more), "git_url": None, "other": object()}])

    if fits:
        assert answers.rows(ask, "from x", REPOSITORY) == [{"repo": "x" * MAX_TEXT, "git_url": None}]
    else:
        with pytest.raises(NotFound, match="for 'repo' in the catalog, expected text of at most 8,192 characters"):
            answers.rows(ask, "from x", REPOSITORY)


def test_a_column_that_is_absent_is_nothing():
    def ask(_question, **_parameters):
        return SimpleNamespace(rows=[{"path": "x"}])

    assert answers.rows(ask, "from x", FILE) == [
        {"path": "x", "hash": None, "version_id": None, "etag": None, "size": None}
    ]
    with pytest.raises(NotFound, match="found nothing for 'repo'"):
        answers.rows(ask, "from x", REPOSITORY)
