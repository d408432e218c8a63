"""Tab in real shells: whole references, with `@`, `#`, `/` and `:` in them, and terms of a query."""

from __future__ import annotations

import shutil

import pytest

from support.shells import after_tab, offered_by_fish

# What is typed, and what stands there after Tab. zsh puts a backslash before `#` and `>`, which it would read itself.
LINES = [
    pytest.param("catalog show mask@v", "mask@v1.0.0 ", id="a version"),
    pytest.param("catalog show mask#pro", "mask#prod ", id="a stage"),
    pytest.param("catalog show mask@", "mask@", id="what several versions have"),
    pytest.param("catalog show acme/churn:ch", "acme/churn:churn ", id="an artifact of a repository"),
    pytest.param("catalog history acme/vision:seg:ma", "acme/vision:seg:mask ", id="an artifact in a folder"),
    pytest.param("catalog show acme/churn:churn@v1", "acme/churn:churn@v1.0.0 ", id="its version"),
    pytest.param("catalog ls models --raw-stage produ", "production ", id="a stage as the tags spell it"),
    pytest.param("catalog resolve churn --field git_u", "git_url ", id="a field of what is resolved"),
    pytest.param("catalog facets --field fra", "framework ", id="a field with values to count"),
    pytest.param("catalog search churn stage:st", "stage:staging ", id="a value"),
    pytest.param("catalog search 'churn -stage:st", "'churn -stage:staging' ", id="in quotation marks"),
    pytest.param("catalog search upd", "updated:", id="no space behind a field"),
]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
@pytest.mark.parametrize(("typed", "completed"), LINES)
def test_tab_in_bash(database, typed, completed):
    assert after_tab("bash", typed, database).endswith(completed)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh")
@pytest.mark.parametrize(("typed", "completed"), LINES)
def test_tab_in_zsh(database, typed, completed):
    assert after_tab("zsh", typed, database).replace("\\", "").endswith(completed)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        pytest.param("catalog show mask@v", ["mask@v1.0.0"], id="a version"),
        pytest.param("catalog show mask#pro", ["mask#prod"], id="a stage"),
        pytest.param("catalog show acme/churn:ch", ["acme/churn:churn"], id="an artifact of a repository"),
        pytest.param("catalog history acme/vision:seg:ma", ["acme/vision:seg:mask"], id="an artifact in a folder"),
        pytest.param("catalog show acme/churn:churn@v1", ["acme/churn:churn@v1.0.0"], id="its version"),
        pytest.param("catalog ls models --raw-stage produ", ["production"], id="a stage as the tags spell it"),
        pytest.param("catalog resolve churn --field git_u", ["git_url"], id="a field of what is resolved"),
        pytest.param("catalog search churn stage:st", ["stage:staging"], id="a value"),
    ],
)
def test_fish_offers(database, typed, offered):
    assert offered_by_fish(typed, database) == offered
