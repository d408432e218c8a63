"""THREATS, "server echoes what it was sent": what repeats a secret is dropped, in every encoding; all else passes as it is."""

from __future__ import annotations

from base64 import b64encode
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.privacy.encodings import LAYERS, MANY_SIGNS, MIN_ENCODED, encoded, normalize
from catalog.privacy.gate import (
    BATCH,
    IN_MESSAGES,
    IN_ROWS,
    MAX_QUOTED,
    MAX_TRACEBACK,
    SHORTEST,
    SHORTEST_WORD,
    WITHHELD,
    Gate,
    WithheldError,
    current,
    gating,
)
from catalog.text import quote
from support.echoing import CASES, COVERS, ENCODINGS, echo

SECRET = "Xk7-pQ2vRt9mLw4zYb6N"
LETTERS = "Xk7pQ2vRt9mLw4zYb6N"  # of the secret


def knowing(*secrets: str) -> Gate:
    gate = Gate()
    gate.learn(*secrets)
    return gate


GATE = knowing(SECRET)

ECHOES = [
    *product(CASES, COVERS, ["no encoding"]),
    *product(["as it is", "in any case"], ["plainly", "with characters of no width"], ENCODINGS),
]


@pytest.mark.parametrize(("case", "cover", "encoding"), ECHOES, ids=map(", ".join, ECHOES))
def test_an_echo_is_withheld(case, cover, encoding):
    random = Random(case + cover + encoding)
    text = COVERS[cover](random, CASES[case](random, SECRET))
    said = f"you sent {ENCODINGS[encoding](random, text) if encoding in ENCODINGS else text}, no"
    assert (GATE.quote(said), GATE.quote(said.encode()), GATE.repeats(said)) == (WITHHELD, WITHHELD, True)


@pytest.mark.parametrize(("outer", "inner"), [*product(ENCODINGS, ENCODINGS)])
def test_an_echo_that_is_encoded_twice_is_withheld(outer, inner):
    random = Random(outer + inner)
    said = ENCODINGS[outer](random, ENCODINGS[inner](random, SECRET))
    assert (GATE.quote(said), GATE.repeats(said)) == (WITHHELD, True)


@given(st.text("0123456789abcdefXYZ!%&=\\+/:ß", min_size=SHORTEST, max_size=60), st.integers())
def test_whatever_a_server_makes_of_a_secret_no_message_has_it(secret, seed):
    gate = knowing(secret)
    said = echo(Random(seed), secret)
    assert secret not in gate.quote(said) or not any(map(str.isalnum, secret))


@given(st.text())
def test_without_secrets_everything_passes(text):
    gate = Gate()
    assert (gate.quote(text), gate.repeats(text), gate.sentence(text)) == (quote(text), False, text)


@given(st.text() | st.text("abc %&=\\<>\x1b"))
def test_what_repeats_nothing_passes_cleaned(text):
    assert (GATE.quote(text), GATE.repeats(text)) == (quote(text), False)


@pytest.mark.parametrize(
    ("secret", "text", "withheld"),
    [
        pytest.param("k" * (SHORTEST - 1), "k" * 99, False, id="a secret too short to be told from other text"),
        pytest.param("k" * SHORTEST, "k" * SHORTEST, True, id="the shortest secret"),
        pytest.param("hunter2", "hunter", False, id="a part of a short secret"),
        pytest.param("hunter2", "Hunter-2!", True, id="a short secret"),
        pytest.param(LETTERS, LETTERS[3 : 3 + IN_MESSAGES - 1], False, id="less of a long secret"),
        pytest.param(LETTERS, LETTERS[3 : 3 + IN_MESSAGES], True, id="as much of a long secret"),
        pytest.param("!?$§#*+~", "you sent !?$§#*+~", True, id="a secret of signs"),
        pytest.param("!?$§#*+~", "you sent !?$ §#*\u200b+~", True, id="a secret of signs that is split"),
        pytest.param(
            "s3cretT0ken99",
            "".join(chr(0xE0000 + ord(char)) for char in "s3cretT0ken99"),
            True,
            id="in invisible tag characters",
        ),
        pytest.param("!?$§#*+~", "you sent !?$§#*+", False, id="a part of a secret of signs"),
        pytest.param("pässwört-ÄÖ", "PÄSSWÖRT ÄÖ", True, id="letters beyond ASCII"),
    ],
)
def test_a_message_is_withheld_by_its_part_of_a_secret(secret, text, withheld):
    assert (knowing(secret).quote(text) == WITHHELD) is withheld


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        pytest.param(LETTERS[2 : 2 + IN_ROWS - 1], False, id="less of a secret"),
        *(pytest.param("." + LETTERS[at : at + IN_ROWS], True, id=f"as much of it, from {at}") for at in range(8)),
        *(pytest.param("x" * at + LETTERS[3 : 3 + IN_ROWS], True, id=f"as much of it, behind {at}") for at in range(6)),
        pytest.param("production of models", False, id="other words"),
    ],
)
def test_a_row_is_withheld_by_its_part_of_a_secret(text, repeats):
    assert (GATE.repeats(text), GATE.repeating([text, "other"])) == (repeats, frozenset([text] if repeats else []))


