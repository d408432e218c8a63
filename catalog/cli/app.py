"""The typer application: registers the commands in the order in which `catalog --help` lists them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from catalog import __version__
from catalog.cli.arguments import Command

ASK, LOOK, ACT, MAKE, CHOOSE = "Ask", "Look into versions", "Act", "Make", "Choose repositories"

# Name → module and panel.
_COMMANDS = {
    "search": ("searching", ASK),
    "facets": ("searching", ASK),
    "show": ("reading", ASK),
    "resolve": ("resolving", ASK),
    "get": ("getting", ASK),
    "ls": ("reading", ASK),
    "history": ("reading", ASK),
    "at": ("reading", ASK),
    "diff": ("diff", ASK),
    "events": ("events", ASK),
    "stats": ("summary", ASK),
    "open": ("summary", ASK),
    "sql": ("reading", ASK),
    "queries": ("queries", ASK),
    "metrics": ("measuring", LOOK),
    "params": ("measuring", LOOK),
    "compare": ("measuring", LOOK),
    "report": ("reporting", LOOK),
    "experiments": ("measuring", LOOK),
    "lineage": ("tracing", LOOK),
    "identify": ("tracing", LOOK),
    "annotate": ("annotating", LOOK),
    "register": ("acting", ACT),
    "assign": ("acting", ACT),
    "unassign": ("acting", ACT),
    "promote": ("acting", ACT),
    "rollback": ("acting", ACT),
    "deregister": ("acting", ACT),
    "deprecate": ("acting", ACT),
    "crawl": ("crawl_commands", MAKE),
    "build": ("crawl_commands", MAKE),
    "serve": ("serving", MAKE),
    "mcp": ("mcp", ASK),
    "schedule": ("schedule", MAKE),
    "status": ("status", MAKE),
    "doctor": ("doctor", MAKE),
    "demo": ("crawl_commands", MAKE),
    "init": ("repos_toml", CHOOSE),
    "add": ("repos_toml", CHOOSE),
    "rename": ("renaming", CHOOSE),
    "remove": ("renaming", CHOOSE),
    "sources": ("sources", CHOOSE),
    "config": ("settings", CHOOSE),
}


def app(arguments: Sequence[str] = ()) -> typer.Typer:
    """The command. Where the arguments begin with the name of a command of ours, just that one: to make all takes 60 ms."""
    typer_app = typer.Typer(
        name="catalog",
        help="One catalog over the model registries in many Git repositories (GTO tags, DVC metafiles).",
        epilog="Begin with: catalog demo, or: catalog init, catalog add URL, catalog crawl.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    typer_app.callback()(_options)
    names = arguments[:1] if arguments and arguments[0] in _COMMANDS else _COMMANDS
    for name in names:
        module, panel = _COMMANDS[name]
        commands = import_module(f"catalog.cli.{module}")
        if name == "sources":
            typer_app.add_typer(commands.app, rich_help_panel=panel)
        else:
            typer_app.command(cls=Command, rich_help_panel=panel)(getattr(commands, name))
    return typer_app


def _version(requested: bool) -> None:
    if requested:
        typer.echo(f"catalog {__version__}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", envvar="CATALOG_DEBUG", help="Show the traceback of a bug in catalog.")
    ] = False,
) -> None:
    """Options of every command: `main` reads `--debug` itself, `--version` acts by itself."""
    del version, debug
