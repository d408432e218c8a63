"""How much of one metafile is read and reported, and what is kept for other commits."""

import pytest

from catalog.schema.tables.dvc import PipelineStage
from connectors.dvc.index import MAX_PROBLEMS, MAX_REMEMBERED, MAX_VARIABLES, ROW, VALUE, index
from support.worlds import World

LARGEST = MAX_REMEMBERED // 10  # of one value: see BoundedCache


def indexed(files):
    world = World()
    world.commit(files)
    return index(world.revision())


@pytest.mark.parametrize(
    ("count", "rest"),
    [
        pytest.param(MAX_PROBLEMS, [], id="as many as are reported"),
        pytest.param(
            MAX_PROBLEMS + 1,
            [("too-many", "m.dvc", "found 101 faults; those after the first 100 are left out")],
            id="one more",
        ),
    ],
)
def test_so_many_faults_of_a_file_are_reported(count, rest):
    (found,) = indexed({"m.dvc": "outs: [" + "7," * count + "]"}).files
    each = [("wrong-type", f"m.dvc: outs[{n}]", "found 7, expected a map") for n in range(MAX_PROBLEMS)]
    assert [(row.rule, row.place, row.message) for row in found.read.problems] == [*each, *rest]


@pytest.mark.parametrize(
    ("count", "command", "told"),
    [
        pytest.param(MAX_VARIABLES, f"run {MAX_VARIABLES - 1}", [], id="as many as may be"),
        pytest.param(
            MAX_VARIABLES + 1,
            None,
            [
                (f"dvc.yaml: vars[{MAX_VARIABLES}]", "found more than 100 files of variables, expected at most that"),
                (
                    "dvc.yaml: stages.s.cmd",
                    f"found '${{k{MAX_VARIABLES}}}', expected a name that params.yaml or `vars` defines",
                ),
            ],
            id="one more",
        ),
    ],
)
def test_templates_draw_from_so_many_files(count, command, told):
    items = "".join(f"- v{n}.yaml\n" for n in range(count))
    text = f"vars:\n{items}stages: {{s: {{cmd: 'run ${{k{count - 1}}}'}}}}\n"
    (found,) = indexed({"dvc.yaml": text} | {f"v{n}.yaml": f"k{n}: {n}" for n in range(count)}).files
    commands = [row.command for row in found.read.rows if isinstance(row, PipelineStage)]
    assert (commands, [(row.place, row.message) for row in found.read.problems]) == ([command], told)


def outs(count):
    return "outs:\n" + "".join(f"- path: p{n}\n" for n in range(count))


@pytest.mark.parametrize(
    ("more", "is_kept"),
    [pytest.param(0, True, id="a tenth of all bytes"), pytest.param(1, False, id="one byte more")],
)
def test_a_file_is_read_once_within_a_bound(more, is_kept):
    text = outs(1_000) + "#"
    text = text.ljust(LARGEST - 1_000 * ROW + more, "x")
    first, second = indexed({"m.dvc": text}).files[0], indexed({"m.dvc": text, "other": "x"}).files[0]
    assert (first == second, first.read is second.read) == (True, is_kept)


@pytest.mark.parametrize(
    ("more", "is_kept"),
    [pytest.param(0, True, id="a tenth of all bytes"), pytest.param(1, False, id="one byte more")],
)
def test_the_values_of_a_lock_count(more, is_kept):
    """A list of parameters is one row, whose values are kept as well."""
    count = 10_000
    pipeline = "stages: {s: {cmd: c}}"
    lock = f"schema: '2.0'\nstages: {{s: {{cmd: c, params: {{params.yaml: {{l: [{'1,' * count}]}}}}}}}}\n#"
    rest = LARGEST - len(pipeline) - len("c") - 2 * ROW - VALUE * (count + len(["params.yaml", "l"]))
    files = {"dvc.yaml": pipeline, "dvc.lock": lock.ljust(rest + more, "x")}
    first, second = indexed(files).files[0], indexed(files | {"other": "x"}).files[0]
    assert (first == second, first.read.rows is second.read.rows) == (True, is_kept)


@pytest.mark.parametrize(
    ("more", "is_kept"),
    [pytest.param(0, True, id="a tenth of all bytes"), pytest.param(1, False, id="one row more")],
)
def test_an_index_is_made_once_within_a_bound(more, is_kept):
    count = LARGEST // ROW - 2 + more  # two files
    first, second = (indexed({"m.dvc": outs(count), "other": "x"}) for _ in range(2))
    assert (first == second, first is second) == (True, is_kept)