def test_a_word_within_a_secret_withholds_no_row():
    assert not knowing("production2024").repeats("production")


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        pytest.param(["a", SECRET, "b"], {SECRET}, id="one of several"),
        pytest.param([SECRET[:9], SECRET[9:]], set(), id="two halves, each of which says little"),
        pytest.param(["\x1b]0;", SECRET], {SECRET}, id="after a terminal sequence that does not end"),
        pytest.param(["x" * BATCH, SECRET], {SECRET}, id="in a second batch"),
        pytest.param(["x" * (BATCH - 1), SECRET], {SECRET}, id="at the end of a batch"),
        pytest.param([], set(), id="none"),
    ],
)
def test_of_many_texts_those_are_found_that_repeat_a_secret(texts, found):
    assert GATE.repeating(texts) == found


@pytest.mark.parametrize(
    ("learn", "said", "withheld"),
    [
        pytest.param(lambda gate: gate.learn_pair("ann", SECRET), b64encode(f"ann:{SECRET}".encode()).decode(), True, id="a pair"),
        pytest.param(lambda gate: gate.learn_pair("ann", "pw"), b64encode(b"ann:pw").decode(), True, id="a pair with a short password"),
        pytest.param(lambda gate: gate.learn_pair("annabelle", SECRET), "annabelle", False, id="a user name"),
        pytest.param(lambda gate: gate.learn_pair("ghp_aaaaaaaaaaaaaaaa0001", None), "ghp_aaaaaaaaaaaaaaaa0001", True, id="a user name that is a token"),
        pytest.param(lambda gate: gate.learn_pair("mytoken", "x-oauth-basic"), "mytoken", True, id="a user name whose password says so"),
        pytest.param(lambda gate: gate.learn_pair("mytoken", "x-oauth-basic"), "x-oauth-basic", False, id="a password that says so"),
        pytest.param(lambda gate: gate.learn_pair("bothouse", None), "bothouse", False, id="a user name without a password"),
        pytest.param(lambda gate: gate.learn_url(f"http://ann:{SECRET}@proxy:3128"), SECRET, True, id="a proxy's URL"),
        pytest.param(lambda gate: gate.learn_url("http://ann:p%40ssw%C3%B6rd1@proxy"), "p@sswörd1", True, id="a password with percent signs"),
        pytest.param(lambda gate: gate.learn_url(f"http://[{SECRET}"), SECRET, True, id="a URL that cannot be read"),
        pytest.param(lambda gate: gate.learn_url("https://host/some/folder.git"), "https://host/some/folder.git", False, id="a URL without a user"),
        pytest.param(lambda gate: gate.learn_header("X-Key", SECRET), SECRET, True, id="a header"),
        pytest.param(lambda gate: gate.learn_header("Authorization", f"Bearer {SECRET}"), f"bearer {SECRET}", True, id="a bearer token"),
        pytest.param(lambda gate: gate.learn_header("AUTHORIZATION", "basic " + b64encode(b"x-access-token:S3cretWord").decode()), "s3cretword", True, id="the password in a Basic header"),
        pytest.param(lambda gate: gate.learn_header("Cookie", "a=1; session=S3cretWord"), "s3cretword", True, id="a cookie"),
        pytest.param(lambda gate: gate.learn_header("Cookie", "a=1; b=" + "k" * SHORTEST_WORD), "k" * SHORTEST_WORD, True, id="the shortest word of a header"),
        pytest.param(lambda gate: gate.learn_header("Cookie", "a=1; b=" + "k" * (SHORTEST_WORD - 1)), "k" * (SHORTEST_WORD - 1), False, id="a word of a header that is too short"),
        pytest.param(lambda gate: gate.learn_header("Accept-Language", "de-DE,de"), "Accept-Language de-DE,de", False, id="a header that is no secret"),
    ],
)  # fmt: skip
def test_a_gate_knows_what_a_request_carries(learn, said, withheld):
    gate = Gate()
    learn(gate)
    assert (gate.quote(said) == WITHHELD) is withheld


