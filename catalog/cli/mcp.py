"""The command `mcp`: the catalog for agents, over standard input and output."""

from __future__ import annotations

from catalog.cli.asking import default_database, open_catalog
from catalog.cli.options import Database
from catalog.errors import Misuse


def mcp(*, database: Database = None) -> None:
    """Serve the catalog to agents by the Model Context Protocol, over standard input and output. It reads, and nothing else.

    Examples: catalog mcp, catalog mcp --catalog output
    """
    try:
        from catalog.mcp.server import server
    except ModuleNotFoundError as error:
        raise Misuse(f"{error.name} is not installed: pip install 'federated-model-catalog[mcp]'") from error
    with open_catalog(database) as catalog:
        catalog.last_crawl()  # what is no catalog is named now, not at the first question
    server(database or default_database()).run("stdio")
