"""Packets of Git's protocol."""

from __future__ import annotations

import pytest

from catalog.transport.packets import _LONGEST, ServerError


@pytest.mark.parametrize(
    ("before", "oid"), [(_LONGEST - 41, "a" * 40), (_LONGEST - 40, "")], ids=["as far as is read", "one byte further"]
)
def test_the_object_that_an_error_names_is_looked_for_so_far(before, oid):
    assert ServerError("says no", b"x" * before + b" " + b"a" * 40 + b" is not ours").oid == oid
