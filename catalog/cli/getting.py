"""The command `get`: the bytes of one version, without a clone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer

from catalog.cli.live import config_of, open_as_asked
from catalog.cli.options import Database, LiveOption, LiveRepoOption, SomeRef
from catalog.cli.output import put_note, put_text, say
from catalog.cli.progress import size
from catalog.errors import InvalidArgument, TargetExists
from catalog.text import plural, visible

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from catalog.download.download import Download
    from catalog.download.plan import Plan


def get(  # noqa: PLR0913 - each is an option of the command
    ref: SomeRef,
    *,
    path: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="PATH",
            help="Where to put it: a new file or folder, or a folder that takes it; by default its own name, here.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("-f", "--force", help="Replace what is there.")] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            metavar="URL",
            help="Contact storage whose URL begins so although it is not public, as `allow` of repos.toml does; may be repeated.",
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("-j", "--jobs", metavar="N", min=1, max=64, help="Files at a time.")] = 16,
    live: LiveOption = False,
    repo: LiveRepoOption = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            envvar="CATALOG_CONFIG",
            metavar="FILE",
            help="The file that says which storage may be contacted, and how, and whose catalog to query; by default repos.toml.",
        ),
    ] = None,
    database: Database = None,
) -> None:
    """Get the bytes of a version: from DVC's storage, Git or Git LFS, without a clone, and checked.

    Examples: catalog get churn#prod -o model.lgb, catalog get churn@latest --allow file:///srv/dvc
    """
    from catalog.download.download import DownloadOptions, download  # with all of the network

    if path == "":
        raise InvalidArgument("path", "''", "a path")
    known = config_of(config)
    with open_as_asked(database, config, live=live, repo=repo, ref=ref) as (catalog, within), _Progress() as progress:
        answer = catalog.resolve(ref, repo=within)
        put_note(answer)
        options = DownloadOptions(
            config=known,
            allow=tuple(allow or ()),
            force=force,
            jobs=jobs,
            tell=lambda place: say(f"catalog: contacts {visible(place)}"),
            asked=catalog.close,  # 3 to 12 MiB are given back
            plan=progress.begin,
            progress=progress.advance,
        )
        try:
            done = download(catalog.sql, answer.one(), path, options)
        except TargetExists as error:
            raise TargetExists(error.path, "--force") from error
    say(f"catalog: {_sentence(done)}")
    put_text(f"{visible(str(done.path))}\n")


def _sentence(done: Download) -> str:
    """What was fetched, and what is known of it."""
    what = f"{visible(done.ref)}: {plural(done.files, 'file')}, {size(done.size)}"
    if not done.unchecked:
        return f"{what}, intact ({', '.join(done.known_by)})"
    return f"{what}; of {plural(done.unchecked, 'file')} nothing is stated that says whether it is intact"


class _Progress:
    """A bar on a terminal, of the bytes that came."""

    def __init__(self) -> None:
        self._bar: Bar | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begin(self, plan: Plan) -> None:
        if not sys.stderr.isatty():
            return
        from rich import progress  # only where there is a terminal
        from rich.console import Console

        sizes = [entry.expected.size for entry in plan.entries]
        total = sum(number for number in sizes if number is not None)
        columns = progress.BarColumn(bar_width=None), progress.DownloadColumn(), progress.TransferSpeedColumn()
        self._bar = progress.Progress(*columns, console=Console(stderr=True), transient=True)
        self._bar.start()
        self._bar.add_task("get", total=None if None in sizes else total)

    def advance(self, count: int) -> None:
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0], count)
