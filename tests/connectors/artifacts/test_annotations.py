"""What `dvc.yaml` and `artifacts.yaml` say; DVC's schema and resolver, and GTO's index, are the judges of what is valid."""

import io
import json
from types import SimpleNamespace

import pytest
from dvc.dvcfile import ProjectFile
from dvc.exceptions import DvcException
from dvc.fs import LocalFileSystem
from dvc.parsing import DataResolver
from gto.exceptions import GTOException
from gto.index import Index
from hypothesis import given
from hypothesis import strategies as st

from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation
from connectors.artifacts.annotations import CONNECTOR, read_revision
from connectors.formats.typed import load_yaml
from support.worlds import Link, World


def read(files):
    """The annotations of a commit without its id, and the rules and places of problems."""
    world = World()
    world.commit(files)
    rows = [*read_revision(world.revision())]
    facts = [
        (row.file, row.artifact, row.path, row.type, row.description, row.labels, row.meta)
        for row in rows
        if isinstance(row, Annotation)
    ]
    return facts, [(row.rule, row.place) for row in rows if isinstance(row, Problem)]


def artifacts(*lines):
    return "artifacts:\n" + "".join(f"  {line}\n" for line in lines)


def bare(file, artifact, path):
    return file, artifact, path, None, None, (), {}


def dvc_accepts(text):
    """DVC's schema takes the file."""
    try:
        ProjectFile.validate(load_yaml(text.encode()) or {}, "dvc.yaml")
    except DvcException:
        return False
    return True


def test_an_annotation_is_kept_as_stated():
    world = World()
    full = artifacts(
        "churn:",
        "  path: models/churn.pkl",
        "  type: model",
        "  desc: Who leaves",
        "  labels: [tabular, 'a b ✓']",
        "  meta: {framework: lightgbm, threshold: 0.5, trained: 2024-05-01, ok: true, none: null, deep: {a: [1, é]}, 7: x}",
    )
    commit = world.commit({"cv/dvc.yaml": full})
    assert [*read_revision(world.revision())] == [
        Annotation(
            commit=commit,
            file="cv/dvc.yaml",
            source="dvc.yaml",
            artifact="cv:churn",
            path="models/churn.pkl",
            type="model",
            description="Who leaves",
            labels=("tabular", "a b ✓"),
            meta={"framework": "lightgbm", "threshold": "0.5", "trained": "2024-05-01", "ok": "true", "none": "null"}
            | {"deep": '{"a":[1,"é"]}', "7": "x"},
            target="cv/models/churn.pkl",
        )
    ]


@pytest.mark.parametrize(
    ("text", "facts", "problems"),
    [
        pytest.param("", [], [], id="an empty file is fine"),
        pytest.param("stages: {}", [], [], id="so is one without artifacts"),
        pytest.param("artifacts: {}", [], [], id="so is one with none"),
        pytest.param(artifacts("a: {path: p}"), [bare("dvc.yaml", "a", "p")], [], id="the root has no folder"),
        pytest.param(
            artifacts("a: {path: s3://b/k}"), [bare("dvc.yaml", "a", "s3://b/k")], [], id="a path may be a URL"
        ),
        pytest.param(artifacts("a: {path: ../p}"), [bare("dvc.yaml", "a", "../p")], [], id="a path may lead out"),
        pytest.param(
            artifacts("release/a: {path: p}"), [bare("dvc.yaml", "release/a", "p")], [], id="a name may have a slash"
        ),
    ],
)
def test_what_dvc_accepts_is_read(text, facts, problems):
    assert (read({"dvc.yaml": text}), dvc_accepts(text)) == ((facts, problems), True)


GOOD = "z: {path: p}"
LEFT = [bare("dvc.yaml", "z", "p")]


