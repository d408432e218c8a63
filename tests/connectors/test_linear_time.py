"""No reader of a stranger's file takes more than linear time: each of these took seconds, or minutes, and now takes milliseconds."""

from __future__ import annotations

from contextlib import suppress
from time import process_time

import pytest

from catalog.errors import MetafileError
from catalog.naming import public_url
from connectors.cards.code_owners import parse as parse_owners
from connectors.dvc.config import MAX_NAME, parse, remotes
from connectors.formats.yaml import MAX_INDEX, MAX_ODD_KEYS, load_yaml

LARGE = 1 << 18
SAME_HASH = (1 << 61) - 1  # Python's hash of whole numbers is taken modulo this


def config(line):
    return lambda: remotes(parse(f"[core]\n{line}\n".encode(), []))


def numbers_as_keys(count, step=SAME_HASH):
    return b"{" + b"".join(b"%d: 1," % (number * step) for number in range(MAX_INDEX + 1, MAX_INDEX + 1 + count)) + b"}"


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda: load_yaml(b"%YAML 1.1\n---\nd: 1" + b":59" * (468 << 10 >> 2)), id="YAML in base 60"),
        pytest.param(lambda: load_yaml(numbers_as_keys(15_000)), id="keys of YAML with one hash"),
        pytest.param(config("a" + " " * LARGE + "b"), id="spaces behind a name of .dvc/config"),
        pytest.param(config("a = b" + " " * LARGE + ","), id="spaces behind a value of .dvc/config"),
        pytest.param(config("[a" + " " * LARGE + "b"), id="spaces in a section of .dvc/config"),
        pytest.param(config("['remote" + " " * LARGE + "']"), id="spaces in the name of a remote"),
        pytest.param(lambda: parse_owners(b"![" * (LARGE // 2), "CODEOWNERS"), id="brackets of CODEOWNERS"),
        pytest.param(lambda: public_url("https://h/?" + "sig" * (LARGE // 3)), id="a URL full of words for secrets"),
    ],
)
def test_a_hostile_file_takes_little_time(read):
    """THREATS.md: YAML 1.1 base-60 numbers; JSON, TOML and CSV bombs."""
    began = process_time()
    with suppress(MetafileError):
        read()
    assert process_time() - began < 1


def test_a_map_has_so_many_odd_keys():
    assert len(load_yaml(numbers_as_keys(MAX_ODD_KEYS))) == MAX_ODD_KEYS
    with pytest.raises(MetafileError, match="more than 1,000 keys that are neither text nor numbers up to 1,000,000"):
        load_yaml(numbers_as_keys(MAX_ODD_KEYS + 1))


def test_whole_numbers_up_to_a_bound_are_usual_keys():
    count = MAX_ODD_KEYS + 1
    usual = b"{" + b"".join(b"%d: a," % (MAX_INDEX - number) for number in range(count)) + b"}"
    assert len(load_yaml(usual)) == count
    with pytest.raises(MetafileError):
        load_yaml(numbers_as_keys(count, step=1))


def test_a_section_has_a_name_of_so_many_characters():
    name = "x" * (MAX_NAME - len("[]"))
    complaints = []
    assert parse(f"[{name}]\na = 1\n[{name}x]\nb = 2".encode(), complaints) == {"": {}, name: {"a": "1"}}
    assert [(error.place, error.rule) for error in complaints] == [("line 3", "not-config")]
