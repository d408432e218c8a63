"""Which connectors are refused before any work: each case is a distribution that its author installed."""

from __future__ import annotations

import pytest

from catalog.errors import ConfigError
from catalog.plugins.connector import Connector, installed, partition_tables
from catalog.schema.record import Record, column, record
from catalog.schema.tables import PARTITION
from catalog.schema.tables.registry import Event

MODULE = """\
from catalog.plugins.connector import Connector
from catalog.schema.record import Record, column, record
from catalog.schema.tables.git import Branch


def declared(table, kind, cell=None, **more):
    cell = cell or column("A cell.")
    return record(table, key=("cell",), **more)(type("Own", (Record,), {"__annotations__": {"cell": kind}, "cell": cell}))


class Unreadable:
    def __repr__(self):
        raise ValueError("not this")


Own = declared("own_rows", str)
"""


@record("own_rows", key=("cell",))
class OwnRow(Record):
    """A row of a connector's own table."""

    cell: str = column("A cell.")


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Puts a distribution with one connector, `own`, among those that are installed."""

    def install(connector, distribution="catalog-own", point="own"):
        module = distribution.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(f"{MODULE}\nCONNECTOR = {connector}\n")
        about = tmp_path / f"{module}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[catalog.connectors]\n{point} = {module}:CONNECTOR\n")
        monkeypatch.delitem(__import__("sys").modules, module, raising=False)

    monkeypatch.syspath_prepend(tmp_path)
    return install


LOADED = installed.__wrapped__  # without its cache


def tables(cells):
    return f"Connector(name='own', version=1, tables={cells})"


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("connector", "fault"),
    [
        pytest.param("Connector(name=None, version=1)", "its name is None, expected a text", id="no name"),
        pytest.param("Connector(name='', version=1)", "its name is '', expected a text", id="an empty name"),
        pytest.param("Connector(name='gto', version=1)", "it has the name 'gto', as has connector 'gto' of federated-model-catalog, expected another", id="a name that another has"),
        pytest.param("Connector(name='own', version='one')", "its version is 'one', expected a whole number from 1", id="a version that is a text"),
        pytest.param("Connector(name='own', version=True)", "its version is True, expected a whole number from 1", id="a version that is a truth value"),
        pytest.param("Connector(name='own', version=0)", "its version is 0, expected a whole number from 1", id="version 0"),
        pytest.param("Connector(name='own', version=1, wants_file='x')", "its wants_file is 'x', expected a function", id="a text for a function"),
        pytest.param("Connector(name='own', version=1, wants_also=None)", "its wants_also is None, expected a function", id="nothing for a function"),
        pytest.param("Connector(name=Unreadable(), version=1)", "ValueError: not this", id="what cannot even be shown"),
        pytest.param(tables("[Own]"), "its tables are a list, expected a tuple", id="a list of tables"),
        pytest.param(tables("None"), "its tables are a NoneType, expected a tuple", id="nothing for tables"),
        pytest.param(tables("(dict,)"), "its table 'dict' is not declared, expected a class with @record", id="a class that is no record"),
        pytest.param(tables("(Record,)"), "its table 'Record' is not declared, expected a class with @record", id="the class of all records"),
        pytest.param(tables("(type('Sub', (Own,), {}),)"), "its table 'Sub' is not declared, expected a class with @record", id="a subclass of a table"),
        pytest.param(tables("('own_rows',)"), "its table 'own_rows' is not declared, expected a class with @record", id="the name of a table"),
        pytest.param(tables("(Own, declared('own_rows', str))"), "its table 'own_rows' has the name of a table of catalog_own, expected another", id="two tables of one name"),
        pytest.param(tables("(declared('events', str),)"), "its table 'events' has the name of a table of catalog.schema.tables.registry, expected another", id="a table with the name of the catalog's"),
        pytest.param(tables("(declared('versions', str),)"), "its table 'versions' has the name of a view of the catalog, expected another", id="a table with the name of a view"),
        pytest.param(tables("(declared('own_rows', str, lives='crawl'),)"), "its table 'own_rows' lives with the crawl, expected with a repository, revision or content", id="a table of the crawl"),
        pytest.param(tables("(Branch,)"), "its table 'branches' is filled by the crawl alone, expected another", id="a table of Git"),
        pytest.param(tables("(declared('own_rows', str, 'x'),)"), "its table 'own_rows' has the column 'cell' without a sentence, expected column(...)", id="a column without column()"),
        pytest.param(tables("(declared('own_rows', 'Strange'),)"), "its table 'own_rows' has a column of a type that cannot be read: NameError: name 'Strange' is not defined", id="an unknown annotation"),
        pytest.param(tables("(declared('own_rows', complex),)"), "its table 'own_rows' has the column 'cell' of a type that no table can hold", id="a type that Arrow lacks"),
        pytest.param(tables("(declared('own_rows', str | int),)"), "its table 'own_rows' has the column 'cell' of a type that no table can hold", id="two types"),
        pytest.param(tables("(declared('own_rows', None),)"), "its table 'own_rows' has the column 'cell' of a type that no table can hold", id="no type"),
    ],
)  # fmt: skip
def test_one_that_cannot_be_used_is_named(install, connector, fault):
    install(connector)
    with pytest.raises(ConfigError) as refused:
        LOADED()
    assert refused.value.complaints == (f"connector 'own' of catalog-own cannot be used: {fault}",)


def test_all_complaints_come_at_once(install):
    install("Connector(name=None, version=1)")
    install("Connector(name='other', version='one')", "catalog-other", "other")
    with pytest.raises(ConfigError) as refused:
        LOADED()
    assert refused.value.complaints == (
        "connector 'other' of catalog-other cannot be used: its version is 'one', expected a whole number from 1",
        "connector 'own' of catalog-own cannot be used: its name is None, expected a text",
    )


def test_two_tables_of_one_name_in_two_distributions(install):
    install(tables("(Own,)"))
    install("Connector(name='other', version=1, tables=(Own,))", "catalog-other", "other")
    with pytest.raises(
        ConfigError, match=r"^connector 'own' of catalog-own .* has the name of a table of catalog_other"
    ):
        LOADED()


def test_one_that_can_be_used(install):
    before = installed()
    install(tables("(Own,)"))
    assert [connector.name for connector in LOADED() if connector not in before] == ["own"]


def test_a_connector_may_name_the_catalogs_own_tables():
    connectors = Connector(name="a", version=1, tables=(Event, OwnRow)), Connector(name="b", version=1)
    assert partition_tables(connectors) == (*PARTITION, OwnRow)
