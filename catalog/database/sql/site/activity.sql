-- What the pages of activity show: every registry event that was ever seen, and what was observed of tags and repositories.

-- internal.site_activity(some_months := null): All of it, or that of some months, the last first, each with the month whose page has it.
--   key: month, moment, kind, repo, artifact, tag, oid
--   kind: That of the event; or `rewritten_tag`, `deleted_tag`, `skewed_tag`, `lost_repo`, `found_repo` or `unread_repo`.
--   month: Of the moment; `other` for one before Git was made, or more than a day after the catalog first saw it.
--   moment: When: by the tagger's clock for what a tag says, by that of the visit for what was observed, UTC.
--   detail: Of a rewritten tag its object before and afterwards, of a skewed one how far its clock is off, of a repository what the visit
--     complained of.
--   is_gone: The tag was deleted or rewritten.
--   has_page: The artifact is in the catalog now.
with seen as (
    select event as kind, created_at as moment, repo, artifact, version, stage, author, signed, tag, oid, null as detail,
        created_at > first_seen + interval 1 day as ahead
    from internal.list_seen_events(0, -9223372036854775807, '', '')
    where copy_of is null
    union all
    select 'rewritten_tag', seen_at, repo, artifact, version, stage, null, null, tag, oid, left(old_oid, 7) || ' → ' || left(oid, 7), false
    from rewritten_tags
    union all
    select 'deleted_tag', ended_at, repo, artifact, version, stage, null, null, tag, oid, null, false
    from deleted_tags
    union all
    select 'skewed_tag', first_seen, repo, artifact, version, stage, author, null, tag, oid,
        skew || ' by ' || case when seconds < 172800 then (seconds // 3600) || ' hours' else (seconds // 86400) || ' days' end, false
    from time_skew
),
runs as (
    select repo, outcome, message, coalesce(first_at, started_at) as first_at, coalesce(crawls[1], crawl) as first_crawl,
        outcome in ('new', 'changed', 'fresh') as was_there, outcome in ('removed', 'left') as departed
    from visits
),
changes as (
    select *, lag(was_there) over run as there_before, coalesce(bool_or(was_there) over earlier, false) as read_before
    from runs
    window run as (partition by repo order by first_crawl),
        earlier as (partition by repo order by first_crawl rows between unbounded preceding and 1 preceding)
),
everything as (
    from seen
    union all
    select case when was_there then 'found_repo' when read_before or departed then 'lost_repo' else 'unread_repo' end,
        first_at, repo, null, null, null, null, null, null, null, coalesce(message, outcome), false
    from changes
    where case when was_there then read_before and not there_before else coalesce(there_before, not departed) end
),
dated as (
    select *, case when moment >= internal.git_made_at() and not ahead then strftime(moment, '%Y-%m') else 'other' end as month
    from everything
)
select
    e.month, e.kind, epoch(e.moment)::bigint as moment, e.repo, e.artifact, e.version, e.stage, e.author, e.signed, e.tag, e.oid, e.detail,
    e.oid is not null and p.oid is null and e.kind not in ('rewritten_tag', 'deleted_tag') as is_gone, o.repo is not null as has_page
from dated e
left join (select distinct repo, oid from events) p on p.repo = e.repo and p.oid = e.oid
left join original_artifacts o on o.repo = e.repo and o.artifact = e.artifact
where (e.artifact is null or not internal.is_copied(e.repo, e.artifact))
    and (some_months::varchar[] is null or list_contains(some_months::varchar[], e.month))
order by e.moment desc, e.kind, e.repo, e.artifact, e.tag, e.oid;

-- internal.site_activity_months(): The months in which something happened, the last first.
--   key: month
--   entries: How much is on its page.
--   weeks: The Mondays of its weeks, in seconds since 1970, with how much of the month is in each; none of dates that cannot be right.
--   content: A digest of all of that.
select
    month, count(*) as entries, bit_xor(hash(a)) as content,
    -- 5 January 1970 was a Monday.
    coalesce(histogram((moment - 345600) // 604800 * 604800 + 345600) filter (where month <> 'other'), map {}) as weeks
from internal.site_activity() a
group by month
order by month desc;
