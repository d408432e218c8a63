"""The bounds of `.dvc/config`."""

import pytest

from catalog.errors import MetafileError
from connectors.dvc.config import MAX_LINES, MAX_STEPS, MAX_URL, parse, resolved


def chain(length):
    """So many remotes that each refer to the next, and the one that is meant."""
    steps = {f"r{n}": {"url": f"remote://r{n + 1}/d{n}"} for n in range(length)}
    return steps | {f"r{length}": {"url": "s3://b"}}


def test_as_many_lines_as_may_be_are_read():
    complaints = []
    assert (parse(b"\n" * (MAX_LINES - 1) + b"a = b", complaints), complaints) == ({"": {"a": "b"}}, [])


def test_as_many_remotes_as_may_be_refer_to_the_next():
    folders = "/".join(f"d{n}" for n in reversed(range(MAX_STEPS)))
    assert resolved("r0", chain(MAX_STEPS)) == {"url": f"s3://b/{folders}"}


def test_a_url_has_as_many_characters_as_it_may_have():
    url = "s3://".ljust(MAX_URL, "x")
    assert resolved("r", {"r": {"url": url}}) == {"url": url}


@pytest.mark.parametrize(
    ("read", "rule", "message"),
    [
        pytest.param(
            lambda: parse(b"\n" * MAX_LINES + b"a = b", []),
            "too-big",
            "found 10,001 lines, expected at most 10,000",
            id="a line",
        ),
        pytest.param(
            lambda: resolved("r0", chain(MAX_STEPS + 1)),
            "endless",
            "found more than 10 remotes that refer to the next",
            id="a remote",
        ),
        pytest.param(
            lambda: resolved("r", {"r": {"url": "s3://".ljust(MAX_URL + 1, "x")}}),
            "no-url",
            "found a URL of 4,097 characters, expected 1 to 4,096",
            id="a character of a URL",
        ),
        pytest.param(
            lambda: resolved("r", {"r": {"url": ""}}),
            "no-url",
            "found a URL of 0 characters, expected 1 to 4,096",
            id="a URL of nothing",
        ),
    ],
)
def test_one_more_is_refused(read, rule, message):
    with pytest.raises(MetafileError) as caught:
        read()
    assert (caught.value.rule, caught.value.message) == (rule, message)
