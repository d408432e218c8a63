"""What hostile files of metrics, parameters and plots cost: themselves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.git.objects import RawObject
from catalog.git.snapshot import MAX_OBJECT, OVERSIZED
from catalog.schema.arrow import to_arrow
from catalog.schema.tables.dvc import Param
from catalog.schema.tables.metrics import Image, MeasureFile, Metric, PlotSeries
from catalog.schema.tables.problems import Problem
from connectors.dvc.lock import MAX_PARAMS
from connectors.metrics import files as measure_files
from connectors.metrics import measures
from connectors.metrics.measures import read_revision, wants_also
from connectors.metrics.values import MAX_METRICS
from support.worlds import World

A = "3e2b31c72181b87149ff995e7202c0e3"
BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 23))
GOOD = {".dvc/config": "", "good.json": "7"}


def world_of(files):
    world = World()
    world.commit(GOOD | files)
    return world


def rows(files, table=object):
    return [row for row in read_revision(world_of(files).revision()) if isinstance(row, table)]


@pytest.mark.parametrize(
    ("file", "data", "rule"),
    [
        pytest.param("m.yaml", BOMB, "too-big", id="an alias bomb"),
        pytest.param("m.yaml", "[" * 50_000, "too-deep", id="50,000 brackets of YAML"),
        pytest.param("m.yaml", "a: 1\na: 2\n", "duplicate-key", id="a key of YAML twice"),
        pytest.param("m.yaml", b"\xff\xfe", "not-utf8", id="YAML that is no text"),
        pytest.param("m.pkl", b"\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00\x8c\x02os.", "not-utf8", id="a pickle"),
        pytest.param("m.json", "[" * 50_000, "too-deep", id="50,000 brackets of JSON"),
        pytest.param("m.json", '{"a":' * 200 + "1" + "}" * 200, "too-deep", id="200 levels of JSON"),
        pytest.param("m.json", "1" * 100_000, "too-big", id="a number of 100,000 digits"),
        pytest.param("m.json", "1" * 2_000, "too-big", id="a number of 2,000 digits"),
        pytest.param("m.json", b"\xff", "not-utf8", id="JSON that is no text"),
        pytest.param("m.json", " " * (1 << 20) + "1", "too-big", id="a file of more than a mebibyte"),
        pytest.param("m.toml", "a=" + "[" * 50_000, "too-deep", id="50,000 brackets of TOML"),
        pytest.param("m.toml", ".".join(["a"] * 50_000) + "=1", "too-deep", id="50,000 levels in one name of TOML"),
        pytest.param("m.toml", "a = 0x" + "f" * 50_000, "too-big", id="a whole number of TOML that nobody can print"),
        pytest.param("m.toml", "#" * 200_000, "too-big", id="long TOML"),
        pytest.param("m.py", "x = " + "(" * 50_000, "not-python", id="50,000 brackets of Python"),
        pytest.param("m.py", "x = " + "-" * 50_000 + "1", "too-deep", id="50,000 signs of Python"),
        pytest.param("m.py", "x = a" + ".b" * 50_000, "too-deep", id="50,000 names of Python"),
        pytest.param("m.py", "x = 1" + "+1" * 50_000, "too-deep", id="50,000 sums of Python"),
        pytest.param("m.py", "x = 0x" + "f" * 50_000, "too-big", id="a whole number of Python that nobody can print"),
        pytest.param("m.py", "x = 1\0", "not-python", id="Python with a null byte"),
        pytest.param("m.py", "#" * 200_000, "too-big", id="long Python"),
    ],
)
def test_a_bad_file_costs_that_file(file, data, rule):
    found = rows({"dvc.yaml": f"metrics: [{file}, good.json]\n", file: data})
    said = [row for row in found if isinstance(row, Metric | Problem)]
    assert [
        (row.file, row.text) if isinstance(row, Metric) else (row.rule, row.place.split(":")[0]) for row in said
    ] == [
        ("good.json", "7"),
        (rule, file),
    ]


HALVES = {
    "JSON": ("m.json", '{"a": "\\ud800", "\\udfff": {"b": ["\\ud83d"], "c": 1}, "whole": "\\ud83d\\ude00"}'),
    "Python": ("m.py", "a = '\\ud800'\nx = {'\\udfff': {'b': ['\\ud83d'], 'c': 1}}\nwhole = '\\U0001f600'\n"),
}


@pytest.mark.parametrize(("file", "data"), HALVES.values(), ids=HALVES)
def test_half_of_a_character_costs_no_other_value(file, data):
    found = rows({"dvc.yaml": f"metrics: [{file}, good.json]\nparams: [{file}]\n", file: data})
    metrics = {row.name.removeprefix("x."): row.text for row in found if isinstance(row, Metric) and row.file == file}
    assert metrics == {"a": "\\ud800", "\\udfff.c": "1", "whole": "\U0001f600"}
    assert {row.text for row in found if isinstance(row, Param)} >= {"\\ud800", "1"}
    assert not [row for row in found if isinstance(row, Problem)]


def test_python_is_read_and_never_run(tmp_path):
    trap = tmp_path / "trap"
    lines = [
        f"open({str(trap)!r}, 'w')",
        f"A = __import__('pathlib').Path({str(trap)!r}).touch()",
        f"B = [c for c in ({str(trap)!r},) if open(c, 'w')]",
        f"C = {{'a': open({str(trap)!r}, 'w')}}",
        "D = {[1]: 2}",
        "E = '\\d'",
        "F, G = 1, 2",
        "H = {b'x': 1j}",
    ]
    found = rows({"dvc.yaml": "metrics: [m.py]\n", "m.py": "\n".join(lines)}, Metric)
    assert ([(row.name, row.text) for row in found], trap.exists()) == ([("E", "\\d"), ("H.b'x'", "1j")], False)


@pytest.mark.parametrize(
    ("file", "data", "rule"),
    [
        pytest.param("x.png", b"<html><svg>", "not-an-image", id="a page that says it is an image"),
        pytest.param(
            "x.png", b"\x89PNG\r\n\x1a\n" + b"\0" * (512 << 10), "too-big", id="an image of more than 512 KiB"
        ),
        pytest.param("x.svg", "<!--" * 1_000, "not-an-image", id="comments that never end"),
        pytest.param("x.svg", "<!DOCTYPE [" * 300, "not-an-image", id="a drawing that never begins"),
        pytest.param("x.txt", "1", "not-a-plot", id="a file of no kind"),
        pytest.param("x.csv", b"a\n\xff", "not-utf8", id="a table that is no text"),
        pytest.param("x.csv", "a\n" + "x" * 200_000, "not-csv", id="a table with an endless cell"),
        pytest.param("x.json", "{", "not-json", id="no JSON"),
    ],
)
def test_a_bad_plot_has_no_content(file, data, rule):
    found = rows({"dvc.yaml": f"plots: [{file}]\n", file: data})
    assert [getattr(row, "content", None) or getattr(row, "rule", None) for row in found] == [None, None, rule]


def test_what_goes_over_a_bound_is_left_out_and_said():
    wide = ",".join(map(str, range(50_000)))
    files = {
        "dvc.yaml": "plots: [wide.csv, long.csv]\nmetrics: [many.json, d, text.json]\n",
        "wide.csv": f"{wide}\n{wide}\n",
        "long.csv": "a\n" + "1\n" * 20_000,
        "many.json": json.dumps({f"m{n}": n for n in range(5_000)}),
        "text.json": json.dumps({"a": "x" * 2_000, "b": 1}),
    }
    files |= {f"d/{n}.json": "1" for n in range(300)}
    found = rows(files)
    counts = [sum(isinstance(row, table) for row in found) for table in (Metric, PlotSeries, MeasureFile)]
    assert (counts, [(row.rule, row.place) for row in found if isinstance(row, Problem)]) == (
        [2_000 + 200 + 1, 64 + 1, 2 + 1 + 200 + 1],
        [
            ("too-many", "many.json"),
            ("too-many", "d/278.json"),
            ("too-big", "text.json: a"),
            ("too-many", "wide.csv"),
            ("too-many", "long.csv"),
        ],
    )


@pytest.mark.slow
def test_a_foreach_over_a_million_items_costs_its_stages():
    definition = (
        "metrics: [good.json]\nstages:\n  s:\n    matrix:\n"
        + "".join(f"      {axis}: [{','.join(map(str, range(100)))}]\n" for axis in "abc")
        + "    cmd: c\n    metrics: ['${item.a}-${item.b}-${item.c}.json']\n"
    )
    found = rows({"dvc.yaml": definition}, MeasureFile)
    assert len(found) <= measure_files.MAX_FILES


@pytest.mark.slow
@pytest.mark.parametrize(
    ("count", "more", "kept", "told"),
    [
        pytest.param(
            measure_files.MAX_FILES, 1, measure_files.MAX_FILES, [], id="as many as are read, one of them named twice"
        ),
        pytest.param(
            measure_files.MAX_FILES + 1,
            0,
            measure_files.MAX_FILES,
            [("too-many", "", "found more than 5,000 files of metrics, parameters and plots; the rest is left out")],
            id="one more",
        ),
    ],
)
def test_a_revision_has_so_many_files(count, more, kept, told):
    names = [f"m{number}.json" for number in range(count)]
    found = rows({"dvc.yaml": f"metrics: [{', '.join([*names, *names[:more]])}]"})
    assert (
        [row.file for row in found if isinstance(row, MeasureFile)],
        [(row.rule, row.place, row.message) for row in found if isinstance(row, Problem)],
    ) == (names[:kept], told)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "told"),
    [
        pytest.param({}, [], id="as many as are kept"),
        pytest.param(
            {"more.json": '{"b": 1}'},
            [("too-many", "", "found more than 50,000 metrics and parameters; the rest is left out")],
            id="one more",
        ),
    ],
)
def test_a_revision_has_so_many_metrics_and_parameters(more, told):
    values = json.dumps({f"p{number}": number for number in range(MAX_PARAMS)})
    files = {f"{number}.json": values for number in range(measures.MAX_ROWS // MAX_PARAMS - 1)}
    rest = json.dumps({f"m{number}": number for number in range(MAX_METRICS)})
    files |= {f"m{number}.json": rest for number in range(MAX_PARAMS // MAX_METRICS)}
    stated = [name for name in files if name[0] != "m"], [*(name for name in files if name[0] == "m"), *more]
    found = rows({"dvc.yaml": f"metrics: [{', '.join(stated[1])}]\nparams: [{', '.join(stated[0])}]", **files, **more})
    kept = [sum(isinstance(row, table) for row in found) for table in (Metric, Param)]
    assert (sum(kept), [(row.rule, row.place, row.message) for row in found if isinstance(row, Problem)]) == (
        measures.MAX_ROWS,
        told,
    )


@pytest.mark.parametrize(
    ("size", "status", "told"),
    [
        pytest.param(MAX_OBJECT, "fetched", [], id="as large as is read"),
        pytest.param(
            MAX_OBJECT + 1,
            "bad",
            [("too-big", "m.json", "the file has 1,048,577 bytes, expected at most 1,048,576")],
            id="one byte more",
        ),
    ],
)
def test_a_file_in_storage_has_so_many_bytes(size, status, told):
    world = world_of({"m.dvc": f"outs: [{{path: m.json, md5: {A}, metric: true}}]"})
    world.objects[f"md5:{A}"] = RawObject("stored", b"1".ljust(size))
    found = [*read_revision(world.revision())]
    assert (
        [row.status for row in found if isinstance(row, MeasureFile)],
        [(row.rule, row.place, row.message) for row in found if isinstance(row, Problem)],
    ) == ([status], told)


@pytest.mark.parametrize(
    "digest", ["../../../../etc/passwd", "3E2B31C72181B87149FF995E7202C0E3", f"{A}.dir/../x", f"{A}\n", "0" * 31]
)
def test_a_hash_that_leads_elsewhere_is_never_asked_for(digest):
    remote = "[core]\n    remote = r\n['remote \"r\"']\n    url = https://example.com\n"
    files = {
        ".dvc/config": remote,
        "m.dvc": f"outs:\n- {{path: m, hash: md5, md5: {json.dumps(digest)}, metric: true}}\n",
    }
    world = world_of(files)
    assert ([*wants_also(world.revision())], [row.status for row in rows(files, MeasureFile)]) == ([], ["missing"])


@pytest.mark.parametrize(
    "manifest",
    [
        "[" * 50_000,
        "{}",
        "[1]",
        '[{"md5": "../x", "relpath": "m.json"}]',
        f'[{{"md5": "{A}", "relpath": "../m.json"}}]',
        f'[{{"md5": "{A}", "relpath": "/m.json"}}]',
        f'[{{"md5": "{A}"}}]',
    ],
)
def test_a_bad_list_of_a_folder_costs_that_folder(manifest):
    folder = f"{A}.dir"
    world = world_of(
        {"dvc.yaml": "metrics: [d, d/m.json, good.json]\n", "d.dvc": f"outs:\n- {{path: d, md5: {folder}}}\n"}
    )
    world.objects[f"md5:{folder}"] = RawObject("stored", manifest.encode())
    found = [(row.file, row.status) for row in read_revision(world.revision()) if isinstance(row, MeasureFile)]
    assert found == [("d", "bad"), ("d/m.json", "bad"), ("good.json", "ok")]


def test_a_file_that_was_not_fetched_is_said():
    world = world_of({"dvc.yaml": "metrics: [a.json, b.json]\n", "a.json": "1", "b.json": "2"})
    files = world.revision().files
    world.objects[files["a.json"]] = RawObject(OVERSIZED, b"")
    del world.objects[files["b.json"]]
    found = [*read_revision(world.revision())]
    assert [row.status if isinstance(row, MeasureFile) else row.rule for row in found] == [
        "bad",
        "bad",
        "too-big",
        "missing-object",
    ]


def test_the_same_plot_named_by_a_thousand_is_kept_once():
    plots = "".join(f"- p{n}: {{y: {{x.csv: a}}}}\n" for n in range(1_500))
    found = rows({"dvc.yaml": f"plots:\n{plots}", "x.csv": "a\n1\n"})
    assert (sum(isinstance(row, PlotSeries) for row in found), len(found)) == (1, 1_000 + 1 + 1)


SUFFIXES = st.sampled_from([".json", ".yaml", ".toml", ".py", ".csv", ".tsv", ".png", ".svg", ".txt", ""])
TEXTS = st.text(st.sampled_from("ab01.,:;-+[]{}()\"'\\\n\t #&*!?=_eE\0é\ud7ff"), max_size=60)
GARBAGE = TEXTS.map(str.encode) | st.binary(max_size=60)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
    max_leaves=10,
)


@given(SUFFIXES, GARBAGE | VALUES.map(lambda value: json.dumps(value).encode()))
def test_garbage_in_a_file_never_raises_and_can_be_kept(suffix, data):
    name = f"x{suffix}"
    definition = f"metrics: [{name}]\nparams: [{name}]\nplots: [{name}]\n"
    for table in (Metric, PlotSeries, Image, MeasureFile, Problem):
        to_arrow(table, rows({"dvc.yaml": definition, name: data}, table))


ITEMS = st.recursive(
    st.sampled_from(["a", "d/x", "${p}", "..", "/x", "s3://x", "", None, 1, True, "a\0b"]),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["x", "y", "title", "a", "d", "header", "cache"]), inside, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.slow
@given(ITEMS, ITEMS, ITEMS, ITEMS)
def test_garbage_in_a_definition_never_raises(metrics, params, plots, stage):
    definition = {"metrics": metrics, "params": params, "plots": plots}
    definition["stages"] = {"s": {"cmd": "c", "metrics": stage, "params": stage, "plots": stage, "vars": stage}}
    world = world_of({"dvc.yaml": json.dumps(definition), "a": "1", "d/x": "2", "params.yaml": "p: [1]"})
    assert all([*read_revision(world.revision()), *wants_also(world.revision()), True])
