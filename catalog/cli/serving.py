"""The command `catalog serve`: the site in a browser of this machine, as the last build left it."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.asking import DEFAULT_CONFIG
from catalog.cli.invocation import command
from catalog.cli.options import ConfigFile
from catalog.cli.output import say
from catalog.errors import InvalidArgument, NotFound, StoreError

PORT = 8000


def serve(
    *,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65_535, help="The port; 0 for any free one.")] = PORT,
    base_path: Annotated[
        str, typer.Option(metavar="PATH", help="Show the site below this path, as where it will be published.")
    ] = "/",
    site: Annotated[str | None, typer.Option(metavar="NAME", help="A further site of repos.toml, by its name.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Show the site to browsers of this machine, until Ctrl-C. Pages that a crawl or build replaces are shown at once.

    Examples: catalog serve --port 0, catalog serve --port 0 --base-path /models/
    """
    from catalog.cli.site_server import HOST, server
    from catalog.config.parse import load

    if site == "":
        raise InvalidArgument("site", "''", "the name of a site")
    read = load(config)
    if site is not None and site not in {each.name for each in read.sites}:
        names = ", ".join(each.name for each in read.sites) or "none"
        raise NotFound(f"no site {site!r} in {config}: expected one of {names}")
    if not base_path.startswith("/") or "?" in base_path or "#" in base_path:
        raise InvalidArgument("base_path", repr(base_path), "a path that begins with /")
    folder = read.output / "site" if site is None else read.output / "sites" / site / "site"
    if not (folder / "index.html").is_file():
        raise NotFound(f"{folder}: no site is here; `{command('build')}` makes it")
    path = f"/{base_path.strip('/')}/".replace("//", "/")
    try:
        running = server(folder, port, path)
    except OSError as error:
        raise StoreError(f"cannot serve at {HOST}:{port}: {error.strerror or error}") from error
    with running:
        say(f"{folder} is at http://{HOST}:{running.server_port}{path} until Ctrl-C")
        running.serve_forever()
