"""MLEM's files of both generations, as they lie in public repositories."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.schema.tables.cards import MlemObject
from catalog.schema.tables.problems import Problem
from connectors.mlem import CONNECTOR, MAX_FAULTS, MAX_LISTED, MAX_REMEMBERED, MAX_SIZE, ROW
from support.worlds import Link, World

HASH = "75ef3099c3aa9ac48211ad5635fef9f7"
OLD = f"""artifacts:
  data: {{hash: {HASH}, size: 163651, type: dvc, uri: rf}}
description: Random forest
labels: [iris]
model_type:
  methods:
    predict: {{name: predict, args: [{{name: data, type_: {{type: dataframe}}}}]}}
    predict_proba: {{name: predict_proba}}
  type: sklearn
object_type: model
requirements:
- {{module: sklearn, version: 1.1.1}}
- {{module: ruamel}}
- {{package_name: libgomp1, type: unix}}
- numpy
"""
NEW = f"""artifacts:
  data: {{hash: {HASH}.dir, size: 7, uri: m}}
call_orders:
  predict: [[model, predict]]
object_type: model
processors:
  preprocess: {{type: callable, methods: {{__call__: {{}}}}}}
  model: {{type: sklearn_pipeline, methods: {{predict: {{}}}}}}
"""


def rows(files):
    world = World()
    world.commit(files)
    return [*CONNECTOR.read_revision(world.revision())]


def told(text):
    """What is wrong with a file, and whether its object is there all the same."""
    found = rows({"m.mlem": text})
    problems = [(row.rule, row.place) for row in found if isinstance(row, Problem)]
    return problems, any(isinstance(row, MlemObject) for row in found)


def test_a_model_of_the_older_generation_is_read():
    world = World()
    commit = world.commit({".mlem/model/rf.mlem": OLD})
    assert [*CONNECTOR.read_revision(world.revision())] == [
        MlemObject(
            commit=commit,
            file=".mlem/model/rf.mlem",
            name=".mlem/model/rf",
            object_type="model",
            framework="sklearn",
            methods=("predict", "predict_proba"),
            requirements=("sklearn==1.1.1", "ruamel", "libgomp1", "numpy"),
            description="Random forest",
            labels=("iris",),
            link=None,
            hash=HASH,
            size=163651,
            stored_in="dvc",
        )
    ]


def test_a_model_of_the_newer_generation_is_read():
    (row,) = rows({"models/m.mlem": NEW})
    assert (row.name, row.framework, row.methods, row.hash, row.stored_in) == (
        *("models/m", "sklearn_pipeline", ("predict",)),
        *(f"{HASH}.dir", "local"),
    )


@pytest.mark.parametrize(
    ("text", "link"),
    [
        pytest.param("path: models/rf.mlem", "models/rf.mlem", id="in the same repository"),
        pytest.param(
            "{path: rf, repo: 'https://ann:secret@example.com/r', rev: main}",
            "https://example.com/r@main:rf",
            id="in another one, without the password",
        ),
        pytest.param("link_type: model", None, id="nowhere"),
    ],
)
def test_a_link_leads(text, link):
    stated = text.strip("{}")
    (row,) = rows({".mlem/link/rf.mlem": f"{{object_type: link, {stated}}}"})
    assert (row.object_type, row.link) == ("link", link)


def test_other_objects_have_no_more_than_a_kind():
    found = rows({".mlem/env/dev.mlem": "{object_type: env, type: heroku}", "deploy.mlem": "object_type: deployment"})
    assert [(row.name, row.object_type, row.framework, row.stored_in) for row in found] == [
        (".mlem/env/dev", "env", None, None),
        ("deploy", "deployment", None, None),
    ]


@pytest.mark.parametrize(
    ("text", "problem", "kept"),
    [
        pytest.param("", ("wrong-type", "m.mlem"), False, id="an empty file"),
        pytest.param("a: [", ("not-yaml", "m.mlem"), False, id="no YAML"),
        pytest.param("a: 1", ("wrong-type", "m.mlem: object_type"), False, id="no kind"),
        pytest.param("[" * 50_000, ("too-deep", "m.mlem"), False, id="50,000 brackets"),
        pytest.param(b"\xff", ("not-utf8", "m.mlem"), False, id="no text"),
        pytest.param("x" * 2_000_000, ("too-big", "m.mlem"), False, id="too long"),
        pytest.param(
            "{object_type: model, artifacts: {data: {hash: ../../etc/passwd}}}",
            ("bad-hash", "m.mlem: hash"),
            True,
            id="a path for a hash",
        ),
        pytest.param(
            "{object_type: model, artifacts: {data: {size: " + "9" * 30 + "}}}",
            ("wrong-type", "m.mlem: size"),
            True,
            id="more bytes than there are",
        ),
        pytest.param("{object_type: model, labels: x}", ("wrong-type", "m.mlem: labels"), True, id="text for labels"),
        pytest.param(
            "{object_type: model, requirements: [[]]}", ("wrong-type", "m.mlem: requirements[0]"), True, id="no package"
        ),
        pytest.param(
            "{object_type: model, model_type: x}", ("wrong-type", "m.mlem: model_type"), True, id="text for a map"
        ),
    ],
)
def test_what_is_wrong_is_told(text, problem, kept):
    assert told(text) == ([problem], kept)


def problems(text):
    return [(row.rule, row.place, row.message) for row in rows({"m.mlem": text}) if isinstance(row, Problem)]


def model(**values):
    return json.dumps({"object_type": "model", **values})


@pytest.mark.parametrize(
    ("size", "kept", "problems_found"),
    [
        pytest.param(MAX_SIZE, MAX_SIZE, [], id="as large as a column holds"),
        pytest.param(
            MAX_SIZE + 1,
            None,
            [("wrong-type", "m.mlem: size", f"found {MAX_SIZE + 1}, expected a number of bytes")],
            id="one byte more",
        ),
        pytest.param(0, 0, [], id="nothing"),
        pytest.param(-1, None, [("wrong-type", "m.mlem: size", "found -1, expected a number of bytes")], id="less"),
    ],
)
def test_a_size_is_what_a_column_holds(size, kept, problems_found):
    text = model(artifacts={"data": {"size": size}})
    (row,) = (row for row in rows({"m.mlem": text}) if isinstance(row, MlemObject))
    assert (row.size, problems(text)) == (kept, problems_found)


NAMES = [f"n{number}" for number in range(MAX_LISTED + 1)]
LEFT_OUT = "found 1,001 items; those after the first 1,000 are left out"


@pytest.mark.parametrize(
    ("place", "lists"),
    [
        pytest.param("call_orders", lambda names: {"call_orders": dict.fromkeys(names)}, id="methods"),
        pytest.param("methods", lambda names: {"model_type": {"methods": dict.fromkeys(names)}}, id="older methods"),
        pytest.param("requirements", lambda names: {"requirements": names}, id="requirements"),
    ],
)
@pytest.mark.parametrize(
    ("count", "messages"),
    [pytest.param(MAX_LISTED, [], id="as many as are kept"), pytest.param(MAX_LISTED + 1, [LEFT_OUT], id="one more")],
)
def test_so_many_items_are_listed(place, lists, count, messages):
    text = model(**lists(NAMES[:count]))
    (row,) = (row for row in rows({"m.mlem": text}) if isinstance(row, MlemObject))
    listed = row.requirements if place == "requirements" else row.methods
    assert (listed, problems(text)) == (
        tuple(NAMES[:MAX_LISTED]),
        [("too-many", f"m.mlem: {place}", message) for message in messages],
    )


@pytest.mark.parametrize(
    ("count", "rest"),
    [
        pytest.param(MAX_FAULTS, [], id="as many as are reported"),
        pytest.param(
            MAX_FAULTS + 1,
            [("too-many", "m.mlem", "found 101 faults; those after the first 100 are left out")],
            id="one more",
        ),
    ],
)
def test_so_many_faults_are_reported(count, rest):
    each = [("wrong-type", f"m.mlem: requirements[{n}]", "found an empty list, expected a map") for n in range(count)]
    assert problems(model(requirements=[[]] * count)) == [*each[:MAX_FAULTS], *rest]


@pytest.mark.parametrize(
    ("more", "is_kept"),
    [pytest.param(0, True, id="a tenth of all bytes"), pytest.param(1, False, id="one byte more")],
)
def test_a_file_is_read_once_within_a_bound(more, is_kept):
    text = "{object_type: model, labels: x, description: 'a model'} #"
    weighs = MAX_REMEMBERED // 10 - 2 * ROW + more  # the object and one fault
    first, second = (rows({"m.mlem": text.ljust(weighs, "x")})[0] for _ in range(2))
    assert (first == second, first.description is second.description) == (True, is_kept)


def test_links_and_settings_are_not_read():
    assert rows({"m.mlem": Link("x"), ".mlem.yaml": "a: 1", ".mlem/config.yaml": "a: 1"}) == []


@given(st.binary(max_size=60))
def test_no_bytes_upset_the_reader(data):
    assert rows({"m.mlem": data})


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "artifacts",
                        "data",
                        "model",
                        "model_type",
                        "processors",
                        "call_orders",
                        "methods",
                        "path",
                        "repo",
                    ),
                    *("requirements", "type", "hash", "size", "module", "version", "labels", "rev"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["artifacts", "model_type", "processors", "requirements", "labels"]), ANYTHING))
def test_no_value_upsets_the_reader(values):
    assert rows({"m.mlem": json.dumps(values | {"object_type": "link"})})
