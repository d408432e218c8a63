"""What is withheld from the rows of a visit, and what is not (THREATS: passwords, keys, tokens in params, `meta`, `desc`, cards, commands). No secret of these tests is one."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.crawl.withholding import MAX_COPY, MIN_COPY, withhold, withhold_names
from catalog.git.snapshot import Ref, RefListing
from catalog.privacy.settings import DEFAULT, Privacy, PrivacyRule
from catalog.privacy.values import LEAST_NUMBER
from catalog.schema.record import Record, column, record, replace
from catalog.schema.tables.cards import Card
from catalog.schema.tables.dvc import Output, Param, PipelineStage
from catalog.schema.tables.git import Branch, Tag
from catalog.schema.tables.metrics import Image, PlotSeries
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation

TOKEN = "gh" + "p_" + "a1B2" * 9
COMMIT, OTHER = "c" * 40, "d" * 40
GITHUB, WORD = "[withheld: GitHub Token]", "[withheld: Secret Keyword]"


def param(name="db.password", text: str | None = "hunter2", number=None, commit=COMMIT, file="params.yaml") -> Param:
    kind = "text" if number is None else "number"
    return Param(commit=commit, dvc_root="", metafile=None, pipeline_stage=None, file=file, name=name, number=number, text=text, kind=kind, locked=False)  # fmt: skip


def stage(command: str, commit=COMMIT) -> PipelineStage:
    return PipelineStage(commit=commit, file="dvc.yaml", pipeline_stage="train", command=command, locked_command=None, wdir="", frozen=False, always_changed=False, description=None)  # fmt: skip


def card(text="", other=()) -> Card:
    return Card(commit=COMMIT, file="README.md", folder="", is_model_card=True, title=None, licence=None, licence_name=None, licence_link=None, languages=(), datasets=(), base_models=(), tags=(), metrics=(), library=None, task=None, other=dict(other), text=text)  # fmt: skip


def annotation(meta) -> Annotation:
    return Annotation(commit=COMMIT, file="dvc.yaml", source="dvc.yaml", artifact="m", path=None, type=None, description=None, labels=(), meta=meta)  # fmt: skip


def output(**cells) -> Output:
    blank = dict.fromkeys(field.name for field in fields(Output))
    return Output(**blank | {"commit": COMMIT, "metafile": "m.dvc", "path": "m", "labels": (), "meta": {}, "role": "out"} | cells)  # fmt: skip


def passed(*rows: Record, privacy: Privacy = DEFAULT) -> list[Record]:
    """The rows after the pass, without the problems that it adds."""
    by_table: dict[type[Record], list[Record]] = {}
    for row in rows:
        by_table.setdefault(type(row), []).append(row)
    kept = withhold(by_table, privacy)
    return [row for table in by_table for row in list(kept[table])[: len(by_table[table])]]


def problems(*rows: Record, privacy: Privacy = DEFAULT) -> list[tuple[str, str | None]]:
    by_table = {type(row): [other for other in rows if type(other) is type(row)] for row in rows}
    kept = withhold(by_table, privacy).get(Problem, ())
    return [(row.place, row.commit) for row in kept if isinstance(row, Problem) and row.rule == "secret"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(param(), param(text=WORD), id="the value of a telling name"),
        pytest.param(param("db.token", TOKEN), param("db.token", GITHUB), id="a format goes before a name"),
        pytest.param(param("note", f"a {TOKEN}"), param("note", f"a {GITHUB}"), id="a format in any value"),
        pytest.param(param("env", '[{"name":"DB_PASSWORD","value":"x1"}]'), param("env", f'[{{"name":"DB_PASSWORD","value":"{WORD}"}}]'), id="a setting of name and value"),
        pytest.param(param("db", '{"pool": {"password": "x1", "size": 3}}'), param("db", f'{{"pool": {{"password": "{WORD}", "size": 3}}}}'), id="a map as JSON"),
        pytest.param(param("passwords", '["a1","b2"]'), param("passwords", f'["{WORD}","{WORD}"]'), id="a list as JSON"),
        pytest.param(param("db", f'{{"pin":1,"password":{LEAST_NUMBER}}}'), param("db", f'{{"pin":1,"password":"{WORD}"}}'), id="a number in JSON"),
        pytest.param(param("password", str(LEAST_NUMBER), float(LEAST_NUMBER)), replace(param("password", WORD), kind="number"), id="a password of digits"),
        pytest.param(annotation({"api_key": "x1", "owner": "ann"}), annotation({"api_key": WORD, "owner": "ann"}), id="an entry of a map"),
        pytest.param(annotation({"a": '{"b":{"secret":"x1"}}'}), annotation({"a": f'{{"b":{{"secret":"{WORD}"}}}}'}), id="a nested entry of a map"),
        pytest.param(annotation({TOKEN: "x"}), annotation({GITHUB: "x"}), id="the name of an entry"),
        pytest.param(card(f"# M\n{TOKEN}\n"), card(f"# M\n{GITHUB}\n"), id="the text of a card"),
        pytest.param(Branch(branch=TOKEN, commit=COMMIT, is_default=False), Branch(branch=GITHUB, commit=COMMIT, is_default=False), id="the name of a branch"),
        pytest.param(output(labels=(TOKEN, "a")), output(labels=(GITHUB, "a")), id="a label"),
        pytest.param(output(etag=TOKEN), output(etag=GITHUB), id="an entity tag that is a token"),
        pytest.param(PlotSeries(content="x", place=0, field="password", numbers=None, texts=("hunter2", None)), PlotSeries(content="x", place=0, field="password", numbers=None, texts=(WORD, None)), id="the data of a plot"),
        pytest.param(Image(content="x", media_type="image/svg+xml", data=f"<svg>{TOKEN}</svg>".encode()), Image(content="x", media_type="image/svg+xml", data=f"<svg>{GITHUB}</svg>".encode()), id="the text of an SVG"),
        pytest.param(Problem(connector="c", rule="r", place="params.yaml: db.password", message="found 'hunter2', expected a map"), Problem(connector="c", rule="r", place="params.yaml: db.password", message=f"found '{WORD}', expected a map"), id="what a problem quotes of a telling place"),
        pytest.param(Problem(connector="c", rule="r", place="a.yaml", message=f"found '{TOKEN[:30]}…'"), Problem(connector="c", rule="r", place="a.yaml", message=f"found '{GITHUB}…'"), id="the beginning of a token in a problem"),
    ],
)  # fmt: skip
def test_what_may_be_a_secret_is_withheld(row, expected):
    assert passed(row) == [expected]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(param("max_tokens", "512", 512.0), id="a number of tokens"),
        pytest.param(param("pad_token", "<pad>"), id="a token of a vocabulary"),
        pytest.param(param("pin", "1234567", 1234567.0), id="a number beside another name"),
        pytest.param(param("password", "${PW}"), id="where the secret is"),
        pytest.param(param("password", None), id="nothing"),
        pytest.param(output(hash="AC" + "a1" * 16, etag="SK" + "b2" * 16, version_id="0123456789abcdef" * 2), id="hashes that look like tokens"),
        pytest.param(Image(content="x", media_type="image/png", data=b"\x89PNG " + TOKEN.encode()), id="an image that is no text"),
        pytest.param(Problem(connector="c", rule="r", place="a.yaml: b", message="found 'x', expected 'y'"), id="an ordinary problem"),
    ],
)  # fmt: skip
def test_what_is_none_is_left(row):
    assert passed(row) == [row]


def test_a_number_of_five_digits_is_no_password():
    rows = [param("password", WORD, float(LEAST_NUMBER - 1)), param("password", WORD, float(LEAST_NUMBER))]
    assert [row.number for row in passed(*rows)] == [float(LEAST_NUMBER - 1), None]


def test_the_columns_of_a_third_party_are_searched_as_they_are_declared():
    @record("services", key=("commit", "name"), lives="revision")
    class Service(Record):
        """Services."""

        commit: str = column("The commit.", identifies=True)
        name: str = column("A name.")
        value: str | None = column("Its value.", named_by="name")
        note: str = column("A note.")

    rows = [Service(commit=COMMIT, name="client_secret", value="x1", note=TOKEN)]
    assert passed(*rows) == [Service(commit=COMMIT, name="client_secret", value=WORD, note=GITHUB)]


def test_a_column_cannot_be_named_by_another_that_is_not_there():
    with pytest.raises(ValueError, match="column 'value' of table 'services' is named by 'name', expected one of"):

        @record("services", key=("value",))
        class Service(Record):
            """Services."""

            value: str = column("Its value.", named_by="name")


@pytest.mark.parametrize(
    ("secret", "command", "expected"),
    [
        pytest.param("hunter2", "t.py hunter2", f"t.py {WORD}", id="a copy in a command"),
        pytest.param("h1" * (MIN_COPY // 2), "t.py " + "h1" * (MIN_COPY // 2), f"t.py {WORD}", id="the shortest"),
        pytest.param("h1" * (MIN_COPY // 2 - 1) + "h", "t.py h1h1h", "t.py h1h1h", id="one that is too short"),
        pytest.param("h1" * (MAX_COPY // 2), "h1" * (MAX_COPY // 2), WORD, id="the longest"),
        pytest.param("h1" * (MAX_COPY // 2) + "h", "h1" * (MAX_COPY // 2) + "h", "h1" * (MAX_COPY // 2) + "h", id="one that is too long"),
        pytest.param("production", "t.py production", "t.py production", id="a word that means something else"),
        pytest.param("123456", "t.py 123456", "t.py 123456", id="a number"),
    ],
)  # fmt: skip
def test_what_was_withheld_beside_a_name_is_withheld_in_its_whole_revision(secret, command, expected):
    kept = passed(param(text=secret), stage(command), stage(command, OTHER))
    assert [row.command for row in kept[1:]] == [expected, command]


def test_there_is_one_problem_for_each_place():
    rows = [param(), param(file="b.yaml"), param(commit=OTHER), annotation({"api_key": "x1"}), card(f"{TOKEN} {TOKEN}"), Tag(tag="v1", oid=COMMIT, annotated=True, message=TOKEN)]  # fmt: skip
    assert sorted(problems(*rows), key=str) == [
        ("README.md: text", COMMIT),
        ("b.yaml: db.password", COMMIT),
        ("dvc.yaml: meta.api_key", COMMIT),
        ("params.yaml: db.password", COMMIT),
        ("params.yaml: db.password", OTHER),
        ("v1: message", None),
    ]


RULE = {"path": "params*", "key": "db.*"}


@pytest.mark.parametrize(
    ("privacy", "kept", "told"),
    [
        pytest.param(Privacy(allow=(PrivacyRule(**RULE),)), "hunter2", 0, id="allowed"),
        pytest.param(Privacy(allow=(PrivacyRule(key="other"),)), WORD, 1, id="allowed elsewhere"),
        pytest.param(Privacy(redact=(PrivacyRule(**RULE),)), "[withheld: repos.toml]", 0, id="redacted"),
        pytest.param(
            Privacy(redact=(PrivacyRule(**RULE),), allow=(PrivacyRule(**RULE),)),
            "[withheld: repos.toml]",
            0,
            id="redacted and allowed",
        ),
        pytest.param(Privacy(secrets="show"), "hunter2", 0, id="shown"),
        pytest.param(Privacy(secrets="show", redact=(PrivacyRule(**RULE),)), "[withheld: repos.toml]", 0, id="shown, but redacted"),
    ],
)  # fmt: skip
def test_rules_of_repos_toml(privacy, kept, told):
    assert ([row.text for row in passed(param(), privacy=privacy)], len(problems(param(), privacy=privacy))) == (
        [kept],
        told,
    )


def test_a_rule_redacts_numbers_and_leaves_what_identifies_a_row():
    row = param("db.size", "3", 3.0)
    assert passed(row, privacy=Privacy(redact=(PrivacyRule(key="*"),))) == [
        Param(commit=COMMIT, dvc_root="[withheld: repos.toml]", metafile=None, pipeline_stage=None, file="params.yaml", name="db.size", number=None, text="[withheld: repos.toml]", kind="[withheld: repos.toml]", locked=False)
    ]  # fmt: skip


def test_names_of_refs_are_searched():
    refs = (Ref(name="refs/heads/main", oid=COMMIT), Ref(name=f"refs/heads/{TOKEN}", oid=COMMIT))
    listing = RefListing(refs=refs)
    assert [ref.name for ref in withhold_names(listing, DEFAULT).refs] == ["refs/heads/main", f"refs/heads/{GITHUB}"]
    assert withhold_names(listing, Privacy(secrets="show")) is listing


ROWS = st.sampled_from(
    [param(), param("note", TOKEN), param("n", "1", 1.0), stage("t.py hunter2"), stage(f"--password=x1 {GITHUB}"), card(TOKEN, {"token": "a" * 9}), annotation({"secret": '{"a":"b1"}'})]
)  # fmt: skip


@given(st.lists(ROWS, max_size=5))
def test_rows_that_passed_come_out_unchanged(rows):
    once = withhold({type(row): [other for other in rows if type(other) is type(row)] for row in rows}, DEFAULT)
    twice = withhold(once, DEFAULT)
    assert {table: set(map(repr, some)) for table, some in twice.items()} == {
        table: set(map(repr, some)) for table, some in once.items()
    }
