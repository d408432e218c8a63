-- What the feeds of the static site have.

-- internal.least_entries() [scalar]: How many entries a feed has, where there are as many events.
50;
-- internal.most_entries() [scalar]: How many entries a feed has at most: 10,000 are 7 MB of Atom, and some readers refuse more than 15.
10000;
-- internal.entries_stay() [scalar]: For how long an entry stays in a feed, however many come after it: readers may be away for a week.
interval 7 days;

-- internal.site_news_events(): The events that are news, by what decides which feeds have them, each with the crawl that brought it. A
--     repository that was renamed brings no event again.
--   key: repo, oid, tag, event, crawl
--   event: That of the tag; or `deleted_tag`, `rewritten_tag`.
--   crawl: The first crawl that could read it and to which its date was no more than a day ahead; 0 where no crawl observed it.
--   seen_at: When that crawl began, UTC; its date where no crawl observed it.
--   first_repo: The name that the repository had when the event was first seen.
with readings as (
    select repo, oid, first_readable_crawl as crawl, first_readable_at as read_at, repo as first_repo
    from observations where event is not null
    union all
    select r.renamed_to, o.oid, o.first_readable_crawl, o.first_readable_at, o.repo
    from observations o join repos r on r.repo = o.repo
    where o.event is not null and r.renamed_to is not null
),
first_readings as (
    select repo, oid, min(crawl) as crawl, min(read_at) as read_at, arg_min(first_repo, (crawl, first_repo)) as first_repo
    from readings group by repo, oid
),
read_events as materialized (
    select
        e.repo, e.oid, e.tag, e.event, e.artifact, e.stage, e.author, e.signed is not null as is_signed, e.created_at,
        f.crawl as read_crawl, f.read_at, coalesce(n.former, f.first_repo, e.repo) as first_repo
    from internal.site_events() e
    left join first_readings f on f.repo = e.repo and f.oid = e.oid
    asof left join renames n on n.repo = e.repo and f.crawl < n.crawl
    where e.is_news
),
dated_ahead as (
    select e.repo, e.oid, e.tag, min(c.crawl) as crawl
    from read_events e
    join crawls r on r.crawl = e.read_crawl and e.created_at > r.started_at + interval 1 day
    join crawls c on c.crawl > e.read_crawl and e.created_at <= c.started_at + interval 1 day
    group by all
)
select
    e.* exclude (read_crawl, read_at), coalesce(d.crawl, e.read_crawl, 0) as crawl,
    coalesce(t.begun_after, e.read_at, e.created_at) as seen_at
from read_events e
left join dated_ahead d on d.repo = e.repo and d.oid = e.oid and d.tag = e.tag
left join crawl_times t on t.crawl = coalesce(d.crawl, e.read_crawl)
union all
select
    g.repo, g.oid, g.tag, g.event, g.artifact, g.stage, null, false, g.seen_at, coalesce(n.former, g.repo), g.crawl,
    coalesce(t.begun_after, g.seen_at)
from internal.site_gone_news() g
asof left join renames n on n.repo = g.repo and g.crawl < n.crawl
left join crawl_times t on t.crawl = g.crawl;

-- internal.site_feed_entries(some_repos, some_teams): The entries of feeds, the last seen first: of the feeds that all
--     repositories share, of those of some repositories and their artifacts, and of those of some teams.
--   key: repo, oid, tag, event, crawl
--   feeds: Of which feeds it is an entry: `all`, `artifact`, `event`, `person`, `repo`, `signed`, `stage`, `team`.
--   old_revision: Of a rewritten tag, the commit to which it led before.
with news as materialized (
    select *, internal.team_of(repo) as team from internal.site_news_events()
),
-- `feed`: of that kind, which one.
places as (
    select *, 'all' as kind, null as feed from news
    union all
    select *, 'signed', null from news where is_signed
    union all
    select *, 'event', {name: event, artifact: null} from news
    union all
    select *, 'person', {name: author, artifact: null} from news where author <> ''
    union all
    select *, 'stage', {name: stage, artifact: null} from news where stage is not null
    union all
    select *, 'team', {name: team, artifact: null} from news
    where team <> '' and (some_teams::varchar[] is null or team in (select unnest(some_teams::varchar[])))
    union all
    select n.*, k.kind, {name: repo, artifact: if(k.kind = 'artifact', artifact, null)}
    from news n cross join (values ('repo'), ('artifact')) k(kind)
    where some_repos::varchar[] is null or repo in (select unnest(some_repos::varchar[]))
),
-- `brought_since`: one more than the number of entries that later crawls brought.
ranked as (
    select
        repo, oid, tag, event, kind, crawl, seen_at,
        row_number() over (
            partition by kind, feed order by crawl desc, created_at desc, repo desc, artifact desc, tag desc, oid desc, event desc
        ) as place,
        rank() over (partition by kind, feed order by crawl desc) as brought_since,
        min(crawl) over of_feed as first_crawl, max(seen_at) over of_feed as last_seen_at
    from places
    window of_feed as (partition by kind, feed)
),
entries as (
    select repo, oid, tag, event, crawl, list(kind order by kind) as feeds
    from ranked
    where place <= internal.most_entries()
        -- A feed that is new has no readers yet: of its first crawl it has the newest entries alone.
        and (place <= internal.least_entries() or (
            crawl > first_crawl
            and (brought_since <= internal.least_entries() or seen_at >= last_seen_at - internal.entries_stay())
        ))
    group by repo, oid, tag, event, crawl
)
select
    n.repo, n.first_repo, n.artifact, n.event, coalesce(s.version, g.version) as version, n.stage,
    coalesce(s.revision, g.revision) as revision, g.old_revision, n.created_at, coalesce(n.author, '') as author, n.tag, n.oid,
    coalesce(s.message, '') as message, n.crawl, n.seen_at, e.feeds
from news n
join entries e on e.repo = n.repo and e.oid = n.oid and e.tag = n.tag and e.event = n.event and e.crawl = n.crawl
left join internal.site_events() s on s.repo = n.repo and s.oid = n.oid and s.tag = n.tag and s.event = n.event
left join internal.site_gone_news() g
    on g.repo = n.repo and g.oid = n.oid and g.tag = n.tag and g.event = n.event and g.crawl = n.crawl
order by n.crawl desc, n.created_at desc, n.repo desc, n.artifact desc, n.tag desc, n.oid desc, n.event desc;

-- internal.site_news(most, some_folders): The newest events of the repositories in each of these folders of forges; more of them where
--     several are of the same time.
--   key: repo, oid, tag
with news as (
    select *, regexp_extract(repo, '^(.*)/', 1) as folder from internal.site_events() where is_news
)
select * exclude (folder) from news where list_contains(some_folders::varchar[], folder)
qualify rank() over (partition by folder order by created_at desc) <= most
order by repo, oid, tag;
