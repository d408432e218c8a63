"""`dvc status` as the judge of parameters that have changed since their stage ran."""

from __future__ import annotations

from pathlib import Path

import dpath
import dpath.options
import pytest
from dpath.exceptions import InvalidGlob
from dvc.exceptions import DvcException
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.metrics.lock_differences import LockDifferences, differences
from support.catalogs import asked, catalog_of, rows_of
from support.status_judge import PIPELINE, RAN, assert_says_the_same, lock, naming, said_of_changes, world_of
from support.worlds import Content, Link, World

SHAPES: dict[str, dict[str, Content]] = {
    "a parameter that is gone": {"params.yaml": "other: 1\n"},
    "a parameter that is gone, of a stage that is frozen": {
        "dvc.yaml": PIPELINE + "    frozen: true\n",
        "params.yaml": "other: 1\n",
    },
    "a file of parameters that is gone": {"params.yaml": None},
    "an empty file of parameters": {"params.yaml": ""},
    "a parameter that the stage names no more": {
        **naming("[other]", "params.yaml: {lr: 1, other: 1}"),
        "params.yaml": "lr: 2\nother: 1\n",
    },
    "a parameter that is new": {**naming("[lr, other]"), "params.yaml": "lr: 1\nother: 1\n"},
    "a parameter that is new, and in no file": naming("[lr, other]"),
    "parameters without a word in the lock": {
        "dvc.lock": str(lock()["dvc.lock"]).replace(f"    params:\n      {RAN}\n", "")
    },
    "a map that is the same": {**naming("[t]", "params.yaml: {t: {a: 1, b: 2}}"), "params.yaml": "t: {a: 1, b: 2}\n"},
    "a map that has less": {**naming("[t]", "params.yaml: {t: {a: 1, b: 2}}"), "params.yaml": "t: {a: 1}\n"},
    "a map that has more": {**naming("[t]", "params.yaml: {t: {a: 1}}"), "params.yaml": "t: {a: 1, b: 2}\n"},
    "a map that is gone": {**naming("[t]", "params.yaml: {t: {a: 1}}"), "params.yaml": "u: {a: 1}\n"},
    "a value of a map that is gone": {**naming("[t.a]", "params.yaml: {t.a: 1}"), "params.yaml": "t: {b: 1}\n"},
    "a map that is a number now": {**naming("[t]", "params.yaml: {t: {a: 1}}"), "params.yaml": "t: 1\n"},
    "a parameter without a value": {"params.yaml": "lr:\n"},
    "a number in other words": {"params.yaml": "lr: 1.0\n"},
    "a text in place of a number": {"params.yaml": "lr: '1'\n"},
    "a place in a list": {**naming("[l.0]", "params.yaml: {l.0: 1}"), "params.yaml": "l: [1, 2]\n"},
    "a place in a list, with another value": {**naming("[l.0]", "params.yaml: {l.0: 1}"), "params.yaml": "l: [9, 2]\n"},
    "a place from the end of a list": {**naming("[l.-1]", "params.yaml: {l.-1: 1}"), "params.yaml": "l: [1, 2]\n"},
    "a place that the list has no more": {**naming("[l.2]", "params.yaml: {l.2: 1}"), "params.yaml": "l: [1, 2]\n"},
    "a map at a place in a list": {
        **naming("[l.0]", "params.yaml: {l.0: {a: 1, b: 2}}"),
        "params.yaml": "l: [{a: 1, b: 3}]\n",
    },
    "a value in a map at a place in a list": {
        **naming("[l.0.a]", "params.yaml: {l.0.a: 1}"),
        "params.yaml": "l: [{a: 2}]\n",
    },
    "a place in a file that is a list": {**naming("[p.json: ['1']]", "p.json: {'1': 5}"), "p.json": "[5, 6]"},
    "a star for one value": {**naming("['t.*']", "params.yaml: {t.*: 1}"), "params.yaml": "t: {a: 1}\n"},
    "a star for one value, which is another": {
        **naming("['t.*']", "params.yaml: {t.*: 1}"),
        "params.yaml": "t: {a: 2}\n",
    },
    "a star for nothing": {**naming("['t.*']", "params.yaml: {t.*: 1}"), "params.yaml": "t: {}\n"},
    "two stars for one value at any depth": {
        **naming("['**.lr']", "params.yaml: {'**.lr': 1}"),
        "params.yaml": "a: {b: {lr: 2}}\n",
    },
    "a question mark": {**naming("['l?']", "params.yaml: {'l?': 1}"), "params.yaml": "lr: 2\n"},
    "letters in brackets": {**naming("['l[a-z]']", "params.yaml: {'l[a-z]': 1}"), "params.yaml": "lr: 1\n"},
    "brackets in a name of the file": {**naming("['a[0]']", "params.yaml: {'a[0]': 1}"), "params.yaml": "a[0]: 1\n"},
    "dots in a name of the file": {**naming("[a.b]", "params.yaml: {a.b: 1}"), "params.yaml": "a.b: 1\n"},
    "a dot before a name": {**naming("[.a]", "params.yaml: {.a: 1}"), "params.yaml": "a: 1\n"},
    "a name of the file that is a number": {**naming("[m.1]", "params.yaml: {m.1: a}"), "params.yaml": "m: {1: b}\n"},
    "a name of the file that is true": {
        **naming("[m.True]", "params.yaml: {m.True: a}"),
        "params.yaml": "m: {true: a}\n",
    },
    "a whole number that is a decimal number in a list": {
        **naming("[l]", "params.yaml: {l: [1, 2]}"),
        "params.yaml": "l: [1.0, 2]\n",
    },
    "maps in a list, in another order": {
        **naming("[l]", "params.yaml: {l: [{a: 1, b: 2}]}"),
        "params.yaml": "l: [{b: 2, a: 1}]\n",
    },
    "a list in another order": {**naming("[l]", "params.yaml: {l: [1, 2]}"), "params.yaml": "l: [2, 1]\n"},
    "true for 1": {**naming("[l]", "params.yaml: {l: true}"), "params.yaml": "l: 1\n"},
    "true for 1.0, deep in lists and maps": {
        **naming("[l]", "params.yaml: {l: {a: [true, {b: 0}]}}"),
        "params.yaml": "l: {a: [1.0, {b: false}]}\n",
    },
    "a number as a key for its text": {**naming("[a]", "params.yaml: {a: {1: x}}"), "params.yaml": "a: {'1': x}\n"},
    "a number as a key for an equal one": {
        **naming("[a]", "params.yaml: {a: {1: x}}"),
        "params.yaml": "a: {1.0: x}\n",
    },
    "all of a file, with a number as a key for its text": {
        **naming("[p.yaml: ]", "p.yaml: {'1': b}"),
        "p.yaml": "1: b\n",
    },
    "whole numbers that no decimal number tells apart": {
        **naming("[a]", "params.yaml: {a: 9007199254740993}"),
        "params.yaml": "a: 9007199254740992\n",
    },
    "no number": {**naming("[a]", "params.yaml: {a: .nan}"), "params.yaml": "a: .nan\n"},
    "no number in a list": {**naming("[a]", "params.yaml: {a: [.nan]}"), "params.yaml": "a: [.nan]\n"},
    "no number in a list in JSON": {**naming("[p.json: [a]]", "p.json: {a: [.nan]}"), "p.json": '{"a": [NaN]}'},
    "a date of TOML": {**naming("[p.toml: [a]]", "p.toml: {a: 2024-01-01}"), "p.toml": "a = 2024-01-01\n"},
    "a date of TOML, and a text": {
        **naming("[p.toml: [a]]", "p.toml: {a: '2024-01-01'}"),
        "p.toml": "a = 2024-01-01\n",
    },
    "a time of TOML, and its text": {
        **naming("[p.toml: [a]]", "p.toml: {a: '07:32:00'}"),
        "p.toml": "a = 07:32:00\n",
    },
    "times of TOML in all of a file": {
        **naming("[p.toml: ]", "p.toml: {t: {a: ['07:32:00']}, b: 1}"),
        "p.toml": "b = 1\nt = {a = [07:32:00]}\n",
    },
    "a date and time of TOML": {
        **naming("[p.toml: [a]]", "p.toml: {a: 2024-01-01T00:00:00}"),
        "p.toml": "a = 2024-01-01 00:00:00\n",
    },
    "a date and time of TOML, and its text": {
        **naming("[p.toml: [a]]", "p.toml: {a: '2024-01-01T00:00:00'}"),
        "p.toml": "a = 2024-01-01T00:00:00\n",
    },
    "a date of TOML, and midnight of that day": {
        **naming("[p.toml: [a]]", "p.toml: {a: 2024-01-01T00:00:00}"),
        "p.toml": "a = 2024-01-01\n",
    },
    "a date and time of TOML in another zone": {
        **naming("[p.toml: [a]]", "p.toml: {a: 2024-01-01T00:00:00Z}"),
        "p.toml": "a = 2024-01-01T02:00:00+02:00\n",
    },
    "a date and time of TOML with a zone, and one without": {
        **naming("[p.toml: [a]]", "p.toml: {a: 2024-01-01T00:00:00}"),
        "p.toml": "a = 2024-01-01T00:00:00+02:00\n",
    },
    "a date of YAML": {**naming("[p.yaml: [a]]", "p.yaml: {a: 2024-01-01}"), "p.yaml": "a: 2024-01-01\n"},
    "a date of YAML, and its text": {
        **naming("[p.yaml: [a]]", "p.yaml: {a: '2024-01-01'}"),
        "p.yaml": "a: 2024-01-01\n",
    },
    **{
        f"a path that is spelled {spelled}{how}": {
            **naming(f"['{spelled}': [lr]]", f"{locked}: {{lr: 1}}"),
            "conf/p.yaml": f"lr: {value}\n",
        }
        for spelled in ("./conf/p.yaml", "conf/../conf/p.yaml", "conf//p.yaml", "conf/p.yaml/")
        for how, locked, value in (
            ("", spelled, 1),
            (", with another value", spelled, 2),
            (", and plainly in the lock", "conf/p.yaml", 1),
        )
    },
    "a path that only the lock spells otherwise": {
        **naming("[conf/p.yaml: [lr]]", "./conf/p.yaml: {lr: 1}"),
        "conf/p.yaml": "lr: 1\n",
    },
    "two spellings of a path in the lock": {
        **naming("[conf/p.yaml: [lr, b]]", "conf/p.yaml: {lr: 1}\n      ./conf/p.yaml: {b: 1}"),
        "conf/p.yaml": "lr: 1\nb: 1\n",
    },
    "a pair in Python": {**naming("[p.py: [a]]", "p.py: {a: [1, 2]}"), "p.py": "a = (1, 2)\n"},
    "another pair in Python": {**naming("[p.py: [a]]", "p.py: {a: [1, 3]}"), "p.py": "a = (1, 2)\n"},
    "nothing in the lock, and no such name": {
        **naming("[a]", "params.yaml: {a: null}"),
        "params.yaml": "b: 1\n",
    },
    "a value of a map, where the lock has the map": {
        **naming("[t.a]", "params.yaml: {t: {a: 1}}"),
        "params.yaml": "t: {a: 1}\n",
    },
    "a map, where the lock has a value of it": {
        **naming("[t]", "params.yaml: {t.a: 1}"),
        "params.yaml": "t: {a: 1}\n",
    },
    "a parameter of more text than a row keeps": {
        **naming("[a]", f"params.yaml: {{a: {'x' * 70_000}}}"),
        "params.yaml": f"a: {'x' * 70_000}\n",
    },
    "all of an empty file": {**naming("[p.yaml: ]", "p.yaml: {a: 1}"), "p.yaml": ""},
    "all of a file, which is the same": naming("[params.yaml: ]"),
    "all of a file, which has less": naming("[params.yaml: ]", "params.yaml: {lr: 1, other: 1}"),
    "all of a file, which has more": {**naming("[params.yaml: ]"), "params.yaml": "lr: 1\nother: 1\n"},
    "a parameter of another file": {**naming("[p.json: [lr]]", "p.json: {lr: 1}"), "p.json": '{"lr": 1}'},
    "a parameter of another file that is gone": {**naming("[p.json: [lr]]", "p.json: {lr: 1}"), "p.json": "{}"},
    "another file of parameters that is gone": naming("[p.json: [lr]]", "p.json: {lr: 1}"),
    "a parameter in Python that is gone": {**naming("[p.py: [lr]]", "p.py: {lr: 1}"), "p.py": "b = 1\n"},
}


