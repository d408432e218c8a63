-- What names mean: artifacts, repositories, versions and stages by what a person writes.

-- internal.find_artifacts(words): The artifacts that a reference can mean: any end of `host/owner/name:artifact` that begins after a `/`
--     or `:`; where there are none, by a former name of the repository.
--   key: repo, artifact
--   exact: The whole name was given.
-- An artifact that a fork has from its parent is a candidate only where nothing else is: a reference to it names the fork.
with named as (
    select repo, artifact, id, id = words as exact from artifacts
    where ends_with('/' || id, '/' || words) or ends_with(id, ':' || words)
),
candidates as (
    select repo, artifact, id, exact, internal.is_copied(repo, artifact) as copied
    from (
        from named
        union all
        select distinct a.repo, a.artifact, a.id, false from renames r join artifacts a using (repo)
        where ends_with('/' || r.former || ':' || a.artifact, '/' || words) and not exists (from named)
    )
)
select repo, artifact, id, exact from candidates
where not copied or not exists (from candidates where not copied);

-- internal.find_repos(words): The repositories that a name can mean: any end of `host/owner/name` that begins after a `/`; where there
--     are none, of a former name.
--   key: repo
with named as (select repo from repos where ends_with('/' || repo, '/' || words))
from named
union all
select distinct r.repo from renames r
where r.repo in (select repo from repos) and ends_with('/' || r.former, '/' || words) and not exists (from named)
order by repo;

-- internal.find_versions(a_repo, an_artifact, words): The versions that a reference can mean: a version, `latest`, or the beginning of a
--     commit.
--   key: version, commit
select version, commit, active from versions
where repo = a_repo and artifact = an_artifact
    and (version = words or (words in ('latest', 'greatest') and is_latest)
        or (regexp_full_match(words, '[0-9a-f]{7,40}') and starts_with(commit, words)))
order by version, commit;

-- internal.find_in_stage(a_repo, an_artifact, words): Which version is in a stage, by the catalog's name of the stage or any other that it
--     has.
--   key: (at most one row)
select version, commit from assignments
where repo = a_repo and artifact = an_artifact and stage = internal.canonical_stage(words)
order by rank
limit 1;

-- internal.artifact_names(): Every artifact's full name.
--   key: id
select id, active from artifacts order by id;

-- internal.known_names(some_names): Which of these full names of repositories, artifacts or versions mean something here.
--   key: name
select distinct name from unnest(some_names::varchar[]) n(name)
where name in (
    select repo from repos
    union all
    select id from artifacts
    union all
    select unnest([repo || ':' || artifact || '@' || version, repo || ':' || artifact || '@' || commit]) from versions
);

-- internal.read_reference(ref): The parts of a reference: the grammar of `catalog.query.reference.parse`, and of GTO. No row for an
--     invalid one.
--   key: (at most one row)
--   whole: All of it, without the space around it.
--   artifact: What names the artifact.
--   version: What stands after the last `@`; null where a stage or nothing is named.
--   stage: What stands after the last `#`; null where a version or nothing is named.
select whole, part.artifact as artifact, nullif(part.version, '') as version, nullif(part.stage, '') as stage
from (
    select whole, regexp_extract(whole, '^((?s).+?)(?:@([^@#]+)|#([^@#]+))?$', ['artifact', 'version', 'stage']) as part
    -- The characters that Python's strip() takes for space.
    from (select regexp_replace(ref, '^[\t-\r\x1c-\x1f\x85\p{Z}]+|[\t-\r\x1c-\x1f\x85\p{Z}]+$', '', 'g') as whole)
)
where not regexp_matches(part.artifact, '[@#]$') and part.artifact <> '';

-- version_of(ref): What a reference can mean: `churn` or `churn@latest`, `churn@v3.1.0`, `churn#prod`; instead of `churn`, any longer end
--     of `host/owner/name:artifact`.
--   key: repo, artifact, version, commit
--   ref: The version's name in the catalog.
with reference as materialized (from internal.read_reference(ref)),
by_name as materialized (
    select f.repo, f.artifact, f.exact, r.version, r.stage from reference r, internal.find_artifacts(r.artifact) f
),
-- A repository may have `@` or `#` in its name: where nothing has the name before that character, the whole reference is a name.
candidates as materialized (
    from by_name
    union all
    select f.repo, f.artifact, f.exact, null, null from reference r, internal.find_artifacts(r.whole) f where not exists (from by_name)
),
named as (
    select repo, artifact, version, stage from candidates where exact or not exists (from candidates where exact)
)
select n.repo || ':' || n.artifact || '@' || v.version as ref, n.repo, n.artifact, v.version, v.commit
from named n join versions v using (repo, artifact)
where n.stage is null and (
    v.version = coalesce(n.version, 'latest') or (coalesce(n.version, 'latest') in ('latest', 'greatest') and v.is_latest)
    or (regexp_full_match(n.version, '[0-9a-f]{7,40}') and starts_with(v.commit, n.version))
)
qualify v.active or not bool_or(v.active) over (partition by n.repo, n.artifact)
union all
select n.repo || ':' || n.artifact || '@' || s.version, n.repo, n.artifact, s.version, s.commit
from named n join assignments s using (repo, artifact)
where s.stage = internal.canonical_stage(n.stage)
qualify row_number() over (partition by n.repo, n.artifact order by s.rank) = 1
order by all;

-- upstream_of(ref, depth): `upstream` of the one version that a reference means: `from upstream_of('churn#prod', 10)`.
--   key: node, from_node, to_node
-- No join with version_of: DuckDB would walk from all versions at once.
from internal.upstream((select repo from version_of(ref)), (select artifact from version_of(ref)), (select version
    from version_of(ref)), depth);

-- downstream_of(ref, depth): `downstream` of the one version that a reference means.
--   key: node, from_node, to_node
from internal.downstream((select repo from version_of(ref)), (select artifact from version_of(ref)), (select version
    from version_of(ref)), depth);
