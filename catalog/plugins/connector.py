"""The interface of connectors, and the list of those installed.

Files arrive in rounds. The first request brings the files for which `wants_file` is true, often with those for which `guesses_file` is.
Then `wants_also(revision)` is asked, whose answer may depend on the content of files that are at hand: a `dvc.yaml` names files of
variables, and these decide which outputs there are. What it names is fetched, and it is asked again, at most `MAX_ROUNDS` times
(catalog/crawl/fetch_files.py), until it names nothing new. `read_revision` is called once, at the end. In between, a reader meets revisions
whose files are not all there: `revision.files` lists what is wanted, `revision.is_whole` says whether all of it is at hand, and
`revision.once(make, lasts)` keeps what a reader made only where `lasts` says that no further file can change it. So a connector needs no
state of its own: it answers from what it sees, and is asked again when it sees more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from operator import itemgetter

from catalog.errors import RAISED, ConfigError
from catalog.git.named_files import NamedFile
from catalog.git.objects import CommitObject
from catalog.git.snapshot import RevisionFiles
from catalog.schema.record import TYPES, Record, columns
from catalog.schema.tables import PARTITION, TABLES, git
from catalog.schema.tables.git import Tag
from catalog.schema.view_names import VIEW_NAMES
from catalog.text import describe

GROUP = "catalog.connectors"
SHARED = frozenset(table for table in PARTITION if table.__module__ != git.__name__)  # that any connector may fill


def _nothing(_: object) -> Iterable[Record]:
    return ()


def _nothing_of_a_ref(_name: str, _commit: CommitObject) -> Iterable[Record]:
    return ()


def no_files(_: RevisionFiles) -> Iterable[NamedFile]:
    """Nothing further is wanted."""
    return ()


def _never(_: str) -> bool:
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Connector:
    """A reader of one format: pure functions from a snapshot to rows. Raise `version` when the same input gives other rows.

    `wants_tag(name)`: is the annotated tag of this short name ours? Its object is fetched, and its commit becomes a revision.
    `wants_ref(name)`: is this ref, no branch and no tag, ours? The files of the newest of their commits are read, too.
    `wants_file(path)`: are we to be given this file of every revision? Paths count from the Git root.
    `guesses_file(path)`: does a file of this name usually turn out to be wanted also? Such files come with the others, which saves a
    request. A guess changes no row: what is read is what `wants_file` and `wants_also` ask for.
    `wants_also(revision)`: further files that those at hand name, as paths, and files in DVC's storage. It is asked again until it
    names nothing new; what could not be had is missing when the revision is read. The content of a file in Git LFS may be fetched, too;
    of a `PointerFile`, it never is.
    `read_tags(tags)`: rows of all tags of a repository, wanted and not, in the order of their names.
    `read_ref(name, commit)`: rows of one wanted ref, the commit among their columns as `commit`, the ref as `ref`.
    `read_revision(revision)`: rows of one commit. Those never change, so they are read once in a commit's life.

    `tables`: the tables that the connector brings beside those of the catalog, as classes that `record` declares. They become tables
    of the database and exported files like all others, for as long as the connector is installed.

    A fault in one tag or file becomes a `Problem` row; a reader raises nothing. One that does, or that returns rows of tables that are
    neither declared nor the catalog's, or rows that do not live with the revision that is read, loses its own rows of that revision, or
    of all tags: a `Problem` of rule `connector-bug` stands in their place. The tables of Git (catalog/schema/tables/git.py) are filled by
    the crawl alone.
    """

    name: str
    version: int
    tables: tuple[type[Record], ...] = ()
    wants_tag: Callable[[str], bool] = _never
    wants_ref: Callable[[str], bool] = _never
    wants_file: Callable[[str], bool] = _never
    guesses_file: Callable[[str], bool] = _never
    wants_also: Callable[[RevisionFiles], Iterable[NamedFile]] = no_files
    read_tags: Callable[[Sequence[Tag]], Iterable[Record]] = _nothing
    read_ref: Callable[[str, CommitObject], Iterable[Record]] = _nothing_of_a_ref
    read_revision: Callable[[RevisionFiles], Iterable[Record]] = _nothing


def partition_tables(connectors: Iterable[Connector]) -> tuple[type[Record], ...]:
    """The tables of which each repository has rows: the catalog's own, and those that connectors bring."""
    brought = dict.fromkeys(table for connector in connectors for table in connector.tables)
    return (*PARTITION, *(table for table in brought if table not in PARTITION))


