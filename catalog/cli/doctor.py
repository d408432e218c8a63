"""The command `doctor`: checks the configuration, what is read from, and what was written, and says what to do."""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Annotated

import typer

from catalog import __version__
from catalog.cli.asking import DEFAULT_CONFIG
from catalog.cli.findings import CheckState, Deadline, Finding, fault, ok, warning
from catalog.cli.formats import Format
from catalog.cli.options import ConfigFile, Output
from catalog.cli.output import put_listing, put_text, say_note
from catalog.cli.text import BOLD, GREEN, YELLOW, screen
from catalog.errors import ConfigError, Exit, InvalidArgument
from catalog.text import plural, visible

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.config.model import Config

_COLUMNS = ("state", "check", "message", "advice")
_LIBRARIES = ("duckdb", "pyarrow", "dulwich", "urllib3")
_RED = "31"
_STYLES = {CheckState.OK: GREEN, CheckState.WARNING: YELLOW, CheckState.FAULT: _RED}


def doctor(
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Contact no server, and read no repository.")] = False,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="The time for all checks together.")] = 120.0,
    output: Output = Format.TABLE,
    config_file: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Check repos.toml, tokens, sources, hosts, one repository, the last visit to each, and all that was written; nothing is changed.

    Each line is ok, a warning or a fault, with what to do. Exit code 1 if there is a fault.

    Examples: catalog doctor, catalog doctor --offline -o json
    """
    if not 0 < timeout < float("inf"):
        raise InvalidArgument("timeout", str(timeout), "a number of seconds above 0")
    findings: list[Finding] = []

    def tell(finding: Finding) -> None:
        findings.append(finding)
        if output is Format.TABLE:
            put_text(_lines(finding))

    with _logged(tell):
        for each in _findings(config_file, Deadline(timeout), offline=offline):
            tell(each)
    if output is Format.TABLE:
        counts = {state: sum(each.state is state for each in findings) for state in CheckState}
        say_note(
            f"{plural(counts[CheckState.FAULT], 'fault')}, {plural(counts[CheckState.WARNING], 'warning')}, {counts[CheckState.OK]} ok"
        )
    else:
        rows = [asdict(finding) | {"state": finding.state.value} for finding in findings]
        put_listing(rows, _COLUMNS, (), output, ids=lambda row: [row["check"]])
    if any(finding.state is CheckState.FAULT for finding in findings):
        raise typer.Exit(int(Exit.STORE))


def _findings(file: Path, deadline: Deadline, *, offline: bool) -> Iterator[Finding]:
    yield ok("version", f"catalog {__version__}, Python {platform.python_version()}, {', '.join(_versions())}")
    try:
        config = _config(file)
    except ConfigError as error:
        for complaint in error.complaints:
            yield fault("config", complaint, "all other checks need it")
        return
    if config.repos or config.sources:
        yield ok(
            "config",
            f"{file}: {plural(len(config.repos), 'repository', 'repositories')}, {plural(len(config.sources), 'source')}",
        )
    else:
        yield warning("config", f"{file} lists no repositories", "`catalog add URL` adds one")
    from catalog.cli.output_checks import check_output  # a cold `show` needs no pyarrow

    yield from check_output(config, deadline)
    if not offline:
        from catalog.cli.server_checks import check_servers  # and no network

        yield from check_servers(config, deadline)


def _config(file: Path) -> Config:
    from catalog.config.parse import load  # a cold `show` needs no TOML

    return load(file)


def _versions() -> Iterator[str]:
    for name in _LIBRARIES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} without a version"


def _lines(finding: Finding) -> str:
    """A finding as it stands on a terminal; its advice is in a line of its own."""
    state = screen().paint(f"{finding.state.value:8}", _STYLES[finding.state])
    advice = f"{'':8}{visible(finding.advice)}\n" if finding.advice else ""
    return f"{state}{screen().paint(finding.check, BOLD)}: {visible(finding.message)}\n{advice}"


@contextmanager
def _logged(tell: Callable[[Finding], None]) -> Iterator[None]:
    """What the code under the checks writes to the log is a warning among the others."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            tell(warning("log", record.getMessage()))

    handler, logger = Handler(logging.WARNING), logging.getLogger("catalog")
    logger.addHandler(handler)
    before, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.propagate = before
        logger.removeHandler(handler)
