-- Which version was in which stage, and from when until when: the states between the events of each stage.

-- internal.stage_periods_of(resolved, source): Which version was in which stage, and from when until when, by resolved events and the
--     tags that they come from: see `stage_history`.
--   key: repo, artifact, stage, started_at
with versions_of_commits as (
    select repo, artifact, commit, version, min(created_at) as first_at from query_table(source) where version is not null group by all
),
-- Since when a commit has two versions: GTO stops at its stage tags from then on; before, they meant the first one.
ambiguous as (
    select repo, artifact, commit, arg_min(version, first_at) as version, list_sort(list(first_at))[2] as second_at
    from versions_of_commits
    group by all
    having count(*) > 1
),
tag_events as (
    select repo, artifact, stage, raw_stage, version, commit, event, priority, created_at as moment, author, author_email, message, tag,
        oid
    from query_table(resolved)
    union all
    select repo, artifact, coalesce(n.stage, e.stage), e.stage, a.version, commit, event, case event when 'assignment' then 5 else 6 end,
        created_at, author, author_email, message, tag, oid
    from query_table(source) e join ambiguous a using (repo, artifact, commit) left join stage_names n on n.raw = e.stage
    where e.stage is not null and e.created_at < a.second_at
),
-- Each with a number: the windows below partition by it, and comparing one number is faster than comparing six texts.
candidates as materialized (
    select *, row_number() over () as place
    from (select distinct repo, artifact, stage, raw_stage, version, commit from tag_events where raw_stage is not null)
),
deprecations as (
    select repo, artifact, moment, bool_and(event = 'deprecation') as deprecated from tag_events
    where (repo, artifact) in (select (repo, artifact) from tag_events where event = 'deprecation')
    group by all
),
-- Whatever changes the state of a version in a stage: its own tags, its version's registrations, the artifact's deprecation, and a second
-- version of its commit.
state_changes as (
    select
        place, moment,
        arg_max(event, priority) = 'assignment' as assigned,
        moment as assigned_at, -- of an unassignment, too: then nothing is there
        null::boolean as registered,
        null::boolean as deprecated
    from tag_events join candidates using (repo, artifact, stage, raw_stage, version, commit)
    group by place, moment
    union all
    select place, moment, null, null, arg_max(event, priority) = 'registration', null
    from candidates
    join (from tag_events where event in ('registration', 'deregistration')) using (repo, artifact, version, commit)
    group by place, moment
    union all
    select place, moment, null, null, null, deprecated
    from candidates join deprecations using (repo, artifact)
    union all
    select place, second_at, false, null, null, null
    from candidates join ambiguous using (repo, artifact, commit, version)
),
states as (
    select
        place, moment,
        max(max(assigned_at)) over so_far as assigned_at,
        coalesce(last_value(any_value(assigned) ignore nulls) over so_far, false)
            and coalesce(last_value(any_value(registered) ignore nulls) over so_far, true)
            and not coalesce(last_value(any_value(deprecated) ignore nulls) over so_far, false) as there,
        lead(moment) over (partition by place order by moment) as next_at
    from state_changes
    group by place, moment
    window so_far as (partition by place order by moment rows unbounded preceding)
),
seniority as (
    select repo, artifact, version, commit,
        row_number() over (partition by repo, artifact order by created_at desc, discovered desc, born desc) as seniority
    from internal.versions_of(resolved)
),
moments as (
    select distinct repo, artifact, stage, moment from states join candidates using (place)
),
holders as (
    select m.*, arg_max(
        {raw_stage: s.raw_stage, version: s.version, commit: s.commit, assigned_at: s.assigned_at},
        (s.assigned_at, s.seniority, s.raw_stage)
    ) filter (s.there) as holder
    from moments m
    left join (from states join candidates using (place) join seniority using (repo, artifact, version, commit) where there) s
        on s.repo = m.repo and s.artifact = m.artifact and s.stage = m.stage
        and s.moment <= m.moment and m.moment < coalesce(s.next_at, 'infinity'::timestamp)
    group by m.repo, m.artifact, m.stage, m.moment
),
changes as (
    select * from holders
    qualify holder is distinct from lag(holder) over (partition by repo, artifact, stage order by moment)
),
stage_periods as (
    select *, lead(moment) over (partition by repo, artifact, stage order by moment) as ended_at from changes
)
select
    t.repo, t.artifact, t.stage, t.holder.raw_stage as raw_stage, t.holder.version as version, t.holder.commit as commit,
    t.moment as started_at, t.ended_at,
    case when t.holder.assigned_at = t.moment then 'assigned' else 'fallback' end as how,
    a.author as assigned_by, a.author_email as assigned_by_email, a.message, a.tag, a.oid
from stage_periods t
left join tag_events a
    on a.repo = t.repo and a.artifact = t.artifact and a.version = t.holder.version and a.commit = t.holder.commit
    and a.raw_stage = t.holder.raw_stage and a.moment = t.holder.assigned_at
where t.holder is not null
qualify row_number() over (partition by t.repo, t.artifact, t.stage, t.moment order by a.tag desc) = 1;

-- stage_history [materialized: incremental]: Which version was in which stage, and from when until when.
--   key: repo, artifact, stage, started_at
--   from resolved_events: repo, artifact, stage, raw_stage, version, commit
--   started_at: Since when, UTC.
--   ended_at: Until when, UTC; null for the version that is there now.
--   how: `assigned`, or `fallback` where another version left the stage and this one's older assignment came back.
--   assigned_by: Who made the tag that put the version there; for a fallback, who had assigned it before.
--   assigned_by_email: That person's e-mail address.
--   message: The message of the tag that put the version there, or had assigned it before.
--   tag: The name inside that tag object.
--   oid: That tag object.
from internal.stage_periods_of('resolved_events', 'events');

-- internal.named_periods(periods, source): Rows of `stage_history` with the names that versions had then: until a tag registers a version,
--     it is named after its commit, as `stages_at` has it.
--   key: repo, artifact, stage, started_at
--   held_since: Since when the version was there, by whichever name.
with named as (
    select repo, artifact, commit, min(created_at) as named_at from query_table(source) where version is not null group by all
),
periods as (
    select p.repo, p.artifact, p.stage, p.version, p.commit, p.started_at, p.ended_at, p.oid, n.named_at
    from query_table(periods) p left join named n on n.repo = p.repo and n.artifact = p.artifact and n.commit = p.commit
)
select repo, artifact, stage, version, commit, greatest(started_at, named_at) as started_at, ended_at, oid, started_at as held_since
from periods where coalesce(named_at < ended_at, true)
union all
select repo, artifact, stage, commit, commit, started_at, least(ended_at, named_at), oid, started_at
from periods where started_at < named_at;
