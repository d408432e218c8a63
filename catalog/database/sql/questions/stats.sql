-- The registry in numbers: `catalog stats`.

-- internal.list_stats(some_repos, a_stage, some_days, a_raw_stage := null): How the registry does, one row for each measure. Of days
--     before the last crawl.
--   key: measure
--   measure: What is counted.
--   value: The number; hours for lead times, a share from 0 to 1 for rates.
--   total: Of how many; null where it is no count.
--   query: The query of `catalog queries` whose rows, for this stage and these days, are what is counted; null where none has these.
--   stage: The stage that is meant, by its name in the catalog.
--   raw_stage: Its name in tags, where only tags with that name count; else null.
--   days: How many days before the last crawl are meant.
with held as (
    select s.* from current_assignments s
    where s.stage = internal.canonical_stage(a_stage) and (a_raw_stage::varchar is null or s.raw_stage = a_raw_stage)
        and (list_contains(some_repos::varchar[], s.repo) or (some_repos::varchar[] is null
            and not internal.is_copied(s.repo, s.artifact)))
),
active as (
    select * from artifacts a
    where a.active and a.registered
        and (list_contains(some_repos::varchar[], a.repo) or (some_repos::varchar[] is null
            and not internal.is_copied(a.repo, a.artifact)))
),
last as (select coalesce(max(started_at), 'epoch'::timestamp) as at_crawl from crawls),
beside as (
    select h.repo, h.artifact, count(distinct v.version) filter (v.precedence > p.precedence) as higher
    from held h
    join versions p on p.repo = h.repo and p.artifact = h.artifact and p.version = h.version and p.commit = h.commit
    left join versions v on v.repo = h.repo and v.artifact = h.artifact and v.registered and v.active
    group by all
),
changed as (
    select c.* from stage_changes c semi join active a on a.repo = c.repo and a.artifact = c.artifact
    where c.stage = internal.canonical_stage(a_stage) and (a_raw_stage::varchar is null or c.raw_stage = a_raw_stage)
        and c.moment > (select at_crawl from last) - to_days(some_days)
),
-- Queries take a stage and days, but no repositories or names of tags, and list copies, too. Of a whole stage, the rows of a query are
-- some of what is counted, or more than these: where they are as many, they are the same.
asked as (
    select *, whole and internal.canonical_stage(a_stage) = internal.canonical_stage('prod') as of_prod
    from (
        select
            (select count(*) from held) = (
                select count(*) from current_assignments where stage = internal.canonical_stage(a_stage)
            ) as whole
    )
),
measures as (
    select
        1 as place, 'registered artifacts' as measure, (select count(*) from active)::double as value, null::bigint as total,
        null as query
    union all
    select 2, 'registered versions', (select sum(versions) from active), null, null
    union all
    select 3, 'in the stage', (select count(*) from held), (select count(*) from active),
        case when (select whole from asked) then 'in-stage' end
    union all
    select 4, 'in the stage for longer than the days', count(*) filter (assigned_at < (select at_crawl from last) - to_days(some_days)),
        count(*),
        case when (select of_prod from asked) and count(*) filter (assigned_at < (select at_crawl from last) - to_days(some_days)) = (
            select count(*) from prod_vs_latest where prod_since < (select at_crawl from last) - to_days(some_days)
        ) then 'stale-prod' end
    from held
    union all
    select 5, 'behind the latest version', count(*) filter (higher > 0), count(*), case when (select of_prod from asked) then 'behind' end
    from beside
    union all
    select 6, 'in the stage without an owner', count(*) filter (o.repo is null), count(*),
        case when (select whole from asked) then 'without-owner' end
    from held h left join (select distinct repo, artifact, version, commit from version_owners) o
        on o.repo = h.repo and o.artifact = h.artifact and o.version = h.version and o.commit = h.commit
    union all
    select 7, 'in the stage without a metric', count(*) filter (m.repo is null), count(*),
        case when (select whole from asked) then 'without-metrics' end
    from held h left join (select distinct repo, artifact, version, commit from version_metrics where not of_project) m
        on m.repo = h.repo and m.artifact = h.artifact and m.version = h.version and m.commit = h.commit
    union all
    select 8, 'promotions in the days', count(*) filter (kind = 'promotion'), null, null from changed
    union all
    select 9, 'rollbacks in the days', count(*) filter (kind = 'rollback'), null,
        case when count(*) filter (kind = 'rollback') = (
            select count(*) from stage_changes where kind = 'rollback' and moment > (select at_crawl from last) - to_days(some_days)
        ) then 'rollbacks' end
    from changed
    union all
    select 10, 'rollbacks for each promotion in the days',
        round(count(*) filter (kind = 'rollback') / nullif(count(*) filter (kind = 'promotion'), 0), 3), null, null from changed
    union all
    select 11, 'median hours from commit to the stage, in the days', round(median(t.hours_from_commit), 1), null, null
    from lead_times t semi join active a on a.repo = t.repo and a.artifact = t.artifact
    where t.stage = internal.canonical_stage(a_stage) and (a_raw_stage::varchar is null or t.raw_stage = a_raw_stage)
        and t.arrived_at > (select at_crawl from last) - to_days(some_days)
)
select *, internal.canonical_stage(a_stage) as stage, a_raw_stage::varchar as raw_stage, some_days as days from measures order by place;
