"""E-mail addresses in what is made for publication."""

from __future__ import annotations

import stat
from time import process_time

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.database.masking import mask_batch
from catalog.privacy.emails import HIDDEN, MAY_HOLD, hide, mask, masked
from catalog.store.email_key import KEY_BYTES, email_key

KEY = b"k" * KEY_BYTES


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("ann@example.com", HIDDEN),
        ("Signed-off-by: Ann <ann.b+c@mail.example.co.uk>", f"Signed-off-by: Ann <{HIDDEN}>"),
        ("mail ann@example.com, bo@example.org: thanks.", f"mail {HIDDEN}, {HIDDEN}: thanks."),
        ("* @acme/team ann@example.com", f"* @acme/team {HIDDEN}"),
        ("ann@163.com, bo@10.de", f"{HIDDEN}, {HIDDEN}"),
        ("recall@163.com", HIDDEN),
        ("roadmap@10.de", HIDDEN),
        ("ndcg@mail.example", HIDDEN),
    ],
)
def test_an_address_is_hidden(text, hidden):
    assert hide(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        *("churn@v1.0.0", "churn@v1.0.0-rc.beta", "a:churn@1.0.0-alpha.beta", "@acme/team", "a @ b.c", "train@data.csv", ""),
        *("ndcg@10.de", "eval/NDCG@10.all", "test.recall@5.new_users", "val_map@10.de", "hits@100.fr"),
        *("git@github.com:acme/churn.git", "bo@host.example:acme/churn", "ssh://bo@host.example/acme", "https://bo@dev.azure.com/acme"),
    ],
)  # fmt: skip
def test_what_is_none_stays(text):
    assert hide(text) == text


def test_a_code_is_the_same_for_one_address_and_needs_the_key():
    ours, theirs = mask("hash", KEY), mask("hash", b"x" * KEY_BYTES)
    texts = ["<ann@example.com>", "<Ann@Example.com>", "<bo@example.com>"]
    codes = [ours(text) for text in texts]
    assert [codes[0] == other for other in (*codes[1:], theirs(texts[0]))] == [True, False, False]
    assert [len(code) for code in codes] == [len("<e-mail:0123456789ab>")] * 3


def test_addresses_are_shown_on_request():
    assert mask("show", b"")("ann@example.com") == "ann@example.com"


@given(st.recursive(st.none() | st.integers() | st.just("ann@example.com") | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3), max_leaves=8))  # fmt: skip
def test_a_cell_of_any_type_is_masked(cell):
    assert repr(masked(cell, hide)) == repr(cell).replace("ann@example.com", HIDDEN)


def test_a_batch_is_masked_but_for_what_it_is_joined_by():
    texts = ["ann@example.com", None]
    batch = pa.RecordBatch.from_pydict(
        {
            "repo": texts,
            "text": texts,
            "large": pa.array(["ann@example.com, ann", None], pa.large_string()),
            "list": [[*texts, "a"], None],
            "map": pa.array([[("k", "ann@example.com")], None], pa.map_(pa.string(), pa.string())),
            "struct": [{"a": 1, "b": [{"c": "ann@example.com"}]}, None],
            "number": [1.5, None],
        }
    )
    kept = mask_batch(batch, hide)
    assert (kept.schema, kept.to_pylist()[0]) == (
        batch.schema,
        {"repo": "ann@example.com", "text": HIDDEN, "large": f"{HIDDEN}, ann", "list": [HIDDEN, None, "a"], "map": [("k", HIDDEN)], "struct": {"a": 1, "b": [{"c": HIDDEN}]}, "number": 1.5},
    )  # fmt: skip


@given(st.lists(st.none() | st.sampled_from(["", "ann@example.com", "a, bo@example.com", "a", "ann@v1.0.0"]), max_size=9), st.integers(0, 3))  # fmt: skip
def test_texts_of_a_column_are_masked_wherever_they_stand_and_however_often(texts, first):
    batch = pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string())}).slice(first)
    expected = pa.RecordBatch.from_pydict({"text": pa.array([masked(text, hide) for text in texts[first:]], pa.string())})  # fmt: skip
    assert mask_batch(batch, hide) == expected


@given(st.text("a1@.-+ v\u0130/", max_size=24) | st.from_regex(r"[a-z.]{1,3}@(v?[0-9a-z-]{1,3}\.){1,3}[a-z0-9]{1,3}"))
def test_the_look_for_texts_that_may_hold_an_address_misses_none(text):
    may_hold = pc.match_substring_regex(pa.array([text]), MAY_HOLD)[0].as_py()
    assert may_hold or hide(text) == text


@pytest.mark.parametrize("piece", ["a", "a.", "a@", "a@b.", "@"])
def test_a_long_text_takes_little_time(piece):
    start = process_time()
    hide(piece * (20_000 // len(piece)) + "@")
    assert process_time() - start < 1.0


def test_a_key_is_made_once_for_its_owner_alone(tmp_path):
    key = email_key(tmp_path)
    file = tmp_path / "store" / "emails.key"
    assert (email_key(tmp_path), len(key), stat.S_IMODE(file.stat().st_mode)) == (key, KEY_BYTES, 0o600)
    file.write_bytes(b"short")
    assert len(email_key(tmp_path)) == KEY_BYTES
