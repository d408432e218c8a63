"""Visits that hold much in memory take turns."""

from __future__ import annotations

from threading import Lock

import pytest

from catalog.errors import Down
from catalog.transport.limits import HEAVY, Meter
from catalog.transport.origin import Limits


@pytest.mark.slow
def test_a_second_heavy_visit_waits_until_the_first_is_over():
    heavy = Lock()
    first, second = (Meter(name, Limits(total=0.2), heavy) for name in ("first", "second"))
    first.receive(HEAVY + 1)
    with pytest.raises(Down, match=r"^second: not done after 0\.2 s"):
        second.inflate(HEAVY + 1)
    first.close()
    third = Meter("third", Limits(), heavy)
    third.receive(HEAVY + 1)
    assert heavy.locked()


def test_a_light_visit_waits_for_nobody():
    heavy = Lock()
    heavy.acquire()
    meter = Meter("light", Limits(total=0.2), heavy)
    meter.receive(HEAVY)
    assert meter.received == HEAVY
