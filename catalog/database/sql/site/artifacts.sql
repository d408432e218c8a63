-- What the pages of the static site show. Each macro is one bulk read, in the order in which it is shown.

-- internal.site_artifacts(): Every artifact, without those that forks have from their parents: those in use first, and of those the last
--     touched.
--   key: repo, artifact
--   file: The file that annotates it.
select
    a.repo, a.artifact, a.id, a.folder, a.name, a.type, a.description, a.labels, a.path,
    coalesce(l.file, t.file) as file,
    coalesce(l.annotated_at, case when t.commit is not null then 'tip' end) as annotated_at,
    map_entries(case when l.annotated_at is not null then l.meta else t.meta end) as meta,
    a.active, a.deprecated_at, a.latest, a.versions, a.created_at, a.updated_at
from original_artifacts a
left join (from versions where is_latest) l on l.repo = a.repo and l.artifact = a.artifact
left join tip_annotations t on t.repo = a.repo and t.artifact = a.artifact
order by a.active desc, a.updated_at desc nulls last, a.repo, a.artifact;

-- internal.site_versions(): Every version, highest first.
--   key: repo, artifact, version, commit
--   revision: The commit that it leads to in the end.
--   message: The message of its tag, without the sentence that GTO writes by default.
select
    v.repo, v.artifact, v.version, v.commit, coalesce(v.revision, v.commit) as revision,
    v.registered, v.active, v.created_at, v.author, v.signed, v.reachable, v.is_latest,
    case when not v.registered or v.message in (
        'Registering artifact ' || v.artifact || ' version ' || v.version,
        'Deregistering artifact ' || v.artifact || ' version ' || v.version
    ) then '' else coalesce(v.message, '') end as message
from versions v
order by v.repo, v.artifact, v.precedence desc nulls last, v.created_at desc, v.commit;

-- internal.site_assignments(): Which version is in which stage now.
--   key: repo, artifact, stage
--   since: Since when without a break; after a fallback that is later than the assignment.
select
    a.repo, a.artifact, a.stage, a.raw_stage, n.rank, a.version, a.commit, coalesce(a.revision, a.commit) as revision,
    coalesce(h.started_at, a.assigned_at) as since, coalesce(h.how, 'assigned') as how, a.author, a.signed,
    case when a.message = 'Assigning stage ' || a.raw_stage || ' to artifact ' || a.artifact || ' version ' || a.version
        then '' else a.message end as message
from current_assignments a
left join (from stage_history where ended_at is null) h
    on h.repo = a.repo and h.artifact = a.artifact and h.stage = a.stage and h.version = a.version and h.commit = a.commit
left join (select stage, min(rank) as rank from stage_names group by stage) n on n.stage = a.stage
order by a.repo, a.artifact, n.rank, a.stage;

-- internal.site_terms(): Which version was in which stage, the last first.
--   key: repo, artifact, stage, started_at
--   rank: The place that repos.toml gives the stage; null where it gives none.
--   days: For how long, in whole days.
select
    h.repo, h.artifact, h.stage, n.rank, h.version, h.started_at, h.ended_at, h.how, h.assigned_by,
    date_diff('second', h.started_at, h.ended_at) // 86400 as days
from stage_history h
left join (select stage, min(rank) as rank from stage_names group by stage) n on n.stage = h.stage
order by h.repo, h.artifact, h.started_at desc, h.stage, h.version;

-- internal.site_gone_tags(): The registry tags that were deleted or rewritten, of artifacts that are in the catalog, the last first within
--     each.
--   key: repo, oid, tag
--   version: The version that it named; of a stage tag, the one that was registered on its commit, or else the commit.
--   gone_at: The first visit that did not find it, UTC.
--   rewritten: Its name came to mean another object.
with registered as (
    select repo, artifact, commit, max(version) as version
    from observations where event is not null and version is not null
    group by all
)
select
    o.repo, o.artifact, o.event, coalesce(o.version, r.version, case when o.stage is not null then o.commit end) as version,
    coalesce(n.stage, o.stage) as stage, o.created_at, o.author, internal.tag_name(o.ref) as tag, o.oid, o.ended_at as gone_at,
    w.tag is not null as rewritten
