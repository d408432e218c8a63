-- What was at addresses of the site that are no longer those of a page: artifacts that are gone, and former names of repositories.

-- internal.site_gone(): The artifacts whose registry tags were all deleted, and that no file declares.
--   key: repo, artifact
--   version: The version that was registered last.
--   last_seen: The last visit that found one of its tags, UTC.
--   ended_at: The visit that found none any more, UTC.
--   tags: How many tags it had.
select d.repo, d.artifact, arg_max(d.version, (d.created_at, d.version, d.oid)) filter (d.event = 'registration') as version,
    max(d.last_seen) as last_seen, max(d.ended_at) as ended_at, count(*) as tags
from deleted_tags d semi join repos r on r.repo = d.repo anti join artifacts a on a.repo = d.repo and a.artifact = d.artifact
where d.artifact is not null and d.returned_at is null
group by d.repo, d.artifact
order by d.repo, d.artifact;

-- internal.site_moved(): The former names of repositories that no repository has now.
--   key: former
--   repo: The name that it has now.
--   artifacts: Its artifacts.
with moved as (
    select n.former, arg_max(n.repo, n.crawl) as repo
    from renames n semi join repos r on r.repo = n.repo anti join repos f on f.repo = n.former
    group by n.former
),
named as (select repo, list(artifact order by artifact) as artifacts from original_artifacts group by repo)
select m.former, m.repo, coalesce(a.artifacts, []) as artifacts from moved m left join named a using (repo)
order by m.former;

-- internal.site_removed(): The repositories that are in the catalog no more, and have no other name.
--   key: repo
--   gone_at: The first crawl that left it out, UTC.
--   last_seen: When the last crawl that read it had begun, as far as it is known, UTC.
--   reason: Why it is left out.
--   artifacts: Those that its registry tags named, each with the version that was registered last, and how many were.
with runs as (
    select repo, outcome, message, coalesce(first_at, started_at) as since, coalesce(crawls[1], crawl) as first_crawl,
        outcome in ('new', 'changed', 'fresh') as was_read
    from visits
),
departed as (
    select repo, since as gone_at, message as reason
    from runs anti join repos r on r.repo = runs.repo anti join renames n on n.former = runs.repo
    qualify row_number() over (partition by repo order by first_crawl desc) = 1 and outcome in ('removed', 'left')
),
last_reads as (select repo, max(first_crawl) as crawl from runs where was_read group by repo),
unread as (
    select r.repo, min(r.first_crawl) as crawl
    from runs r join last_reads l on l.repo = r.repo and r.first_crawl > l.crawl group by r.repo
),
artifacts_of as (
    select repo, list({artifact: artifact, version: version, versions: versions} order by artifact) as artifacts
    from (
        select repo, artifact, arg_max(version, (created_at, version, oid)) filter (event = 'registration') as version,
            count(distinct version) filter (event = 'registration') as versions
        from observations where artifact is not null group by repo, artifact
    )
    group by repo
)
select d.repo, d.gone_at, (select arg_max(c.started_at, c.crawl) from crawls c where c.crawl < u.crawl) as last_seen, d.reason,
    coalesce(a.artifacts, []) as artifacts
from departed d left join unread u on u.repo = d.repo left join artifacts_of a on a.repo = d.repo
order by d.repo;
