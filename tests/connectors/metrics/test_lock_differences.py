"""How parameters differ from the lock: which names lead where, which values are equal, and what is said of many."""

from datetime import date

import pytest

from catalog.schema.tables.metrics import MeasureFile
from catalog.text import quoted
from connectors.metrics import lock_differences as module
from connectors.metrics.lock_differences import LockDifferences, differences
from connectors.metrics.measures import read_revision
from support.worlds import Link, World

SAME = LockDifferences()
TREE = {
    "lr": 1,
    "t": {"a": 1, "b": {"c": 2}},
    "l": [1, {"x": 2}],
    "m": {1: "a", "k": "b"},
    "s": {"only": 5},
    True: "c",
    "Truth": 3,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("lr", 1, id="a name"),
        pytest.param(".lr", 1, id="dots before it say nothing"),
        pytest.param("t.b.c", 2, id="names in maps"),
        pytest.param("l.0", 1, id="a place in a list"),
        pytest.param("l.-1", {"x": 2}, id="a place from its end"),
        pytest.param("l.1.x", 2, id="a name in a map at a place"),
        pytest.param("True", "c", id="true as a key"),
        pytest.param("Truth", 3, id="a name that begins like it"),
        pytest.param("l.00", 1, id="a place with zeros before it"),
        pytest.param("m.1", "a", id="a number that is a key"),
        pytest.param("m.k", "b", id="a text beside it"),
        pytest.param("s.*", 5, id="a star for all there is"),
        pytest.param("s.on?y", 5, id="a question mark"),
        pytest.param("[k-m]r", 1, id="letters in brackets"),
        pytest.param("**.c", 2, id="two stars for any number of levels"),
        pytest.param("s.**.only", 5, id="two stars for no level"),
        pytest.param("", TREE, id="no name: all"),
        pytest.param("/", TREE, id="a slash: all, as dpath has it"),
    ],
)
def test_a_name_leads_to_a_value(name, value):
    assert differences([name], TREE, {name: value}) == SAME


@pytest.mark.parametrize(
    "name", ["gone", "t.gone", "lr.a", "l.2", "l.-3", "l.a", "m.2", "t.", "False", "t.b.*.d", "gone.**"]
)
def test_a_name_leads_to_nothing(name):
    assert differences([name], TREE, {name: 1}) == LockDifferences(deleted=(name,))


@pytest.mark.parametrize("name", ["t.*", "l.*", "*", "**", "**.*", "m.?", "**.**"])
def test_a_pattern_that_leads_to_several_values_is_not_compared(name):
    assert differences([name], TREE, {name: 1}) == LockDifferences(uncompared=(name,))


@pytest.mark.parametrize(
    ("value", "locked", "differing"),
    [
        pytest.param([1, 2], [1.0, 2], [], id="whole and decimal numbers in a list"),
        pytest.param(True, 1, [], id="true and 1"),
        pytest.param({"a": [0.0]}, {"a": [False]}, [], id="false and 0, at any depth"),
        pytest.param([{"a": 1, "b": 2}], [{"b": 2, "a": 1}], [], id="maps in another order"),
        pytest.param({1: "x"}, {True: "x"}, [], id="equal keys"),
        pytest.param([1, 2], [2, 1], ["a"], id="a list in another order"),
        pytest.param({1: "x"}, {"1": "x"}, ["a.1"], id="a number and its text as keys"),
        pytest.param(1, "1", ["a"], id="a number and its text"),
        pytest.param(date(2024, 1, 1), "2024-01-01", ["a"], id="a date and its text"),
        pytest.param(2**53 + 1, float(2**53), ["a"], id="numbers that no decimal number tells apart"),
        pytest.param(None, False, ["a"], id="nothing and false"),
        pytest.param(float("nan"), float("nan"), ["a"], id="no number is not itself"),
        pytest.param({"b": 1, "c": {"d": 1}}, {"b": 2, "c": {"d": 2}}, ["a.b", "a.c.d"], id="what differs in maps"),
        pytest.param({"b": 1}, {"c": 1}, ["a.b", "a.c"], id="what only one of two maps has"),
        pytest.param({"b": [{"c": 1}]}, {"b": [{"c": 2}]}, ["a.b"], id="of lists, no place is named"),
        pytest.param(
            {("x",) * 40_000: 1}, {}, [f"a.{quoted(('x',) * 40_000)}"], id="a key that is too long to be named"
        ),
    ],
)
def test_values_are_equal_where_python_says_so(value, locked, differing):
    assert differences(["a"], {"a": value}, {"a": locked}) == LockDifferences(modified=tuple(differing))


