"""Images of cards in the site: they are files of its own, beside the page that shows them, and go with it."""

from __future__ import annotations

import random
import re

import pytest

from support.dvc_run import PNG
from support.site_worlds import NAMES, Fleet, commit_and_register

CHURN = NAMES[0]


@pytest.mark.slow
def test_the_image_of_a_card_is_a_file_of_the_site_and_changes_with_its_version(tmp_path):
    fleet, site = Fleet(tmp_path), tmp_path / "site"
    shown = []
    for image in (b"one", b"two"):
        fleet.worlds[CHURN].commit({"README.md": "# Churn\n![curve](a/curve.png)\n", "a/curve.png": PNG + image})
        commit_and_register(fleet, random.Random(1), CHURN)
        fleet.build(site)
        page = (site / "models" / CHURN.replace("/", "~") / "model.html").read_text("utf-8")
        (source,) = re.findall('<img src="../../([^"]*)" alt="curve" loading="lazy">', page)
        shown.append(((site / source).read_bytes(), fleet.differences(site)))
    assert shown == [(PNG + b"one", []), (PNG + b"two", [])]
    assert PNG + b"one" not in [file.read_bytes() for file in (site / "plots").iterdir()]
