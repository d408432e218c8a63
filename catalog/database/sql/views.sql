-- What follows from the facts, as of now. Each view stands on those above it and on fold.sql.
-- The rows of a view marked [kept] follow from one repository alone; they are worked out once, when the database is built.

-- resolved_events [kept]: What each registry tag did, with the version that a stage tag means and the stage's name in this catalog.
from resolved_events_at('infinity'::timestamp);

-- tip_annotations [kept]: What the tip of the default branch says about each artifact; dvc.yaml goes before artifacts.yaml.
select a.*
from annotations a join revisions r on r.repo = a.repo and r.commit = a.commit
where list_contains(r.reasons, 'tip')
qualify row_number() over (partition by a.repo, a.artifact order by a.source = 'artifacts.yaml', a.file) = 1;

-- assignments [kept]: The assignments in force, the one that GTO shows for a stage with rank 1.
from assignments_of('resolved_events');

-- versions [kept]: Every version of every artifact, with what is known about it.
--   reachable: A branch reaches its commit. Null where the history was not read far enough to tell.
--   is_latest: The highest active registered version by SemVer.
--   annotated_at: Where path, type, description, labels and meta are from: `commit` (the version's own) or `tip`.
--   stages: The stages that it is in now.
with folded as materialized (from versions_of('resolved_events'))
select
    v.* exclude (born),
    case when c.commit is not null then true when h.complete then false end as reachable,
    l.commit is not null as is_latest,
    coalesce(s.stages, []) as stages,
    case when a.commit is not null then 'commit' when t.commit is not null then 'tip' end as annotated_at,
    coalesce(a.file, t.file) as file,
    case when a.commit is not null then a.path else t.path end as path,
    case when a.commit is not null then a.type else t.type end as type,
    case when a.commit is not null then a.description else t.description end as description,
    case when a.commit is not null then a.labels else coalesce(t.labels, []) end as labels,
    case when a.commit is not null then a.meta else t.meta end as meta
from folded v
left join (
    select repo, artifact, version, commit from folded
    where active and registered
    qualify row_number() over (partition by repo, artifact order by precedence desc, born desc) = 1
) l on l.repo = v.repo and l.artifact = v.artifact and l.version = v.version and l.commit = v.commit
left join commits c on c.repo = v.repo and c.commit = coalesce(v.revision, v.commit)
left join histories h on h.repo = v.repo
left join (
    select * from annotations
    qualify row_number() over (partition by repo, artifact, commit order by source = 'artifacts.yaml', file) = 1
) a on a.repo = v.repo and a.artifact = v.artifact and a.commit = coalesce(v.revision, v.commit)
left join tip_annotations t on t.repo = v.repo and t.artifact = v.artifact
left join (
    select repo, artifact, version, commit, list(stage order by stage) as stages
    from assignments where rank = 1
    group by all
) s on s.repo = v.repo and s.artifact = v.artifact and s.version = v.version and s.commit = v.commit;

-- artifacts [kept]: Every artifact: models, datasets, and whatever else is versioned or annotated.
--   artifact: Its full name in the repository, `folder:name` or `name`.
--   id: Its name in the catalog: `host/owner/name:folder:name`.
--   folder: What stands before the `:` of its full name: the folder of its dvc.yaml.
--   name: Its full name without the folder.
--   deprecated_at: When it was last deprecated, UTC, whether or not something happened to it since.
--   latest: Its highest active registered version by SemVer.
--   latest_commit: That version's commit.
--   latest_at: When that version was registered, UTC.
--   created_at: Its first event, UTC.
--   updated_at: Its last event, UTC.
--   versions: How many active registered versions it has.
select
    s.repo, s.artifact,
    s.repo || ':' || s.artifact as id,
    nullif(regexp_extract(s.artifact, '^(.*):[^:]*$', 1), '') as folder,
    regexp_extract(s.artifact, '[^:]*$') as name,
    coalesce(l.type, t.type) as type,
    coalesce(l.description, t.description) as description,
    case when l.version is not null and l.annotated_at is not null then l.labels else coalesce(t.labels, []) end as labels,
    coalesce(l.path, t.path) as path,
    s.registered, s.active, s.deprecated_at,
    l.version as latest, l.commit as latest_commit, l.created_at as latest_at,
    coalesce(n.versions, 0) as versions,
    s.created_at, s.updated_at
from artifacts_of('resolved_events', 'infinity'::timestamp) s
left join (from versions where is_latest) l on l.repo = s.repo and l.artifact = s.artifact
left join tip_annotations t on t.repo = s.repo and t.artifact = s.artifact
left join (
    select repo, artifact, count(*) as versions from versions where active and registered group by all
) n on n.repo = s.repo and n.artifact = s.artifact;

-- current_assignments: Who is in which stage now: the assignment in force of rank 1, of artifacts that are not deprecated.
select a.* exclude (rank, rank_semver)
from assignments a join artifacts s using (repo, artifact)
where a.rank = 1 and s.active;

-- latest_versions: The highest active registered version of each artifact that is not deprecated.
select v.* exclude (is_latest)
from versions v join artifacts s using (repo, artifact)
where v.is_latest and s.active;

-- stages: The stages in use or allowed in each repository, in the order in which to show them.
--   allowed: `.gto` at the tip lists it. Null where `.gto` lists no stages.
--   artifacts: How many artifacts have a version in it now.
with listed as (
    select g.repo, unnest(g.stages) as raw_stage, generate_subscripts(g.stages, 1) as place
    from gto_configs g join revisions r on r.repo = g.repo and r.commit = g.commit
    where list_contains(r.reasons, 'tip') and g.stages is not null
),
used as (
    select repo, raw_stage, count(distinct artifact) filter (rank = 1) as artifacts
    from assignments group by all
),
every as (
    select repo, raw_stage from listed
    union
    select repo, stage from events where stage is not null
)
select
    e.repo, e.raw_stage, coalesce(n.stage, e.raw_stage) as stage,
    case when exists (from listed o where o.repo = e.repo) then l.place is not null end as allowed,
    coalesce(u.artifacts, 0) as artifacts,
    l.place, n.rank
from every e
left join listed l on l.repo = e.repo and l.raw_stage = e.raw_stage
left join used u on u.repo = e.repo and u.raw_stage = e.raw_stage
left join stage_names n on n.raw = e.raw_stage;

-- stage_history [kept]: Who was in which stage, and from when until when.
--   started_at: Since when, UTC.
--   ended_at: Until when, UTC; null for who is there now.
--   assigned_by: Who made the tag that put the version there; for a fallback, who had assigned it before.
--   assigned_by_email: That person's e-mail address.
--   how: `assigned`, or `fallback` where another version left the stage and this one's older assignment came back.
with happened as (
    select repo, artifact, stage, raw_stage, version, commit, event, priority, created_at as moment, author, author_email, message, tag, oid
    from resolved_events
),
-- Each with a number: what follows goes through these rows place by place, and one number is told apart faster than six texts.
places as materialized (
    select *, row_number() over () as place
    from (select distinct repo, artifact, stage, raw_stage, version, commit from happened where raw_stage is not null)
),
lives as (
    select repo, artifact, moment, bool_and(event = 'deprecation') as deprecated from happened
    where (repo, artifact) in (select (repo, artifact) from happened where event = 'deprecation')
    group by all
),
-- Whatever changes the state of a version in a stage: its own tags, its version's registrations, the artifact's deprecation.
signals as (
    select
        place, moment,
        arg_max(event, priority) = 'assignment' as assigned,
        max(moment) filter (event = 'assignment') as assigned_at,
        null::boolean as registered,
        null::boolean as deprecated
    from happened join places using (repo, artifact, stage, raw_stage, version, commit)
    group by place, moment
    union all
    select place, moment, null, null, arg_max(event, priority) = 'registration', null
    from places
    join (from happened where event in ('registration', 'deregistration')) using (repo, artifact, version, commit)
    group by place, moment
    union all
    select place, moment, null, null, null, deprecated
    from places join lives using (repo, artifact)
),
states as (
    select
        place, moment,
        max(max(assigned_at)) over so_far as assigned_at,
        coalesce(last_value(any_value(assigned) ignore nulls) over so_far, false)
            and coalesce(last_value(any_value(registered) ignore nulls) over so_far, true)
            and not coalesce(last_value(any_value(deprecated) ignore nulls) over so_far, false) as there,
        lead(moment) over (partition by place order by moment) as until
    from signals
    group by place, moment
    window so_far as (partition by place order by moment rows unbounded preceding)
),
seniority as (
    select repo, artifact, version, commit,
        row_number() over (partition by repo, artifact order by created_at desc, discovered desc, born desc) as seniority
    from versions_of('resolved_events')
),
moments as (
    select distinct repo, artifact, stage, moment from states join places using (place)
),
holders as (
    select m.*, arg_max(
        {raw_stage: s.raw_stage, version: s.version, commit: s.commit, assigned_at: s.assigned_at}, (s.assigned_at, s.seniority)
    ) filter (s.there) as holder
    from moments m
    left join (from states join places using (place) join seniority using (repo, artifact, version, commit) where there) s
        on s.repo = m.repo and s.artifact = m.artifact and s.stage = m.stage
        and s.moment <= m.moment and m.moment < coalesce(s.until, 'infinity'::timestamp)
    group by m.repo, m.artifact, m.stage, m.moment
),
changes as (
    select * from holders
    qualify holder is distinct from lag(holder) over (partition by repo, artifact, stage order by moment)
),
terms as (
    select *, lead(moment) over (partition by repo, artifact, stage order by moment) as ended_at from changes
)
select
    t.repo, t.artifact, t.stage, t.holder.raw_stage as raw_stage, t.holder.version as version, t.holder.commit as commit,
    t.moment as started_at, t.ended_at,
    case when t.holder.assigned_at = t.moment then 'assigned' else 'fallback' end as how,
    a.author as assigned_by, a.author_email as assigned_by_email, a.message, a.tag, a.oid
from terms t
left join happened a
    on a.repo = t.repo and a.artifact = t.artifact and a.version = t.holder.version and a.commit = t.holder.commit
    and a.raw_stage = t.holder.raw_stage and a.event = 'assignment' and a.moment = t.holder.assigned_at
where t.holder is not null
qualify row_number() over (partition by t.repo, t.artifact, t.stage, t.moment order by a.tag desc) = 1;

-- dvc_lookups: What `dvc artifacts get` finds for a request, beside what GTO says: DVC goes by the newest tag, whatever it did.
--   request: `latest`, `@version` or `#stage`.
--   dvc_commit: The commit that DVC takes.
--   gto_commit: The commit that GTO names; null where it names none.
--   agree: Both name the same commit.
with dvc as (
    select repo, artifact, 'latest' as request, arg_max(commit, (precedence, created_at, tag)) as dvc_commit
    from events where version is not null group by all
    union all
    select repo, artifact, '@' || version, arg_max(commit, (created_at, tag)) from events where version is not null group by all
    union all
    select repo, artifact, '#' || stage, arg_max(commit, (created_at, tag)) from events where stage is not null group by all
),
gto as (
    select repo, artifact, 'latest' as request, commit as gto_commit from versions where is_latest
    union all
    select repo, artifact, '@' || version, arg_max(commit, created_at) from versions where active and registered group by all
    union all
    select repo, artifact, '#' || raw_stage, arg_min(commit, rank) from assignments group by all
)
select repo, artifact, request, dvc_commit, gto_commit, dvc_commit is not distinct from gto_commit as agree
from dvc left join gto using (repo, artifact, request);
