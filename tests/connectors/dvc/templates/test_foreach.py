"""How many values the stages of one file may stand for."""

import pytest

from connectors.dvc.templates.foreach import MAX_EXPANSION, STAGE, StageExpander

COUNT = 100
EACH = MAX_EXPANSION // COUNT
COMMAND = "c" * 64 * (EACH - STAGE - 3)  # with the map, its key and the text itself, a stage costs EACH


@pytest.mark.parametrize(
    ("count", "more", "told"),
    [
        pytest.param(COUNT, [], [], id="as many as may be"),
        pytest.param(
            COUNT + 1,
            [("s", True)],
            [("too-big", "stages.s", "the stages stand for more than 100,000 values; the rest is left out")],
            id="one stage more",
        ),
    ],
)
@pytest.mark.parametrize(
    "items",
    [
        pytest.param(lambda count: {"foreach": [*range(count)], "do": {"cmd": COMMAND}}, id="foreach"),
        pytest.param(lambda count: {"matrix": {"n": [*range(count)]}, "cmd": COMMAND}, id="matrix"),
    ],
)
def test_stages_stand_for_so_many_values(items, count, more, told):
    complaints = []
    expander = StageExpander({"stages": {"s": items(count)}}, "", lambda _: None, complaints, templates=False)
    stages = [(stage.name, stage.unknown) for stage in expander.stages()]
    assert (stages, [(error.rule, error.place, error.message) for error in complaints]) == (
        [*((f"s@{n}", False) for n in range(COUNT)), *more],
        told,
    )


@pytest.mark.parametrize(
    ("more", "names"),
    [pytest.param(0, ["s@0"], id="as many as may be"), pytest.param(1, ["s"], id="one value more")],
)
def test_one_value_more_costs_the_stage(more, names):
    command = "c" * 64 * (MAX_EXPANSION - STAGE - 3 + more)
    definition = {"stages": {"s": {"foreach": [0], "do": {"cmd": command}}}}
    expander = StageExpander(definition, "", lambda _: None, [], templates=False)
    assert [stage.name for stage in expander.stages()] == names
