"""The macro `version_of` and `catalog.query.resolve` give a reference one meaning."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.database import database
from catalog.errors import Ambiguous, Misuse, NotFound
from catalog.query.answer import Bounds, answer
from catalog.query.reference import parse
from catalog.query.resolve import ReferenceResolver
from catalog.schema.tables.registry import Event
from support.catalog_files import write_catalog
from support.catalogs import asked
from support.small_catalog import C1, C2, day, event

# The same version on two commits, one that is withdrawn, a stage, an artifact that is named like another's end.
TAGS = [
    ("churn@v1.0.0", C1),
    ("churn@v1.1.0", C2),
    ("churn@v1.0.0!", C1),
    ("churn#prod#1", C1),
    ("churn#prod#2", C2),
    ("n:churn@v2.0.0", C1),
    ("x@v1.0.0", C2),
]
REPOS = ("h/o/n", "h/o/r@x", "h/o/r#x", "h/p/n", "n:churn", "r", "r@x", "h/o/r@v1.0.0")
PIECES = [
    *("h", "o", "p", "n", "r", "x", "r@x", "r#x", "churn", "v1.0.0", "v1.1.0", "v2.0.0", "latest", "greatest", "prod"),
    *("/", ":", "@", "#", "@", "#", " ", "\t", "\n", "\x1f", "\x85", "\xa0", "\u2003", "\u200b", C1[:6], C1[:7], C2),
]
LOOSE = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text("rx@#:/ \n", max_size=6)
NAMES = st.builds("{}:{}".format, st.sampled_from(REPOS), st.sampled_from(("churn", "n:churn", "x", "nobody")))
ENDS = st.builds(lambda name, cut: name[cut:].lstrip("/"), NAMES, st.sampled_from((0, 1, 3)))
MARKED = st.builds("{}{}{}".format, ENDS, st.sampled_from(("@", "#", "")), st.sampled_from(PIECES) | st.just(""))
REFERENCES = MARKED | LOOSE


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    def events(repo: str) -> list[Event]:
        wanted = TAGS if repo != "h/p/n" else [*TAGS, ("churn@v1.1.0", C1)]
        return [event(tag, commit, day(number)) for number, (tag, commit) in enumerate(wanted, 1)]

    rows = {repo: {Event: events(repo)} for repo in REPOS}
    file = write_catalog(tmp_path_factory.mktemp("references") / "catalog.duckdb", rows)
    with closing(database.connect(file)) as connection:
        yield connection


def in_python(connection, ref):
    """The one version that Python finds, or what it says instead."""
    names = ReferenceResolver(lambda text, **values: answer(connection, text, values, Bounds()), Path("catalog"))
    try:
        found = names.version(*names.artifact(ref))
    except (Misuse, NotFound) as error:
        return type(error)
    except Ambiguous as error:
        return error.candidates
    return tuple(found[key] for key in ("repo", "artifact", "version", "commit"))


def in_sql(connection, ref):
    return [tuple(row.values()) for row in asked(connection, "select * exclude (ref) from version_of($1)", ref)]


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        pytest.param("o/r@x:churn", ("h/o/r@x", "churn", "v1.1.0", C2), id="a repository may have @ in its name"),
        pytest.param("o/r#x:n:churn", ("h/o/r#x", "n:churn", "v2.0.0", C1), id="a repository may have # in its name"),
        pytest.param("r@x:churn", ("r@x", "churn", "v1.1.0", C2), id="a whole name goes before its end in another"),
        pytest.param("o/r@x:x@v1.0.0", ("h/o/r@x", "x", "v1.0.0", C2), id="the last mark counts"),
        pytest.param(" h/o/n:churn#prod\n", ("h/o/n", "churn", "v1.1.0", C2), id="space around it does not count"),
        pytest.param("h/o/n:churn@v1.0.0", ("h/o/n", "churn", "v1.0.0", C1), id="a withdrawn version has a name"),
    ],
)
def test_what_a_reference_means(catalog, ref, expected):
    assert (in_python(catalog, ref), in_sql(catalog, ref)) == (expected, [expected])


@pytest.mark.slow
@given(ref=REFERENCES)
@example(ref="h/p/n:churn@v1.1.0")
@example(ref="churn@")
@example(ref="h/o/n:churn#qa")
def test_sql_and_python_give_a_reference_one_meaning(catalog, ref):
    match in_python(catalog, ref), in_sql(catalog, ref):
        case type(), found:
            assert found == []
        case (str(repo), str(artifact), str(version), str(commit)), found if repo in REPOS:
            assert found == [(repo, artifact, version, commit)]
        case candidates, found:
            names = {f"{repo}:{artifact}" for repo, artifact, _, _ in found}
            assert {name for name in names if not any(said.startswith(name) for said in candidates)} == set()


@given(ref=REFERENCES)
@example(ref="\x1fchurn@v1.0.0\u2003")
@example(ref="a@b#c")
@example(ref="##")
def test_sql_and_python_read_the_same_parts(catalog, ref):
    try:
        reference = parse(ref)
        expected = [(ref.strip(), reference.artifact, reference.version, reference.stage)]
    except Misuse:
        expected = []
    assert [tuple(row.values()) for row in asked(catalog, "from internal.read_reference($1)", ref)] == expected
