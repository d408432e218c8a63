"""Arguments of the wrong type or out of range, of every public method: the message names the argument."""

from __future__ import annotations

import inspect
import re
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, get_args, get_origin, get_type_hints

import pytest

from catalog.errors import Misuse, NotFound
from catalog.query import Catalog
from catalog.query.arguments import _MOST_SHOWN, Between
from catalog.query.catalog_file import _UNLIMITED
from catalog.query.content_hash import FEWEST_DIGITS
from catalog.query.time_range import Edge
from support.catalogs import catalog_of
from support.small_catalog import small_catalog

METHODS = sorted(
    name
    for name, member in inspect.getmembers(Catalog)
    if not name.startswith("_") and (inspect.isfunction(member) or inspect.ismethod(member))
)
RIGHT = {
    "name": "behind",
    "ref": "mask",
    "refs": "mask",
    "text": "select 1",
    "when": "now",
    "content": "abcdefg",
    "query": "x",
    "path": "p",
}


@pytest.fixture(scope="module")
def catalog():
    return Catalog(catalog_of({}, {}), Path("catalog.duckdb"))


def parameters():
    """Each parameter of each method that has a type."""
    for method in METHODS:
        hints = get_type_hints(getattr(Catalog, method))
        for name, parameter in inspect.signature(getattr(Catalog, method)).parameters.items():
            if name != "self" and hints[name] is not object:
                yield pytest.param(method, parameter, id=f"{method} {name}")


def numbers():
    """Each parameter that is a whole number, with its annotation and its range; None where it states none."""
    for method in METHODS:
        for name, hint in get_type_hints(getattr(Catalog, method), include_extras=True).items():
            # The number of a crawl is looked up: any other is not found.
            is_edge = set(get_args(Edge)) <= set(get_args(hint))
            for each in (hint, *(() if get_origin(hint) is Annotated or is_edge else get_args(hint))):
                if each is int or (get_origin(each) is Annotated and get_args(each)[0] is int):
                    yield method, name, get_args(each)[1] if get_args(each) else None


def test_every_whole_number_has_a_range():
    assert [
        (method, name) for method, name, between in numbers() if not isinstance(between, Between) and name != "return"
    ] == []


@pytest.mark.parametrize(
    ("method", "name", "beyond", "words"),
    [
        pytest.param(method, name, beyond, str(between), id=f"{method} {name} {beyond}")
        for method, name, between in numbers()
        if between
        for beyond in (between.least - 1, -(2**70), *((between.most + 1, 2**70) if between.most else ()))
    ],
)
def test_a_number_out_of_range_is_refused_by_the_name_of_its_argument(catalog, method, name, beyond, words):
    args, kwargs = arguments(method, name, beyond)
    with pytest.raises(Misuse, match=rf"^invalid {name} {beyond}: expected {re.escape(words)}( or None)?$"):
        getattr(catalog, method)(*args, **kwargs)


@pytest.mark.slow
def test_numbers_at_the_ends_of_their_ranges_are_taken():
    path = small_catalog()
    for method, name, between in numbers():
        for end in (between.least, 1 if name == "baseline" else between.most or 2**70):
            args, kwargs = arguments(method, name, end)
            without_bytes = pytest.raises(NotFound, match="not stated") if method == "download" else nullcontext()
            with Catalog.open(path, **{name: end} if method == "open" else {}) as catalog, without_bytes:
                catalog.sql("select 1") if method == "open" else getattr(catalog, method)(*args, **kwargs)


@pytest.mark.slow
@pytest.mark.parametrize("most", [_UNLIMITED, _UNLIMITED + 1, 2**70])
def test_more_memory_and_rows_than_there_can_be_are_no_limit(most):
    with Catalog.open(small_catalog(), max_memory=most, max_rows=most) as catalog:
        assert catalog.sql("select 1 as one").rows == [{"one": 1}]


def arguments(method, wrong, value):
    """Those that the method needs, the wrong one in its place."""
    args, kwargs = [], {}
    for name, parameter in inspect.signature(getattr(Catalog, method)).parameters.items():
        given = value if name == wrong else RIGHT.get(name)
        if name == "self" or (name != wrong and parameter.default is not parameter.empty):
            continue
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL):
            args.append(given)
        elif name == wrong or parameter.kind is not parameter.VAR_KEYWORD:
            kwargs[name] = given
    return args, kwargs


