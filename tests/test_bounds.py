"""Every named number of the program is named by a test: where it bounds something, by one at the bound and one beyond it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("catalog", "connectors", "sites")
NUMBER_OF = ("timedelta", "int", "float", "min", "max")  # calls that give a number, or a length of time

# Numbers that bound nothing that a test can see, by what they are.
EXEMPT: dict[str, tuple[str, ...]] = {
    "a word of a protocol or format, or a code of HTTP, that another program fixes": (
        "catalog.actions.receive_pack._FATAL", "catalog.actions.receive_pack._PROGRESS", "catalog.actions.receive_pack._REPORT", "catalog.actions.tag_object._TAG_KIND",
        "catalog.demo.book.BLOB", "catalog.demo.book.COMMIT", "catalog.demo.book.TAG", "catalog.demo.book.TREE",
        "catalog.demo.book._FILE", "catalog.demo.book._FOLDER", "catalog.demo.book._LINK", "catalog.discovery.client._UNCHANGED",
        "catalog.discovery.client_errors._BROKEN", "catalog.discovery.client_errors._FORBIDDEN", "catalog.discovery.client_errors._MANY",
        "catalog.discovery.client_errors._SIGN_IN", "catalog.discovery.client_errors._UNAUTHORIZED", "catalog.query.published.web_folder._BROKEN", "catalog.query.published.web_folder._FORBIDDEN", "catalog.query.published.web_folder._MANY", "catalog.query.published.web_folder._UNAUTHORIZED", "catalog.query.published.web_folder._UNCHANGED", "catalog.notify.delivery._BROKEN", "catalog.notify.delivery._MANY", "catalog.transport.http_client.OK",
        "catalog.transport.http_client._EITHER", "catalog.transport.lfs_site._UNAUTHORIZED", "catalog.transport.pack.PACK_HEADER", "catalog.transport.pack._OFS_DELTA",
        "catalog.transport.pack._REF_DELTA", "catalog.transport.pack._TRAILER", "catalog.transport.packets._DIGITS",
        "catalog.transport.remote._V2", "catalog.transport.wire._FATAL", "catalog.transport.wire._PACK", "catalog.transport.wire._PROGRESS",
    ),
    "a number of digits of a Git object's name or of a checksum, or the part of them that people read": (
        "catalog.cli.cards._COMMIT", "catalog.database.export_database._HASH", "catalog.cli.text._COMMIT", "catalog.query.arguments._SELF", "catalog.cli.graphs._HASH", "sites.view_models.lineage_graphs.DIGITS", "sites.view_models.groups.DIGITS",
    ),
    "a value that is no number": ("connectors.formats.yaml_scalars._NAN",),
    "an exit code, or a part of one": ("catalog.cli.limited_memory._NO_THREAD_MEMORY", "catalog.launcher.MISUSE"),
    "the version of a file's format": ("catalog.discovery.listing_cache.FORMAT", "catalog.store.partitions.FORMAT", "sites.published.record.VERSION"),
    "how much is read, kept or worked on at once, which changes no result": (
        "catalog.cli.server_checks.AT_A_TIME", "catalog.privacy.needles.GRAM", "catalog.privacy.plugins._LOOK_BACK", "catalog.privacy.values.LONG", "catalog.privacy.values.MAX_REMEMBERED", "connectors.dvc.in_git.ENTRY", "connectors.dvc.in_git.MAX_REMEMBERED",
        "catalog.query.published.bucket._PIECE", "catalog.actions.annotate._WIDTH", "catalog.database.export.AT_ONCE", "catalog.database.export_database.ROWS", "catalog.download.clouds.PIECE", "catalog.download.download.JOBS", "catalog.download.folder._PIECE",
        "catalog.download.git_files.BATCH", "catalog.download.git_files._AT_ONCE", "catalog.download.plugins._PIECE", "catalog.download.target._PIECE",
        "catalog.transport.pack._WINDOW", "catalog.transport.stream._CHUNK", "catalog.cli.site_server._PIECE", "sites.output.PIECE", "sites.view_models.model.plots.AT_ONCE", "sites.data.lists.BATCH", "sites.data.lists.REPOS", "sites.data.lineage.REPOS", "sites.data.facts.REPOS", "sites.model_processes.REPOS",
    ),
    "how often something is looked at, or tried": (
        "catalog.cli.GARBAGE", "catalog.crawl.dask_cluster.GLANCE", "catalog.crawl.executor_reader.LOOK", "catalog.demo.search._QUERIES", "catalog.store.lock._GLANCE",
    ),
    "a unit of time": (
        "catalog.discovery.pushed_at._DAY", "sites.view_models.stage_board._DAY", "catalog.query.interval._HOUR", "catalog.query.interval._MINUTE", "catalog.query.interval._SECOND",
        "sites.svg.stage_timeline._DAY", "sites.svg.stage_timeline._MONTH", "sites.svg.stage_timeline._YEAR",
    ),
    "where something is drawn": (
        "sites.svg.figures.BAR", "sites.svg.figures.BAR_LEFT", "sites.svg.figures.BAR_RIGHT", "sites.svg.figures.BOTTOM",
        "sites.svg.figures.HEIGHT", "sites.svg.figures.LEFT", "sites.svg.figures.RIGHT", "sites.svg.figures.SPARK_EDGE",
        "sites.svg.figures.SPARK_HEIGHT", "sites.svg.figures.SPARK_WIDTH", "sites.svg.figures.TOP", "sites.svg.figures.WIDTH", "sites.svg.badge._EDGE", "sites.svg.badge._NARROW",
        "sites.svg.badge._WIDE",
        "sites.svg.stage_timeline.CHARACTER", "sites.svg.stage_timeline.DOTS", "sites.svg.stage_timeline.EDGE", "sites.svg.stage_timeline.ROOM", "sites.svg.stage_timeline.ROOM_TO_NOW",
        "sites.svg.picture.EDGE", "sites.svg.picture.ROW", "sites.svg.picture.SCALE",
        "sites.svg.version_chart.EDGE", "sites.svg.version_chart.GAP", "sites.svg.version_chart.NARROW_GAP", "sites.svg.version_chart.UNITS",
    ),
}  # fmt: skip


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def constants(tree: ast.Module) -> Iterator[str]:
    """The numbers that a module names in capitals, at its top or in a class; the members of an enum are none."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not is_enum(node)]
    for prefix, body in (("", tree.body), *((f"{node.name}.", node.body) for node in classes)):
        for statement in body:
            for target, value in assignments(statement):
                if isinstance(target, ast.Name) and target.id.lstrip("_").isupper() and is_number(value):
                    yield prefix + target.id


