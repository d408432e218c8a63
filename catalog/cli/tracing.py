"""Commands on the origin and use of versions: lineage, identify."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.asking import open_catalog, put_identified
from catalog.cli.formats import Format
from catalog.cli.graphs import dot, graph, mermaid, tree
from catalog.cli.options import Database, Output, SomeRef
from catalog.cli.output import put, put_text, say
from catalog.cli.progress import HashProgress
from catalog.cli.text import screen
from catalog.errors import InvalidArgument, NotFound
from catalog.query.content_hash import HASH, content_hashes
from catalog.query.versions import MOST_STEPS


class GraphFormat(StrEnum):
    """How lineage is written: as a graph, or as the rows behind it."""

    TREE = "tree"
    MERMAID = "mermaid"
    DOT = "dot"
    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    MD = "md"
    PARQUET = "parquet"
    IDS = "ids"


GraphOutput = Annotated[
    GraphFormat, typer.Option("-o", "--output", metavar="FORMAT", help=f"{', '.join(GraphFormat)}.")
]


def lineage(
    ref: SomeRef,
    *,
    down: Annotated[bool, typer.Option("--down/--up", help="What is made from it, instead of its inputs.")] = False,
    depth: Annotated[int, typer.Option(metavar="N", min=1, max=MOST_STEPS, help="The maximum number of steps.")] = 10,
    output: GraphOutput = GraphFormat.TREE,
    database: Database = None,
) -> None:
    """Show what a version is made from, or what is made from it, across all repositories.

    Examples: catalog lineage churn#prod, catalog lineage churn@v1.0.0 --down -o mermaid
    """
    with open_catalog(database) as catalog:
        answer = catalog.lineage(ref, down=down, depth=depth)
        if output.value in set(Format):
            put(answer, Format(output.value), ids=lambda row: row["refs"])
            return
        lineage_graph = graph(answer.rows, catalog.reference(ref), down=down)
    match output:
        case GraphFormat.MERMAID:
            put_text(mermaid(lineage_graph))
        case GraphFormat.DOT:
            put_text(dot(lineage_graph))
        case _:
            put_text(tree(lineage_graph, screen()))
    if not lineage_graph.edges:
        say("no known dependents" if down else "no known inputs")


def identify(
    content: Annotated[
        str,
        typer.Argument(
            metavar="FILE|HASH|COMMIT",
            help="A file or folder here, a hash of DVC, Git or Git LFS, a commit, or 7 or more digits that one begins with.",
        ),
    ],
    *,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """Find the versions, outputs and dependencies with this content or commit; exit code 3 if there are none.

    Examples: catalog identify model.pkl, catalog identify 152f49b -o json
    """
    with open_catalog(database) as catalog:
        answer = catalog.identify(_hashes_or_words(content))
        if not answer.values:
            raise NotFound(f"no version, output, dependency or commit has the content or the hash of {content!r}")
        put_identified(answer, output)


def _hashes_or_words(content: str) -> str | list[str]:
    """The hashes of a file or folder that is here, or else a hash or a commit."""
    path = Path(content)
    if content and (path.is_file() or path.is_dir()):
        with HashProgress() as progress:
            return [*content_hashes(path, progress).values()]
    if not HASH.fullmatch(content):
        expected = "an existing file or folder, or 7 to 64 hexadecimal digits of a hash or commit"
        raise InvalidArgument("content", repr(content), expected)
    return content
