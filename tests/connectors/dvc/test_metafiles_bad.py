"""What bad `.dvc` files cost: no more than what is bad in them, and never an exception, a second or a secret."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog.schema.tables.dvc import Metafile, Output
from catalog.schema.tables.problems import Problem
from connectors.dvc.metafiles import read_revision, wants_file
from support.worlds import Link, World

A, B = "3e2b31c72181b87149ff995e7202c0e3", "c260024d5469c601d1559d9cdaa12ddb"


def rows(files, table):
    world = World()
    world.commit({".dvc/config": ""} | files)
    return [row for row in read_revision(world.revision()) if isinstance(row, table)]


def problems(files):
    return [(row.rule, row.place) for row in rows(files, Problem)]


def hashes(files):
    return [(row.path, row.hash_kind, row.hash) for row in rows(files, Output)]


def out(*lines):
    return "outs:\n- path: m\n" + "".join(f"  {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("text", "kept", "found"),
    [
        pytest.param(out(f"md5: {A}.dir"), [("m", "md5-dos2unix", f"{A}.dir")], [], id="a folder's hash"),
        pytest.param(
            out("md5: 12345678901234567890123456789012"),
            [("m", "md5-dos2unix", "12345678901234567890123456789012")],
            [],
            id="a hash of digits alone, without quotes",
        ),
        pytest.param(
            out("md5: ../../../etc/passwd"),
            [("m", None, None)],
            [("bad-hash", "m.dvc: outs[0].md5")],
            id="a hash that is a path",
        ),
        pytest.param(
            out(f"md5: {A.upper()}"), [("m", None, None)], [("bad-hash", "m.dvc: outs[0].md5")], id="a hash in capitals"
        ),
        pytest.param(
            out("md5: 01234567890123456789012345678901"),
            [("m", None, None)],
            [("bad-hash", "m.dvc: outs[0].md5")],
            id="digits that lost a zero",
        ),
        pytest.param(
            out("hash: sha256", "sha256: 00"),
            [("m", None, None)],
            [("bad-hash", "m.dvc: outs[0].hash"), ("refused-by-dvc", "m.dvc: outs[0].sha256")],
            id="another kind of hash",
        ),
        pytest.param(
            out(f"md5: {A}", "size: many"),
            [("m", "md5-dos2unix", A)],
            [("wrong-type", "m.dvc: outs[0].size")],
            id="a size that is no number",
        ),
        pytest.param(
            out(f"md5: {A}", "size: 99999999999999999999"),
            [("m", "md5-dos2unix", A)],
            [("wrong-type", "m.dvc: outs[0].size")],
            id="a size that no column holds",
        ),
        pytest.param(
            out(f"md5: {A}", "cloud: [1]", "labels: x"),
            [("m", "md5-dos2unix", A)],
            [("wrong-type", "m.dvc: outs[0].cloud"), ("wrong-type", "m.dvc: outs[0].labels")],
            id="values of other types",
        ),
        pytest.param(
            "outs:\n- 7\n- path: m\n",
            [("m", None, None)],
            [("wrong-type", "m.dvc: outs[0]")],
            id="an entry that is no map",
        ),
        pytest.param(
            "outs:\n- path: ../m\n- path: m\n",
            [("m", None, None)],
            [("outside", "m.dvc: outs[0].path")],
            id="a path out of the repository",
        ),
        pytest.param(
            "wdir: /etc\n" + out(),
            [],
            [("outside", "m.dvc: wdir")],
            id="a working directory out of the repository",
        ),
        pytest.param(
            "outs:\n- path: /etc/m\n- path: s3://me:pw@b/m\n",
            [("/etc/m", None, None), ("s3://b/m", None, None)],
            [],
            id="external paths stay, without credentials",
        ),
        pytest.param(
            "outs:\n- md5: a\n- path: m\n", [("m", None, None)], [("wrong-type", "m.dvc: outs[0].path")], id="no path"
        ),
        pytest.param(
            out("hash: md5", "files: [{relpath: ../x, md5: " + A + "}]"),
            [("m", None, None)],
            [("outside", "m.dvc: outs[0].files[0].relpath")],
            id="a listed file out of its folder",
        ),
        pytest.param("outs: 7", [], [("wrong-type", "m.dvc: outs")], id="outputs that are no list"),
        pytest.param("[]", [], [("wrong-type", "m.dvc")], id="a file that is no map"),
        pytest.param("", [], [("wrong-type", "m.dvc")], id="an empty file"),
        pytest.param("a: [", [], [("not-yaml", "m.dvc")], id="no YAML"),
        pytest.param("a: 1\na: 2\n", [], [("duplicate-key", "m.dvc")], id="a key twice"),
        pytest.param(b"\xff\xfe", [], [("not-utf8", "m.dvc")], id="no UTF-8"),
        pytest.param("[" * 50_000, [], [("too-deep", "m.dvc")], id="50,000 brackets"),
        pytest.param(
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{chr(b + 1)}: &{chr(b + 1)} [{','.join(['*' + chr(b)] * 9)}]\n" for b in range(97, 106)),
            [],
            [("too-big", "m.dvc")],
            id="an alias bomb",
        ),
        pytest.param("outs: []\n" + "#" * (1 << 20), [], [("too-big", "m.dvc")], id="an enormous file"),
        pytest.param(out("meta: &m {x: *m}"), [], [("endless", "m.dvc")], id="a value that contains itself"),
    ],
)
def test_what_is_bad_costs_no_more_than_itself(text, kept, found):
    good = {"z.dvc": f"outs:\n- path: z\n  md5: {B}\n"}
    assert hashes({"m.dvc": text} | good) == [*kept, ("z", "md5-dos2unix", B)]
    assert problems({"m.dvc": text} | good) == found


@pytest.mark.parametrize(
    "files",
    [
        {"m.dvc": "wdir: https://me:hidden@h/x"},
        {"m.dvc": "outs: 'https://me:hidden@h/x'"},
        {"m.dvc": "outs: [{path: 'https://me:hidden@h/x', size: x}]"},
        {"m.dvc": "outs: [{path: 'https://me:hidden@h/" + "x" * 5000 + "'}]"},
        {"m.dvc": "outs: [{path: m, files: [{relpath: 'https://me:hidden@h/x'}]}]"},
        {
            "dvc.yaml": "stages: {s: {cmd: c, outs: [{'https://me:hidden@h/x': {cache: x}}], deps: ['https://h/x?token=hidden']}}"
        },
        {"dvc.yaml": "stages: {s: {cmd: c, wdir: 'https://me:hidden@h/x'}}"},
    ],
)
def test_no_password_of_a_url_is_in_a_row_or_a_problem(files):
    assert "hidden" not in repr(rows(files, object))


def test_links_and_other_files_are_not_followed():
    files = {"a.dvc": Link("z.dvc"), ".dvc/tmp/repro.dat": b"\x80pickle", "z.dvc": out()}
    assert [row.file for row in rows(files, Metafile)] == ["z.dvc"]
    assert not wants_file(".dvc/tmp/repro.dat")


def test_a_pattern_that_would_keep_a_regular_expression_busy_does_not():
    files = {".dvcignore": "*a" * 30 + "b\n", "a" * 200 + ".dvc": out()}
    assert hashes(files) == [("m", None, None)]


@pytest.mark.parametrize(
    ("ignore", "rule"),
    [
        pytest.param("m.dvc\n" * 201, "too-big", id="too many patterns"),
        pytest.param("m" * 1001, "too-big", id="a pattern that is too long"),
        pytest.param(b"\xff", "not-utf8", id="no text"),
    ],
)
def test_a_dvcignore_that_cannot_be_read_ignores_nothing(ignore, rule):
    files = {".dvcignore": ignore, "m.dvc": out()}
    assert (hashes(files), problems(files)) == ([("m", None, None)], [(rule, ".dvcignore")])


KEYS = [
    "outs",
    "deps",
    "path",
    "md5",
    "hash",
    "cloud",
    "files",
    "relpath",
    "stages",
    "cmd",
    "foreach",
    "do",
    "matrix",
    "vars",
    "wdir",
    "params",
    "schema",
    "size",
    "repo",
    "url",
    "db",
    "datasets",
    "name",
    "type",
    "meta",
    "live",
]
WORDS = ["a", "${a}", "${item.x}", "..", "/x", "s3://b/c", "2.0", A, "ds://x", ""]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.integers(), inner, max_size=4)
    ),
    max_leaves=30,
)


@given(VALUES, VALUES, VALUES)
def test_garbage_never_raises(single, pipeline, lock):
    files = {
        "x.dvc": single,
        "dvc.yaml": {"stages": {"a": pipeline, "b": {"foreach": lock, "do": single}}},
        "dvc.lock": {"schema": "2.0", "stages": {"a": lock}},
        "d/dvc.yaml": pipeline,
        "d/dvc.lock": lock,
        "d/params.yaml": single,
    }
    assert all(row.commit for row in rows({path: yaml.safe_dump(value) for path, value in files.items()}, object))


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_noise_never_raises(one, other):
    files = {"x.dvc": one, "dvc.yaml": other, "dvc.lock": one, ".dvcignore": other}
    assert all(row.commit for row in rows(files, object))


@pytest.mark.parametrize("path", ["/m.dvc", "a//m.dvc"])
def test_a_folder_without_a_name_keeps_nobody_waiting(path):
    assert [found[1:] for found in hashes({path: out(f"md5: {A}")})] == [("md5-dos2unix", A)]
