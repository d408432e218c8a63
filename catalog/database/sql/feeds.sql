-- Registry events for scripts, in the order in which this catalog first read them.

-- known_events: Every registry event that was ever seen, also of tags that are gone, as it was first readable.
--   key: repo, oid
--   from observations: *
--   moment: When the tag was made, by the tagger's clock, in microseconds since 1970.
with seen as (from observations where event is not null),
repeated as (select repo, oid from seen group by all having count(*) > 1),
once as (
    from seen anti join repeated using (repo, oid)
    union all
    -- A tag that came back, or has two names, is not news. Few are like that: a window over all tags takes three times as long.
    select * from seen semi join repeated using (repo, oid)
    qualify row_number() over (partition by repo, oid order by first_readable_crawl, first_readable_at, ref) = 1
)
select * exclude (ref), epoch_us(created_at) as moment from once;

-- internal.list_seen_events(a_crawl, a_moment, an_oid, a_repo, since := null, until := null, within := null, a_type := null, a_stage :=
--     null, a_raw_stage := null): All registry events that were ever seen, also of tags that are gone, after a place; of some
--     repositories, and first seen from `since` until `until`, where these are given.
--   key: repo, oid
--   cursor: The place of this event, for whoever wants to go on after it; URL-safe base64.
--   crawl: The crawl that could tell it first.
--   copy_of: The repository of which the same was told: what a fork has from its parent (see `copied_artifacts`), or had another name.
with renamed as (
    select r.renamed_to as repo, t.oid, min(t.repo) as former
    from known_events t join repos r on r.repo = t.repo
    where r.renamed_to is not null
    group by all
)
select
    translate(
        rtrim(to_base64(encode(concat_ws(
            chr(10), o.first_readable_crawl, epoch_us(o.first_readable_at), o.moment, o.oid, o.repo
        ))), '='), '+/', '-_'
    ) as cursor,
    o.repo, o.artifact, o.event,
    coalesce(e.version, o.version) as version, coalesce(e.stage, n.stage, o.stage) as stage, o.stage as raw_stage,
    o.commit, o.created_at, o.author, o.author_email, o.message, o.tag, o.oid, o.signed,
    o.first_readable_crawl as crawl, o.first_seen,
    -- The old name comes first, so it is not a copy of the new one.
    coalesce(f.former, case when r.renamed_to is distinct from c.of_repo then c.of_repo end) as copy_of
from known_events o
left join resolved_events e on e.repo = o.repo and e.oid = o.oid
left join stage_names n on n.raw = o.stage
left join copied_artifacts c on c.repo = o.repo and c.artifact = o.artifact
left join renamed f on f.repo = o.repo and f.oid = o.oid
left join repos r on r.repo = o.repo
where (o.first_readable_crawl, o.moment, o.oid, o.repo) > (a_crawl, a_moment, an_oid, a_repo)
    and (since::timestamp is null or o.first_seen >= since)
    and (until::timestamp is null or o.first_seen <= until)
    and (within::varchar[] is null or list_contains(within::varchar[], o.repo))
    and (a_type::varchar is null or (o.repo, o.artifact) in (select (a.repo, a.artifact) from artifacts a where a.type = a_type))
    and (a_stage::varchar is null or coalesce(e.stage, n.stage, o.stage) = internal.canonical_stage(a_stage))
    and (a_raw_stage::varchar is null or o.stage = a_raw_stage)
order by o.first_readable_crawl, o.moment, o.oid, o.repo;

-- internal.find_seen(an_oid, a_repo): In which crawl a tag object was first told of, and when; no row for never.
--   key: (at most one row)
--   readable_at: When that was, in microseconds since 1970.
select repo, first_readable_crawl as crawl, epoch_us(first_readable_at) as readable_at from known_events
-- A cursor has the name that the repository had then.
where oid = an_oid and (repo = a_repo or repo in (select r.repo from renames r where r.former = a_repo or r.name = a_repo));
