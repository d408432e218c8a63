-- What the front page and the page of stages show of the whole catalog.

-- internal.site_counts(): The catalog in numbers.
--   key: (at most one row)
select
    (select count(*) from repos) as repos,
    (select count(*) from repos where stale) as stale,
    (select count(*) from original_artifacts where active) as artifacts,
    (select count(*) from original_artifacts where not active) as deprecated,
    (select coalesce(sum(versions), 0)::bigint from original_artifacts) as versions,
    (select count(*) from current_assignments semi join original_artifacts using (repo, artifact)) as assignments,
    (select count(*) from open_problems) as problems;

-- internal.site_types(): How many artifacts there are of each type, with those that are deprecated.
--   key: type
--   deprecated: How many of them are.
select type, count(*) as artifacts, count(*) filter (not active) as deprecated
from original_artifacts group by type
order by type is null, artifacts desc, type;

-- internal.site_stages(): The stages in use.
--   key: stage
--   names: How the tags spell it.
--   changed_at: When a version was put there last.
select
    stage, n.rank,
    count(distinct (repo, artifact)) as artifacts,
    count(distinct repo) as repos,
    list(distinct raw_stage order by raw_stage) as names,
    max(assigned_at) as changed_at
from current_assignments
semi join original_artifacts using (repo, artifact)
left join (select stage, min(rank) as rank from stage_names group by stage) n using (stage)
group by stage, n.rank
order by n.rank, artifacts desc, stage;

-- internal.site_recent(most): The last events of the whole catalog.
--   key: repo, oid, tag
from internal.site_events()
where is_news
order by created_at desc, repo, artifact, tag desc
limit most;

-- internal.site_crawls(most): The last crawls.
--   key: crawl
select crawl, started_at, seconds, new, changed, fresh, failed, received from crawls order by crawl desc limit most;
