-- What this catalog knew when, and what became of it since. From `observations`: two clocks, the taggers' and our own.

-- internal.remembered_events_at(a_crawl): The registry tags that each repository had when a crawl had ended, or at the last visit before,
--     in the shape of `events`.
--   key: repo, oid, tag
select distinct
    repo, oid, tag, event, artifact, version, precedence, stage, counter, commit, revision, created_at, utc_offset,
    author, author_email, message, signed
from observations
where event is not null and first_readable_crawl <= a_crawl and coalesce(ended_crawl > a_crawl, true);

-- known_events_at(a_crawl): The registry tags that this catalog could have known when a crawl had ended, in the shape of `events`; see
--     `crawl_at` for the crawl of a date. Of a repository that had been taken out of repos.toml, nothing.
--   key: repo, oid, tag
--   ref: The name of the version that a registration or deregistration names.
select *, repo || ':' || artifact || '@' || version as ref
from internal.remembered_events_at(a_crawl)
where repo not in (select repo from internal.repo_states_at(a_crawl) where outcome = 'removed');

-- stages_known_at(t, a_crawl): Which version was in which stage at `t` by the taggers' clocks, as this catalog could have known when
--     a crawl had ended.
--   key: repo, artifact, stage
--   ref: The version's name in the catalog.
with readable_events as materialized (from known_events_at(a_crawl))
from stages_at(t, source := 'readable_events');

-- internal.list_stages_known_at(t, a_crawl, a_stage, some_repos := null, a_type := null, a_raw_stage := null, since := null, until :=
--     null): The same, in the order in which to show it: see `list_stages_at`.
--   key: repo, artifact, stage
--   id: The artifact's name in the catalog.
with readable_events as materialized (from known_events_at(a_crawl)),
readable_tags as materialized (from internal.resolved_events_at('infinity'::timestamp, source := 'readable_events')),
readable_periods as materialized (from internal.stage_periods_of('readable_tags', 'readable_events'))
from internal.list_stages_at(
    t, a_stage, source := 'readable_events', some_repos := some_repos, a_type := a_type, a_raw_stage := a_raw_stage, since := since,
    until := until, periods := 'readable_periods'
);

-- rewritten_tags: Tags whose names came to mean another object: what they said before and after, and between which visits that happened.
--   key: repo, tag, seen_at, oid
--   from observations: repo, artifact, stage
--   tag: The tag's name.
--   old_oid: The object that it named before.
--   oid: The object that it names afterwards.
--   old_revision: The commit that it led to before.
--   revision: The commit that it leads to afterwards.
--   old_event: What it did before, if it was a registry tag.
--   event: What it does afterwards, if it is a registry tag.
--   old_version: The version that it named before.
--   version: The version that it names afterwards.
--   old_author: Who made it, by their claim, before.
--   author: Who made it, by their claim, afterwards.
--   old_created_at: When that was, by the tagger's clock, UTC.
--   created_at: When that was, by the tagger's clock, UTC.
--   old_message: What its message was.
--   message: The beginning of its message afterwards.
--   old_seen_at: The last visit that certainly found the old object, UTC.
--   seen_at: The first visit that found the new one, UTC.
--   crawl: The crawl of `seen_at`.
select
    repo, internal.tag_name(ref) as tag, artifact, stage,
    old.oid as old_oid, oid, old.revision as old_revision, revision, old.event as old_event, event, old.version as old_version, version,
    old.author as old_author, author, old.created_at as old_created_at, created_at, old.message as old_message, message,
    old.last_seen as old_seen_at, first_seen as seen_at, first_crawl as crawl
from (
    select o.*, lag(o) over (partition by repo, ref order by first_crawl) as old
    from observations o
    -- Nearly all tags were observed once: a window over all of them takes seven times as long.
    semi join (select repo, ref from observations group by all having count(*) > 1) using (repo, ref)
    where starts_with(ref, 'refs/tags/')
)
where old.oid <> oid;

-- deleted_tags: Tags that are gone or were for some time, and what they said.
--   key: repo, tag, first_seen, oid
--   from observations: repo, oid, revision, event, artifact, version, stage, author, created_at, message, first_seen, last_seen, ended_at
--   tag: The tag's name.
--   crawl: The crawl of `ended_at`.
--   returned_at: The first visit that found a tag of that name again, UTC.
select
    repo, internal.tag_name(ref) as tag, oid, revision, event, artifact, version, stage, author, created_at, message,
    first_seen, last_seen, ended_at, ended_crawl as crawl, returned_at
from (
    select *, lead(first_seen) over in_order as returned_at, lead(first_crawl) over in_order as returned_crawl
    from observations
    -- Nearly all tags are still there: a window over all of them takes four times as long.
    semi join (select repo, ref from observations where ended_crawl is not null) using (repo, ref)
    where starts_with(ref, 'refs/tags/')
    window in_order as (partition by repo, ref order by first_crawl)
)
where ended_crawl is not null and ended_crawl is distinct from returned_crawl;

-- internal.clock_tolerance() [scalar]: How far a tagger's clock may be ahead of ours before `time_skew` tells of it.
interval 5 minutes;

-- internal.backdated_after() [scalar]: How long a tag may be made before a visit that did not find it, before `time_skew` tells of it:
--     tags are pushed later than they are made.
interval 7 days;

-- time_skew: Registry tags whose dates cannot be right, or were kept back: dated after they were seen, or a week before a visit that did
--     not find them.
--   key: repo, tag, first_seen, oid
--   from observations: repo, oid, event, artifact, version, stage, author, created_at, unseen_at, first_seen
--   tag: The tag's name.
--   crawl: The crawl of `first_seen`.
--   skew: `future`, or `backdated`.
--   seconds: How far its date is after `first_seen`, or before `unseen_at`.
-- A suspect clock dates nothing: the visit was between the crawls around it.
select
    repo, internal.tag_name(ref) as tag, oid, event, artifact, version, stage, author, created_at, unseen_at, first_seen,
    first_crawl as crawl, case when created_at > seen_by then 'future' else 'backdated' end as skew,
    abs(date_diff('second', case when created_at > seen_by then seen_by else unseen_after end, created_at)) as seconds
from (
    select o.*,
        case when s.suspect then s.ended_by else o.first_seen end as seen_by,
        case when u.suspect then u.begun_after else o.unseen_at end as unseen_after
    from observations o left join crawl_times s on s.crawl = o.first_crawl left join crawl_times u on u.crawl = o.unseen_crawl
    where o.event is not null
)
where created_at > seen_by + internal.clock_tolerance() or created_at < unseen_after - internal.backdated_after();
