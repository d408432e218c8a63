"""Commands that search: search, facets."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli import finding
from catalog.cli.completion import complete_facet, complete_query
from catalog.cli.formats import Format
from catalog.cli.invocation import command
from catalog.cli.options import Database, Output
from catalog.cli.output import put_text, say
from catalog.cli.queries import folder
from catalog.errors import Misuse
from catalog.query.saved_queries import save_search
from catalog.text import visible

_QUERY = typer.Argument(
    metavar="[QUERY]",
    autocompletion=complete_query,
    help='Words, "a phrase", word*, field:value, metric.NAME:>N, -term, OR, ( ); see docs/search.md.',
    show_default=False,
)


def search(  # noqa: PLR0913 - each is an option of the command
    query: Annotated[list[str] | None, _QUERY] = None,
    *,
    limit: Annotated[
        int, typer.Option("-n", "--limit", metavar="N", min=1, help="The maximum number of results.")
    ] = finding.LIMIT,
    cursor: Annotated[
        str | None,
        typer.Option(
            "--cursor", metavar="CURSOR", help="Go on where an answer ended: its next_cursor, of the same query."
        ),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show the SQL instead of the results.")] = False,
    save: Annotated[
        str | None,
        typer.Option(
            "--save",
            metavar="NAME",
            help="Instead of searching, keep the query as queries/NAME.search beside repos.toml, for `catalog queries NAME`.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("-f", "--force", help="With --save, replace a query of that name.")] = False,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """Find artifacts, or with is:version versions, with is:experiment experiments, in all repositories: the best first.

    Examples: catalog search churn stage:prod, catalog search 'metric.auc:>0.9 -label:legacy sort:auc'
    """
    if save is not None:
        if explain or cursor is not None:
            raise Misuse("--save keeps the query alone: expected no --explain or --cursor beside it")
        _save(finding.joined(query or []), save, force=force)
        return
    if force:
        raise Misuse("--force is about --save: expected --save NAME beside it")
    finding.search(query or [], limit=limit, cursor=cursor, explain=explain, output=output, database=database)


def _save(query: str, name: str, *, force: bool) -> None:
    """Keeps a query; its file goes to standard output."""
    file = save_search(folder(), name, query, force=force)
    say(f"catalog: saved; answer it with {command('queries', name)}")
    put_text(f"{visible(str(file))}\n")


def facets(
    query: Annotated[list[str] | None, _QUERY] = None,
    *,
    fields: Annotated[
        list[str] | None,
        typer.Option(
            "--field", metavar="FIELD", autocompletion=complete_facet, help="Only this field, with all values."
        ),
    ] = None,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """Count what a query finds by the values of each field: stages, types, labels, owners ...

    With -o ids, terms for catalog search.

    Examples: catalog facets, catalog facets stage:prod --field framework
    """
    finding.facets(query or [], fields=fields or [], output=output, database=database)