@cache
def installed() -> tuple[Connector, ...]:
    """The installed connectors in the order of their names: entry points of the group `catalog.connectors`.

    ConfigError for one that cannot be loaded, and for all that cannot be used.
    """
    names: dict[int, str] = {}  # a distribution parses all that it states each time it is asked for its name
    points = [(_label(point, names), point) for point in entry_points(group=GROUP)]
    loaded = [(label, _load(label, point)) for label, point in sorted(points, key=itemgetter(0))]
    check(loaded)
    return tuple(sorted((connector for _, connector in loaded), key=lambda connector: connector.name))


def _label(point: EntryPoint, names: dict[int, str]) -> str:
    if point.dist is None:
        return f"connector {point.name!r}"
    if id(point.dist) not in names:
        names[id(point.dist)] = point.dist.name
    return f"connector {point.name!r} of {names[id(point.dist)]}"


def _load(label: str, point: EntryPoint) -> Connector:
    try:
        connector = point.load()
    except RAISED as error:
        raise ConfigError(f"{label} cannot be loaded: {describe(error)}; mend or uninstall it") from error
    if not isinstance(connector, Connector):
        raise ConfigError(f"{label} is {connector!r}, expected a catalog.plugins.connector.Connector")
    return connector


def check(labelled: Iterable[tuple[str, Connector]]) -> None:
    """ConfigError with a complaint for each connector that cannot be used; it begins with the connector's label."""
    by_table = {table.TABLE: table for table in TABLES}
    by_name: dict[str, str] = {}
    complaints = []
    for label, connector in labelled:
        try:
            fault = next(_faults(connector, label, by_table, by_name), None)
        except RAISED as error:
            fault = describe(error)
        if fault:
            complaints.append(f"{label} cannot be used: {fault}")
    if complaints:
        raise ConfigError(*complaints)


def _faults(
    connector: Connector, label: str, by_table: dict[str, type[Record]], by_name: dict[str, str]
) -> Iterator[str]:
    """What is wrong with a connector, given the tables and connectors before it, to which it is added."""
    name, version, tables = connector.name, connector.version, connector.tables
    if not isinstance(name, str) or not name:
        yield f"its name is {name!r}, expected a text"
    if name in by_name:
        yield f"it has the name {name!r}, as has {by_name[name]}, expected another"
    by_name[name] = label
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        yield f"its version is {version!r}, expected a whole number from 1"
    for function in fields(connector)[3:]:
        if not callable(value := getattr(connector, function.name)):
            yield f"its {function.name} is {value!r}, expected a function"
    if not isinstance(tables, tuple):
        yield f"its tables are a {type(tables).__name__}, expected a tuple"
    for table in tables:
        if not (isinstance(table, type) and issubclass(table, Record) and "TABLE" in vars(table)):
            yield f"its table {getattr(table, '__name__', table)!r} is not declared, expected a class with @record"
        elif reason := _refusal(table, by_table):
            yield f"its table {table.TABLE!r} {reason}"
        by_table.setdefault(table.TABLE, table)


def _refusal(table: type[Record], by_table: Mapping[str, type[Record]]) -> str | None:
    if by_table.get(table.TABLE, table) is not table:
        return f"has the name of a table of {by_table[table.TABLE].__module__}, expected another"
    if table.__module__ == git.__name__:
        return "is filled by the crawl alone, expected another"
    if table.TABLE in VIEW_NAMES:
        return "has the name of a view of the catalog, expected another"
    if not table.REPO:
        return "lives with the crawl, expected with a repository, revision or content"
    return _column_refusal(table)


def _column_refusal(table: type[Record]) -> str | None:
    bare = [cell.name for cell in fields(table) if not isinstance(cell.metadata.get("doc"), str)]
    if bare:
        return f"has the column {bare[0]!r} without a sentence, expected column(...)"
    try:
        types = {column.name: column.type for column in columns(table)}
    except NameError as error:
        return f"has a column of a type that cannot be read: {describe(error)}"
    strange = [name for name, kind in types.items() if kind not in TYPES]
    return f"has the column {strange[0]!r} of a type that no table can hold" if strange else None


def installed_tables() -> tuple[type[Record], ...]:
    """The tables of which each repository has rows, with those of the installed connectors."""
    return partition_tables(installed())
