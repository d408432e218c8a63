-- What the board of stages shows: which version was in which stage by both clocks, the taggers' and the catalog's own.

-- internal.known_stage_periods(): Which version was in which stage, and from when until when, by what this catalog could have known from
--     one crawl until another: the rectangles of two clocks. At a moment and a crawl they are what `stages_known_at` has, but for the
--     repositories that had been taken out of repos.toml.
--   key: repo, artifact, stage, started_at, known_from
--   known_from: The crawl since which the catalog could have known so.
--   known_until: The crawl since which it could not any more; null where nothing has contradicted it.
with seen_events as materialized (
    select repo, oid, tag, event, artifact, version, precedence, stage, counter, commit, revision, created_at, utc_offset, author,
        author_email, message, signed, first_readable_crawl, ended_crawl
    from observations
    where event is not null and first_readable_crawl is not null
        and (repo, artifact) in (select (repo, artifact) from observations where stage is not null)
        and (repo, artifact) not in (select (repo, artifact) from copied_artifacts)
),
-- Of most artifacts each crawl read tags that are later than all before, and none is gone: what was known then are today's periods until
-- the last tag of that crawl. 60,000 periods of 10,000 artifacts, of which 4,000 changed in nine crawls: 0.9 s instead of 6.9 s.
read_in as (
    select repo, artifact, first_readable_crawl as crawl, count(ended_crawl) as ended,
        min(created_at) as first_moment, max(created_at) as last_moment
    from seen_events group by all
),
in_order as (
    select *, lag(last_moment) over (partition by repo, artifact order by crawl) as moment_before from read_in
),
growing as materialized (
    select repo, artifact
    from in_order
    group by repo, artifact
    having sum(ended) = 0 and coalesce(bool_and(first_moment > moment_before), true)
        and (repo, artifact) in (
            select (repo, artifact) from seen_events t group by repo, artifact
            having count(*) = (select count(*) from events e where e.repo = t.repo and e.artifact = t.artifact)
        )
),
grown_periods as (
    select p.repo, p.artifact, p.stage, p.version, p.commit, p.started_at, p.ended_at, p.oid, p.held_since,
        min(r.crawl) filter (r.last_moment >= p.started_at) as known_from,
        min(r.crawl) filter (r.last_moment >= p.ended_at) as ended_from
    from internal.named_periods('stage_history', 'events') p
    join read_in r on r.repo = p.repo and r.artifact = p.artifact
    where (p.repo, p.artifact) in (select (repo, artifact) from growing)
    group by all
),
-- What was known of another one changes in these crawls. Each such state is a registry of its own, named by a number.
states as materialized (
    select *, lead(crawl) over of_artifact as next_crawl, row_number() over of_artifact as place,
        row_number() over (order by repo, artifact, crawl)::varchar as state
    from (
        select repo, artifact, first_readable_crawl as crawl from seen_events
        union
        select repo, artifact, ended_crawl from seen_events where ended_crawl is not null
    )
    where (repo, artifact) not in (select (repo, artifact) from growing)
    window of_artifact as (partition by repo, artifact order by crawl)
),
known as materialized (
    select distinct s.state as repo, t.* exclude (repo, first_readable_crawl, ended_crawl)
    from states s join seen_events t on t.repo = s.repo and t.artifact = s.artifact
    where t.first_readable_crawl <= s.crawl and coalesce(t.ended_crawl > s.crawl, true)
),
resolved as materialized (from internal.resolved_events_at('infinity'::timestamp, source := 'known')),
known_periods as materialized (from internal.stage_periods_of('resolved', 'known')),
periods as (
    select s.repo, s.artifact, s.crawl, s.next_crawl, s.place, p.stage, p.version, p.commit, p.started_at, p.ended_at, p.oid, p.held_since,
        s.place - row_number() over (
            partition by s.repo, s.artifact, p.stage, p.version, p.commit, p.started_at, p.ended_at, p.oid, p.held_since order by s.place
        ) as run
    from internal.named_periods('known_periods', 'known') p join states s on s.state = p.repo and s.artifact = p.artifact
)
select repo, artifact, stage, version, commit, started_at, ended_at, oid, held_since,
    min(crawl) as known_from, case when bool_or(next_crawl is null) then null else max(next_crawl) end as known_until
