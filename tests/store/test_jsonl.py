"""Lines with a checksum: the last of a file is read by itself, unless it is very long."""

from __future__ import annotations

import pytest

from catalog.store import jsonl


@pytest.mark.parametrize(
    ("size", "is_read"), [(jsonl._LONG, True), (jsonl._LONG + 1, False)], ids=["as long as is read", "one byte longer"]
)
def test_the_last_line_is_read_if_it_is_not_very_long(size, is_read, tmp_path):
    text = '"' + "x" * (size - len('01234567 ""') - len("\n")) + '"'
    file = tmp_path / "lines.jsonl"
    before = jsonl.line("before")
    file.write_text(before + jsonl.checked(text))
    assert (jsonl.last(file, str), file.stat().st_size) == ((text, text[1:-1]) if is_read else None, size + len(before))
