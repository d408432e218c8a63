"""One million metrics: any model's over all of its versions, in process; and what `catalog compare` takes beside them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
from common import build, partition, smoke, tell, write_partitions

from catalog.query import Catalog

# Repositories, models in each, versions of each, metrics of each: a million rows in all, and the usual shape of a registry.
SIZES, SMALL = (500, 5, 20, 20), (5, 2, 3, 4)
ROUNDS = 25
LIMIT = 20.0  # milliseconds

# A commit for each version of each model, at which `dvc.yaml` of the model's folder names one metrics file.
VERSIONS = """
create table made as
select
    r, 'git.example/team-' || r % 20 || '/project-' || r as repo, 'models/m' || m as folder, 'models/m' || m || ':m' || m as artifact,
    'v1.' || v || '.0' as version, '1.' || lpad(v::varchar, 6, '0') as precedence, sha1(r || '/' || m || '/' || v) as commit,
    timestamp '2024-01-01' + to_hours(v) as moment
from range($repos) r(r), range($models) m(m), range($versions) v(v)
order by r, m, v
"""
ROWS = {
    "events": """
        select repo, commit as oid, artifact || '@' || version as tag, 'registration' as event, artifact, version, precedence, commit,
            moment as created_at, 0 as utc_offset, 'Ann' as author, 'ann@team.example' as author_email, '' as message from part""",
    "revisions": """
        select repo, commit, ['tag'] as reasons, 'Ann' as author, 'ann@team.example' as author_email, moment as authored_at,
            moment as committed_at, '' as summary from part""",
    "measure_files": """
        select repo, commit, folder as dvc_root, 'metrics' as role, folder || '/metrics.json' as file,
            folder || '/dvc.yaml' as metafile, 'ok' as status from part""",
    "metrics": """
        select repo, commit, folder as dvc_root, folder || '/metrics.json' as file, 'eval.metric_' || n || '.auc' as name,
            hash(commit || n) % 1000 / 1000 as number, (hash(commit || n) % 1000 / 1000)::varchar as text, 'number' as kind
        from part, range({metrics}) n(n)""",
}


def main() -> None:
    small = smoke(__doc__)
    sizes, rounds = (SMALL, 2) if small else (SIZES, ROUNDS)
    with TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder) / "catalog.duckdb"
        make(path, *sizes)
        last = f"git.example/team-{(sizes[0] - 1) % 20}/project-{sizes[0] - 1}:models/m1:m1"
        with Catalog.open(path) as catalog:
            rows = catalog.sql("select count(*) as n from metrics").rows[0]["n"]
            row(
                f"metrics of a model's {sizes[2]} versions, of {rows:,}", timed(lambda: question(catalog, last), rounds)
            )
            row("the same by `Catalog.metrics`", timed(lambda: catalog.metrics(last, all_versions=True), rounds))
            refs = [f"{last}@v1.{minor}.0" for minor in range(min(sizes[2], 7))]
            tell(f"compare {len(refs)} versions", f"{timed(lambda: catalog.compare(*refs), rounds):.1f} ms", "", "", "")


def row(what: str, taken: float) -> None:
    tell(what, f"{taken:.1f} ms", f"limit {LIMIT:.0f} ms", f"{taken / LIMIT:.2f}", "at most 1")


def question(catalog: Catalog, ref: str) -> object:
    repo, _, artifact = ref.partition(":")
    return catalog.sql("from internal.list_metrics($repo, $artifact, null, null)", repo=repo, artifact=artifact)


def make(path: Path, repos: int, models: int, versions: int, metrics: int) -> None:
    """A catalog of rows that no repository stands behind."""
    with closing(duckdb.connect()) as source:
        source.execute(VERSIONS, {"repos": repos, "models": models, "versions": versions})
        queries = {name: query.format(metrics=metrics) for name, query in ROWS.items()}
        write_partitions(source, queries, path.parent)
        every = [repo for (repo,) in source.execute("select distinct repo from made").fetchall()]
    build(path, {repo: partition(path.parent, repo) for repo in every})


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
