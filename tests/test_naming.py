"""File names for strangers' names: safe everywhere, never the same for two names, and the same tomorrow."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.naming import slug

# Like real names, with all that is dangerous in a name; and anything at all.
NAMES = st.text("abAB019._-~/:\\@=# \0\n\u202eéİ", max_size=130) | st.text(max_size=130)
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # whatever the extension


@given(NAMES, NAMES)
@example("churn", "Churn")
@example("a/b", "a~b")
@example("a:b", "a~~b")
@example("a:/b", "a/:b")
@example("a" * 120, "a" * 121)
@example("A", slug("A"))
@example("", "--e4a6a0577479b2b4")
def test_two_names_never_get_one_file_name_not_even_where_case_is_ignored(one, other):
    assert (slug(one).lower() == slug(other).lower()) == (one == other)


@given(NAMES)
@example("con")
@example("nul.tar.gz")
@example("..")
@example("x" * 200)
def test_a_file_name_is_safe_on_every_file_system(name):
    found = slug(name)
    dangers = {
        "unsafe": re.sub(r"[a-z0-9._~-]", "", found),
        "hidden": found.startswith("."),
        "ends badly": found.endswith((".", " ")),
        "device": bool(DEVICES.fullmatch(found)),
        "empty": not found,
        "long": len(found.encode()) > 120,
    }
    assert dangers == {
        "unsafe": "",
        "hidden": False,
        "ends badly": False,
        "device": False,
        "empty": False,
        "long": False,
    }


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("github.com/iterative/example-gto", "github.com~iterative~example-gto"),
        ("cv/x:seg", "cv~x~~seg"),
        ("v1.0.0", "v1.0.0"),
        ("Churn", "churn-672fedede59e654d"),
        ("churn", "churn"),
        ("con", "con-c1d864bd0e40e57d"),
        ("aux.c", "aux-c-44db4d0708c8a481"),
        ("../../etc/passwd", "~..~etc~passwd-e5e710ea784151b5"),
        ("モデル", "--9086fda82b23b69f"),
        ("", "--e4a6a0577479b2b4"),
    ],
)
def test_file_names_stay_what_they_are(name, found):
    assert slug(name) == found
