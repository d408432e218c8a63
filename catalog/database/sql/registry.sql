-- What follows from the facts, as of now. Each view stands on those above it and on registry_state.sql.
-- The rows of a view marked [materialized: incremental] follow from one repository alone; they are worked out once, when the database is
-- built.

-- resolved_events [materialized: incremental]: What each registry tag did, with the version that a stage tag means and the stage's name in
--     this catalog.
--   key: repo, oid, tag
--   from events: repo, oid, tag, event, artifact, counter, commit, revision, created_at, utc_offset, author, author_email, message, signed
--   version: The version that the tag registers or deregisters; of a stage tag, the version registered on its commit, or the commit where
--     none is.
--   precedence: Text that sorts as SemVer 2.0 sorts the version; null where the version is named after its commit.
--   stage: The stage's name in this catalog; null for tags that name no stage.
--   raw_stage: The stage as the tag spells it.
--   priority: GTO's order among events of the same second.
from internal.resolved_events_at('infinity'::timestamp);

-- tip_annotations [materialized: incremental]: What the tip of the default branch says about each artifact; dvc.yaml goes before
--     artifacts.yaml.
--   key: repo, artifact
--   from annotations: *
select a.*
from annotations a join revisions r on r.repo = a.repo and r.commit = a.commit
where list_contains(r.reasons, 'tip')
qualify row_number() over (partition by a.repo, a.artifact order by a.source = 'artifacts.yaml', a.file) = 1;

-- assignments [materialized: incremental]: The assignments in force, the one that GTO shows for a stage with rank 1.
--   key: repo, artifact, raw_stage, version, commit
--   from resolved_events: repo, artifact, stage, raw_stage, version, commit, revision
--   registered: A tag registers the version. An unregistered one is named after its commit.
--   assigned_at: When it was assigned last, by the tagger's clock, UTC.
--   utc_offset: The time zone of the tagger who assigned it last, in minutes east of Greenwich.
--   author: Who assigned it last: the tagger's name, a claim.
--   author_email: That tagger's e-mail address.
--   message: The message of the tag that assigned it last.
--   tag: The name inside that tag object.
--   oid: That tag object.
--   signed: The kind of that tag's signature; not verified.
--   rank: 1 for the version that is in the stage, by time of assignment; 2 for the one that would be next, were it unassigned; ...
--   rank_semver: The same by SemVer, as `gto show --sort semver` has it.
from internal.assignments_of('resolved_events');

