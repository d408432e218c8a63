-- What was at addresses of the site that are no longer those of a page: artifacts that are gone, and former names of repositories.

-- internal.site_gone(): The artifacts whose registry tags were all deleted, and that no file declares.
--   key: repo, artifact
--   version: The version that was registered last.
--   last_seen: The last visit that found one of its tags, UTC.
--   ended_at: The visit that found none any more, UTC.
--   tags: How many tags it had.
select d.repo, d.artifact, arg_max(d.version, d.created_at) filter (d.event = 'registration') as version, max(d.last_seen) as last_seen,
    max(d.ended_at) as ended_at, count(*) as tags
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
