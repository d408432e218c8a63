"""The commands in their order, as `catalog --help` lists them."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog import __version__
from catalog.cli import diff, events, making, measuring, reading, schedule, sources, status, tracing, wish

app = typer.Typer(
    name="catalog",
    help="One catalog over the model registries in many Git repositories (GTO tags, DVC metafiles).",
    epilog="Begin with: catalog demo, or: catalog init, catalog add URL, catalog crawl.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"catalog {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", envvar="CATALOG_DEBUG", help="Show the traceback where catalog itself fails.")
    ] = False,
) -> None:
    """Options of every command: `main` reads `--debug` itself, `--version` acts by itself."""
    del version, debug


for _panel, _commands in (
    ("Ask", (reading.show, reading.ls, reading.history, reading.at, diff.diff, events.events, reading.sql)),
    (
        "Look into versions",
        (
            measuring.metrics,
            measuring.params,
            measuring.compare,
            measuring.experiments,
            tracing.lineage,
            tracing.identify,
        ),
    ),
    ("Make", (making.crawl, making.build, schedule.schedule, status.status, making.demo)),
    ("Choose repositories", (wish.init, wish.add)),
):
    for _command in _commands:
        app.command(rich_help_panel=_panel)(_command)

app.add_typer(sources.app, rich_help_panel="Choose repositories")
