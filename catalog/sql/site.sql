-- What the pages of the static site show. Each macro is one bulk read, in the order in which it is shown.

-- site_counts(): The catalog in numbers.
select
    (select count(*) from repos) as repos,
    (select count(*) from repos where stale) as stale,
    (select count(*) from artifacts where active) as artifacts,
    (select count(*) from artifacts where not active) as deprecated,
    (select count(*) from versions where registered and active) as versions,
    (select count(*) from current_assignments) as assignments,
    (select count(*) from problems) as problems;

-- site_types(): How many artifacts there are of each type.
select type, count(*) as artifacts from artifacts where active group by type order by type is null, artifacts desc, type;

-- site_stages(): The stages in use.
--   names: How the tags spell it.
--   changed_at: When a version was put there last.
select
    stage, n.rank,
    count(distinct (repo, artifact)) as artifacts,
    count(distinct repo) as repos,
    list(distinct raw_stage order by raw_stage) as names,
    max(assigned_at) as changed_at
from current_assignments
left join (select stage, min(rank) as rank from stage_names group by stage) n using (stage)
group by stage, n.rank
order by n.rank, artifacts desc, stage;

-- site_artifacts(): Every artifact: those in use first, and of those the last touched.
--   file: The file that annotates it.
select
    a.repo, a.artifact, a.id, a.folder, a.name, a.type, a.description, a.labels, a.path,
    coalesce(l.file, t.file) as file,
    coalesce(l.annotated_at, case when t.commit is not null then 'tip' end) as annotated_at,
    map_entries(case when l.annotated_at is not null then l.meta else t.meta end) as meta,
    a.active, a.deprecated_at, a.latest, a.versions, a.created_at, a.updated_at
from artifacts a
left join (from versions where is_latest) l on l.repo = a.repo and l.artifact = a.artifact
left join tip_annotations t on t.repo = a.repo and t.artifact = a.artifact
order by a.active desc, a.updated_at desc nulls last, a.repo, a.artifact;

-- site_versions(): Every version, highest first.
--   revision: The commit that it leads to in the end.
select
    v.repo, v.artifact, v.version, v.commit, coalesce(v.revision, v.commit) as revision,
    v.registered, v.active, v.created_at, v.author, v.signed, v.reachable, v.is_latest
from versions v
order by v.repo, v.artifact, v.precedence desc nulls last, v.created_at desc, v.commit;

-- site_assignments(): Who is in which stage now.
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

-- site_terms(): Who was in which stage, the last first.
--   days: For how long, in whole days.
select
    repo, artifact, stage, version, started_at, ended_at, how, assigned_by,
    date_diff('second', started_at, ended_at) // 86400 as days
from stage_history
order by repo, artifact, started_at desc, stage, version;

-- site_events(): What every registry tag did, the last first within each artifact.
--   message: The tag's message, without the sentence that GTO writes where nobody gave one.
select
    repo, artifact, event, version, stage, raw_stage, coalesce(revision, commit) as revision, created_at, author, tag, signed,
    case when message in (
        'Registering artifact ' || artifact || ' version ' || version,
        'Deregistering artifact ' || artifact || ' version ' || version,
        'Assigning stage ' || raw_stage || ' to artifact ' || artifact || ' version ' || version,
        'Unassigning stage ''' || raw_stage || ''' to artifact ''' || artifact || ''' version ''' || version || '''',
        'Deprecating artifact ''' || artifact || ''''
    ) then '' else message end as message
from resolved_events
order by repo, artifact, created_at desc, priority desc, tag desc;

-- site_recent(most): The last events of the whole catalog; what is dated after the last crawl cannot be news.
select e.*
from site_events() e
where created_at <= coalesce((select max(started_at) from crawls) + interval 1 day, 'infinity'::timestamp)
order by created_at desc, repo, artifact, tag desc
limit most;

-- site_lookups(): Where `dvc artifacts get` takes another commit than GTO names.
select repo, artifact, request, dvc_commit, gto_commit from dvc_lookups where not agree order by repo, artifact, request;

-- site_repositories(): Every repository, and how much is in it.
select
    r.repo, r.url, r.outcome, r.message, r.stale, r.visited_at, r.read_at,
    b.branch, b.commit as tip,
    coalesce(a.artifacts, 0) as artifacts, coalesce(a.versions, 0) as versions, a.updated_at,
    coalesce(p.problems, 0) as problems
from repos r
left join (from branches where is_default) b on b.repo = r.repo
left join (
    select repo, count(*) as artifacts, sum(versions)::bigint as versions, max(updated_at) as updated_at from artifacts group by repo
) a on a.repo = r.repo
left join (select repo, count(*) as problems from problems group by repo) p on p.repo = r.repo
order by r.repo;

-- site_problems(): Everything that could not be read.
select repo, rule, place, message, commit from problems order by repo, connector, place, rule, message, commit;

-- site_crawls(most): The last crawls.
select crawl, started_at, seconds, new, changed, fresh, failed, received from crawls order by crawl desc limit most;
