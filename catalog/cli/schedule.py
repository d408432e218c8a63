"""The command `schedule`: crawls, builds and publishes at set times, or prints a file for an external scheduler."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from catalog.cli.asking import DEFAULT_CONFIG
from catalog.cli.options import ConfigFile
from catalog.cli.output import put_text, say
from catalog.errors import Misuse

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
    config_file: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Crawl, build and publish at the times of repos.toml, until Ctrl-C or SIGTERM.

    Examples: catalog schedule --once, catalog schedule --print systemd
    """
    if once + now + (external is not None) > 1:
        raise Misuse("found several of --once, --now and --print, expected one")
    if shards is not None and external is None:
        raise Misuse("found --shards without --print, expected both")
    from catalog.config.parse import load  # a cold `show` needs no TOML

    config = load(config_file)
    if external is not None:
        from catalog.schedule.external_schedulers import file_for

        put_text(file_for(external.value, config, shards))
        return
    from catalog.schedule import scheduler as clock
    from catalog.schedule.steps import Runner, steps

    runner = Runner(steps(config), config.file.absolute().parent, config.output)
    if not once and not now:
        clock.keep(config, runner, say)
    elif (result := clock.once(config, runner, say, forced=now)) is not None and result.code:
        raise typer.Exit(result.code)
