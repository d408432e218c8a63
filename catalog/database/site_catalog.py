"""The catalog of a site that shows some repositories: a database of its own, made of their rows alone.

No row of another repository is ever in it, so no conclusion, search index, export or page has one: see docs/decisions/47-several-sites.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path

from catalog.config.model import SiteConfig
from catalog.config.parse import Config
from catalog.database import database, rebuild
from catalog.database.build_inputs import inputs_digest, rows_of, times_digest
from catalog.database.gathering import BuildInputs, email_mask, publishing
from catalog.database.observations import load_observations
from catalog.database.shapes import all_shapes, partition_shapes
from catalog.database.site_rows import is_shown, rows_of_site
from catalog.database.statements import named, views_of_one_repository
from catalog.naming import slug
from catalog.schema.arrow import schema, to_arrow
from catalog.schema.tables.inventory import Repo
from catalog.schema.tables.observations import Observation
from catalog.store import files
from catalog.store.observations import Observations
from catalog.store.ref_timeline import RefTimeline

_INPUTS = ".inputs"  # the digest of what the last build of it followed from

_SQL = named("build")


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteCatalog:
    """The database of a site, its exported files, and where its pages belong. `repos`: how many repositories it shows."""

    database: Path
    data: Path
    site: Path
    repos: int


def build_site_catalog(
    config: Config, site: SiteConfig, *, tell: Callable[[str], None] = lambda _: None, check: bool = False
) -> SiteCatalog:
    """Makes the database and the exports of a site, after those of the whole catalog; neither, where they follow from the same as last time."""
    inputs, folder = BuildInputs.gather(config), config.output / "sites" / site.name
    with closing(database.connect(inputs.path)) as connection:
        labels = dict(connection.execute(_SQL["labels"]).fetchall())
    shown = frozenset(row.repo for row in rows_of(inputs.rows, Repo) if is_shown(site, row, labels.get(row.repo, ())))
    catalog = SiteCatalog(
        database=folder / "catalog.duckdb", data=folder / "data", site=folder / "site", repos=len(shown)
    )
    rows, observations = rows_of_site(inputs.rows, shown), _ShownObservations(inputs.observations.root, shown)
    parts = [inputs_digest(rows, observations.stamps(), publishing(config)), times_digest(rows), *sorted(shown)]
    digest = blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    if check or not catalog.database.is_file() or _last(folder) != digest:
        with suppress(FileNotFoundError):
            (folder / _INPUTS).unlink()
        shapes = partition_shapes()
        tables = {table.TABLE: to_arrow(table, rows[table]) for table in rows}
        tables[Observation.TABLE] = schema(Observation).empty_table()
        partitions = {repo: file for repo, file in inputs.files.items() if repo in shown}
        updaters = {Observation.TABLE: partial(load_observations, observations=observations)}
        rebuild.rebuild(catalog.database, shapes, partitions, tables, updaters, tell)
        _export(config, catalog, [*shapes, *views_of_one_repository()], check=check)
        with files.writing(folder):
            files.write(folder / _INPUTS, digest)
    return catalog


def _last(folder: Path) -> str:
    with suppress(OSError, ValueError):
        return files.read(folder / _INPUTS).decode()
    return ""


def _export(config: Config, catalog: SiteCatalog, single: Collection[str], *, check: bool) -> None:
    from catalog.database import export  # with all of pyarrow

    shapes = all_shapes() if config.publish_database else None
    with closing(database.connect(catalog.database, max_memory=database.FOR_ALL)) as connection:
        export.write(
            connection,
            catalog.data,
            email_mask(config),
            single=single,
            check=check,
            shapes=shapes,
            csv=config.publish_csv,
        )


class _ShownObservations(Observations):
    """The journals of the repositories that are shown."""

    def __init__(self, root: Path, shown: Collection[str]) -> None:
        super().__init__(root)
        self._shown = shown

    def stamps(self) -> dict[str, str]:
        names = {f"{slug(repo)}.jsonl" for repo in self._shown}
        return {name: stamp for name, stamp in super().stamps().items() if name in names}

    def load_readable(self, name: str) -> RefTimeline | None:
        timeline = super().load_readable(name)
        return timeline if timeline is not None and timeline.repo in self._shown else None