@pytest.mark.parametrize(("method", "parameter"), [*parameters()])
@pytest.mark.parametrize(
    "value", [object(), b"bytes", {"a": 1}, ["\ud800"]], ids=["an object", "bytes", "a dict", "no text"]
)
def test_a_value_of_the_wrong_type_is_refused_by_the_name_of_its_argument(catalog, method, parameter, value):
    args, kwargs = arguments(method, parameter.name, value)
    with pytest.raises(Misuse, match=rf"^invalid {parameter.name} .+: expected ['\w]"):
        getattr(catalog, method)(*args, **kwargs)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        pytest.param(lambda c: c.show(5), "invalid ref 5: expected text or None", id="a number for a reference"),
        pytest.param(lambda c: c.compare("mask", None), "invalid refs None: expected text", id="one of several references"),
        pytest.param(
            lambda c: c.at(None), "invalid when None: expected a datetime or a date or text", id="no moment"
        ),
        pytest.param(lambda c: c.search("x", limit=True), "invalid limit True: expected a whole number of at least 1 or None", id="a truth value for a number"),
        pytest.param(lambda c: c.lineage("m", depth=1.5), "invalid depth 1.5: expected a whole number from 1 to 100", id="a fraction for a whole number"),
        pytest.param(lambda c: c.lineage("m", down=1), "invalid down 1: expected True or False", id="a number for a truth value"),
        pytest.param(lambda c: c.facets(fields="type"), "invalid fields 'type': expected a list of texts", id="text for a list"),
        pytest.param(lambda c: c.unread("m", "cards"), "invalid role 'cards': expected 'metrics' or 'params' or 'plots'", id="none of the words"),
        pytest.param(lambda c: c.sql("select $a", a="\ud800"), "invalid a '\\ud800': expected a value without halves of characters", id="a parameter of SQL"),
        pytest.param(lambda c: c.show("\udcff"), "invalid ref '\\udcff': expected text or None", id="bytes of a file name that is no text"),
        pytest.param(lambda c: c.at("0001-01-01T00:00+14:00"), "invalid when '0001-01-01 00:00:00+14:00': expected a moment that in UTC is in the years 1 to 9999", id="before the year 1"),
        pytest.param(lambda c: c.compare(), "invalid refs (): expected at least one reference", id="nothing to compare"),
        pytest.param(lambda c: c.compare("a", "b", baseline=3), "invalid baseline 3: expected a whole number from 1 to 2, the place of a reference", id="a place behind the last"),
        pytest.param(lambda c: c.lineage("m", depth=-1), "invalid depth -1: expected a whole number from 1 to 100", id="less than a step"),
        pytest.param(lambda c: c.open("p", max_rows=0), "invalid max_rows 0: expected a whole number of at least 1 or None", id="no row at all"),
        pytest.param(lambda c: c.identify("abcdef"), "invalid content 'abcdef': expected a Path, or 7 or more digits of a hash or commit", id="too few digits"),
        pytest.param(lambda c: c.facets(fields=["colour"]), "invalid fields 'colour': expected one of stage, type, label, framework, task, licence, owner, author, org, repo, host, has, is", id="a field without values"),
        pytest.param(lambda c: c.open("p", timeout=0), "invalid timeout 0: expected more than 0 and at most 9.22337e+09 seconds", id="no time at all"),
        pytest.param(lambda c: c.open("p", timeout=1e300), "invalid timeout 1e+300: expected more than 0 and at most 9.22337e+09 seconds", id="more time than a thread can wait"),
    ],
)  # fmt: skip
def test_the_message_says_what_was_expected(catalog, ask, message):
    with pytest.raises(Misuse, match=f"^{re.escape(message)}$"):
        ask(catalog)


def test_a_value_is_shown_to_a_bound(catalog):
    longest = _MOST_SHOWN - len("['']")
    with pytest.raises(Misuse, match=rf"^invalid ref \['x{{{longest}}}'\]: expected"):
        catalog.show(["x" * longest])
    with pytest.raises(Misuse, match=rf"^invalid ref \['x{{{longest + 1}}}…: expected"):
        catalog.show(["x" * (longest + 1)])


def test_a_path_that_no_system_has_is_not_found(catalog):
    with pytest.raises(NotFound, match="cannot be read: embedded null byte"):
        catalog.identify(Path("\0"))


@pytest.mark.slow
def test_the_right_types_are_taken_by_name_and_by_place():
    path = small_catalog()
    with Catalog.open(str(path), timeout=5) as catalog:
        answers = [
            catalog.show("mask"),
            catalog.show(ref="mask"),
            catalog.facets("", fields=("repo",)),
            catalog.search("", limit=None),
            catalog.sql("select $a", a=["any"]),
        ]
    assert all(answer.values for answer in answers)


def test_too_many_arguments_are_refused_as_python_refuses_them(catalog):
    with pytest.raises(TypeError, match=r"show\(\) takes from 1 to 2 positional arguments but 3 were given"):
        catalog.show("mask", 5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        pytest.param(lambda c: c.history("mask@v1.0.0", stage="none"), NotFound, "no stage 'none' in ", id="an unknown stage beside a version"),
        pytest.param(lambda c: c.history("mask", repo="none"), NotFound, "no repository 'none' in ", id="an unknown repository beside a reference"),
        pytest.param(lambda c: c.history("mask", repo="churn"), Misuse, "invalid repo 'churn': expected the repository of 'mask', git.example/acme/vision, or None", id="another repository"),
        pytest.param(lambda c: c.history("mask#prod", stage="dev"), Misuse, "invalid stage 'dev': expected the stage of 'mask#prod', or None", id="another stage"),
    ],
)  # fmt: skip
def test_what_contradicts_the_reference_is_refused(ask, error, message):
    with Catalog.open(small_catalog()) as catalog, pytest.raises(error, match=f"^{re.escape(message)}"):
        ask(catalog)


@pytest.mark.slow
def test_the_fewest_digits_of_a_hash_are_taken():
    with Catalog.open(small_catalog()) as catalog:
        assert catalog.identify("0" * FEWEST_DIGITS).values == ()
