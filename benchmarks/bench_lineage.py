"""Lineage in a catalog of 100,000 versions and a million edges: any walk up to depth 10, and what it costs to build that."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
import pyarrow.parquet as pq
from common import build, partition, run, smoke, tell, write_partitions

from catalog.database import database
from catalog.schema.arrow import schema
from catalog.schema.tables.inventory import Repo

REPOS, VERSIONS, ROUNDS = 2000, 50, 20  # repositories, versions of each, questions
CHAIN = 10  # repositories of which each trains on what the one before made; the middle one declares it as an import
DEPTH = 10
BUILD = "build"  # the argument with which this script is the process that is measured
GOAL = 0.100  # seconds

# Each commit: three pipeline stages in a row, each with code of its own; the last one makes a model and its metrics.
_COMMITS = """
create table made as
select r, k, 'demo.example/team-' || lpad((r // 100)::varchar, 3, '0') || '/repo-' || lpad(r::varchar, 5, '0') as repo,
    'demo.example/team-' || lpad(((r - 1) // 100)::varchar, 3, '0') || '/repo-' || lpad((r - 1)::varchar, 5, '0') as before,
    -- The first of each chain has its data from nowhere.
    md5('made ' || if(r % {chain} = 0, 'elsewhere', (r - 1)::varchar) || ' ' || k || ' 2') as data,
    sha1(r || ' ' || k) as commit, timestamp '2024-01-01' + interval (k) day as moment, 'v1.' || k || '.0' as version
from range({repos}) repos(r), range({versions}) versions(k)
"""
_REPOS = """
select distinct repo, 'https://' || repo || '.git' as url, 'new' as outcome, false as stale, [] as topics from made order by repo
"""
_ROWS = {
    "revisions": "select repo, commit, ['tag'] as reasons, 'Ann' as author, 'ann@example.com' as author_email,"
    " moment as authored_at, moment as committed_at, 'Train' as summary, null as signed from part",
    "events": "select repo, sha1('tag ' || commit) as oid, 'm@' || version as tag, 'registration' as event, 'm' as artifact,"
    " version, lpad(k::varchar, 9, '0') as precedence, commit, commit as revision, moment as created_at, 0 as utc_offset,"
    " 'Ann' as author, 'ann@example.com' as author_email, 'Register' as message from part",
    "annotations": "select repo, commit, 'dvc.yaml' as file, 'dvc.yaml' as source, 'm' as artifact, 'model.pkl' as path,"
    " 'model' as type, [] as labels, map {} as meta, '' as dvc_root, 'model.pkl' as target, false as executable from part",
    "remotes": "select repo, commit, '' as dvc_root, 'lake' as remote, 's3://bucket/path' as url, 's3' as scheme,"
    " true as is_default, false as version_aware, false as worktree, false as anonymous, [] as secrets from part",
    "pipeline_stages": "select repo, commit, 'dvc.yaml' as file, 'stage-' || s as pipeline_stage, 'run' as command,"
    " 'run' as locked_command, '' as wdir, false as frozen, false as always_changed from part, range(3) stages(s)",
    "dependencies": """
        select repo, commit, 'dvc.lock' as metafile, 'stage-' || s as pipeline_stage, 'md5' as hash_kind, 1000 as size,
            unnest([case s when 0 then 'data.csv' else 'made-' || (s - 1) end, 'src/stage_' || s || '.py']) as path,
            unnest([
                case s when 0 then data else md5('made ' || r || ' ' || k || ' ' || (s - 1)) end,
                md5('code ' || r || ' ' || s || ' ' || (k // 5))
            ]) as hash
        from part, range(3) stages(s)
    """,
    "imports": f"""
        select repo, commit, 'data.csv.dvc' as metafile, 'data.csv' as path, 'repo' as kind, 'ssh://git@' || source as url,
            'model.pkl' as source_path, 'm@' || version as rev, sha1((r - 1) || ' ' || k) as rev_lock, false as partial,
            false as version_aware
        from part join (select distinct repo as source from made) on source = before where r % {CHAIN} = {CHAIN // 2}
    """,
    "outputs": """
        select repo, commit, 'dvc.lock' as metafile, 'stage-' || s as pipeline_stage,
            case s when 2 then 'model.pkl' when 3 then 'metrics.json' else 'made-' || s end as path,
            'md5' as hash_kind, md5('made ' || r || ' ' || k || ' ' || s) as hash, 1000 as size
        from (select * exclude (s), s from part, range(4) outs(s))
        union all
        select repo, commit, 'data.csv.dvc', null, 'data.csv', 'md5', data, 1000 from part
    """,
}
_OUTPUT = (
    "select repo, commit, metafile, if(pipeline_stage > 'stage-2', 'stage-2', pipeline_stage) as pipeline_stage, '' as dvc_root, path, hash_kind, hash, size,"
    " false as is_folder, false as executable, true as cached, true as pushed, 'out' as role, [] as labels, map {} as meta from"
)


def main() -> None:
    repos, versions, rounds = (20, 5, 2) if smoke(__doc__) else (REPOS, VERSIONS, ROUNDS)
    with TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(temporary)
        write(folder, repos, versions)
        seconds, peak = run([sys.executable, __file__, BUILD, temporary], os.environ).split()
        with closing(database.connect(folder / "catalog.duckdb")) as connection:
            counted = connection.execute(
                "select (select count(*) from version_files), (select count(*) from lineage_edges)"
            ).fetchone()
            assert counted
            what = "{:,} versions, {:,} edges".format(*counted)
            for name, question in questions(connection, repos, versions):
                told(f"{what}: {name}", [timed(partial(question, number)) for number in range(rounds)])
    tell(f"{what}: the database from nothing", f"{seconds} s, peak memory {peak} MiB", "", "", "")


def told(what: str, taken: Sequence[float]) -> None:
    """Only walks up have a goal."""
    worst = max(taken)
    ours = f"{median(taken) * 1000:.0f} ms, at worst {worst * 1000:.0f} ms"
    goal = (f"limit {GOAL * 1000:.0f} ms", f"{worst / GOAL:.2f}", "at most 1") if "upstream" in what else ("", "", "")
    tell(what, ours, *goal)


def questions(
    connection: duckdb.DuckDBPyConnection, repos: int, versions: int
) -> list[tuple[str, Callable[[int], object]]]:
    """What is asked of the number-th repository, spread over all."""

    def of(number: int) -> list[object]:
        r = (number * 97 + 7) % repos
        return [f"demo.example/team-{r // 100:03}/repo-{r:05}", "m", f"v1.{number % versions}.0", DEPTH]

    def content(number: int) -> list[object]:
        return [
            connection.execute("select hash from version_files where repo = $1 limit 1", of(number)[:1]).fetchall()[0][
                0
            ]
        ]

    return [
        (
            f"upstream to depth {DEPTH}",
            lambda n: connection.execute("from internal.upstream($1, $2, $3, $4)", of(n)).fetchall(),
        ),
        (
            f"downstream to depth {DEPTH}",
            lambda n: connection.execute("from internal.downstream($1, $2, $3, $4)", of(n)).fetchall(),
        ),
        ("consumers", lambda n: connection.execute("from consumers($1)", content(n)).fetchall()),
        ("versions_using", lambda n: connection.execute("from versions_using($1, null)", content(n)).fetchall()),
        ("identify_hash", lambda n: connection.execute("from identify_hash($1)", content(n)).fetchall()),
    ]


def write(folder: Path, repos: int, versions: int) -> None:
    """Writes the partitions, and the table that lists the repositories."""
    with closing(duckdb.connect()) as source:
        source.execute(_COMMITS.format(repos=repos, versions=versions, chain=CHAIN))
        queries = {name: f"{_OUTPUT} ({query})" if name == "outputs" else query for name, query in _ROWS.items()}
        write_partitions(source, queries, folder)
        source.register("shape", schema(Repo).empty_table())
        every = source.sql(f"from shape union all by name {_REPOS}").to_arrow_table()
    pq.write_table(every, folder / "repos.parquet")


def built(folder: Path) -> tuple[float, float]:
    """Makes the catalog of what was written; the seconds that this took, and the peak of memory in MiB."""
    repos = pq.read_table(folder / "repos.parquet").cast(schema(Repo))
    files = {repo: partition(folder, repo) for repo in repos["repo"].to_pylist()}
    seconds = timed(partial(build, folder / "catalog.duckdb", files, repos))
    return seconds, getrusage(RUSAGE_SELF).ru_maxrss / 1024


def timed(measure: Callable[[], object]) -> float:
    start = perf_counter()
    measure()
    return perf_counter() - start


if __name__ == "__main__":
    if sys.argv[1:2] == [BUILD]:
        print("{:.1f} {:.0f}".format(*built(Path(sys.argv[2]))))
    else:
        main()
