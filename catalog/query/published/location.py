"""Which catalog a path, URL or nothing means: what `--catalog` and `catalog.open` take."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from catalog.errors import ConfigError, NotFound

FILE = "catalog.duckdb"
OUTPUT = Path("output")

_URL = re.compile(r"(https?|s3):/+([^/].*)", re.DOTALL | re.IGNORECASE)  # a path has lost one of the two slashes


def as_url(location: Path | str) -> str | None:
    """The URL that somebody gave, also as a path, without `catalog.json` at its end; None for a path."""
    if match := _URL.fullmatch(str(location)):
        return f"{match[1].lower()}://{match[2]}".removesuffix("catalog.json").rstrip("/")
    return None


def is_published(location: Path | str) -> bool:
    """Whether a catalog is one that is only read here: at a URL, or a file that a `catalog.json` names."""
    if as_url(location):
        return True
    from catalog.query.published.index import NAME  # only for messages

    return NAME.fullmatch(Path(location).name) is not None


def default_location() -> Path:
    """$CATALOG; or the catalog in the folder `output`; or the user's default, where there is none."""
    if stated := os.environ.get("CATALOG") or os.environ.get("CATALOG_DATABASE"):
        return Path(stated)
    if (OUTPUT / FILE).is_file():
        return OUTPUT / FILE
    return users_default() or OUTPUT / FILE


def users_default() -> Path | None:
    """`catalog` in the user's federated-model-catalog/config.toml. ConfigError where that cannot be read."""
    import tomllib  # only where nothing else says which catalog is meant

    stated = Path(os.environ.get("XDG_CONFIG_HOME") or "")
    try:
        home = stated if stated.is_absolute() else Path.home() / ".config"
        file = home / "federated-model-catalog" / "config.toml"
        values = tomllib.loads(file.read_text("utf-8-sig"))
    except (FileNotFoundError, RuntimeError):  # also where there is no home
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from error
    if unknown := sorted(values.keys() - {"catalog"}):
        raise ConfigError(f"{file}: unknown key {unknown[0]!r}: expected catalog")
    value = values.get("catalog")
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise ConfigError(f"{file}: invalid catalog {value!r}: expected a path or URL of a catalog, as text")
    return Path(value) if value else None


def database_at(location: Path | str, *, offline: bool = False) -> Path:
    """The file of a catalog at a path or URL: a published one is downloaded, or with `offline` as it was last."""
    if url := as_url(location):
        if url.endswith(".duckdb"):
            raise NotFound(f"{url} is the address of a database: expected that of the folder with its catalog.json")
        from catalog.query.published.download import downloaded  # with urllib3; a file needs none

        return downloaded(url, offline=offline)
    stated = _expanded(Path(location))
    if (stated / FILE).is_file():
        return stated / FILE
    if not stated.is_dir():
        return stated
    from catalog.query.published.disk_folder import database_in  # a catalog.duckdb needs none

    return database_in(stated) or stated


def _expanded(path: Path) -> Path:
    with suppress(RuntimeError):  # a user who has no home directory
        return path.expanduser()
    return path