@pytest.mark.slow
@pytest.mark.parametrize("files", SHAPES.values(), ids=SHAPES)
def test_parameters_differ_from_the_lock_where_dvc_says_so(files: dict[str, Content], tmp_path: Path) -> None:
    assert_says_the_same(files, tmp_path)


REFUSED: dict[str, tuple[dict[str, Content], list[str], list[str]]] = {
    "a star for several values": (
        {**naming("[lr, 't.*']", "params.yaml: {lr: 1, t.*: 1}"), "params.yaml": "lr: 1\nt: {a: 1, b: 2}\n"},
        ["params.yaml:t.*"],
        ["unclear"],
    ),
    "a star for several values, of which the lock has each": (
        {**naming("['t.*']", "params.yaml: {t.a: 1, t.b: 2}"), "params.yaml": "t: {a: 1, b: 2}\n"},
        ["params.yaml:t.*"],
        ["unclear"],
    ),
    "a number that is a key, and its text": (
        {**naming("[m.1]", "params.yaml: {m.1: a}"), "params.yaml": "m: {1: a, '1': a}\n"},
        ["params.yaml:m.1"],
        ["unclear"],
    ),
    "a template without a value": ({**naming("['${x}']")}, ["dvc.yaml"], ["definition"]),
    "a definition that is not valid": ({"dvc.yaml": "stages: ["}, ["dvc.yaml"], ["definition"]),
    "a lock that is not valid": ({"dvc.lock": "stages: ["}, ["dvc.lock"], ["lock"]),
    "a lock whose stage is not valid": (
        {"dvc.lock": "schema: '2.0'\nstages: {s: 7}\n"},
        ["dvc.lock"],
        ["lock"],
    ),
    "two stars twice": ({**naming("['**.**']"), "params.yaml": "a: 1\n"}, ["params.yaml:**.**"], ["unclear"]),
    "all of a file that is a list": (
        {**naming("[p.yaml: ]", "p.yaml: {a: 1}"), "p.yaml": "[1]\n"},
        ["p.yaml"],
        ["unclear"],
    ),
    "the file of templates, which is a list": (
        {"params.yaml": "[1]\n"},
        ["params.yaml"],
        ["unclear"],
    ),
    "a date in the file of templates": (
        {"params.yaml": "lr: 2\nt: {a: [2024-01-01]}\n"},
        ["params.yaml"],
        ["unclear"],
    ),
    "a folder": ({**naming("[p: [a]]", "p: {a: 1}"), "p/a.yaml": "a: 1\n"}, ["p/a.yaml"], ["unclear"]),
    "a file that is not valid": (
        {**naming("[p.yaml: [a]]", "p.yaml: {a: 1}"), "p.yaml": "a: [\n"},
        ["p.yaml"],
        ["bad"],
    ),
}
UNREAD: dict[str, dict[str, Content]] = {
    "a file that is too big to be read": {
        **naming("[p.toml: [a]]", "p.toml: {a: 1}"),
        "p.toml": f"a = 2\n# {'x' * (128 << 10)}\n",
    },
    "a link": {**naming("[p.yaml: [a]]", "p.yaml: {a: 1}"), "p.yaml": Link("q.yaml"), "q.yaml": "a: 2\n"},
}


