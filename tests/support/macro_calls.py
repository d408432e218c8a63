"""Calls of the table macros of a catalog, with arguments that the catalog itself holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

import duckdb

from catalog.database.statements import Statement

MOST_CALLS = 6  # of one macro
_FOREVER = "'infinity'::timestamp"
_WITH_DEFAULT = re.compile(r",? *[a-z_]+ := [^,)]+")

# Parameters that stand together → a query for the values that they take; `null` where a macro takes that for "all".
_VALUES = {
    "some_repos, some_artifacts, some_versions, some_commits, a_baseline": "select list(repo), list(artifact), "
    "list(version), list(commit), 1 from versions group by repo order by count(*) desc, repo",
    "some_repos, some_artifacts, some_versions, some_commits": "select list(repo), list(artifact), list(version), list(commit) "
    "from versions group by repo order by count(*) desc, repo",
    "a_crawl, a_moment, an_oid, a_repo": "select 0, -9223372036854775807, '', ''",
    "a_repo, an_artifact, a_version, a_commit": "(select repo, artifact, null, null from version_measure_files "
    "group by repo, artifact order by count(*) filter (status not in ('ok', 'fetched')) desc, count(*) desc, repo, artifact limit 2) union all "
    "(select repo, artifact, version, commit from versions order by all)",
    "a_repo, an_artifact, a_version, a_commit, a_stage, an_oid, a_request": "(select repo, artifact, version, commit, null, null, "
    "'@' || version from versions order by all limit 3) union all (select repo, artifact, version, commit, stage, null, null "
    "from assignments where rank = 1 order by all limit 2) union all (select repo, artifact, version, commit, null, oid, null "
    "from resolved_events order by all limit 1)",
    "a_repo, a_commit, a_path": "(select repo, commit, path from outputs order by all limit 4) union all "
    "(select repo, commit, '' from outputs order by all limit 2)",
    "a_repo, a_commit, a_metafile, an_output": "select repo, commit, metafile, output from output_files union all "
    "(select repo, commit, metafile, path from outputs order by all limit 1)",
    "a_url, a_commit": "(select url, null from repos order by all limit 2) union all "
    "(select url, rev_lock from imports where kind = 'repo' order by all limit 4)",
    "a_repo, an_artifact, a_version": "select distinct repo, artifact, version from versions order by all",
    "a_repo, an_artifact": "select repo, artifact from artifacts order by versions desc, repo, artifact",
    "an_oid, a_repo": "select oid, repo from known_events order by all",
    "a, b": "select 0, max(crawl) from crawls union all (select a.crawl, b.crawl from crawls a join crawls b on a.crawl < b.crawl "
    "order by all)",
    "a_url, an_endpoint, a_region, a_version_id": "select url, null, null, version_id from version_files "
    "where url is not null order by all",
    "a_repo": "select repo from artifacts group by repo order by count(*) desc, repo",
    "an_artifact": "select null",
    "a_version": "select null",
    "a_commit": "select null",
    "a_crawl": "select crawl from crawls order by crawl desc",
    "a_hash": "select hash from dependencies where hash is not null group by hash order by count(*) desc, hash",
    "a_name": "select distinct name from metrics order by name",
    "a_role": "select unnest(['metrics', 'params', 'plots'])",
    "a_stage": "select null union all (select distinct stage from assignments order by stage)",
    "a_tag": "select distinct tag from resolved_events order by tag",
    "a_type": "select null union all (select distinct type from artifacts where type is not null order by type)",
    "a_url": "select url from repos order by url",
    "dataset": "select unnest([id, id || '@latest']) from artifacts order by 1",
    "depth": "select 10",
    "docs": "select list(doc) from search_index.documents",
    "ending": "select distinct name from metrics order by name",
    "endings": "select []::varchar[] union all select list(distinct internal.search_ending(name)) from metrics",
    "k": f"select {_FOREVER} union all (select distinct first_seen from observations order by all)",
    "leaves": " union all ".join(
        f"select list(leaf) from internal.search_leaves('{query}') leaf"
        for query in (
            'c* v1 "churn" modle',
            "type:model -type:dataset has:metrics label:none is:stale updated:>=2000 versions:>=1",
            "metric.a:>0 metric.acc:0.. param.lr:>0",
            "is:version is:latest is:registered updated:>=2000 has:metrics author:a* author:b* metric.acc:0.. version:v*",
            'is:experiment e* "dvc commit" name:* author:* org:* has:metrics created:>=2000 metric.acc:0.. param.lr:>0',
        )
    ),
    "metric": "select distinct name from metrics order by name",
    "most": "select unnest([2, 1000])",
    "q": "select unnest(['v* c*', 'type:model', 'is:version updated:>=2000', 'is:version is:deregistered is:deprecated', 'is:experiment'])",
    "ref": "select unnest([id || '#prod', id || '@v1.0.0', id]) from artifacts order by 1",
    "relation": "select name from relations()",
    "some_days": "select unnest([1, 10000])",
    "some_names": "select list(repo) || list(repo || ':none') from repos",
    "some_contents": "select coalesce(list(content), []) from images",
    "some_fields": "select list(name) from search_index.fields",
    "some_folders": "select list(distinct regexp_extract(repo, '^(.*)/', 1)) from repos",
    "some_teams": "select null union all select list(distinct internal.team_of(repo)) from repos",
    "some_repos": "select null union all select list(repo) from repos",
    "some_words": "select list(distinct word) from (select hash as word from version_files where hash is not null "
    "union all select hash from dependencies where hash is not null union all select left(commit, 7) from revisions)",
    "t": f"select {_FOREVER} union all (select distinct created_at from events order by 1 desc)",
    "texts": "select coalesce(list(distinct artifact), []) from artifacts",
    "up": "select unnest([true, false])",
    "with_copies": "select true",
    "with_deprecated": "select true",
    "with_deregistered": "select true",
    "words": "select unnest(['latest', 'prod']) union all (select name from artifacts order by id limit 1) "
    "union all (select repo from repos order by repo limit 1) union all (select hash from version_files where hash is not null limit 1)",
}  # fmt: skip
# Parameters that name a relation → what it holds; each may use those before it.
_RELATIONS = {
    "resolved": "from resolved_events",
    "source": "from events",
    "periods": "from stage_history",
    "start": "select home, node from lineage_nodes where content is not null order by node limit 20",
    "steps": "from internal.walk_down(4, 'given_start')",
    "hits": "select 1 as place, doc, 0::bigint as score from search_index.documents",
    "version_hits": "select 2 as place, doc, version, commit from search_index.versions",
    "candidates": "select doc from search_index.documents",
    "evaluated": "select *, true as all_words, true as any_word "
    "from internal.search_versions('given_candidates', 'given_hits', 'given_version_hits', true, true, true)",
    "ranked": "select *, 0 as total, row_number() over () as place from internal.search_ranked('given_evaluated')",
    "ranked_artifacts": "select *, 'all' as matched, 0 as total, row_number() over () as place "
    "from internal.search_artifacts('given_hits', true, true)",
    "ranked_experiments": "select *, 'all' as matched, 0 as total, row_number() over () as place "
    "from internal.search_experiment_places('given_hits')",
    "measures": "from internal.search_main_measures('given_ranked')",
}
_OF_ARTIFACTS = {
    "internal.search_measures",
    "internal.search_shown_artifacts",
}  # their `ranked` has artifacts, that of others has versions
_OF_EXPERIMENTS = {"internal.search_shown_experiments"}  # or experiments


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Gives a connection the relations whose names macros take."""
    for name, query in _RELATIONS.items():
        connection.execute(f"create or replace temp table given_{name} as {query}")


def calls(connection: duckdb.DuckDBPyConnection, made: Statement) -> Iterator[tuple[str, list[object]]]:
    """Some calls of a macro on a prepared connection: what to select from, and its parameters."""
    names = re.findall(r"[a-z_]+", _WITH_DEFAULT.sub("", made.parameters))
    groups = list(_groups(names))
    relation = "ranked_artifacts" if made.name in _OF_ARTIFACTS else "ranked"
    relation = "ranked_experiments" if made.name in _OF_EXPERIMENTS else relation
    places = [f"'given_{relation if name == 'ranked' else name}'" if name in _RELATIONS else "?" for name in names]
    values = [
        connection.execute(f"from ({_VALUES[group]}) limit {MOST_CALLS}").fetchall()
        for group in groups
        if group not in _RELATIONS
    ]
    for rows in islice(product(*values), MOST_CALLS):
        yield f"{made.name}({', '.join(places)})", [value for row in rows for value in row]


def _groups(names: list[str]) -> Iterator[str]:
    """The parameters, those together that take their values together."""
    while names:
        size = next(size for size in range(len(names), 0, -1) if size == 1 or ", ".join(names[:size]) in _VALUES)
        yield ", ".join(names[:size])
        names = names[size:]