from observations o
semi join original_artifacts a on a.repo = o.repo and a.artifact = o.artifact
anti join events e on e.repo = o.repo and e.oid = o.oid
left join registered r on r.repo = o.repo and r.artifact = o.artifact and r.commit = o.commit
left join stage_names n on n.raw = o.stage
left join (select distinct repo, tag, old_oid from rewritten_tags) w
    on w.repo = o.repo and w.tag = internal.tag_name(o.ref) and w.old_oid = o.oid
where o.event is not null and o.ended_crawl is not null and o.first_readable_crawl is not null
-- One that came back and went again is of its last time.
qualify row_number() over (partition by o.repo, o.oid, o.ref order by o.first_crawl desc) = 1
order by o.repo, o.artifact, o.created_at desc, o.oid, tag;

-- internal.site_gone_news(): The registry tags that crawls saw deleted or rewritten.
--   key: repo, oid, tag, event, crawl
--   event: `deleted_tag`, or `rewritten_tag`.
--   oid: The object that is gone, or to which a rewritten tag was moved.
--   revision: The commit to which the tag led, or leads now.
--   old_revision: The commit to which a rewritten tag led.
--   seen_at: The first visit that saw it, UTC.
with gone as (
    select repo, oid, tag, 'deleted_tag' as event, artifact, version, stage, revision, null as old_revision, ended_at as seen_at, crawl
    from deleted_tags where event is not null
    union all
    select repo, oid, tag, 'rewritten_tag', artifact, version, stage, revision, old_revision, seen_at, crawl
    from rewritten_tags where event is not null
)
select g.* replace (coalesce(n.stage, g.stage) as stage)
from gone g
semi join internal.partitions using (repo)
left join stage_names n on n.raw = g.stage
where not internal.is_copied(g.repo, g.artifact);