def uncompared(world: World) -> list[tuple[list[str], list[str]]]:
    """What the catalog does not compare, and why. It says of none of it that it differs."""
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    assert not asked(connection, "from outdated_locks")
    return [(row["paths"], row["reasons"]) for row in asked(connection, "from uncompared_locks")]


@pytest.mark.slow
@pytest.mark.parametrize(("files", "paths", "reasons"), REFUSED.values(), ids=REFUSED)
def test_what_dvc_refuses_to_compare_is_not_compared(
    files: dict[str, Content], paths: list[str], reasons: list[str], tmp_path: Path
) -> None:
    world = world_of(files)
    with pytest.raises((ValueError, TypeError, AttributeError, DvcException, InvalidGlob)):
        said_of_changes(world, tmp_path)
    assert uncompared(world) == [(paths, reasons)]


@pytest.mark.slow
@pytest.mark.parametrize("files", UNREAD.values(), ids=UNREAD)
def test_what_dvc_compares_and_the_catalog_does_not_is_named(files: dict[str, Content], tmp_path: Path) -> None:
    world = world_of(files)
    ((file, _),) = {(what.partition(":")[0], how) for what, how in said_of_changes(world, tmp_path)}
    assert [paths for paths, _ in uncompared(world)] == [[file]]


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(["a", "x"]),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "b", "a.b", "*", "1", "True", "", 0, 1, -1, 2.0, True, None]), inside, max_size=3
        )
    ),
    max_leaves=8,
)
WORDS = st.sampled_from(["a", "b", "*", "**", "?", "[ab]", "0", "1", "-1", "01", "+1", "True", "2.0", "", "x"])


@pytest.mark.slow
@settings(max_examples=1_000)
@given(TREES, st.lists(WORDS, min_size=1, max_size=4).map(".".join))
def test_a_name_leads_to_what_dpath_finds(values: object, name: str) -> None:
    allowed, dpath.options.ALLOW_EMPTY_STRING_KEYS = dpath.options.ALLOW_EMPTY_STRING_KEYS, True  # as DVC does
    try:
        wanted = [dpath.get(values, name, separator=".")]
    except KeyError:
        wanted = []
    except (ValueError, InvalidGlob):
        wanted = [..., ...]
    finally:
        dpath.options.ALLOW_EMPTY_STRING_KEYS = allowed
    if name.split(".").count("**") > 1:  # which dpath refuses once there is a value to look at
        wanted = [..., ...]
    found = differences([name], values, {name: wanted[0]} if len(wanted) == 1 else {})
    assert (
        found
        == {
            0: LockDifferences(deleted=(name,)),
            1: LockDifferences(),
            2: LockDifferences(uncompared=(name,)),
        }[len(wanted)]
    )
