"""How many parameters of a file are kept."""

import pytest

from connectors.dvc.lock import MAX_PARAMS, parameters


@pytest.mark.parametrize(
    ("count", "told"),
    [
        pytest.param(MAX_PARAMS, [], id="as many as are kept"),
        pytest.param(
            MAX_PARAMS + 1,
            [("too-big", "at", "found more than 10,000 parameters; the rest is left out")],
            id="one more",
        ),
    ],
)
def test_a_file_has_so_many_parameters(count, told):
    complaints = []
    rows = parameters({"a": {f"p{n}": n for n in range(count)}}, "at", complaints)
    assert (
        [(row.name, row.number) for row in rows],
        [(error.rule, error.place, error.message) for error in complaints],
    ) == ([(f"a.p{n}", n) for n in range(MAX_PARAMS)], told)