def test_a_lock_that_lacks_the_file_makes_all_names_new():
    assert (differences(["a", "b"], {"a": 1}, None), differences([], {"a": 1}, None)) == (
        LockDifferences(new=("a", "b")),
        LockDifferences(new=("",)),
    )


def test_all_of_a_file():
    values, locked = {"a": 1, "b": {"c": 1}, "d": 1, 5: 1}, {"a": 1.0, "b": {"c": 2}, "e": 1, "5": 1}
    assert differences([], values, locked) == LockDifferences(modified=("b.c",), new=("d", "5"), deleted=("e", "5"))


def test_all_of_a_file_that_is_no_map():
    assert differences([], [1], {"a": 1}) == LockDifferences(uncompared=("",))


def test_a_new_name_that_leads_to_nothing_is_gone():
    assert differences(["a", "b"], {"a": 1}, {}) == LockDifferences(new=("a",), deleted=("b",))


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (module.MAX_DIFFERENCES, tuple(f"a.{n}" for n in range(module.MAX_DIFFERENCES))),
        (module.MAX_DIFFERENCES + 1, ("",)),
    ],
    ids=["as many as are named", "one more: the file"],
)
def test_many_differences(count, said):
    value, locked = ({str(n): side for n in range(count)} for side in (1, 2))
    assert differences(["a"], {"a": value}, {"a": locked}) == LockDifferences(modified=said)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many values as are looked at", "one more"])
def test_a_pattern_that_looks_at_many_values(beyond):
    values = dict.fromkeys(range(module.MAX_STEPS + beyond)) | {"a": 1}
    del values[0]
    found = differences(["[a]", "a"], values, {"[a]": 1, "a": 1})
    assert found == (LockDifferences(uncompared=("[a]",)) if beyond else SAME)


FILES = {
    ".dvc/config": "",
    "dvc.yaml": "stages:\n  s:\n    cmd: c ${lr}\n    wdir: w\n    params: [lr, ../p.json: [a]]\n    metrics: [m.json]\n"
    "  never: {cmd: c, params: [lr]}\n",
    "dvc.lock": "schema: '2.0'\nstages:\n  s:\n    cmd: c\n    params:\n      params.yaml: {lr: 1}\n      ../p.json: {a: 1}\n",
    "params.yaml": "lr: 0\n",
    "w/params.yaml": "lr: 2\n",
    "p.json": '{"a": 1}',
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({}, {"w/params.yaml": (("lr",), (), (), ()), "p.json": ((), (), (), ())}, id="paths count from the folder of the stage"),
        pytest.param({"p.json": None}, {"w/params.yaml": (("lr",), (), (), ()), "p.json": ((), (), ("",), ())}, id="a file that is gone"),
        pytest.param({"p.json": "{"}, {"w/params.yaml": (("lr",), (), (), ()), "p.json": (None, None, None, None)}, id="a file that is not valid"),
        pytest.param({"p.json": Link("q.json")}, {"w/params.yaml": (("lr",), (), (), ()), "p.json": ((), (), (), ("",))}, id="a link"),
        pytest.param({"dvc.lock": None}, {"w/params.yaml": (None,) * 4, "p.json": (None,) * 4}, id="a stage that never ran"),
    ],
)  # fmt: skip
def test_the_files_that_a_stage_names(files, expected):
    world = World()
    world.commit(FILES | files)
    found = {
        row.file: (row.modified_names, row.new_names, row.deleted_names, row.uncompared_names)
        for row in read_revision(world.revision())
        if isinstance(row, MeasureFile) and row.pipeline_stage == "s" and row.role == "params"
    }
    assert found == expected