@pytest.mark.parametrize(
    ("text", "facts", "problems"),
    [
        pytest.param(artifacts("a:", GOOD), LEFT, [("annotation", "artifacts.a")], id="an entry that is nothing"),
        pytest.param(artifacts("a: {type: m}", GOOD), LEFT, [("annotation", "artifacts.a")], id="no path"),
        pytest.param(
            artifacts("a: {path: 3}", GOOD), LEFT, [("annotation", "artifacts.a.path")], id="a number for a path"
        ),
        pytest.param(
            artifacts("a: {path: p, type: 1}", GOOD),
            LEFT,
            [("annotation", "artifacts.a.type")],
            id="a number for a type",
        ),
        pytest.param(
            artifacts("a: {path: p, desc: }", GOOD),
            LEFT,
            [("annotation", "artifacts.a.desc")],
            id="nothing for a description",
        ),
        pytest.param(
            artifacts("a: {path: p, labels: x}", GOOD),
            LEFT,
            [("annotation", "artifacts.a.labels")],
            id="text for labels",
        ),
        pytest.param(
            artifacts("a: {path: p, labels: [x, 1]}", GOOD),
            LEFT,
            [("annotation", "artifacts.a.labels[1]")],
            id="a number among the labels",
        ),
        pytest.param(artifacts("1: {path: p}", GOOD), LEFT, [("annotation", "artifacts.1")], id="a number for a name"),
        pytest.param(
            artifacts("z: {path: p, foo: 1}"), LEFT, [("unknown-key", "artifacts.z")], id="an unknown key costs nothing"
        ),
        pytest.param("artifacts:", [], [("wrong-type", "artifacts")], id="nothing for all artifacts"),
        pytest.param("- a", [], [("wrong-type", "")], id="a list for the file"),
    ],
)
def test_where_dvc_rejects_the_file_one_entry_is_lost(text, facts, problems):
    placed = [(rule, f"dvc.yaml: {place}" if place else "dvc.yaml") for rule, place in problems]
    assert (read({"dvc.yaml": text}), dvc_accepts(text)) == ((facts, placed), False)


def test_a_name_that_no_tag_can_name_is_kept_and_told():
    assert read({"dvc.yaml": artifacts("a.b: {path: p}")}) == (
        [bare("dvc.yaml", "a.b", "p")],
        [("bad-name", "dvc.yaml: artifacts.a.b")],
    )


def test_files_come_in_the_order_of_their_paths():
    one = artifacts("m: {path: p}")
    files = {
        "z/dvc.yaml": one,
        "dvc.yaml": one,
        "a/b/dvc.yaml": one,
        "artifacts.yaml": "m: {}",
        "a/artifacts.yaml": "m: {}",
    }
    assert [fact[:2] for fact in read(files)[0]] == [
        ("a/b/dvc.yaml", "a/b:m"),
        ("artifacts.yaml", "m"),
        ("dvc.yaml", "m"),
        ("z/dvc.yaml", "z:m"),
    ]


def test_one_bad_file_costs_no_other():
    files = {"a/dvc.yaml": "a: [", "b/dvc.yaml": b"\xff", "c/dvc.yaml": artifacts(GOOD), "artifacts.yaml": "x: 1\nx: 2"}
    problems = [("not-yaml", "a/dvc.yaml"), ("duplicate-key", "artifacts.yaml"), ("not-utf8", "b/dvc.yaml")]
    assert read(files) == ([bare("c/dvc.yaml", "c:z", "p")], problems)


def test_symbolic_links_are_not_followed():
    assert read({"dvc.yaml": Link("other/dvc.yaml")}) == ([], [])


def test_wanted_are_annotations_and_what_they_need():
    wanted = ["dvc.yaml", "a/dvc.yaml", "artifacts.yaml", "a/params.yaml", ".gto", ".gitattributes", "a/.gitattributes"]
    others = ["a/artifacts.yaml", "dvc.lock", "a/xdvc.yaml", "a/.gto", "x.gitattributes"]
    assert [path for path in (*wanted, *others) if CONNECTOR.wants_file(path)] == wanted


PARAMS = """
name: churn
n: 3
on: true
none: null
half: 0.5
train: {epochs: 10, layers: [{units: 8}, {units: 4}]}
labels: [a, b]
"""


def dvc_resolves(tmp_path, text, params):
    """What DVC makes of the templates: the artifacts with their values."""
    (tmp_path / "params.yaml").write_text(params)
    repo = SimpleNamespace(fs=LocalFileSystem(url=str(tmp_path)), config={}, root_dir=str(tmp_path))
    return DataResolver(repo, str(tmp_path), load_yaml(text.encode())).resolve_artifacts()


