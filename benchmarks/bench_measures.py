"""One million metrics: any model's over all of its versions, in process; and what `catalog compare` takes beside them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
from common import smoke, tell

from catalog import database
from catalog.query import Catalog
from catalog.schema import schema
from catalog.scripts import statements
from catalog.tables import CRAWL, PARTITION

# Repositories, models in each, versions of each, metrics of each: a million rows in all, and the usual shape of a registry.
SIZES, SMALL = (500, 5, 20, 20), (5, 2, 3, 4)
ROUNDS = 25
LIMIT = 20.0  # milliseconds

# A commit for each version of each model, at which `dvc.yaml` of the model's folder names one metrics file.
_VERSIONS = """
create temp table made as
select
    'git.example/team-' || r % 20 || '/project-' || r as repo, 'models/m' || m as folder, 'models/m' || m || ':m' || m as artifact,
    'v1.' || v || '.0' as version, '1.' || lpad(v::varchar, 6, '0') as precedence, sha1(r || '/' || m || '/' || v) as commit,
    timestamp '2024-01-01' + to_hours(v) as moment
from range($repos) r(r), range($models) m(m), range($versions) v(v)
order by r, m, v
"""
_ROWS = {
    "events": """
        select repo, commit as oid, artifact || '@' || version as tag, 'registration' as event, artifact, version, precedence, commit,
            moment as created_at, 0 as utc_offset, 'Ann' as author, 'ann@team.example' as author_email, '' as message from made""",
    "revisions": """
        select repo, commit, ['tag'] as reasons, 'Ann' as author, 'ann@team.example' as author_email, moment as authored_at,
            moment as committed_at, '' as summary from made""",
    "measure_files": """
        select repo, commit, folder as dvc_root, 'metrics' as role, folder || '/metrics.json' as file,
            folder || '/dvc.yaml' as metafile, 'ok' as status from made""",
    "metrics": """
        select repo, commit, folder as dvc_root, folder || '/metrics.json' as file, 'eval.metric_' || n || '.auc' as name,
            hash(commit || n) % 1000 / 1000 as number, (hash(commit || n) % 1000 / 1000)::varchar as text, 'number' as kind
        from made, range($metrics) n(n)""",
}


def main() -> None:
    small = smoke(__doc__)
    sizes, rounds = (SMALL, 2) if small else (SIZES, ROUNDS)
    with TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder) / "catalog.duckdb"
        keeping = make(path, *sizes)
        last = f"git.example/team-{(sizes[0] - 1) % 20}/project-{sizes[0] - 1}:models/m1:m1"
        with Catalog.open(path) as catalog:
            rows = catalog.sql("select count(*) as n from metrics").rows[0]["n"]
            row(
                f"metrics of a model's {sizes[2]} versions, of {rows:,}", timed(lambda: question(catalog, last), rounds)
            )
            row("the same by `Catalog.metrics`", timed(lambda: catalog.metrics(last, all_versions=True), rounds))
            refs = [f"{last}@v1.{minor}.0" for minor in range(min(sizes[2], 7))]
            tell(f"compare {len(refs)} versions", f"{timed(lambda: catalog.compare(*refs), rounds):.1f} ms", "", "", "")
    tell(f"which of {rows:,} metrics are whose, at build time", f"{keeping:.2f} s", "", "", "")


def row(what: str, taken: float) -> None:
    tell(what, f"{taken:.1f} ms", f"limit {LIMIT:.0f} ms", f"{taken / LIMIT:.2f}", "at most 1")


def question(catalog: Catalog, ref: str) -> object:
    repo, _, artifact = ref.partition(":")
    return catalog.sql("from list_metrics($repo, $artifact, null, null)", repo=repo, artifact=artifact)


def make(path: Path, repos: int, models: int, versions: int, metrics: int) -> float:
    """A catalog of rows that no repository stands behind; the seconds that its kept views of measures took."""
    whole = {table.TABLE: schema(table).empty_table() for table in CRAWL}
    database.build(path, {table.TABLE: schema(table) for table in PARTITION}, {}, whole)
    taken = 0.0
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(_VERSIONS, {"repos": repos, "models": models, "versions": versions})
        for table, text in _ROWS.items():
            parameters = {"metrics": metrics} if "$metrics" in text else {}
            connection.execute(f"insert into {table} by name {text}", parameters)
        for made in statements():
            if made.kept:
                start = perf_counter()
                connection.execute(f"insert into kept.{made.name} from ({made.body})")
                taken += perf_counter() - start if "measure" in made.name else 0
    return taken


def timed(measure: Callable[[], object], rounds: int) -> float:
    """The median of the milliseconds that it takes, once it was asked before."""
    measure()
    taken = []
    for _ in range(rounds):
        start = perf_counter()
        measure()
        taken.append((perf_counter() - start) * 1000)
    return median(taken)


if __name__ == "__main__":
    main()
