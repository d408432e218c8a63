"""References and short names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import Misuse
from catalog.naming import endings, short_names
from catalog.query.reference import Reference, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("churn", Reference(artifact="churn"), id="a name is an artifact"),
        pytest.param("churn@v3.1.0", Reference(artifact="churn", version="v3.1.0"), id="after @ stands a version"),
        pytest.param("churn@latest", Reference(artifact="churn", version="latest"), id="latest is a version"),
        pytest.param("churn#prod/eu", Reference(artifact="churn", stage="prod/eu"), id="after # stands a stage"),
        pytest.param(
            "h/o/n:a:b@v1.0.0-rc.1+m", Reference(artifact="h/o/n:a:b", version="v1.0.0-rc.1+m"), id="names may be long"
        ),
        pytest.param("a@b/c:d@v1.0.0", Reference(artifact="a@b/c:d", version="v1.0.0"), id="the last mark counts"),
    ],
)
def test_reading_a_reference(text, expected):
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["", " ", "@", "churn@", "churn#"])
def test_what_is_no_reference(text):
    with pytest.raises(Misuse, match="expected artifact, artifact@version or artifact#stage"):
        parse(text)


NAMES = st.text("abc:/-", min_size=1, max_size=12)


@given(artifact=NAMES, version=st.none() | st.text("v0123.", min_size=1), stage=st.none() | NAMES)
def test_a_reference_survives_writing_and_reading(artifact, version, stage):
    reference = Reference(artifact=artifact, version=version, stage=None if version else stage)
    assert parse(str(reference)) == reference


@given(st.sets(NAMES))
def test_each_short_name_means_one_artifact(names):
    found = short_names(names)
    meant = {short: [name for name in names if short in endings(name)] for short in found.values()}
    assert {
        name: (name in names and name == found[name]) or meant[found[name]] == [name] for name in names
    } == dict.fromkeys(names, True)
