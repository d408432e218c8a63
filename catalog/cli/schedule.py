"""The command `schedule`: crawls, builds and publishes at set times, or prints a file for an external scheduler."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Annotated

import typer

from catalog.cli.asking import DEFAULT_CONFIG
from catalog.cli.options import ConfigFile
from catalog.cli.output import put_text, say
from catalog.errors import Misuse

if TYPE_CHECKING:
    from catalog.config.model import Config

MOST_PARALLEL = 200  # jobs of GitLab's `parallel`; of GitHub's matrix, 256


class ExternalScheduler(StrEnum):
    """Who else can keep the time; each has a template of its name."""

    CRON = "cron"
    SYSTEMD = "systemd"
    GITHUB = "github-actions"
    GITLAB = "gitlab-ci"
    KUBERNETES = "kubernetes"


def schedule(
    *,
    once: Annotated[bool, typer.Option("--once", help="Run once if a run is due, then exit.")] = False,
    now: Annotated[bool, typer.Option("--now", help="Run once, due or not, then exit.")] = False,
    external: Annotated[
        ExternalScheduler | None,
        typer.Option("--print", metavar="KIND", help=f"Run nothing; print a file for {', '.join(ExternalScheduler)}."),
    ] = None,
    shards: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=MOST_PARALLEL,
            help="With --print: read the repositories in N shards, instead of one for each 1,000 where there are many.",
        ),
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option(
            "-q", "--quiet", help="With --once or --now: print nothing, unless the run failed; then all of it."
        ),
    ] = False,
    config_file: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Crawl, build and publish at the times of repos.toml, until Ctrl-C or SIGTERM.

    Examples: catalog schedule --once, catalog schedule --print systemd
    """
    if once + now + (external is not None) > 1:
        raise Misuse("found several of --once, --now and --print, expected one")
    if shards is not None and external is None:
        raise Misuse("found --shards without --print, expected both")
    if quiet and not once and not now:
        raise Misuse("found --quiet without --once or --now, expected one of them")
    from catalog.config.parse import load  # a cold `show` needs no TOML

    config = load(config_file)
    if external is not None:
        from catalog.schedule.external_schedulers import file_for

        put_text(file_for(external.value, config, shards))
        return
    code = _run_quietly(config, forced=now) if quiet else _run(config, say, once=once, now=now)
    if code:
        raise typer.Exit(code)


def _run(
    config: Config, tell: Callable[[str], None], *, once: bool, now: bool, printed: IO[bytes] | None = None
) -> int:
    """One run, or all that become due, and the exit code."""
    from catalog.schedule import scheduler as clock  # a cold `show` needs no scheduler
    from catalog.schedule.steps import Runner, steps

    runner = Runner(steps(config), config.file.absolute().parent, config.output, printed)
    if not once and not now:
        clock.keep(config, runner, tell)
        return 0
    result = clock.once(config, runner, tell, forced=now)
    return result.code if result is not None else 0


def _run_quietly(config: Config, *, forced: bool) -> int:
    """One run, of which all that it and its processes print is printed only where its exit code is not 0."""
    with TemporaryFile(buffering=0) as printed:
        code = _run(config, lambda text: _write(printed, text), once=True, now=forced, printed=printed)
        printed.seek(0)
        for line in printed.read().decode("utf-8", "replace").splitlines() if code else ():
            say(line)
    return code


def _write(file: IO[bytes], text: str) -> None:
    file.write(f"{text}\n".encode())