@pytest.mark.parametrize(
    "value",
    [
        *("${name}", "${ name }", "a ${name} of ${n}", "${n}", "${on}", "is ${on}", "${half}", "x${half}", "${none}"),
        *(
            "${train.epochs}",
            "${train.layers[1].units}",
            "${train[epochs]}",
            "${train}",
            "${labels}",
            r"\${name}",
            "$name",
        ),
        *("${name", "$${name}", "${inline.a}", r"a \${name} ${name}", "none: ${none}"),
    ],
)
def test_a_template_stands_for_what_it_stands_for_in_dvc(tmp_path, monkeypatch, value):
    monkeypatch.chdir(tmp_path)
    text = f"vars: [inline: {{a: 1}}]\n{artifacts(f'm: {{path: p, meta: {{v: {json.dumps(value)}}}}}')}"
    judged = dvc_resolves(tmp_path, text, PARAMS)["m"]["meta"]["v"]
    written = judged if isinstance(judged, str) else json.dumps(judged, separators=(",", ":"))
    assert read({"dvc.yaml": text, "params.yaml": PARAMS}) == (
        [("dvc.yaml", "m", "p", None, None, (), {"v": written})],
        [],
    )


def test_every_part_of_an_entry_may_be_a_template():
    text = artifacts(
        "m-${name}: {path: '${n}', type: '${name}', desc: 'is ${on}', labels: ['${half}', x], meta: {'${name}': 1}}"
    )
    assert read({"a/dvc.yaml": text, "a/params.yaml": PARAMS, "params.yaml": "name: wrong"}) == (
        [("a/dvc.yaml", "a:m-churn", "3", "churn", "is true", ("0.5", "x"), {"churn": "1"})],
        [],
    )


@pytest.mark.parametrize(
    ("head", "value", "problems"),
    [
        pytest.param("", "${nope}", [("template", "artifacts.m.path")], id="no such value"),
        pytest.param("", "${train.layers[9]}", [("template", "artifacts.m.path")], id="beyond the end of a list"),
        pytest.param("", "${name.x}", [("template", "artifacts.m.path")], id="inside of text"),
        pytest.param("", "${a..b}", [("template", "artifacts.m.path")], id="no name at all"),
        pytest.param("", "x ${labels}", [("template", "artifacts.m.path")], id="a list inside of text"),
        pytest.param(
            "vars: [nope.yaml]\n",
            "${nope}",
            [("template", "vars[0]"), ("template", "artifacts.m.path")],
            id="no such file",
        ),
        pytest.param(
            "vars: [name: x]\n",
            "${nope}",
            [("template", "vars[0]"), ("template", "artifacts.m.path")],
            id="defined twice",
        ),
    ],
)
def test_a_template_without_a_value_stays_as_written(head, value, problems):
    facts, found = read({"dvc.yaml": head + artifacts(f"m: {{path: '{value}'}}"), "params.yaml": PARAMS})
    assert (facts, found) == (
        [bare("dvc.yaml", "m", value)],
        [(rule, f"dvc.yaml: {place}") for rule, place in problems],
    )


def test_vars_come_from_files_too_and_maps_grow_together():
    text = "vars: ['../params.yaml:name', params.yaml, train: {rate: 2}]\n" + artifacts(
        "m: {path: '${name}/${train.epochs}/${train.rate}'}"
    )
    assert read({"a/dvc.yaml": text, "params.yaml": "name: top\nn: 9", "a/params.yaml": "train: {epochs: 5}"}) == (
        [bare("a/dvc.yaml", "a:m", "top/5/2")],
        [],
    )


@pytest.mark.slow
def test_braces_that_never_close_are_no_templates():
    path = "${" * 300_000
    assert read({"dvc.yaml": artifacts(f"m: {{path: '{path}'}}")}) == ([bare("dvc.yaml", "m", path)], [])


def test_templates_have_a_budget():
    text = (
        "vars: [{big: '"
        + "x" * 10_000
        + "'}]\n"
        + artifacts(*(f"m{n}: {{path: '{'${big}' * 40}'}}" for n in range(20)))
    )
    facts, problems = read({"dvc.yaml": text})
    assert (len(facts), {rule for rule, _ in problems}, sum(len(fact[2]) for fact in facts) < 8 << 20) == (
        20,
        {"too-big"},
        True,
    )


@pytest.mark.parametrize(
    ("meta", "kept", "place"),
    [
        pytest.param({"long": "x" * 65_537, "a": 1}, ["a"], "meta['long']", id="one value of more than 64 KiB"),
        pytest.param(
            {f"k{n}": "x" * 60_000 for n in range(6)}, ["k0", "k1", "k2", "k3"], "meta", id="more than 256 KiB"
        ),
    ],
)
def test_metadata_has_bounds(meta, kept, place):
    text = json.dumps({"artifacts": {"m": {"path": "p", "meta": meta}}})
    facts, problems = read({"dvc.yaml": text})
    assert ([*facts[0][6]], problems) == (kept, [("too-big", f"dvc.yaml: artifacts.m.{place}")])


