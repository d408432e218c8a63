"""Which files the annotations of a commit are read from, and the bounds of these."""

import pytest

from connectors.artifacts.annotations import wants_also
from connectors.artifacts.files import MAX_REMEMBERED, MAX_VARS, ROW, stated
from support.worlds import World

LARGEST = MAX_REMEMBERED // 10  # of one value: see BoundedCache
FOUND = "found more than 100 files of variables, expected at most that"


def names_files(count, *, between="", params=""):
    """A `dvc.yaml` whose `vars` name so many files, each of which defines one value; an artifact has the last one."""
    items = "".join(f"- v{n}.yaml\n{between}" for n in range(count))
    text = f"vars:\n{params}{items}artifacts:\n  m: {{path: '${{k{count - 1}}}'}}\n"
    return {"a/dvc.yaml": text} | {f"a/v{n}.yaml": f"k{n}: p{n}" for n in range(count)}


@pytest.mark.parametrize(
    ("files", "path", "told"),
    [
        pytest.param(names_files(MAX_VARS), f"p{MAX_VARS - 1}", [], id="as many files as may be"),
        pytest.param(
            names_files(MAX_VARS, between="- {}\n- v0.yaml:k\n"),
            f"p{MAX_VARS - 1}",
            [],
            id="maps, and files named again, do not count",
        ),
        pytest.param(
            names_files(MAX_VARS, params="- params.yaml\n") | {"a/params.yaml": "x: 1"},
            f"p{MAX_VARS - 1}",
            [],
            id="nor do the parameters next to it",
        ),
        pytest.param(
            names_files(MAX_VARS + 1),
            f"${{k{MAX_VARS}}}",
            [
                ("template", f"a/dvc.yaml: vars[{MAX_VARS}]", FOUND),
                (
                    "template",
                    "a/dvc.yaml: artifacts.m.path",
                    f"found '${{k{MAX_VARS}}}', expected a name that params.yaml or `vars` defines",
                ),
            ],
            id="one file more",
        ),
    ],
)
def test_vars_name_so_many_files(files, path, told):
    world = World()
    world.commit(files)
    found = stated(world.revision())
    problems = [(problem.rule, problem.place, problem.message) for problem in found.problems]
    assert ([row.path for row in found.annotations], problems) == ([path], told)


@pytest.mark.parametrize("count", [MAX_VARS, MAX_VARS + 1], ids=["as many files as may be", "one more"])
def test_no_more_files_are_asked_for_than_vars_may_name(count):
    world = World()
    world.commit(names_files(count))
    revision = world.snapshot(lambda path: path == "a/dvc.yaml").revision(world.tip())
    assert [*wants_also(revision)] == [f"a/v{n}.yaml" for n in range(MAX_VARS)]


@pytest.mark.parametrize(
    ("more", "is_kept"),
    [pytest.param(0, True, id="a tenth of all bytes"), pytest.param(1, False, id="one byte more")],
)
def test_annotations_of_the_same_files_are_read_once_within_a_bound(more, is_kept):
    world = World()
    texts = {path: f"artifacts: {{m: {{path: p}}, n: 1}}\n# {path}" for path in ("a/dvc.yaml", "b/dvc.yaml")}
    padding = LARGEST + more - 2 * 2 * ROW - sum(map(len, texts.values()))  # each file has one annotation, one problem
    texts["a/dvc.yaml"] += "x" * (padding // 2)
    texts["b/dvc.yaml"] += "x" * (padding - padding // 2)
    first, second = world.commit(texts), world.commit({"other": "x"})
    assert (stated(world.revision(first)) is stated(world.revision(second))) == is_kept
