"""Which cards are read, and what their front matter says; after the model card metadata of the Hugging Face Hub."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.schema.tables.cards import Card, CardResult, Licence
from catalog.schema.tables.problems import Problem
from connectors.cards.cards import CONNECTOR, MAX_REMEMBERED, ROW
from connectors.cards.front_matter import MAX_TEXT
from connectors.cards.model_card import KEYS
from support.partial import asked, partly
from support.worlds import Link, Submodule, World

FULL = """---
language: [en, no]
license: other
license_name: acme-1
license_link: https://example.com/licence
datasets:
- acme/churn
base_model: acme/base
tags: [tabular, 2024]
metrics: [f1, accuracy]
library_name: sklearn
pipeline_tag: tabular-classification
inference: false
widget: [{text: hello}]
model-index:
- name: Churn
  results:
  - task: {type: tabular-classification, name: Leaving}
    dataset: {type: acme/churn, name: Churn of May}
    metrics:
    - {type: f1, value: 0.91}
    - {type: accuracy, value: '98 %'}
  - dataset: {type: acme/other}
    metrics:
    - {name: auc, value: .nan}
---
# Churn

Who leaves.
"""


def rows(files):
    world = World()
    world.commit(files)
    return [*CONNECTOR.read_revision(world.revision())]


def of(table, files):
    return [row for row in rows(files) if isinstance(row, table)]


def card(text, file="README.md"):
    (found,) = of(Card, {file: text})
    return found


def problems(files):
    return [(row.rule, row.place) for row in rows(files) if isinstance(row, Problem)]


def test_a_model_card_is_read_into_columns():
    world = World()
    commit = world.commit({"README.md": FULL})
    text = FULL.rpartition("---\n")[2]
    found = [*CONNECTOR.read_revision(world.revision())]
    model = {"commit": commit, "file": "README.md", "model": "Churn"}
    assert found == [
        Card(
            commit=commit,
            file="README.md",
            folder="",
            is_model_card=True,
            title="Churn",
            licence="other",
            licence_name="acme-1",
            licence_link="https://example.com/licence",
            languages=("en", "no"),
            datasets=("acme/churn",),
            base_models=("acme/base",),
            tags=("tabular", "2024"),
            metrics=("f1", "accuracy"),
            library="sklearn",
            task="tabular-classification",
            other={"inference": "false", "widget": '[{"text":"hello"}]'},
            text=text,
        ),
        CardResult(
            **model,
            place=0,
            task="tabular-classification",
            dataset="Churn of May",
            metric="f1",
            number=0.91,
            text="0.91",
        ),
        CardResult(
            **model,
            place=1,
            task="tabular-classification",
            dataset="Churn of May",
            metric="accuracy",
            number=None,
            text="98 %",
        ),
        CardResult(**model, place=2, task=None, dataset="acme/other", metric="auc", number=None, text='"nan"'),
    ]


NEAR = "artifacts: {m: {path: models/big/m.pkl}}"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param({"README.md": "x"}, ["README.md"], id="at the Git root"),
        pytest.param({"src/README.md": "x", "docs/card.md": "x"}, [], id="not where no artifacts are"),
        pytest.param({"data/x.dvc": "outs: []", "data/README.md": "x"}, ["data/README.md"], id="beside a metafile"),
        pytest.param(
            {"a/b/dvc.yaml": "", "a/readme.TXT": "x", "a/b/Model_Card.md": "x", "a/c/README": "x"},
            ["a/readme.TXT", "a/b/Model_Card.md"],
            id="in the folders above a metafile",
        ),
        pytest.param(
            {
                "p/dvc.yaml": NEAR,
                "p/models/README.rst": "x",
                "p/models/big/modelcard.md": "x",
                "p/models/o/README": "x",
            },
            ["p/models/README.rst", "p/models/big/modelcard.md"],
            id="in the folder of an artifact, and above it",
        ),
        pytest.param(
            {"dvc.yaml": "artifacts: {m: {path: models/big}}", "models/big/README.md": "x", "models/big/w/README": "x"},
            ["models/big/README.md"],
            id="in the folder that is the artifact",
        ),
        pytest.param(
            {
                "README": "",
                "README.md": "",
                "README.rst": "",
                "README.de.md": "",
                "MODEL_CARD.md": "",
                "model-card.md": "",
            }
            | {"README.py": "", "README.md.bak": "", "card.txt": "", "xREADME.md": "", "cards.md": ""},
            ["MODEL_CARD.md", "README", "README.de.md", "README.md", "README.rst", "model-card.md"],
            id="of these names",
        ),
        pytest.param(
            {"README.md": Link("docs/x.md"), "docs/x.md": "x", "dvc.yaml": NEAR, "models": Submodule("1" * 40)},
            [],
            id="not through links or in submodules",
        ),
    ],
)
def test_cards_are_those_near_artifacts(files, found):
    assert [row.file for row in of(Card, files)] == found


def test_only_what_is_near_is_asked_for():
    world = World()
    world.commit(
        {"README.md": "x", "LICENSE": "x", "src/README.md": "x", "p/dvc.yaml": NEAR, "p/models/README.md": "x"}
    )
    assert asked(world, CONNECTOR) == ["LICENSE", "README.md", "p/models/README.md"]
    assert [*CONNECTOR.read_revision(partly(world, CONNECTOR))] == [*CONNECTOR.read_revision(world.revision())]


def test_a_card_that_was_not_had_is_told():
    world = World()
    world.commit({"README.md": "x", "LICENSE": "x"})
    found = [*CONNECTOR.read_revision(partly(world, CONNECTOR, also=False))]
    assert [(row.rule, row.place) for row in found] == [("missing-object", "LICENSE"), ("missing-object", "README.md")]


def test_a_path_of_half_a_million_folders_is_not_walked():
    assert rows({"dvc.yaml": f"artifacts: {{m: {{path: {'a/' * 500_000}m}}}}"}) == []


@pytest.mark.parametrize(
    ("text", "file", "expected"),
    [
        pytest.param("# Plain", "README.md", False, id="a README"),
        pytest.param("---\nlicense: mit\n---\n", "README.md", True, id="a README with front matter"),
        pytest.param("---\n---\n", "README.md", False, id="a README with nothing in its front matter"),
        pytest.param("# Plain", "MODEL_CARD.md", True, id="the name of a model card"),
        pytest.param("---\nlicense: mit\n---\n", "README.txt", False, id="only Markdown has front matter"),
    ],
)
def test_a_model_card_is(text, file, expected):
    assert card(text, file).is_model_card is expected


@pytest.mark.parametrize("key", sorted(KEYS))
def test_each_key_of_a_model_card_makes_one(key):
    assert card(f"---\ntitle: Churn\n{key}: x\n---\n").is_model_card


@pytest.mark.parametrize(
    "front",
    [
        pytest.param("layout: page\ntitle: About\npermalink: /about/\nnav_order: 2", id="Jekyll"),
        pytest.param("title: About\ndate: 2024-01-01\ndraft: false\nweight: 3\ncategories: [a]", id="Hugo"),
        pytest.param("sidebar_position: 1\nslug: /about\ndescription: About", id="Docusaurus"),
        pytest.param("title: Churn\nemoji: 🐳\nsdk: gradio\napp_file: app.py\npinned: false", id="a Space of the Hub"),
        pytest.param("jupytext: {text_representation: {extension: .md}}\nkernelspec: {name: python3}", id="Jupytext"),
    ],
)
def test_front_matter_of_another_program_makes_no_model_card(front):
    found = card(f"---\n{front}\n---\n# Churn\n")
    assert (found.is_model_card, found.title, found.text) == (False, "Churn", "# Churn\n")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("---\nlicense: [mit\n---\n# Churn\n", "Churn", id="below front matter that is no YAML"),
        pytest.param("---\n# Notes\nlicense: [mit\n---\ntext\n", None, id="no comment of front matter that is no YAML"),
        pytest.param("---\nlicense: [mit\n---\ntext\n", None, id="nor its last line"),
        pytest.param("---\nlicense: mit\n# Notes\n", None, id="no comment of front matter that does not end"),
        pytest.param("<!-- # Template\n## of a card -->\n# Churn\n", "Churn", id="no heading of a comment"),
    ],
)  # fmt: skip
def test_the_title_is_a_heading_that_readers_see(text, title):
    assert card(text).title == title


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        pytest.param("license: mit", {"licence": "mit"}, id="text"),
        pytest.param("license: [mit, apache-2.0]", {"licence": "mit, apache-2.0"}, id="several licences"),
        pytest.param("language: no", {"languages": ("no",)}, id="Norwegian is no truth value"),
        pytest.param("base_model: [a/b, c/d]", {"base_models": ("a/b", "c/d")}, id="several base models"),
        pytest.param("tags:", {"tags": ()}, id="nothing"),
        pytest.param("model_name: Churn", {"title": "Churn", "other": {"model_name": "Churn"}}, id="a name"),
        pytest.param("model-index: [{name: Churn, results: []}]", {"title": "Churn"}, id="a name in the index"),
    ],
)
def test_a_field_may_be(front, expected):
    found = card(f"---\n{front}\n---\n")
    assert {key: getattr(found, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("front", "rule", "place"),
    [
        pytest.param("a: [", "not-yaml", "front matter", id="no YAML"),
        pytest.param("just words", "wrong-type", "front matter", id="no map"),
        pytest.param("a: 1\na: 2", "duplicate-key", "front matter", id="a key twice"),
        pytest.param("a: " + "[" * 50_000, "too-deep", "front matter", id="50,000 brackets"),
        pytest.param(
            "a0: &a0 [x, x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 23)),
            "too-big",
            "front matter",
            id="an alias bomb",
        ),
    ],
)
def test_bad_front_matter_is_told_and_the_text_kept(front, rule, place):
    text = f"---\n{front}\n---\n# Title\n"
    (found,) = of(Card, {"README.md": text})
    kept = text.encode()[:MAX_TEXT].decode()
    assert (problems({"README.md": text}), found.text, found.tags) == ([(rule, f"README.md: {place}")], kept, ())


@pytest.mark.parametrize(
    ("front", "place"),
    [
        pytest.param("library_name: {a: 1}", "library_name", id="a map for text"),
        pytest.param("tags: [a, {b: 1}]", "tags[1]", id="a map in a list"),
        pytest.param("tags: [a]\ndatasets: {b: 1}", "datasets", id="a map for a list"),
        pytest.param("model-index: {name: a}", "model-index", id="a map for the index"),
        pytest.param("model-index: [1]", "model-index[0]", id="a number for a model"),
        pytest.param(
            "model-index: [{results: [{metrics: [1]}]}]", "model-index[0].results[0].metrics[0]", id="no metric"
        ),
        pytest.param(
            "model-index: [{results: [{metrics: [{value: 1}]}]}]",
            "model-index[0].results[0].metrics[0].type",
            id="a metric without a type",
        ),
    ],
)
def test_a_bad_field_costs_itself(front, place):
    files = {"README.md": f"---\n{front}\nlicense: mit\n---\nx"}
    assert (problems(files), [row.licence for row in of(Card, files)]) == (
        [("wrong-type", f"README.md: {place}")],
        ["mit"],
    )


@pytest.mark.parametrize(
    ("value", "number", "text"),
    [
        pytest.param("3", 3.0, "3", id="a whole number"),
        pytest.param("true", None, "true", id="a truth value"),
        pytest.param(".inf", None, '"inf"', id="infinity"),
        pytest.param("1" * 400, None, "1" * 400, id="a number that no column holds"),
        pytest.param("[1, 2]", None, "[1,2]", id="a list"),
        pytest.param("", None, "null", id="nothing"),
    ],
)
def test_a_result_may_be(value, number, text):
    front = f"model-index: [{{results: [{{metrics: [{{type: t, value: {value}}}]}}]}}]"
    assert [(row.number, row.text) for row in of(CardResult, {"README.md": f"---\n{front}\n---\n"})] == [(number, text)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("x" * MAX_TEXT, "x" * MAX_TEXT, id="as long as is kept"),
        pytest.param("x" * MAX_TEXT + "y", "x" * MAX_TEXT, id="one byte more"),
        pytest.param("é" * MAX_TEXT, "é" * (MAX_TEXT // 2), id="cut between characters"),
        pytest.param("x" + "é" * MAX_TEXT, "x" + "é" * (MAX_TEXT // 2 - 1), id="never inside of one"),
        pytest.param(b"a\xffb\0c", "a\\xffb\\x00c", id="what is no text as visible escapes"),
        pytest.param(b"\xef\xbb\xbf# A", "# A", id="without a mark of its encoding"),
        pytest.param("---\r\nlicense: mit\r\n---\r\nx\r\n", "x\r\n", id="with the line ends of Windows"),
        pytest.param("\n---\nlicense: mit\n---\nx", "x", id="with lines above the front matter"),
        pytest.param("---\nnever closed", "---\nnever closed", id="dashes that are never closed"),
    ],
)
def test_the_text_is(text, kept):
    assert card(text).text == kept


def test_a_huge_file_costs_itself():
    files = {"README.md": "x" * 2_000_000, "MODEL_CARD.md": "x"}
    assert (problems(files), [row.file for row in of(Card, files)]) == ([("too-big", "README.md")], ["MODEL_CARD.md"])


def test_cards_and_licences_come_with_their_folders():
    found = rows({"a/x.dvc": "", "a/README.md": "x", "a/LICENSE": "Mine\n"})
    assert [(type(row), row.file, row.folder) for row in found] == [
        (Licence, "a/LICENSE", "a"),
        (Card, "a/README.md", "a"),
    ]


@pytest.mark.parametrize(
    ("more", "is_kept"),
    [pytest.param(0, True, id="a tenth of all bytes"), pytest.param(1, False, id="one byte more")],
)
def test_a_card_is_read_once_within_a_bound(more, is_kept):
    metrics = "model-index: [{results: [{metrics: [{type: t, value: 1}, {value: 1}]}]}]"  # a result, and a fault
    text = f"---\n{metrics}\n---\n".ljust((MAX_REMEMBERED // 10 - 3 * ROW) // 4 + more, "x")
    first, second = (rows({"README.md": text}) for _ in range(2))
    assert (len(first), first == second, first[0].text is second[0].text) == (3, True, is_kept)


@pytest.mark.slow
@given(st.binary(max_size=80), st.sampled_from([".md", ".rst", ".txt"]))
def test_no_bytes_upset_the_reader(data, suffix):
    assert rows({f"README{suffix}": data, "README": b"---\n" + data + b"\n---\n"})


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["license", "tags", "model-index", "results", "metrics", "type", "value", "task", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(ANYTHING)
def test_no_value_upsets_the_reader(front):
    assert of(Card, {"README.md": f"---\n{json.dumps(front)}\n---\n"})