@pytest.mark.parametrize("at", [0, MAX_QUOTED - 5, MAX_QUOTED, 5 * MAX_QUOTED])
def test_of_a_long_text_nothing_is_quoted_that_is_not_looked_at(at):
    said = "\u200b" * at + SECRET
    assert "Xk7" not in GATE.quote(said)


def test_a_whole_message_is_withheld_but_for_the_repository_that_it_is_about():
    message = f"https://host/{SECRET}: 404: the server says"
    assert (GATE.sentence(message, f"https://host/{SECRET}"), GATE.sentence(f"https://host/x: {SECRET}", "https://host/x")) == (
        message,
        f"https://host/x: {WITHHELD}",
    )  # fmt: skip


def fail(message: str) -> None:
    raise ValueError(message)


def raised(message: str) -> BaseException:
    with pytest.raises(ValueError, match=r".*") as caught:
        fail(message)
    return caught.value


def test_an_error_is_reported_as_it_is_where_it_repeats_nothing():
    error = raised("harmless")
    assert GATE.reportable(error) is error


@pytest.mark.parametrize(
    "message",
    [
        SECRET,
        "\n".join(SECRET),
        "\x1b[31mred",
        pytest.param("x" * MAX_TRACEBACK + SECRET, id="a secret behind what is shown"),
    ],
)
def test_of_a_traceback_only_what_can_be_shown_is_reported(message):
    found = GATE.reportable(raised(message))
    assert (type(found), SECRET in str(found), "\x1b" in str(found)) == (WithheldError, False, False)


def test_the_rest_of_a_traceback_is_reported():
    assert "in fail" in str(GATE.reportable(raised(SECRET)))


def test_a_thread_knows_the_gate_of_its_visit():
    with gating(GATE):
        inside = current()
    assert (inside, current().is_learned) == (GATE, False)


@pytest.mark.parametrize(
    ("layers", "withheld"),
    [pytest.param(LAYERS, True, id="as many layers as are read"), pytest.param(2 * LAYERS + 1, False, id="more")],
)
def test_one_encoding_in_itself_is_read_so_often(layers, withheld):
    said = SECRET
    for _ in range(layers):
        said = "".join(f"%{byte:02x}" for byte in said.encode())
    assert (GATE.quote(said) == WITHHELD) is withheld


@pytest.mark.parametrize("number", [MANY_SIGNS, MANY_SIGNS + 1, 5 * MANY_SIGNS])
def test_signs_beyond_ascii_are_left_out_however_many_there_are(number):
    signs = [chr(0x2190 + place) for place in range(number)]  # arrows, and what follows them
    assert normalize("a" + "b".join(signs) + "Ä") == "a" + "b" * (number - 1) + "a"


@pytest.mark.parametrize(
    ("secret", "shortest"),
    [
        pytest.param("abcde", MIN_ENCODED, id="what is certain of its Base64 is just long enough"),
        pytest.param("abcd", len(b"abcd".hex()), id="what is certain of its Base64 is too short"),
    ],
)
def test_encoded_forms_too_short_to_be_told_from_other_text_are_not_looked_for(secret, shortest):
    assert min(map(len, encoded(secret))) == shortest
