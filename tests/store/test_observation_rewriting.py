"""An observations file that is rewritten: each line stays in its place, damaged ones count as before and hold nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from catalog.store import jsonl
from catalog.store.observation_line import ObservationLine, read
from catalog.store.observation_rewriting import privacy_by, rewrite
from catalog.store.observations import Observations

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def line(crawl: int, *refs: str, privacy: str = "old", withheld=UNSET) -> ObservationLine:
    seen = dict.fromkeys(refs, ("1" * 40, None))
    return ObservationLine(at=NOON, before=None, repo="r", gone=(), seen=seen, told={}, crawl=crawl, partition=f"1-{privacy}-2", withheld=withheld)  # fmt: skip


def without_secret(lines):
    return [replace(each, seen={}) if "secret" in each.seen else each for each in lines]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([], set(), id="no line"),
        pytest.param([line(1), line(2, privacy="new")], {"old", "new"}, id="visits under two settings"),
        pytest.param([line(1), line(2, withheld="new")], {"new"}, id="what was rewritten"),
        pytest.param([line(1, withheld="new"), line(2)], {"new", "old"}, id="a visit after it"),
        pytest.param([replace(line(1), partition="1-2")], {None}, id="a visit of an earlier version"),
    ],
)
def test_what_was_withheld_from_lines(lines, expected):
    assert privacy_by(lines) == expected


def test_lines_keep_their_places_and_their_bytes(tmp_path):
    file = tmp_path / "r.jsonl"
    texts = [jsonl.line(line(1, "a")), "0123 damaged secret\n", jsonl.line(line(2, "secret")), jsonl.line(line(3, "b"))]
    file.write_text("".join(texts))
    rewritten = rewrite(file, "new", without_secret)
    last = jsonl.line(line(3, "b", withheld="new"))
    expected = [texts[0], jsonl.LOST_LINE, jsonl.line(replace(line(2), seen={})), last]
    assert (rewritten.data.decode().splitlines(keepends=True), rewritten.has_changed) == (expected, True)


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(["0123 damaged"], id="a line"),
        pytest.param([jsonl.line(line(1, "a"))[:-9] + jsonl.line(line(2, "b")).rstrip()], id="one that runs into the next"),
        pytest.param(["x", jsonl.line({"at": 5}).rstrip()], id="one without a sense"),
        pytest.param([jsonl.LOST_LINE.rstrip()], id="one that was lost before"),
    ],
)  # fmt: skip
def test_damaged_lines_count_as_before(damaged, tmp_path):
    file = tmp_path / "r.jsonl"
    file.write_text("\n".join([jsonl.line(line(1, "a")), *damaged, jsonl.line(line(3, "b"))]))
    before = [*read(file)]
    file.write_bytes(rewrite(file, "new", without_secret).data)
    assert [each and each.crawl for each in read(file)] == [each and each.crawl for each in before]
    assert [*read(file)].count(None) == before.count(None) > 0


def test_a_file_is_rewritten_once(tmp_path):
    (tmp_path / "r.jsonl").write_text(jsonl.line(line(1, "secret")))
    (tmp_path / "damaged.jsonl").write_text("damaged secret\n")
    for expected in ([("damaged.jsonl", ""), ("r.jsonl", "r")], [("damaged.jsonl", "")]):
        observations = Observations(tmp_path)
        assert [*observations.withheld_otherwise(lambda _: "new")] == expected
        changed = [name for name, _ in expected if observations.withhold(name, "new", without_secret)]
        stamps = observations.stamps()
    assert (changed, stamps) == ([], Observations(tmp_path).stamps())
    assert b"secret" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
