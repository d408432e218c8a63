"""Files for external schedulers: cron, systemd, a forge's CI, Kubernetes. Each is a template that is filled in from repos.toml."""

from __future__ import annotations

import os
import sys
from getpass import getuser
from pathlib import Path

from catalog import __version__
from catalog.config.parse import Config
from catalog.discovery.inventory import read_inventory
from catalog.errors import ConfigError, Misuse
from catalog.schedule.ci_variables import crawl_variables, is_web_used, ssh_servers
from catalog.schedule.rendering import render
from catalog.schedule.scheduler import scheduled

LARGE = 2_000  # repositories: more are read in shards
SHARD_SIZE = 1_000  # repositories of a shard
OF_BUILD = 1 << 30  # bytes of memory that a container has beside those of a crawl
MOST_JOBS = 16  # unless `--shards` says otherwise: a CI runs not many more jobs at a time

_LOCAL = ("cron", "systemd")  # of this machine; all others begin with an empty one


def file_for(scheduler: str, config: Config, shards: int | None = None) -> str:
    """The text of a file, by the name of its template; ConfigError where this repos.toml cannot be crawled by that.

    `shards`: how many jobs read the repositories; None for as many as their number suggests. Misuse where that scheduler has one machine.
    """
    if scheduler in _LOCAL and shards is not None and shards > 1:
        raise Misuse(f"found --shards and --print {scheduler}, which runs on one machine: expected no --shards")
    jobs = 1 if scheduler in _LOCAL else shards or shards_for(len(read_inventory(config).repos))
    return render(scheduler, _values(scheduler, config) | {"shards": jobs})


def shards_for(repositories: int) -> int:
    """In how many shards so many repositories are read; 1 where one machine reads them all."""
    return min(-(-repositories // SHARD_SIZE), MOST_JOBS) if repositories > LARGE else 1


def _values(scheduler: str, config: Config) -> dict[str, object]:
    schedule, file = scheduled(config), config.file.absolute()
    is_local = scheduler in _LOCAL
    output = str(config.output.absolute())
    if not is_local:
        output = Path(os.path.relpath(output, file.parent)).as_posix()
    if output.startswith(".."):
        raise ConfigError(
            f"{config.file}: [catalog]: output is {output!r}, expected a folder beside the file: {scheduler} has no other"
        )
    values = {
        "cron": schedule.cron,
        "timezone": schedule.timezone,
        "file": str(file),
        "folder": str(file.parent),
        "name": file.name,
        "output": output,
        "package": f"federated-model-catalog=={__version__}",
        "user": getuser(),
    }
    for name, value in values.items():
        if not str(value).isprintable():
            raise ConfigError(f"{config.file}: {name} is {value!r}, expected what fits into one line of a file")
    publish = config.schedule.publish
    return values | {
        "words": (sys.executable, "-P", "-m", "catalog"),
        "publish": ("/bin/sh", "-c", publish) if isinstance(publish, str) else publish,
        "memory": (config.max_memory + OF_BUILD) >> 20,
        "variables": crawl_variables(config),
        "ssh": ssh_servers(config),
        "is_web_used": is_web_used(config),
    }
