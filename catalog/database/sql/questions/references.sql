-- What names mean: artifacts, repositories, versions and stages by what a person writes.

-- find_artifacts(words): The artifacts that a reference can mean: any end of `host/owner/name:artifact` that begins after a `/` or `:`.
--   exact: The whole name was given.
-- What a fork has from its parent is meant only where nothing else is: whoever wants it names the fork.
select repo, artifact, id, id = words as exact
from artifacts
where ends_with('/' || id, '/' || words) or ends_with(id, ':' || words)
qualify (repo, artifact) not in (select (repo, artifact) from copied_artifacts)
    or bool_and((repo, artifact) in (select (repo, artifact) from copied_artifacts)) over ();

-- find_repos(words): The repositories that a name can mean: any end of `host/owner/name` that begins after a `/`.
select repo from repos where ends_with('/' || repo, '/' || words) order by repo;

-- find_versions(a_repo, an_artifact, words): The versions that a reference can mean: a version, `latest`, or the beginning of a commit.
select version, commit, active from versions
where repo = a_repo and artifact = an_artifact
    and (version = words or (words in ('latest', 'greatest') and is_latest) or (regexp_full_match(words, '[0-9a-f]{7,40}') and starts_with(commit, words)))
order by version, commit;

-- find_in_stage(a_repo, an_artifact, words): Who is in a stage, by the catalog's name of the stage or by the tags' own.
select version, commit from assignments
where repo = a_repo and artifact = an_artifact and (stage = words or raw_stage = words)
order by stage = words desc, rank
limit 1;

-- artifact_names(): Every artifact's full name.
select id, active from artifacts order by id;

-- version_of(ref): What a reference can mean: `churn` or `churn@latest`, `churn@v3.1.0`, `churn#prod`; instead of `churn`, any longer end of `host/owner/name:artifact`.
with words as (
    select part.artifact as artifact, part.mark as mark, coalesce(nullif(part.rest, ''), 'latest') as rest
    from (select regexp_extract(ref, '^(.+?)(?:([@#])([^@#]+))?$', ['artifact', 'mark', 'rest']) as part)
),
meant as (select a.repo, a.artifact, w.mark, w.rest from words w, find_artifacts(w.artifact) a)
select m.repo, m.artifact, v.version, v.commit
from meant m join versions v using (repo, artifact)
where m.mark is distinct from '#' and (
    v.version = m.rest or (m.rest in ('latest', 'greatest') and v.is_latest)
    or (regexp_full_match(m.rest, '[0-9a-f]{7,40}') and starts_with(v.commit, m.rest))
)
qualify v.active or not bool_or(v.active) over (partition by m.repo, m.artifact)
union all
select m.repo, m.artifact, s.version, s.commit
from meant m join assignments s using (repo, artifact)
where m.mark = '#' and (s.stage = m.rest or s.raw_stage = m.rest)
qualify row_number() over (partition by m.repo, m.artifact order by s.stage = m.rest desc, s.rank) = 1
order by all;

-- upstream_of(ref, depth): `upstream` of the one version that a reference means: `from upstream_of('churn#prod', 10)`.
-- No join with version_of: DuckDB would walk from all versions at once, and lose its way.
from upstream((select repo from version_of(ref)), (select artifact from version_of(ref)), (select version from version_of(ref)), depth);

-- downstream_of(ref, depth): `downstream` of the one version that a reference means.
from downstream((select repo from version_of(ref)), (select artifact from version_of(ref)), (select version from version_of(ref)), depth);
