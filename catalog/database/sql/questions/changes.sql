-- What changed in the catalog between two crawls: `catalog diff`.

-- changes_between(a, b, some_repos := null, a_type := null, a_stage := null, a_raw_stage := null): What changed in the catalog between
--     the states that two crawls left, by what it could have known then; what came and went in between is not told. `crawl_at` has the
--     crawl of a date.
--   key: kind, id, stage, what, old, new, author, moment
--   kind: `new_repo`, `unread_repo`, `lost_repo`, `found_repo`, `renamed_repo`, `new_artifact`, `lost_artifact`,
--     `deprecation`, `revival`, `new_version`, `lost_version`,
--     `deregistration`, `promotion`, `rollback`, `vacancy`, `rewritten_tag`, `deleted_tag`, `skewed_tag` or `metric`.
--   id: The artifact's name in the catalog; the repository's, where no artifact is concerned.
--   stage: The stage's name in this catalog.
--   raw_stage: The stage as tags spell it; `a_raw_stage` is one.
--   what: The tag, the metric, why a repository was lost, or how a version came to its stage: `assigned`, or `fallback`.
--   old: The version, the metric, the tag's object or the repository's outcome before.
--   new: The same afterwards; of a skewed tag, `future` or `backdated`: see `time_skew`.
--   better: Whether the metric moved the right way; null where nothing says which way is better, and of a metric of the project.
--   author: Whose tag did it: a claim. Who deletes a tag leaves no name.
--   moment: When: by the tagger's clock, or that of the visit, UTC.
--   of_project: The metric is of the project, not of this artifact: see `version_measure_files`.
-- Of a repository that is visited no more, nothing else is told: its artifacts went with it. Of one that was found again, what changed
-- since it was known last.
with changed_registries as materialized (
    select distinct repo from observations
    where event is not null and ((first_readable_crawl > a and first_readable_crawl <= b) or (ended_crawl > a and ended_crawl <= b))
        and repo not in (select repo from internal.repo_states_at(b) where state = 'departed')
),
events_before as materialized (from internal.remembered_events_at(a) where repo in (from changed_registries)),
events_after as materialized (from internal.remembered_events_at(b) where repo in (from changed_registries)),
artifacts_before as materialized (from artifacts_at('infinity'::timestamp, source := 'events_before') where registered),
artifacts_after as materialized (from artifacts_at('infinity'::timestamp, source := 'events_after') where registered),
versions_before as materialized (from versions_at('infinity'::timestamp, source := 'events_before')),
versions_after as materialized (from versions_at('infinity'::timestamp, source := 'events_after')),
stages_before as materialized (from stages_at('infinity'::timestamp, source := 'events_before')),
stages_after as materialized (from stages_at('infinity'::timestamp, source := 'events_after')),
withdrawals as materialized (
    select repo, artifact, version, arg_max(author, created_at) as author, max(created_at) as moment
    from events_after where event in ('deregistration', 'deprecation')
    group by repo, artifact, version
),
registered_before as materialized (
    select repo, artifact, version, bool_or(active) as active from versions_before where registered group by all
),
registered_after as materialized (
    select repo, artifact, version, bool_or(active) as active, arg_max(author, created_at) as author, max(created_at) as moment
    from versions_after where registered group by all
),
latest_before as materialized (
    from versions_before where registered and active
    qualify row_number() over (partition by repo, artifact order by precedence desc, born desc) = 1
),
latest_after as materialized (
    from versions_after where registered and active
    qualify row_number() over (partition by repo, artifact order by precedence desc, born desc) = 1
),
changed_latest as materialized (
    select repo, artifact, o.version as old_version, o.commit as old_commit, n.version, n.commit, n.author, n.created_at as moment
    from latest_before o join latest_after n using (repo, artifact)
    where (o.version, o.commit) <> (n.version, n.commit)
),
metrics_of_changed as materialized (
    from version_metrics
    where (repo, artifact) in (select (repo, artifact) from changed_latest) and repo in (select repo from changed_latest)
),
changes as (
    select kind, repo, null as artifact, null as raw_stage, what, old, new, null as better, null as author, moment
    from internal.changed_repos(a, b)
    union all
    select 'new_artifact', repo, artifact, null, null, null, l.version, null, f.author, coalesce(f.moment, n.created_at)
    from artifacts_after n left join latest_after l using (repo, artifact)
    left join (
        select repo, artifact, arg_min(author, (created_at, tag)) as author, min(created_at) as moment from events_after group by all
    ) f using (repo, artifact)
    where (repo, artifact) not in (select (repo, artifact) from artifacts_before)
    union all
    select 'lost_artifact', repo, artifact, null, null, l.version, null, null, null, null
    from artifacts_before o left join latest_before l using (repo, artifact)
    where (repo, artifact) not in (select (repo, artifact) from artifacts_after)
    union all
    select case when n.active then 'revival' else 'deprecation' end, repo, artifact, null, null, null, null, null,
        case when not n.active then s.author end, case when not n.active then n.deprecated_at end
    from artifacts_before o join artifacts_after n using (repo, artifact)
    left join (from withdrawals where version is null) s using (repo, artifact)
    where o.active <> n.active
    union all
    select 'new_version', repo, artifact, null, null, null, version, null, n.author, n.moment
    from registered_after n left join registered_before o using (repo, artifact, version)
    where n.active and not coalesce(o.active, false)
    union all
    select case when n.active is null then 'lost_version' else 'deregistration' end, repo, artifact, null, null, version, null, null,
        case when n.active is not null then s.author end, case when n.active is not null then s.moment end
    from registered_before o left join registered_after n using (repo, artifact, version)
    left join withdrawals s using (repo, artifact, version)
    where o.active and not coalesce(n.active, false)
    union all
    select
        case when n.version is null then 'vacancy'
            when n.oid in (select oid from events_before) or coalesce(n.precedence < o.precedence, false) then 'rollback'
            else 'promotion' end,
        coalesce(o.repo, n.repo), coalesce(o.artifact, n.artifact), coalesce(n.raw_stage, o.raw_stage),
        case when n.version is null then null when n.oid in (select oid from events_before) then 'fallback' else 'assigned' end,
        o.version, n.version, null, n.author, n.assigned_at
    from (select s.*, v.precedence from stages_before s join versions_before v using (repo, artifact, version, commit)) o
    full join (select s.*, v.precedence from stages_after s join versions_after v using (repo, artifact, version, commit)) n
        on n.repo = o.repo and n.artifact = o.artifact and n.stage = o.stage
    -- A commit that got or lost its version's name is listed as that change.
    where o.commit is distinct from n.commit
    union all
    select 'rewritten_tag', repo, artifact, stage, tag, coalesce(old_revision, old_oid), coalesce(revision, oid), null, author, created_at
    from rewritten_tags where crawl > a and crawl <= b
    union all
    select 'deleted_tag', repo, artifact, stage, tag, coalesce(revision, oid), null, null, null, ended_at
    from deleted_tags where crawl > a and crawl <= b
    union all
    select 'skewed_tag', repo, artifact, stage, tag, null, skew, null, author, created_at
    from time_skew where crawl > a and crawl <= b
    union all
    select 'metric', m.repo, m.artifact, null, n.name, o.text, n.text,
        case when n.number <> o.number and not n.of_project and not o.of_project
            then (from internal.metric_direction(n.name)) = case when n.number > o.number then 'higher' else 'lower' end end,
        m.author, m.moment
    from changed_latest m
    join metrics_of_changed o on o.repo = m.repo and o.artifact = m.artifact and o.version = m.old_version and o.commit = m.old_commit
    join metrics_of_changed n on n.repo = m.repo and n.artifact = m.artifact and n.version = m.version and n.commit = m.commit
        and n.file = o.file and n.name = o.name
    where n.text <> o.text
)
select kind, repo || coalesce(':' || artifact, '') as id, repo, artifact, coalesce(n.stage, c.raw_stage) as stage,
    c.* exclude (kind, repo, artifact),
    kind = 'metric' and (repo, artifact) in (select (repo, artifact) from metrics_of_changed where of_project) as of_project
-- Metrics of two files may have changed alike.
from (select distinct * from changes) c
left join (select raw as raw_stage, stage from stage_names) n using (raw_stage)
-- Changes that a fork has from its parent are listed for the parent only.
where (artifact is null or not internal.is_copied(repo, artifact))
    and (some_repos::varchar[] is null or list_contains(some_repos::varchar[], repo))
    and (a_type::varchar is null or (repo, artifact) in (select (t.repo, t.artifact) from artifacts t where t.type = a_type))
    and (a_stage::varchar is null or coalesce(n.stage, c.raw_stage) = internal.canonical_stage(a_stage))
    and (a_raw_stage::varchar is null or raw_stage = a_raw_stage)
order by
    list_position([
        'lost_repo', 'unread_repo', 'found_repo', 'renamed_repo', 'new_repo',
        'rewritten_tag', 'deleted_tag', 'skewed_tag', 'lost_artifact', 'lost_version',
        'new_artifact',
        'new_version', 'promotion', 'rollback', 'vacancy', 'deregistration', 'deprecation', 'revival', 'metric'
    ], kind),
    repo, artifact, coalesce(n.stage, c.raw_stage), what, old, new;
