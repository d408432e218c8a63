"""How many faults of a file are reported."""

import pytest

from connectors.formats.faults import Fault, first_faults

FAULTS = [Fault(f"[{n}]", "wrong-type", "found nothing, expected text") for n in range(1_001)]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        pytest.param(0, (), id="none"),
        pytest.param(1_000, (*FAULTS[:1_000],), id="as many as are reported"),
        pytest.param(
            1_001,
            (*FAULTS[:1_000], Fault("", "too-many", "found 1,001 faults; those after the first 1,000 are left out")),
            id="one more",
        ),
    ],
)
def test_the_first_faults_are_reported_and_how_many_there_are(count, expected):
    assert first_faults(FAULTS[:count], 1_000) == expected
