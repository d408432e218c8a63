"""Where a download goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.download.target import target_of


@pytest.mark.parametrize(
    ("stated", "target"),
    [
        pytest.param(None, "m.pkl", id="by its own name, here"),
        pytest.param("new", "new", id="a path where nothing is"),
        pytest.param(Path("new"), "new", id="the same as a Path"),
        pytest.param("folder", "folder/m.pkl", id="a folder takes it"),
        pytest.param("new/", "new/m.pkl", id="a path that ends as a folder"),
    ],
)
def test_where_it_goes(tmp_path, monkeypatch, stated, target):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    assert target_of(stated, "m.pkl") == Path(target)
