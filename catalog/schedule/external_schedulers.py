"""Files for external schedulers: cron, systemd, a forge's CI, Kubernetes. Each is a template whose values are quoted for its format."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from getpass import getuser
from pathlib import Path

from catalog import __version__
from catalog.config.parse import Config
from catalog.discovery.inventory import read_inventory
from catalog.errors import ConfigError, Misuse
from catalog.schedule.scheduler import scheduled

LARGE = 2_000  # repositories: more are read in shards
SHARD_SIZE = 1_000  # repositories of a shard
MOST_JOBS = 16  # unless `--shards` says otherwise: a CI runs not many more jobs at a time

_LOCAL = ("cron", "systemd")  # of this machine; all others begin with an empty one
_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./-]+")  # needs no quotes in any of the formats


def file_for(scheduler: str, config: Config, shards: int | None = None) -> str:
    """The text of a file, by the name of its template; ConfigError where this repos.toml cannot be crawled by that.

    `shards`: how many jobs read the repositories; None for as many as their number suggests. Misuse where that scheduler has one machine.
    """
    if scheduler in _LOCAL and shards is not None and shards > 1:
        raise Misuse(f"found --shards and --print {scheduler}, which runs on one machine: expected no --shards")
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only the export needs it

    environment = Environment(
        loader=PackageLoader("catalog.schedule"),
        autoescape=False,  # noqa: S701 - no template is HTML: each names the quotes that its format requires
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
    )
    environment.filters |= {
        "shell": _shell,
        "crontab": _crontab,
        "unit": _unit,
        "specifier": _specifier,
        "yaml": json.dumps,  # a text of JSON is a text of YAML
    }
    return environment.get_template(scheduler).render(
        _values(scheduler, config),
        shards=1 if scheduler in _LOCAL else shards or shards_for(len(read_inventory(config).repos)),
    )


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
    }


def _words(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _shell(value: str | tuple[str, ...]) -> str:
    return shlex.join(_words(value))


def _crontab(line: str) -> str:
    """To cron, a bare percent sign ends the command."""
    return line.replace("%", r"\%")


def _specifier(text: str) -> str:
    return text.replace("%", "%%")


def _unit(value: str | tuple[str, ...]) -> str:
    """Words of a line of systemd.service(5)."""
    return " ".join(word if _PLAIN.fullmatch(word) else _quoted(word) for word in _words(value))


def _quoted(word: str) -> str:
    inside = _specifier(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{inside}"'
