"""The command `annotate`: the patch of dvc.yaml that gives an artifact its metadata, printed or written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.asking import open_catalog
from catalog.cli.options import Database, SomeRef
from catalog.cli.output import put_text, say, say_note
from catalog.errors import Misuse, NotFound
from catalog.naming import repository_key
from catalog.query.reference import parse
from catalog.transport.address import Local, parse_address


def annotate(  # noqa: PLR0913 - each is an option of the command
    ref: SomeRef,
    *,
    type: Annotated[  # noqa: A002 - the option's name
        str | None, typer.Option("--type", metavar="TYPE", help="What it is, such as model or dataset.")
    ] = None,
    path: Annotated[
        str | None, typer.Option("--path", metavar="PATH", help="Where it is, from the folder of its dvc.yaml.")
    ] = None,
    description: Annotated[str | None, typer.Option("--description", metavar="TEXT", help="What it is for.")] = None,
    label: Annotated[
        list[str] | None,
        typer.Option("--label", metavar="LABEL", help="A word to find it by; may be given more than once."),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Change dvc.yaml instead of printing the patch.")] = False,
    repo: Annotated[Path, typer.Option("--repo", metavar="FOLDER", help="A checkout of its repository.")] = Path(),
    database: Database = None,
) -> None:
    """Print the patch of dvc.yaml that gives an artifact a type, a path, a description and labels; with --write, apply it.

    Examples: catalog annotate churn --type model --path models/churn.pkl, catalog annotate churn --label tabular --write
    """
    from catalog.actions.annotate import Metadata
    from catalog.actions.annotate import annotate as change_of

    parse(ref)
    if (type, path, description) == (None, None, None) and not label:
        raise Misuse("nothing to annotate: expected --type, --path, --description or --label")
    metadata = Metadata(type=type, path=path, desc=description, labels=tuple(label or ()))
    with open_catalog(database) as catalog:
        row = catalog.show(ref).rows[0]
        if "artifact" not in row:
            raise Misuse(f"{ref!r} names no artifact: expected one, such as churn")
        ((url,),) = catalog.sql("select url from repos where repo = $repo", repo=row["repo"]).values
    root = _checkout(repo, row["repo"], url)
    change = change_of(root, row["artifact"], metadata)
    patch = change.patch()
    if not patch:
        say_note(f"{change.name} states this already")
    elif write:
        change.write()
        say(f"{change.file} is written: commit and push it, and the next crawl shows it")
    else:
        put_text(patch)
        say_note("git apply takes this patch, and --write does the same")
    if path is not None and not _is_there(change.file.parent / path):
        say_note(f"{path} is not in this checkout, neither by itself nor as {path}.dvc")


def _checkout(folder: Path, name: str, url: str) -> Path:
    """The top of the working tree that a folder is in. NotFound where it is in none, Misuse where it is another repository's."""
    from dulwich.errors import NotGitRepository
    from dulwich.repo import Repo

    try:
        with Repo.discover(str(folder)) as repo:
            if repo.bare:
                raise NotFound(f"{folder} is a bare repository: expected a checkout of {name}")
            try:
                origin = repo.get_config_stack().get(("remote", "origin"), "url").decode("utf-8", "replace")
            except KeyError:
                origin = None
            root = Path(repo.path)
    except (NotGitRepository, FileNotFoundError) as error:
        raise NotFound(f"{folder} is in no Git repository: expected a checkout of {name}, here or by --repo") from error
    if origin and _is_another(origin, url):
        raise Misuse(f"{root} is a checkout of another repository: expected one of {name}")
    return root


def _is_another(origin: str, url: str) -> bool:
    """Whether two addresses are of two repositories. Of folders the names tell, since they may have been moved; a server's and a folder may be of one."""
    ours, theirs = parse_address(url), parse_address(origin)
    if isinstance(ours, Local) and isinstance(theirs, Local):
        return _folder_name(theirs.path) != _folder_name(ours.path)
    return isinstance(ours, Local) == isinstance(theirs, Local) and repository_key(origin) != repository_key(url)


def _folder_name(path: Path) -> str:
    return path.parent.name if path.name == ".git" else path.name.removesuffix(".git")


def _is_there(path: Path) -> bool:
    return path.exists() or path.with_name(f"{path.name}.dvc").exists()
