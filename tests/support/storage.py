"""Worlds to download from: a repository whose model DVC keeps in some storage, and the catalog of it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import md5
from pathlib import Path
from typing import Any

from catalog.download.download import DownloadOptions, fetch
from catalog.query import Catalog
from catalog.schema.tables.inventory import Repo
from support.catalogs import catalog_of, rows_of
from support.worlds import Content, World

REPO = "git.example/acme/churn"
ANNOTATION = "artifacts:\n  m:\n    path: {path}\n    type: model\n"


def digest(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest()


def remote(url: str, **settings: str) -> dict[str, Content]:
    """DVC's settings: one remote."""
    lines = "".join(f"    {key} = {value}\n" for key, value in settings.items())
    return {".dvc/config": f"[core]\n    remote = storage\n['remote \"storage\"']\n    url = {url}\n{lines}"}


def tracked(data: bytes, path: str = "model.bin", **more: object) -> dict[str, Content]:
    """A model that DVC 3 tracks."""
    fields = "".join(f"  {key}: {value}\n" for key, value in more.items())
    out = f"outs:\n- md5: {digest(data)}\n  size: {len(data)}\n  hash: md5\n  path: {path.rpartition('/')[2]}\n{fields}"
    return {f"{path}.dvc": out, "dvc.yaml": ANNOTATION.format(path=path)}


def put(folder: Path, data: bytes, digest_: str | None = None) -> Path:
    """Content, where DVC 3 has it below a folder."""
    name = digest_ or digest(data)
    file = folder / "files" / "md5" / name[:2] / name[2:]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def repository(files: Mapping[str, Content], message: str = "m@v1.0.0") -> World:
    """A repository with one version of the model `m`."""
    world = World()
    world.commit(files)
    world.tag(message)
    return world


def catalog(
    worlds: Mapping[str, World] | World, urls: Mapping[str, str] | str = "https://git.example/acme/churn"
) -> Catalog:
    """The catalog of repositories, by name; of one alone, REPO."""
    named = {REPO: worlds} if isinstance(worlds, World) else worlds
    at = {REPO: urls} if isinstance(urls, str) else urls
    rows = [
        Repo(
            repo=name,
            url=at.get(name, f"https://{name}"),
            outcome="new",
            message=None,
            stale=False,
            visited_at=None,
            read_at=None,
            partition=None,
        )
        for name in named
    ]
    connection = catalog_of(
        {name: rows_of(world.listing(), world.objects) for name, world in named.items()}, {Repo: rows}
    )
    return Catalog(connection, Path("catalog.duckdb"))


def fetched(
    files: Mapping[str, Content],
    path: Path | None = None,
    *,
    content: Mapping[str, object] | None = None,
    **options: Any,
) -> Path:
    """Downloads the version from a repository with these files."""
    world = repository(files)
    row = {"ref": f"{REPO}:m@v1.0.0", "repo": REPO, "revision": world.tip(), "status": "ok", "path": "model.bin"}
    row |= {
        "size": None,
        "is_folder": False,
        "git_url": "https://git.example/acme/churn",
        "get": None,
        **(content or {}),
    }
    return fetch(catalog(world).sql, row, path, DownloadOptions(**options)).path


def files_below(folder: Path) -> dict[str, bytes]:
    """The files in a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
