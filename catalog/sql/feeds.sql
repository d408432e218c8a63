-- What scripts read: registry events in the order in which this catalog came to know them.

-- list_seen_events(a_crawl, a_moment, an_oid, a_repo): Every registry event that was ever seen, also of tags that are gone, after a place.
--   cursor: The place of this event, for whoever wants to go on after it; URL-safe base64.
--   crawl: The crawl that saw it first.
--   first_seen: When that was, UTC.
with seen as (
    select o.*, epoch_us(o.created_at) as moment
    from observations o
    where o.event is not null
    -- A tag that came back, or has two names, is no news.
    qualify row_number() over (partition by o.repo, o.oid order by o.first_crawl, o.first_seen, o.ref) = 1
)
select
    translate(
        rtrim(to_base64(encode(concat_ws(chr(10), o.first_crawl, o.moment, o.oid, o.repo))), '='), '+/', '-_'
    ) as cursor,
    o.repo, o.artifact, o.event,
    coalesce(e.version, o.version) as version, coalesce(e.stage, n.stage, o.stage) as stage, o.stage as raw_stage,
    o.commit, o.created_at, o.author, o.author_email, o.message, o.tag, o.oid, o.signed,
    o.first_crawl as crawl, o.first_seen
from seen o
left join resolved_events e on e.repo = o.repo and e.oid = o.oid
left join stage_names n on n.raw = o.stage
where (o.first_crawl, o.moment, o.oid, o.repo) > (a_crawl, a_moment, an_oid, a_repo)
order by o.first_crawl, o.moment, o.oid, o.repo;

-- find_seen(an_oid, a_repo): In which crawl a tag object was first seen, null for never; and the last crawl of all.
select
    (select min(first_crawl) from observations where repo = a_repo and oid = an_oid and event is not null) as crawl,
    greatest((select max(crawl) from crawls), (select max(first_crawl) from observations)) as last;
