-- What the front page and the page of stages show of the whole catalog.

-- internal.site_counts(): The catalog in numbers.
--   key: (at most one row)
select
    (select count(*) from repos) as repos,
    (select count(*) from repos where stale) as stale,
    (select count(*) from original_artifacts where active) as artifacts,
    (select count(*) from original_artifacts where not active) as deprecated,
    (select coalesce(sum(versions), 0)::bigint from original_artifacts where active) as versions,
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

-- internal.site_crawls(most): The last crawls.
--   key: crawl
select crawl, started_at, seconds, new, changed, fresh, failed, received from crawls order by crawl desc limit most;

-- internal.site_production(most): The artifacts with a version in production that is behind the latest one, the furthest first: see
--     `prod_vs_latest`.
--   key: repo, artifact
--   in_prod: How many artifacts have a version in production.
--   are_behind: For how many of these it is behind.
with shown as (from prod_vs_latest semi join original_artifacts using (repo, artifact)),
counts as (select count(*) as in_prod, count(*) filter (behind > 0) as are_behind from shown),
first as (from shown where behind > 0 order by days_behind desc, repo, artifact limit most)
select f.repo, f.artifact, f.prod, f.latest, f.behind, f.days_behind, c.in_prod, c.are_behind
from counts c left join first f on true
order by f.days_behind desc, f.repo, f.artifact;

-- internal.site_weeks(most): How many registrations and assignments each week had, up to that of the last one; the oldest first.
--   key: week
--   week: Its Monday.
with weeks as (
    select date_trunc('week', created_at) as week, count(*) filter (event = 'registration') as registrations,
        count(*) filter (event = 'assignment') as assignments
    from internal.site_events() where is_news and event in ('registration', 'assignment') group by 1
),
shown as (
    select unnest(generate_series(last - to_days(7 * (most - 1)), last, interval 7 day)) as week from (select max(week) as last from weeks)
)
select s.week::timestamp as week, coalesce(w.registrations, 0) as registrations, coalesce(w.assignments, 0) as assignments
from shown s left join weeks w using (week)
order by s.week;

-- internal.site_week(): What was registered, which versions came into a stage, and which registry tags were deleted or rewritten, in the
--     seven days up to the last such change; the last first.
--   key: repo, artifact, kind, stage, version, moment
--   kind: `registration`, as in `stage_changes` `promotion` or `rollback`, or `deleted_tag` or `rewritten_tag`.
--   version: Of a deleted or rewritten tag, the name of the tag.
--   moment: When, by the tagger's clock, or of the visit that saw that a tag was deleted or rewritten; UTC.
with changes as (
    select repo, artifact, event as kind, version, null as stage, created_at as moment
    from internal.site_events() where event = 'registration' and is_news
    union
    select c.repo, c.artifact, c.kind, c.version, c.stage, c.moment
    from stage_changes c semi join original_artifacts o on o.repo = c.repo and o.artifact = c.artifact
    where c.kind in ('promotion', 'rollback')
        and c.moment <= coalesce((select arg_max(started_at, crawl) from crawls) + interval 1 day, 'infinity'::timestamp)
    union
    select repo, artifact, event, tag, null, seen_at from internal.site_gone_news()
)
select repo, artifact, kind, version, stage, moment
from changes
where moment > (select max(moment) from changes) - interval 7 day
order by moment desc, repo, artifact, kind desc, stage, version;