-- internal.site_events(): What every registry tag did, the last first within each artifact.
--   key: repo, oid, tag
--   message: The tag's message, without the sentence that GTO writes by default.
--   is_news: It is not dated more than a day after the last crawl: such an event cannot be news.
select
    repo, artifact, event, version, stage, raw_stage, coalesce(revision, commit) as revision, created_at, author, tag, oid, signed,
    case when message in (
        'Registering artifact ' || artifact || ' version ' || version,
        'Deregistering artifact ' || artifact || ' version ' || version,
        'Assigning stage ' || raw_stage || ' to artifact ' || artifact || ' version ' || version,
        'Unassigning stage ''' || raw_stage || ''' to artifact ''' || artifact || ''' version ''' || version || '''',
        'Deprecating artifact ''' || artifact || ''''
    ) then '' else message end as message,
    created_at <= coalesce((select arg_max(started_at, crawl) from crawls) + interval 1 day, 'infinity'::timestamp) as is_news
from resolved_events
semi join original_artifacts using (repo, artifact)
order by repo, artifact, created_at desc, priority desc, tag desc;

-- internal.site_lookups(): Where `dvc artifacts get` takes another commit than GTO names.
--   key: repo, artifact, request
select repo, artifact, request, dvc_commit, gto_commit from dvc_lookups where not agree order by repo, artifact, request;

-- internal.site_cards(): The card, the licence and the owners of each artifact: at its latest version, or else at the tip of the default
--     branch.
--   key: repo, artifact
--   version: That version; null at the tip.
--   commit: The commit at which they were read.
--   licence: What the card states, or else the SPDX identifier of the licence file nearest to it.
--   licence_file: Where neither says, that file: its text is not recognised.
--   results: The evaluation results that the card states.
--   of_repository: It is the README at the Git root, which tells of the whole repository.
with places as (
    select
        a.repo, a.artifact, l.version, coalesce(l.revision, l.commit, t.commit) as reading,
        internal.place_near(p.file, p.path) as home
    from artifacts a
    left join (from versions where is_latest) l on l.repo = a.repo and l.artifact = a.artifact
    left join tip_annotations t on t.repo = a.repo and t.artifact = a.artifact
    cross join lateral (select coalesce(l.path, t.path) as path, coalesce(l.file, t.file) as file) p
),
cards_near as (
    select p.repo, p.artifact, arg_max(c, (length(c.folder), c.is_model_card, c.file)) as card
    from places p join cards c on c.repo = p.repo and c.commit = p.reading and (c.folder = '' or starts_with(p.home, c.folder || '/'))
    group by all
),
licences_near as (
    select p.repo, p.artifact, arg_max({spdx: l.spdx, file: l.file}, (length(l.folder), l.spdx is not null, l.file)) as licence
    from places p join licences l on l.repo = p.repo and l.commit = p.reading and (l.folder = '' or starts_with(p.home, l.folder || '/'))
    group by all
),
artifact_owners as (
    select p.repo, p.artifact, flatten(list(o.owners order by o.line)) as owners
    from places p join code_owners o on o.repo = p.repo and o.commit = p.reading and list_contains(o.artifacts, p.artifact)
    group by all
)
select
    a.repo, a.artifact, a.version, a.reading as commit, c.card.file as file, c.card.title as title,
    coalesce(c.card.licence_name, c.card.licence, l.licence.spdx) as licence,
    case when coalesce(c.card.licence_name, c.card.licence, l.licence.spdx) is null then l.licence.file end as licence_file,
    coalesce(c.card.languages, []) as languages, coalesce(c.card.datasets, []) as datasets,
    coalesce(c.card.base_models, []) as base_models, coalesce(c.card.tags, []) as tags, c.card.library as library, c.card.task as task,
    c.card.text as text, coalesce(r.results, []) as results,
    c.card.folder = '' and not c.card.is_model_card as of_repository, coalesce(o.owners, []) as owners
from places a
left join cards_near c using (repo, artifact)
left join (
    select repo, commit, file, list({task: task, dataset: dataset, metric: metric, text: "text"} order by place) as results
    from card_results group by all
) r on r.repo = a.repo and r.commit = a.reading and r.file = c.card.file
left join licences_near l using (repo, artifact)
left join artifact_owners o using (repo, artifact)
where c.card is not null or l.licence is not null or o.owners is not null
order by a.repo, a.artifact;

-- internal.site_version_cards(): The card nearest above each artifact at each version, but the README of the whole repository.
--   key: repo, artifact, version, commit
--   reading: The commit at which it was read.
--   in_stage: The version is in a stage, and not the latest.
--   differs: It says something else than at the latest version.
with places as (
    select repo, artifact, version, commit, coalesce(revision, commit) as reading, internal.place_near(file, path) as home,
        len(stages) > 0 and not is_latest as in_stage, is_latest, registered and active as is_shown
    from versions
),
nearest as (
    select p.* exclude (home), arg_max({file: c.file, folder: c.folder, is_model_card: c.is_model_card, said: hash(c.text)},
        (length(c.folder), c.is_model_card, c.file)) as card
    from places p join cards c on c.repo = p.repo and c.commit = p.reading and (c.folder = '' or starts_with(p.home, c.folder || '/'))
    group by all
),
compared as (
    select *, card.said is distinct from any_value(card.said) filter (is_latest) over (partition by repo, artifact) as differs
    from nearest
)
select repo, artifact, version, commit, reading, card.file as file, in_stage, is_shown and not is_latest and differs as differs
from compared
where card.folder <> '' or card.is_model_card
order by repo, artifact, version, commit;

-- internal.site_stage_cards(): The card nearest above each artifact at its versions in stages, but for the latest one,
--     which `site_cards` has.
--   key: repo, artifact, version, commit
--   reading: The commit at which it was read.
select v.repo, v.artifact, v.version, v.commit, v.reading, v.file, c.text
from internal.site_version_cards() v join cards c on c.repo = v.repo and c.commit = v.reading and c.file = v.file
where v.in_stage and c.text <> ''
order by v.repo, v.artifact, v.version, v.commit;