from periods
group by repo, artifact, stage, version, commit, started_at, ended_at, oid, held_since, run
union all
select repo, artifact, stage, version, commit, started_at, null, oid, held_since, known_from, ended_from
from grown_periods where ended_at is not null and known_from < ended_from
union all
select repo, artifact, stage, version, commit, started_at, ended_at, oid, held_since, coalesce(ended_from, known_from), null
from grown_periods;

-- internal.site_stage_periods(): The same, and all of `stage_history`, in the order of the board.
--   key: repo, artifact, stage, started_at, known_from, is_current
--   rank: The place that repos.toml gives the stage; null where it gives none.
--   is_current: Today's tags say so: it is a row of `stage_history`.
--   is_gone: The tag that put the version there was deleted or rewritten, and until then the catalog knew so.
--   unregistered: No tag registers the version: it is named after its commit.
--   skipped: A version came to production without having been in staging, in an artifact of which versions are in staging.
--   page: What the page of the artifact is: that of an artifact (`present`), or of one that is gone because its tags were deleted (`gone`)
--     or its repository is in the catalog no more (`removed`); null where it has none.
with current_periods as (
    from internal.named_periods('stage_history', 'events')
    where (repo, artifact) in (select (repo, artifact) from original_artifacts)
),
known as materialized (from internal.known_stage_periods()),
periods as (
    select c.*, k.known_from, null::integer as known_until, true as is_current
    from current_periods c
    left join known k on k.known_until is null and k.repo = c.repo and k.artifact = c.artifact and k.stage = c.stage
        and k.version = c.version and k.commit = c.commit and k.started_at = c.started_at and k.ended_at is not distinct from c.ended_at
    union all
    select k.repo, k.artifact, k.stage, k.version, k.commit, k.started_at, k.ended_at, k.oid, k.held_since,
        k.known_from, k.known_until, false
    from known k
    where k.known_until is not null or not exists (
        from current_periods c
        where k.repo = c.repo and k.artifact = c.artifact and k.stage = c.stage and k.version = c.version and k.commit = c.commit
            and k.started_at = c.started_at and k.ended_at is not distinct from c.ended_at
    )
),
staged as (
    select repo, artifact, version, commit, min(started_at) as since
    from stage_history where stage = internal.canonical_stage('staging')
    group by all
),
present as (select distinct repo, oid from events),
removed as (select repo, unnest(artifacts).artifact as artifact from internal.site_removed())
select
    p.repo, p.artifact, p.stage, n.rank, p.version, epoch(p.started_at)::bigint as started_at, epoch(p.ended_at)::bigint as ended_at,
    epoch(p.held_since)::bigint as held_since, p.known_from, p.known_until, p.is_current,
    not p.is_current and t.oid is null and p.known_until is not distinct from max(p.known_until) over (
        partition by p.repo, p.artifact, p.stage, p.oid
    ) as is_gone,
    p.version = p.commit as unregistered,
    p.is_current and p.stage = internal.canonical_stage('prod') and coalesce(s.since > p.held_since, true)
        and (p.repo, p.artifact) in (select (repo, artifact) from staged) as skipped,
    case when o.repo is not null then 'present' when g.repo is not null then 'gone' when d.repo is not null then 'removed' end as page
from periods p
left join present t on t.repo = p.repo and t.oid = p.oid
left join staged s on s.repo = p.repo and s.artifact = p.artifact and s.version = p.version and s.commit = p.commit
left join original_artifacts o on o.repo = p.repo and o.artifact = p.artifact
left join internal.site_gone() g on g.repo = p.repo and g.artifact = p.artifact
left join removed d on d.repo = p.repo and d.artifact = p.artifact
left join (select stage, min(rank) as rank from stage_names group by stage) n on n.stage = p.stage
order by p.repo, p.artifact, n.rank nulls last, p.stage, p.started_at, p.known_from nulls first, p.is_current;

-- internal.site_past_periods(): How many of these rows have ended, by today's tags.
--   key: (at most one row)
select count(*) as periods
from internal.named_periods('stage_history', 'events')
where ended_at is not null and (repo, artifact) in (select (repo, artifact) from original_artifacts);

