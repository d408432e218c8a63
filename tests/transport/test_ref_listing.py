"""What a ref listing of Git's protocol version 2 states of a ref."""

from __future__ import annotations

import pytest

from catalog.transport.limits import Limits, Meter
from catalog.transport.packets import Garbled, Packets
from catalog.transport.wire import RefListing, read_listing

ONE, TWO, THREE = (letter * 40 for letter in "123")


def listing(*lines: str) -> RefListing:
    """What is read of these lines and a flush."""
    framed = b"".join(b"%04x%s" % (len(line) + 4, line.encode()) for line in lines) + b"0000"
    pieces = iter([framed])
    return read_listing(Packets(lambda: next(pieces, b""), Meter("x", Limits())))


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param(f"peeled:{TWO}", id="alone"),
        pytest.param(f"new peeled:{TWO} newer:x", id="between attributes of later versions of Git"),
        pytest.param(f"x-peeled:{THREE} peeled:{TWO}", id="after a name that ends like it"),
        pytest.param(f"peeled:{THREE} peeled:{TWO}", id="the last of two"),
        pytest.param("x " * 30_000 + f"peeled:{TWO}", id="after 30,000 others"),
    ],
)
def test_the_commit_of_a_tag(attributes):
    (ref,) = listing(f"{ONE} refs/tags/m@v1.0.0 {attributes}\n").refs
    assert (ref.oid, ref.name, ref.peeled) == (ONE, "refs/tags/m@v1.0.0", TWO)


def test_the_branch_of_head():
    found = listing(f"{ONE} HEAD symref-target:refs/heads/main\n", f"{ONE} refs/heads/x symref-target:refs/heads/y\n")
    assert found.head == "refs/heads/main"


@pytest.mark.parametrize("value", ["", "main", "3" * 41])
def test_a_commit_that_is_no_object_name(value):
    with pytest.raises(Garbled, match="expected a SHA-1 object name"):
        listing(f"{ONE} refs/tags/m@v1.0.0 peeled:{value}\n")