def test_an_alias_bomb_in_metadata_is_refused():
    levels = "\n".join(f"      a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 23))
    text = f"artifacts:\n  m:\n    path: p\n    meta:\n      a0: &a0 [x, x]\n{levels}\n"
    assert read({"dvc.yaml": text}) == ([], [("too-big", "dvc.yaml")])


def gto_accepts(text):
    """GTO's index takes the file."""
    try:
        Index.read(io.StringIO(text))
    except GTOException:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "facts", "problems"),
    [
        pytest.param(
            "m: {type: model, path: s3://b/k, virtual: false, labels: ['a ✓'], description: d, custom: {k: 1}, other: 1}",
            [("artifacts.yaml", "m", "s3://b/k", "model", "d", ("a ✓",), {"k": "1"})],
            [],
            id="everything stated",
        ),
        pytest.param("m: {}", [("artifacts.yaml", "m", None, None, None, (), {})], [], id="nothing stated"),
        pytest.param("m: {type: , path: }", [("artifacts.yaml", "m", None, None, None, (), {})], [], id="nulls"),
        pytest.param(
            "m: {custom: [1]}", [("artifacts.yaml", "m", None, None, None, (), {"custom": "[1]"})], [], id="a list"
        ),
        pytest.param("{}", [], [], id="no artifacts"),
    ],
)
def test_what_gto_accepts_is_read(text, facts, problems):
    assert (read({"artifacts.yaml": text}), gto_accepts(text)) == ((facts, problems), True)


KEPT = [("artifacts.yaml", "z", None, None, None, (), {})]


@pytest.mark.parametrize(
    ("text", "facts", "problems"),
    [
        pytest.param("", [], [("not-gto", "artifacts.yaml")], id="an empty file"),  # e16
        pytest.param("[z]", [], [("not-gto", "artifacts.yaml")], id="a list for the file"),
        pytest.param("words", [], [("not-gto", "artifacts.yaml")], id="text for the file"),
        pytest.param(
            "version: 1\nimages: [z]", [], [("not-gto", "artifacts.yaml")], id="a map of anything but artifacts"
        ),
        pytest.param("a: x\nz: {}", KEPT, [("annotation", "artifacts.yaml: a")], id="text for an entry"),
        pytest.param("a: {\nz: {}", [], [("not-yaml", "artifacts.yaml")], id="no YAML"),
        pytest.param("a:\nz: {}", KEPT, [("annotation", "artifacts.yaml: a")], id="an entry that is nothing"),
        pytest.param("a:b: {}\nz: {}", KEPT, [("annotation", "artifacts.yaml: a:b")], id="a name with a folder"),
        pytest.param("1: {}\nz: {}", KEPT, [("annotation", "artifacts.yaml: 1")], id="a number for a name"),
        pytest.param("a: {type: 1}\nz: {}", KEPT, [("annotation", "artifacts.yaml: a.type")], id="a number for a type"),
        pytest.param("a: {labels: x}\nz: {}", KEPT, [("annotation", "artifacts.yaml: a.labels")], id="text for labels"),
        pytest.param(
            "a: {description: }\nz: {}",
            KEPT,
            [("annotation", "artifacts.yaml: a.description")],
            id="nothing for a description",
        ),
        pytest.param(
            "a: {virtual: []}\nz: {}", KEPT, [("annotation", "artifacts.yaml: a.virtual")], id="a list for a truth"
        ),
    ],
)
def test_where_gto_stops_one_entry_is_lost(text, facts, problems):
    assert (read({"artifacts.yaml": text}), gto_accepts(text)) == ((facts, problems), False)


@pytest.mark.slow
@given(
    st.dictionaries(
        st.sampled_from(["dvc.yaml", "artifacts.yaml", "params.yaml", "a/dvc.yaml"]), st.binary(max_size=50)
    )
)
def test_no_bytes_upset_the_reader(files):
    assert read(files) is not None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["x", "${a}", "${a.b[0]}", r"\${", "${", "a.b"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["artifacts", "vars", "path", "labels", "meta", "custom", "m", "a", "${a}"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(ANYTHING, ANYTHING)
def test_no_value_upsets_the_reader(entries, params):
    files = {"dvc.yaml": json.dumps({"vars": [params], "artifacts": entries}), "artifacts.yaml": json.dumps(entries)}
    assert read(files | {"params.yaml": json.dumps(params)}) is not None