-- internal.site_board_versions(): The registrations and deregistrations of artifacts of which a version was in production at some time, as
--     far as this catalog ever knew of them: whether the version in production is behind the latest at a moment follows from these.
--   key: repo, artifact, version, oid, known_from, known_until
--   rank: The place of the version among those of the artifact, by SemVer; equal where only build metadata differs.
--   item: The number of the commit among those that have this version.
--   registered_at: When the tag was made, in seconds since 1970, UTC.
--   withdrawn: It is a deregistration.
--   known_from: The crawl since which the catalog could have known so; null where none saw it.
--   known_until: The crawl since which the tag is gone.
--   is_current: It is one of today's tags.
with seen as (
    select distinct repo, artifact, event, version, precedence, commit, created_at, oid,
        first_readable_crawl as known_from, ended_crawl as known_until
    from observations where version is not null and first_readable_crawl is not null
),
present as (select distinct repo, artifact, event, version, precedence, commit, created_at, oid from events where version is not null),
tags as (
    select s.*, s.known_until is null and p.oid is not null as is_current
    from seen s left join present p on p.repo = s.repo and p.oid = s.oid
    union all
    select p.*, null, null, true
    from present p anti join (from seen where known_until is null) s on s.repo = p.repo and s.oid = p.oid
),
in_production as (
    select distinct s.repo, s.artifact
    from (select repo, artifact, stage from events union all select repo, artifact, stage from observations) s
    left join stage_names n on n.raw = s.stage
    where coalesce(n.stage, s.stage) = internal.canonical_stage('prod')
)
select
    repo, artifact, version, oid,
    (dense_rank() over (partition by repo, artifact order by precedence))::integer as rank,
    (dense_rank() over (partition by repo, artifact, version order by commit))::integer - 1 as item,
    epoch(created_at)::bigint as registered_at, event = 'deregistration' as withdrawn, known_from, known_until, is_current
from tags
semi join in_production using (repo, artifact)
where (repo, artifact) not in (select (repo, artifact) from copied_artifacts)
order by repo, artifact, rank, version, item, registered_at, withdrawn, oid, known_from, known_until;

-- internal.site_behind(): The artifacts of which the version in production is not the latest.
--   key: repo, artifact
--   behind: How many registered, active versions are higher.
select repo, artifact, prod, latest, behind
from prod_vs_latest semi join original_artifacts using (repo, artifact)
where behind > 0
order by repo, artifact;

-- internal.git_made_at() [scalar]: When Git was made: a tag of an earlier date has a wrong one.
timestamp '2005-04-01';

-- internal.site_board_settings(): What the board shows by.
--   key: (at most one row)
--   prod: What this catalog calls production.
--   earliest: Where the slider begins at the earliest, in seconds since 1970, UTC.
select internal.canonical_stage('prod') as prod, epoch(internal.git_made_at())::bigint as earliest;

-- internal.site_absences(): From which crawl until which a repository had been taken out of repos.toml.
--   key: repo, left_crawl
--   back_crawl: When it was there again; null while it is not.
select repo, first_crawl as left_crawl, next_crawl as back_crawl
from (
    select repo, outcome, coalesce(crawls[1], crawl) as first_crawl,
        lead(coalesce(crawls[1], crawl)) over (partition by repo order by coalesce(crawls[1], crawl)) as next_crawl
    from visits
)
where outcome = 'removed'
order by repo, left_crawl;

-- internal.site_known_crawls(): The crawls in which what was known of tags or repositories changed.
--   key: crawl
--   ended_at: When it had surely ended, in seconds since 1970, UTC; see `crawl_times`.
select crawl, epoch(t.ended_by) as ended_at
from (
    select first_readable_crawl as crawl from observations where event is not null
    union
    select ended_crawl from observations where event is not null
    union
    select unnest([left_crawl, back_crawl]) from internal.site_absences()
)
join crawl_times t using (crawl)
order by crawl;

-- internal.site_observed(): What the pages of the past follow from beside the tags that there are: what was observed, the visits, and when
--     the crawls were that they name. A later crawl whose clock is behind changes the times of these; one that saw nothing changes none.
--   key: (at most one row)
--   observed: The digest of all that was observed.
select hash(
    (select bit_xor(hash(
            repo, ref, oid, revision, first_seen, unseen_at, ended_at, created_at,
            first_crawl, unseen_crawl, ended_crawl, first_readable_crawl
        ))
        from observations where starts_with(ref, 'refs/tags/') or event is not null),
    (select bit_xor(hash(crawl, suspect, begun_after, ended_by)) from crawl_times
        where crawl in (
            select crawl from internal.site_known_crawls()
            union select first_crawl from observations where event is not null
            union select unseen_crawl from observations where event is not null and unseen_crawl is not null
        )),
    (select bit_xor(hash(repo, outcome, message, coalesce(first_at, started_at), coalesce(crawls[1], crawl))) from visits),
    (select bit_xor(hash(crawl, former, name)) from renames)
) as observed;
