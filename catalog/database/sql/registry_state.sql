-- The state of the registry that follows from GTO's tags at a moment, by the tagger's clock. Rules: gto/base.py and gto/registry.py of
-- GTO 1.10.
-- Every macro takes the moment `t` (UTC); later tags are ignored. The views of registry.sql are this state at infinity.
-- `source` is the relation of the tags: `events`, or a part of it, by the name that a `with` gave it. The macros that end in `_of` take
-- the rows of `resolved_events_at` by such a name: a query that uses several of them computes these rows once.

-- internal.resolved_events_at(t, source := 'events'): What each tag did until `t`, with the version that a stage tag means: the one
--     registered on its commit.
--   key: repo, oid, tag
--   raw_stage: The stage as the tag spells it; `stage` is its name in this catalog.
--   priority: GTO's order among events of the same second.
select
    * exclude (version, precedence, stage, lowest, highest, highest_precedence, canonical),
    -- A stage tag on an unregistered commit makes a version that is named after the commit.
    case when stage is null then version else coalesce(highest, commit) end as version,
    case when stage is null then precedence else highest_precedence end as precedence,
    coalesce(canonical, stage) as stage,
    stage as raw_stage,
    case event when 'deprecation' then 2 when 'registration' then 3 when 'deregistration' then 4
        when 'assignment' then 5 else 6 end as priority
from (
    select
        repo, oid, tag, event, artifact, version, precedence, stage, counter, commit, revision, created_at, utc_offset, author,
        author_email, message, signed,
        min(version) over same_commit as lowest,
        max(version) over same_commit as highest,
        max(precedence) over same_commit as highest_precedence
    from query_table(source)
    where created_at <= t
    window same_commit as (partition by repo, artifact, commit)
)
left join (select raw as stage, stage as canonical from stage_names) using (stage)
-- GTO stops where a stage tag could mean two versions; here only that tag is left out (and reported in `problems`).
where stage is null or lowest is not distinct from highest;

-- internal.versions_of(resolved): The versions that resolved events come to: see `versions_at`.
--   key: repo, artifact, version, commit
select
    repo, artifact, version, commit, revision, precedence, registered, active, discovered,
    last_event.created_at, last_event.utc_offset, last_event.author, last_event.author_email, last_event.message, last_event.tag,
    last_event.oid, last_event.signed,
    activated_at, born
from (
    select
        repo, artifact, version, commit,
        max(revision) as revision,
        max(precedence) as precedence,
        bool_or(event = 'registration') as registered,
        not bool_or(raw_stage is null) as discovered,
        coalesce(arg_max(event, (created_at, priority)) filter (raw_stage is null) = 'registration', true) as active,
        arg_max(
            {created_at: created_at, utc_offset: utc_offset, author: author, author_email: author_email, message: message,
             tag: tag, oid: oid, signed: signed},
            (event = 'registration', created_at, priority, tag)
        ) as last_event,
        coalesce(min(created_at) filter (event = 'registration'), min(created_at)) as activated_at,
        coalesce(
            min((created_at, tag)) filter (raw_stage is null),
            min((created_at, tag))
        ) as born
    from query_table(resolved)
    where version is not null
    group by repo, artifact, version, commit
);

-- versions_at(t, source := 'events'): The versions known at `t`. Same version on two commits: two rows, as in GTO.
--   key: repo, artifact, version, commit
--   ref: The version's name in the catalog.
--   registered: A tag registers it. An unregistered one is named after its commit.
--   active: The newest of its registrations and deregistrations is a registration. At the same second, deregistration wins.
--   discovered: Only stage tags speak of it.
--   created_at: When it was registered last; for an unregistered one, the newest event.
--   activated_at: When it was registered first; for an unregistered one, the oldest event.
--   born: When it was first spoken of, which orders what is otherwise equal.
with resolved as (from internal.resolved_events_at(t, source := source))
select repo || ':' || artifact || '@' || version as ref, * from internal.versions_of('resolved');

-- internal.artifacts_of(resolved, t): The artifacts that resolved events until `t` come to: see `artifacts_at`.
--   key: repo, artifact
select
    repo, artifact,
    bool_or(tagged) as registered,
    -- A commit that annotates an artifact is an event to GTO: its date counts, be it of a version's commit or of the tip.
    coalesce(max(moment) filter (deprecated) <= max(moment) filter (not deprecated and counts), not bool_or(deprecated)) as active,
    max(moment) filter (deprecated) as deprecated_at,
    min(moment) filter (tagged) as created_at,
    max(moment) filter (tagged) as updated_at
from (
    select repo, artifact, created_at as moment, event = 'deprecation' as deprecated, true as tagged, true as counts
    from query_table(resolved)
    union all
    select repo, artifact, committed_at, false, true, true
    from (select distinct repo, artifact, coalesce(revision, commit) as commit from query_table(resolved) where version is not null)
    join revisions using (repo, commit)
    union all
    select a.repo, a.artifact, r.committed_at, false, false, a.source = 'artifacts.yaml'
    from annotations a join revisions r using (repo, commit)
    where list_contains(r.reasons, 'tip') and coalesce(r.committed_at <= t, true)
)
group by repo, artifact;

-- artifacts_at(t, source := 'events'): The artifacts known at `t`: those that tags speak of, and those in `artifacts.yaml` or `dvc.yaml`
--     at the tip.
--   key: repo, artifact
--   active: Not deprecated, or something happened to it since. At the same second, whatever else happened wins.
--   registered: A tag speaks of it.
with resolved as (from internal.resolved_events_at(t, source := source))
from internal.artifacts_of('resolved', t);

-- internal.assignments_of(resolved): The assignments that resolved events come to: see `assignments_at`.
--   key: repo, artifact, raw_stage, version, commit
select
    repo, artifact, stage, raw_stage, version, commit, revision, v.registered,
    assigned_at, last.utc_offset, last.author, last.author_email, last.message, last.tag, last.oid, last.signed,
    row_number() over (
        partition by repo, artifact, stage order by assigned_at desc, v.created_at, v.discovered, v.born, raw_stage desc
    ) as rank,
    row_number() over (
        partition by repo, artifact, stage order by precedence desc nulls last, version desc, v.born desc, raw_stage desc
    ) as rank_semver
from (
    select
        repo, artifact, version, commit, stage, raw_stage,
        max(created_at) filter (event = 'assignment') as assigned_at,
        arg_max(event, (created_at, priority)) = 'assignment' as assigned,
        arg_max(
            {utc_offset: utc_offset, author: author, author_email: author_email, message: message, tag: tag, oid: oid,
             signed: signed},
            (created_at, tag)
        ) filter (event = 'assignment') as last
    from query_table(resolved)
    where raw_stage is not null
    group by repo, artifact, version, commit, stage, raw_stage
)
join internal.versions_of(resolved) as v using (repo, artifact, version, commit)
where assigned and v.active;

-- assignments_at(t, source := 'events'): The assignments in force at `t`: the version is active, and the newest of its tags for the stage
--     assigns it.
--   key: repo, artifact, raw_stage, version, commit
--   ref: The version's name in the catalog.
--   rank: 1 for the version in the stage, by time of assignment; 2 for the one that would be next, were it unassigned; ...
--   rank_semver: The same by SemVer, as `gto show --sort semver` has it.
--   assigned_at: When it was assigned last.
with resolved as (from internal.resolved_events_at(t, source := source))
select repo || ':' || artifact || '@' || version as ref, * from internal.assignments_of('resolved');