def assignments(statement: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each target of an assignment with its value, also of several at once."""
    match statement:
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    yield from zip(target.elts, value.elts, strict=True)
                else:
                    yield target, value


def is_enum(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith(("Enum", "Flag")) for base in node.bases)


def is_number(value: ast.expr) -> bool:
    """Whether an expression is a number or a length of time, as far as it can be told without running it."""
    match value:
        case ast.Constant(value=number):
            return isinstance(number, (int, float)) and not isinstance(number, bool)
        case ast.BinOp(left=left, right=right):
            return is_number(left) and is_number(right)
        case ast.UnaryOp(operand=operand):
            return is_number(operand)
        case ast.Name(id=name):
            return name.lstrip("_").isupper()
        case ast.Call(func=ast.Name(id=name)):
            return name in NUMBER_OF
    return False


class Names(ast.NodeVisitor):
    """What a test names of other modules, by full names: what it imports, attributes of that, and what it patches."""

    def __init__(self, tree: ast.Module) -> None:
        self.found: set[str] = set()
        self._aliases: dict[str, str] = {}
        self.visit(tree)

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            self._aliases[name.asname or name.name.partition(".")[0]] = (
                name.name if name.asname else name.name.partition(".")[0]
            )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for name in node.names:
            self._aliases[name.asname or name.name] = f"{node.module}.{name.name}"
            self.found.add(f"{node.module}.{name.name}")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.found.add(self._full(node))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        match node.args:
            case [ast.Name() | ast.Attribute() as owner, ast.Constant(value=str(name)), *_]:
                self.found.add(f"{self._full(owner)}.{name}")
            case [ast.Constant(value=str(name)), *_]:
                self.found.add(name)
        self.generic_visit(node)

    def _full(self, node: ast.expr) -> str:
        """The name of a module's attribute; of what is no such name, its end."""
        match node:
            case ast.Name(id=name):
                return self._aliases.get(name, name)
            case ast.Attribute(value=owner, attr=name):
                return f"{self._full(owner)}.{name}"
        return ""


@cache
def declared() -> set[str]:
    files = chain.from_iterable((ROOT / package).rglob("*.py") for package in PACKAGES)
    return {f"{module_of(file)}.{name}" for file in files for name in constants(ast.parse(file.read_bytes()))}


@cache
def named_by_tests() -> set[str]:
    """What tests name, as far as it may be a bound: to parse all takes a second."""
    words = {name.rpartition(".")[2].encode() for name in declared()}
    texts = [file.read_bytes() for file in (ROOT / "tests").rglob("*.py") if file != Path(__file__)]
    wanted = (text for text in texts if not words.isdisjoint(re.findall(rb"\w+", text)))
    return {name for text in wanted for name in Names(ast.parse(text)).found}


def test_every_bound_is_named_by_a_test():
    exempt = {name for names in EXEMPT.values() for name in names}
    assert sorted(declared() - named_by_tests() - exempt) == []


def test_an_exemption_is_of_a_number_that_is_there_and_that_no_test_names():
    exempt = [name for names in EXEMPT.values() for name in names]
    assert sorted(set(exempt) - (declared() - named_by_tests())) == []
    assert len(exempt) == len({*exempt})


@pytest.mark.parametrize(
    ("line", "names"),
    [
        pytest.param("MOST = 8 << 20", ["MOST"], id="arithmetic"),
        pytest.param("_MOST: float = -0.5", ["_MOST"], id="with a type and a sign"),
        pytest.param("FIRST, LAST = 1, 2", ["FIRST", "LAST"], id="two at once"),
        pytest.param("SLACK = timedelta(days=1)", ["SLACK"], id="a length of time"),
        pytest.param("class A:\n    MOST = 1", ["A.MOST"], id="in a class"),
        pytest.param("class A(IntEnum):\n    ONE = 1", [], id="the members of an enum"),
        pytest.param("most = 1\nNAME = 'x'\nFLAG = True", [], id="what is no number, or not constant"),
    ],
)
def test_what_is_a_named_number(line, names):
    assert [*constants(ast.parse(line))] == names


@pytest.mark.parametrize(
    ("line", "name"),
    [
        pytest.param("from a.b import MOST", "a.b.MOST", id="imported"),
        pytest.param("from a import b as module\nmodule.MOST", "a.b.MOST", id="of a module"),
        pytest.param("import a.b\na.b.MOST", "a.b.MOST", id="of a module by its full name"),
        pytest.param("import a.b as c\nc.MOST", "a.b.MOST", id="of a module with a name of its own"),
        pytest.param("from a import b\nmonkeypatch.setattr(b, 'MOST', 1)", "a.b.MOST", id="patched"),
        pytest.param("monkeypatch.setattr('a.b.MOST', 1)", "a.b.MOST", id="patched by its full name"),
    ],
)
def test_what_a_test_names(line, name):
    assert name in Names(ast.parse(line)).found
