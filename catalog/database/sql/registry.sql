-- What follows from the facts, as of now. Each view stands on those above it and on registry_state.sql.
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
