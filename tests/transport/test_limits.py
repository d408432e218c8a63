"""The limits of a visit: its time, what one answer may hold, and visits that hold much in memory take turns."""

from __future__ import annotations

from collections import deque
from contextlib import nullcontext
from threading import Lock, Thread
from time import monotonic, sleep, thread_time

import pytest

from catalog.errors import Oversized, TooBig, TooSlow
from catalog.transport.limits import HEAVY, INFLATION, MAX_RATIO, TURNS, Meter
from catalog.transport.origin import Limits


@pytest.mark.slow
def test_a_second_heavy_visit_waits_until_the_first_is_over():
    heavy = Lock()
    first, second = (Meter(name, Limits(total=0.2), heavy) for name in ("first", "second"))
    first.receive(HEAVY + 1)
    with pytest.raises(TooSlow, match=r"^second: not done after 0\.2 s"):
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


@pytest.mark.parametrize(
    ("received", "inflated", "fits"),
    [
        pytest.param(1000, INFLATION * 1000, True, id="as much as is allowed"),
        pytest.param(1001, 0, False, id="one byte more on the wire"),
        pytest.param(1000, INFLATION * 1000 + 1, False, id="one byte more after decompression"),
    ],
)
def test_one_answer_holds_what_was_expected(received, inflated, fits):
    meter = Meter("x", Limits())
    meter.receive(5)  # of an earlier answer
    with meter.within(1000):
        if fits:
            meter.receive(received)
            meter.inflate(inflated)
        else:
            with pytest.raises(Oversized):
                _ = meter.receive(received), meter.inflate(inflated)
    meter.receive(9999)  # of the next answer, of which nothing is expected


LIMITS = Limits(max_bytes=100, max_inflated=200, max_refs=3, max_objects=4)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as much as is allowed", "one more"])
@pytest.mark.parametrize(
    ("spend", "most", "says"),
    [
        pytest.param(Meter.receive, 100, "more than 100 bytes, the limit max_bytes", id="bytes"),
        pytest.param(
            Meter.inflate, 200, "more than 200 bytes after decompression, the limit max_inflated", id="inflated bytes"
        ),
        pytest.param(Meter.count_refs, 3, "more than 3 refs, the limit max_refs", id="refs"),
        pytest.param(Meter.count_objects, 4, "more than 4 objects, the limit max_objects", id="objects"),
    ],
)
def test_a_visit_has_limits(spend, most, says, beyond):
    meter = Meter("x", LIMITS)
    with pytest.raises(TooBig, match=f"^x: {says}$") if beyond else nullcontext():
        spend(meter, most + beyond)


def test_a_loop_ends_when_the_visit_has_lasted_too_long():
    """THREATS.md: the time limit held against work on this machine."""
    began, meter = monotonic(), Meter("x", Limits(total=0.02))
    with pytest.raises(TooSlow, match=r"^x: not done after 0\.02 s, the limit timeout$"):
        deque(iter(meter.turn, 0), maxlen=0)
    assert 0.02 <= monotonic() - began < 2


def test_a_loop_ends_when_it_has_used_too_much_of_a_processor():
    began, meter = thread_time(), Meter("x", Limits(processor_time=0.02))
    with pytest.raises(TooSlow, match=r"^x: not done after 0\.02 s of a processor, the limit processor_time$"):
        deque(iter(meter.turn, 0), maxlen=0)
    assert 0.02 <= thread_time() - began < 0.5


def test_waiting_uses_no_processor():
    meter = Meter("x", Limits(processor_time=0.02))
    sleep(0.03)
    meter.check()


@pytest.mark.parametrize(("turns", "is_over"), [(TURNS - 1, False), (TURNS, True)])
def test_clocks_are_read_after_so_many_turns(turns, is_over):
    meter = Meter("x", Limits(total=0))
    with pytest.raises(TooSlow) if is_over else nullcontext():
        for _ in range(turns):
            meter.turn()


def test_the_processor_time_of_another_thread_is_not_that_of_the_visit():
    meter = Meter("x", Limits(processor_time=0))
    thread = Thread(target=meter.check)
    thread.start()
    thread.join()
    with pytest.raises(TooSlow):
        meter.check()


@pytest.mark.parametrize(
    ("compressed", "inflated", "fits"),
    [
        pytest.param(1, HEAVY, True, id="little in all"),
        pytest.param(HEAVY, MAX_RATIO * HEAVY, True, id="as many as may be"),
        pytest.param(HEAVY, MAX_RATIO * HEAVY + 1, False, id="one byte more"),
        pytest.param(1, HEAVY + 1, False, id="a byte more in all"),
    ],
)
def test_a_pack_inflates_so_far(compressed, inflated, fits):
    with (
        nullcontext() if fits else pytest.raises(TooBig, match=r"^x: more than 250 bytes after decompression for each")
    ):
        Meter("x", Limits()).check_ratio(compressed, inflated)
