-- What people ask about stages: what changed in them, how prod stands beside the latest version, how long versions took to get there.

-- stage_changes: Each time that a version came into a stage, or that the stage became empty.
--   key: repo, artifact, stage, moment
--   from stage_history: repo, artifact, stage
--   ref: The name of the version that came, in the catalog; null for a vacancy.
--   raw_stage: The stage as the tag of that version spells it; for a vacancy, as that of the version that left.
--   kind: `promotion`, `rollback` (to a version that had been there, or to a lower one), `vacancy`, or `revival` where the version that
--     was there last came back without a tag of its own, as that of a deprecated artifact does with the next tag.
--   old_version: The version that was there before; null where the stage was empty.
--   old_commit: Its commit.
--   version: The version that came; null for a vacancy.
--   commit: Its commit.
--   how: `assigned`, or `fallback` where another version left and this one's older assignment came back; null for a vacancy.
--   author: Who made the tag that put the version there: a claim; null for a vacancy.
--   message: The message of that tag.
--   tag: The name inside that tag object.
--   moment: When, by the tagger's clock, UTC.
with held as (
    select h.*, v.precedence,
        row_number() over (partition by h.repo, h.artifact, h.stage, h.version, h.commit order by h.started_at) > 1 as again
    from stage_history h
    left join versions v
        on v.repo = h.repo and v.artifact = h.artifact and v.version = h.version and v.commit = h.commit
),
beside as (
    select *, lag({version: version, commit: commit, precedence: precedence, ended_at: ended_at}) over so_far as before,
        lead(started_at) over so_far as next_at
    from held
    window so_far as (partition by repo, artifact, stage order by started_at)
)
select
    repo || ':' || artifact || '@' || version as ref, repo, artifact, stage, raw_stage,
    case when before.commit = commit and how = 'fallback' then 'revival'
        when before.commit <> commit and (again or how = 'fallback' or precedence < before.precedence) then 'rollback'
        else 'promotion' end as kind,
    case when before.ended_at = started_at then before.version end as old_version,
    case when before.ended_at = started_at then before.commit end as old_commit,
    version, commit, how, assigned_by as author, message, tag, started_at as moment
from beside
union all
select null, repo, artifact, stage, raw_stage, 'vacancy', version, commit, null, null, null, null, null, null, ended_at
from beside
where ended_at is not null and next_at is distinct from ended_at;

-- prod_vs_latest: For each artifact with a version in prod, how that stands beside its latest version.
--   key: repo, artifact
--   from artifacts: repo, artifact, latest, latest_commit, latest_at
--   ref: The name of the version in prod, in the catalog.
--   prod: The version in prod.
--   prod_commit: Its commit.
--   prod_since: Since when it is there without a break, UTC; after a fallback that is later than the assignment.
--   behind: How many registered, active versions are higher than the one in prod; null where that is not registered.
--   days_behind: How many days the latest version was registered after the one in prod.
select
    s.repo || ':' || s.artifact || '@' || s.version as ref, s.repo, s.artifact,
    s.version as prod, s.commit as prod_commit, coalesce(h.started_at, s.assigned_at) as prod_since,
    a.latest, a.latest_commit, a.latest_at,
    case when p.precedence is not null then coalesce(n.higher, 0) end as behind,
    date_diff('day', p.created_at, a.latest_at) as days_behind
from current_assignments s
join artifacts a on a.repo = s.repo and a.artifact = s.artifact
join versions p on p.repo = s.repo and p.artifact = s.artifact and p.version = s.version and p.commit = s.commit
left join (from stage_history where ended_at is null) h
    on h.repo = s.repo and h.artifact = s.artifact and h.stage = s.stage and h.version = s.version and h.commit = s.commit
left join (
    select s.repo, s.artifact, count(distinct v.version) as higher
    from current_assignments s
    join versions p on p.repo = s.repo and p.artifact = s.artifact and p.version = s.version and p.commit = s.commit
    join versions v on v.repo = s.repo and v.artifact = s.artifact and v.registered and v.active and v.precedence > p.precedence
    where s.stage = internal.canonical_stage('prod')
    group by all
) n on n.repo = s.repo and n.artifact = s.artifact
where s.stage = internal.canonical_stage('prod');

-- lead_times: How long each version took from its commit, and from its registration, to each stage.
--   key: repo, artifact, stage, version, commit
--   from stage_history: repo, artifact, stage, version, commit
--   ref: The version's name in the catalog.
--   raw_stage: The stage as the tag spells it that put the version there first.
--   committed_at: When the commit was made, UTC; null where Git finds no date.
--   registered_at: When the version was registered first, UTC; null where no tag registers it.
--   arrived_at: When it was first in the stage, UTC.
--   hours_from_commit: From the commit to the stage.
--   hours_from_registration: From the registration to the stage; negative where it was registered later.
select
    h.repo || ':' || h.artifact || '@' || h.version as ref, h.repo, h.artifact, h.stage, h.version, h.commit,
    arg_min(h.raw_stage, h.started_at) as raw_stage, any_value(r.committed_at) as committed_at,
    any_value(case when v.registered then v.activated_at end) as registered_at,
    min(h.started_at) as arrived_at,
    round(date_diff('second', any_value(r.committed_at), min(h.started_at)) / 3600, 2) as hours_from_commit,
    round(
        date_diff('second', any_value(case when v.registered then v.activated_at end), min(h.started_at)) / 3600, 2
    ) as hours_from_registration
from stage_history h
join versions v on v.repo = h.repo and v.artifact = h.artifact and v.version = h.version and v.commit = h.commit
left join revisions r on r.repo = h.repo and r.commit = coalesce(v.revision, v.commit)
group by all;
