-- The catalog's own clock: crawls are numbered, and follow each other by their numbers. What machines said of the time may be wrong.

-- crawl_times: Each crawl with the time at which it had surely ended, and whether its clock contradicts that of a later crawl.
--   key: crawl
--   from crawls: crawl, started_at
--   suspect: Its time lies after that of a later crawl: it dates nothing.
--   begun_after: When it had surely not begun yet, UTC: of a suspect crawl, when the last one before it began whose clock is not suspect.
--   ended_by: When it had surely ended, UTC: of a suspect crawl, when the first later one began whose clock is not suspect.
select
    crawl, started_at, coalesce(started_at > next_at, false) as suspect,
    case when started_at > next_at then max(case when started_at > next_at then null else started_at end) over earlier
        else started_at end as begun_after,
    case when started_at > next_at then next_at else least(started_at + to_microseconds((seconds * 1000000)::bigint), next_at) end
        as ended_by
from (
    select *, min(started_at) over (order by crawl rows between 1 following and unbounded following) as next_at from crawls
)
window earlier as (order by crawl rows between unbounded preceding and 1 preceding);

-- crawl_at(t) [scalar]: The last crawl that had surely ended at `t` (UTC); 0 before the first.
coalesce((select max(crawl) from crawl_times where ended_by <= t), 0);

-- internal.date_crawl(a_crawl): How well a crawl is dated.
--   key: (at most one row)
--   at: When it had surely ended, UTC.
--   suspects: The crawls of which the clock is suspect: this one, and those after it up to the first that is not.
select
    c.crawl, c.ended_by as "at",
    coalesce((
        select list(s.crawl order by s.crawl) from crawl_times s
        where s.suspect and s.crawl >= c.crawl
            and s.crawl < coalesce((select min(n.crawl) from crawl_times n where not n.suspect and n.crawl > c.crawl), 9223372036854775807)
    ), []) as suspects
from crawl_times c where c.crawl = a_crawl;

-- internal.suspect_crawls(a, b): The crawls after `a` and up to `b` of which the clock is suspect.
--   key: crawl
select crawl from crawl_times where suspect and crawl > a and crawl <= b order by crawl;

-- internal.memory_start(): The first crawl that this catalog remembers anything of, and when that was; no row where there was none.
--   key: (at most one row)
--   at: When it had surely ended, UTC; of a crawl of which only observations are left, when it saw the first of them.
--   suspect: Its time lies after that of a later crawl: it had ended when that one began.
select m.crawl, coalesce(t.ended_by, least(m.seen, n.next_at)) as "at", coalesce(t.suspect, m.seen > n.next_at, false) as suspect
from (
    select first_crawl as crawl, first_seen as seen from observations
    union all
    select crawl, null from crawls
    order by crawl, seen nulls last limit 1
) m left join crawl_times t on t.crawl = m.crawl
cross join (select min(started_at) as next_at from crawls where crawl > (select min(first_crawl) from observations)) n;
