"""How many plots at the top of a `dvc.yaml` are read."""

import pytest

from connectors.dvc.declared_measures import MAX_PLOTS, PLOTS, top_named


@pytest.mark.parametrize(
    ("count", "told"),
    [
        pytest.param(MAX_PLOTS, [], id="as many as are read"),
        pytest.param(
            MAX_PLOTS + 1,
            [("too-many", "plots", "found 1,001 plots; those after the first 1,000 are left out")],
            id="one more",
        ),
    ],
)
def test_a_file_has_so_many_plots(count, told):
    complaints = []
    names = [f"p{n}.csv" for n in range(count)]
    found = [*top_named(PLOTS, names, "", complaints)]
    kept = names[:MAX_PLOTS]
    assert (
        [each.path for each in found],
        {each.drawing.others for each in found},
        [(error.rule, error.place, error.message) for error in complaints],
    ) == (kept, {tuple(kept)}, told)
