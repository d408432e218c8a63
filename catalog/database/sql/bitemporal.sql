-- What this catalog knew when, and what became of it since. From `observations`: two clocks, the taggers' and our own.

-- known_events_at(k): The registry tags that this catalog could have known at `k` (UTC), in the shape of `events`.
--   key: repo, oid, tag
-- Of a repository that has left the catalog, nothing was known after its last visit.
select distinct
    repo, oid, tag, event, artifact, version, precedence, stage, counter, commit, revision, created_at, utc_offset,
    author, author_email, message, signed
from observations
where event is not null and first_readable_at <= k
    and coalesce(ended_at > k, last_seen >= k or repo in (select repo from repos));

-- stages_known_at(t, k): Who was in which stage at `t` by the taggers' clocks, as this catalog could have known at `k`.
--   key: repo, artifact, stage
with readable_events as materialized (from known_events_at(k))
from stages_at(t, source := 'readable_events');

-- list_stages_known_at(t, k, a_stage): The same, in the order in which to show it.
--   key: repo, artifact, stage
--   id: The artifact's name in the catalog.
with readable_events as materialized (from known_events_at(k))
from list_stages_at(t, a_stage, source := 'readable_events');

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
    repo, tag_name(ref) as tag, artifact, stage,
    old.oid as old_oid, oid, old.revision as old_revision, revision, old.event as old_event, event, old.version as old_version, version,
    old.author as old_author, author, old.created_at as old_created_at, created_at, old.message as old_message, message,
    old.last_seen as old_seen_at, first_seen as seen_at, first_crawl as crawl
from (
    select o.*, lag(o) over (partition by repo, ref order by first_seen, first_crawl) as old
    from observations o
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
    repo, tag_name(ref) as tag, oid, revision, event, artifact, version, stage, author, created_at, message,
    first_seen, last_seen, ended_at, ended_crawl as crawl, returned_at
from (
    select *, lead(first_seen) over (partition by repo, ref order by first_seen, first_crawl) as returned_at
    from observations
    where starts_with(ref, 'refs/tags/')
)
where ended_at is not null and ended_at is distinct from returned_at;

-- clock_tolerance() [scalar]: How far a tagger's clock may be ahead of ours before `time_skew` tells of it.
interval 5 minutes;

-- backdated_after() [scalar]: How long a tag may be made before a visit that did not find it, before `time_skew` tells of it: tags are
--     pushed
--     later than they are made.
interval 7 days;

-- time_skew: Registry tags whose dates cannot be right, or were kept back: dated after they were seen, or a week before a visit that did
--     not find them.
--   key: repo, tag, first_seen, oid
--   from observations: repo, oid, event, artifact, version, stage, author, created_at, unseen_at, first_seen
--   tag: The tag's name.
--   skew: `future`, or `backdated`.
--   seconds: How far its date is after `first_seen`, or before `unseen_at`.
select
    repo, tag_name(ref) as tag, oid, event, artifact, version, stage, author, created_at, unseen_at, first_seen,
    case when created_at > first_seen then 'future' else 'backdated' end as skew,
    abs(date_diff('second', case when created_at > first_seen then first_seen else unseen_at end, created_at)) as seconds
from observations
where event is not null and (created_at > first_seen + clock_tolerance() or created_at < unseen_at - backdated_after());
