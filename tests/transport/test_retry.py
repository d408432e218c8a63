"""When a request is made again."""

from __future__ import annotations

import pytest

from catalog.errors import Down
from catalog.transport.backoff import ATTEMPTS
from catalog.transport.limits import Limits, Meter
from catalog.transport.retry import Again, retrying

BUSY, STATED, LONG, FATAL = Again("busy"), Again("busy", 7.0), Again("busy", 61.0), Down("gone for good")


@pytest.mark.parametrize(
    ("answers", "waits", "result"),
    [
        pytest.param(["a"], [], "a", id="an answer at once"),
        pytest.param([BUSY, "a"], [0.2], "a", id="an answer at the second attempt"),
        pytest.param([BUSY, BUSY, "a"], [0.2, 0.8], "a", id="an answer at the last attempt"),
        pytest.param([BUSY, BUSY, BUSY, "a"], [0.2, 0.8], BUSY, id="one failure too many"),
        pytest.param([STATED, "a"], [7.0], "a", id="a wait that the server states"),
        pytest.param([Again("busy", 0.0), BUSY, "a"], [0.0, 0.8], "a", id="no wait, where there is no need for one"),
        pytest.param([Again("busy", 60.0), "a"], [60.0], "a", id="the longest wait"),
        pytest.param([LONG, "a"], [], LONG, id="a wait that is longer than that"),
        pytest.param([FATAL, "a"], [], FATAL, id="a failure that stays"),
        pytest.param([BUSY, FATAL, "a"], [0.2], FATAL, id="a failure that stays, at the second attempt"),
    ],
)
def test_attempts_and_waits(answers, waits, result):
    waited, left = [], list(answers)

    def attempt():
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    try:
        found = retrying(Meter("x", Limits(total=1000)), longest=60.0, sleep=waited.append)(attempt)
    except Down as error:
        found = error
    # Up to 0.2 s are added, so that clients that failed together do not come back together.
    assert found is result
    assert all(wait <= at <= wait + 0.2 for wait, at in zip(waits, waited, strict=True))


@pytest.mark.parametrize(
    ("failures", "fails"), [(ATTEMPTS - 1, False), (ATTEMPTS, True)], ids=["before the last attempt", "at it too"]
)
def test_so_many_attempts_are_made(failures, fails):
    left = [BUSY] * failures

    def attempt():
        if left:
            raise left.pop()
        return "a"

    retry = retrying(Meter("x", Limits()), sleep=lambda _: None)
    if fails:
        with pytest.raises(Again):
            retry(attempt)
    else:
        assert retry(attempt) == "a"


def test_a_wait_is_told():
    told = []
    answers = iter([Again("x: 429", 2.0), None])

    def attempt():
        if error := next(answers):
            raise error

    retrying(Meter("x", Limits()), sleep=lambda _: None, tell=told.append)(attempt)
    assert told == ["x: 429: waiting 2 s"]


@pytest.mark.parametrize(("total", "waits"), [(3.0, [2.0]), (1.9, [])], ids=["within the visit", "beyond its end"])
def test_a_wait_does_not_outlast_the_visit(total, waits):
    waited = []

    def attempt():
        if not waited:
            raise Again("busy", 2.0)

    retry = retrying(Meter("x", Limits(total=total)), sleep=waited.append)
    if waits:
        retry(attempt)
    else:
        with pytest.raises(Again):
            retry(attempt)
    assert waited == waits