-- versions [materialized: incremental]: Every version of every artifact, with what is known about it.
--   key: repo, artifact, version, commit
--   from resolved_events: repo, artifact, commit, revision
--   version: The version; the commit, where no tag registers one.
--   precedence: Text that sorts as SemVer 2.0 sorts the version; null where the version is named after its commit.
--   registered: A tag registers it. An unregistered one is named after its commit.
--   active: The newest of its registrations and deregistrations is a registration. At the same second, deregistration wins.
--   discovered: Only stage tags name it.
--   created_at: When it was registered last, by the tagger's clock, UTC; of an unregistered one, its newest event.
--   utc_offset: The time zone of that event's tagger, in minutes east of Greenwich.
--   author: Who made that event's tag: the tagger's name, a claim.
--   author_email: That tagger's e-mail address.
--   message: The message of that tag.
--   tag: The name inside that tag object.
--   oid: That tag object.
--   signed: The kind of that tag's signature; not verified.
--   activated_at: When it was registered first, UTC; of an unregistered one, its oldest event.
--   reachable: A branch reaches its commit. Null where the history was not read far enough to tell.
--   is_latest: The highest active registered version by SemVer.
--   stages: The stages that it is in now.
--   annotated_at: Where path, type, description, labels and meta are from: `commit` (the version's own) or `tip`.
--   file: The file that annotates it, from the Git root.
--   path: Where the annotation says that it lies: relative to the file's folder, or a URL.
--   type: The type that the annotation states, for example `model` or `dataset`.
--   description: The description that the annotation states.
--   labels: The labels that the annotation states.
--   meta: Other metadata that the annotation states; values that are not text are JSON.
with registry_versions as materialized (from internal.versions_of('resolved_events'))
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
from registry_versions v
left join (
    select repo, artifact, version, commit from registry_versions
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

-- artifacts [materialized: incremental]: Every artifact: models, datasets, and whatever else is versioned or annotated.
--   key: repo, artifact
--   from events: repo
--   artifact: Its full name in the repository, `folder:name` or `name`.
--   id: Its name in the catalog: `host/owner/name:folder:name`.
--   folder: What stands before the `:` of its full name: the folder of its dvc.yaml.
--   name: Its full name without the folder.
--   type: The type that the annotation of its latest version states, or else that at the tip of the default branch.
--   description: The description that the annotation of its latest version states, or else that at the tip.
--   labels: The labels that the annotation of its latest version states, or else that at the tip.
--   path: Where the annotation of its latest version, or else that at the tip, says that it lies.
--   registered: A registry tag names it.
--   active: It is not deprecated, or something happened to it since. At the same second, whatever else happened wins.
--   deprecated_at: When it was last deprecated, UTC, whether or not something happened to it since.
--   latest: Its highest active registered version by SemVer.
--   latest_commit: That version's commit.
--   latest_at: When that version was registered, UTC.
--   versions: How many active registered versions it has.
--   created_at: The first of its registry tags and of its versions' commits, UTC: to GTO, both are events.
--   updated_at: The last of them, UTC.
select
    s.repo, s.artifact,
    s.repo || ':' || s.artifact as id,
    nullif(regexp_extract(s.artifact, '^(.*):[^:]*$', 1), '') as folder,
    regexp_extract(s.artifact, '[^:]*$') as name,
    coalesce(l.type, t.type) as type,
    coalesce(l.description, t.description) as description,
    case when l.annotated_at is not null then l.labels else coalesce(t.labels, []) end as labels,
    coalesce(l.path, t.path) as path,
    s.registered, s.active, s.deprecated_at,
    l.version as latest, l.commit as latest_commit, l.created_at as latest_at,
    coalesce(n.versions, 0) as versions,
    s.created_at, s.updated_at
from internal.artifacts_of('resolved_events', 'infinity'::timestamp) s
left join (from versions where is_latest) l on l.repo = s.repo and l.artifact = s.artifact
left join tip_annotations t on t.repo = s.repo and t.artifact = s.artifact
left join (
    select repo, artifact, count(*) as versions from versions where active and registered group by all
) n on n.repo = s.repo and n.artifact = s.artifact;

-- current_assignments: Which version is in which stage now: the assignment in force of rank 1, of artifacts that are not deprecated.
--   key: repo, artifact, stage
--   from assignments: *
select a.* exclude (rank, rank_semver)
from assignments a join artifacts s using (repo, artifact)
where a.rank = 1 and s.active;

-- latest_versions: The highest active registered version of each artifact that is not deprecated.
--   key: repo, artifact
--   from versions: *
select v.* exclude (is_latest)
from versions v join artifacts s using (repo, artifact)
where v.is_latest and s.active;

-- stages: The stages in use or allowed in each repository, in the order in which to show them.
--   key: repo, raw_stage
--   from events: repo
--   raw_stage: The stage as tags and `.gto` spell it.
--   stage: The stage's name in this catalog.
--   allowed: `.gto` at the tip lists it. Null where `.gto` lists no stages.
--   artifacts: How many artifacts have a version in it now.
--   place: Its place in `.gto`'s list, from 1; null where `.gto` does not list it.
--   rank: Its place in repos.toml, from 0; null where repos.toml does not name it.
with allowed_stages as (
    select repo, raw_stage, min(place) as place
    from (
        select g.repo, unnest(g.stages) as raw_stage, generate_subscripts(g.stages, 1) as place
        from gto_configs g join revisions r on r.repo = g.repo and r.commit = g.commit
        where list_contains(r.reasons, 'tip') and g.stages is not null
    )
    group by all
),
stages_in_use as (
    select repo, raw_stage, count(distinct artifact) filter (rank = 1) as artifacts
    from assignments group by all
),
all_stages as (
    select repo, raw_stage from allowed_stages
    union
    select repo, stage from events where stage is not null
)
select
    e.repo, e.raw_stage, coalesce(n.stage, e.raw_stage) as stage,
    case when exists (from allowed_stages o where o.repo = e.repo) then l.place is not null end as allowed,
    coalesce(u.artifacts, 0) as artifacts,
    l.place, n.rank
from all_stages e
left join allowed_stages l on l.repo = e.repo and l.raw_stage = e.raw_stage
left join stages_in_use u on u.repo = e.repo and u.raw_stage = e.raw_stage
left join stage_names n on n.raw = e.raw_stage;
