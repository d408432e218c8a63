"""Writes the repos.toml of a demo fleet, with a comment for each thing that a reader may want to change."""

from __future__ import annotations

import json
from pathlib import Path

from catalog.demo.storage import URL

HOST = "demo.example"

_HEAD = """\
# The demo fleet: repositories of an invented company. `catalog demo` made them, and this file.

[catalog]
title = {title}
output = {output}  # the store, the database, the exported tables and the site: all of it can be deleted and made again
publish_database = true  # a database in the site, for `catalog --catalog URL`
publish_csv = true  # tables and views as CSV, too
# site_url = "https://catalog.demo.example/"  # where the site will be, for links in feeds

[crawl]
jobs = 8  # repositories at a time
timeout = 300  # seconds for one repository
max_bytes = "256 MiB"  # for one repository
# schedule = "*/15 * * * *"  # when `catalog schedule` crawls, as in crontab(5)

# What is better of a metric whose name does not say so, such as `ks`; those that are named here are shown first.
[metrics]
higher = ["f1.*", "ks", "lift.*", "ndcg*"]
lower = ["latency_ms.*"]

# One word for the same thing in all repositories. What a tag says is always kept beside it.
[stages]
prod = ["production", "live"]
"""
_STORAGE = """
# Nobody has the bucket that risk/churn names: `catalog get churn#prod` reads this folder instead.
[[storage]]
url = {url}
read_from = {folder}
"""


def write_config(folder: Path, file: Path, *, output: Path, title: str, storage: Path | None = None) -> None:
    """Write `file`, a repos.toml that lists the fleet in `folder`; paths are relative to it where they lie below it.

    `storage` is the folder that `write_storage` wrote.
    """
    repositories = sorted(path.relative_to(folder) for path in folder.glob("*/*.git"))
    text = _HEAD.format(title=_quote(title), output=_quote(_locate(output, file)))
    if storage is not None:
        text += _STORAGE.format(url=_quote(URL), folder=_quote(_locate(storage, file)))
    for path in repositories:
        name = f"{HOST}/{path.with_suffix('').as_posix()}"
        text += f"\n[[repo]]\nname = {_quote(name)}\nurl = {_quote(_locate(folder / path, file))}\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _locate(path: Path, file: Path) -> str:
    path, base = path.absolute(), file.absolute().parent
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # TOML wants DEL escaped, JSON does not
