-- What became of repositories, crawl by crawl.

-- internal.abridged_crawls(): Crawls of which not all visits are kept one by one: only those that ended otherwise than the ones before.
--   key: crawl
select crawl from crawls c
where new + changed + fresh + failed > (
    select count(*) from visits where outcome not in ('removed', 'left') and list_contains(crawls, c.crawl)
);

-- visits_in(a_crawl): How the visits of a crawl ended. Where they are not kept one by one any more, also how each repository
--     stood then.
--   key: repo
--   message: What the last of these visits complained of.
--   first_at: Since when visits have ended so, UTC.
--   until_crawl: The last crawl in a row in which it was found so; null where that is not known any more.
--   visited: It was visited in that crawl; null where that is not known any more.
with runs as materialized (
    select *, coalesce(crawls[1], crawl) as first_crawl,
        lead(coalesce(crawls[1], crawl)) over (partition by repo order by coalesce(crawls[1], crawl)) as next_crawl
    from visits
),
abridged as materialized (from internal.abridged_crawls())
select
    repo, outcome, message, first_at,
    case when not exists (from abridged c where c.crawl > r.crawl and c.crawl < coalesce(r.next_crawl, 9223372036854775807))
        then r.crawl end as until_crawl,
    case when list_contains(crawls, a_crawl) then true end as visited
from runs r
where list_contains(crawls, a_crawl) or (
    a_crawl in (select crawl from abridged) and outcome not in ('removed', 'left')
    and first_crawl < a_crawl and coalesce(next_crawl > a_crawl, true)
)
order by repo;

-- internal.repo_states_at(a_crawl): How each repository stood when a crawl had ended, by the run of visits that began until then.
--   key: repo
--   state: `there`; `lost`: it could be read before; `unread`: it never could; `departed`: it is visited no more.
--   moment: When it was found so first, UTC.
select
    repo, outcome, message, first_at as moment,
    case when outcome in ('new', 'changed', 'fresh') then 'there'
        when outcome in ('removed', 'left') then 'departed'
        when was_read then 'lost' else 'unread' end as state,
    was_read
from (
    select
        *, coalesce(crawls[1], crawl) as first_crawl,
        bool_or(outcome in ('new', 'changed', 'fresh')) over (partition by repo order by coalesce(crawls[1], crawl)) as was_read
    from visits
    where coalesce(crawls[1], crawl) <= a_crawl
)
qualify row_number() over (partition by repo order by first_crawl desc) = 1;

-- internal.renamed_between(a, b): Repositories that had another name when crawl `a` had ended than when crawl `b` had.
--   key: repo
--   repo: The present name.
--   former: The name at `a`.
--   name: The name at `b`.
select repo, arg_min(former, crawl) as former, arg_max(name, crawl) as name
from renames where crawl > a and crawl <= b
group by repo
having arg_min(former, crawl) <> arg_max(name, crawl);

-- internal.changed_repos(a, b): Repositories that came, were lost, or were found again between two crawls.
--   key: kind, repo
--   what: What the visit complained of, or why there is none.
select
    case when now.state = 'unread' then 'unread_repo'
        when now.state <> 'there' then 'lost_repo'
        when coalesce(before.was_read, false) then 'found_repo'
        else 'new_repo' end as kind,
    repo, now.message as what, before.outcome as old, now.outcome as new, now.moment
from internal.repo_states_at(b) now left join internal.repo_states_at(a) before using (repo)
where case now.state
    when 'there' then before.state is distinct from 'there'
    when 'lost' then before.state is null or before.state in ('there', 'unread')
    when 'unread' then before.state is null
    else before.state in ('there', 'lost') end
union all
select 'renamed_repo', r.repo, null, r.former, r.name, null
from (from internal.renamed_between(a, b)) r
join (from internal.repo_states_at(b)) n on n.repo = r.repo
semi join (from internal.repo_states_at(a)) o on o.repo = r.repo
where n.state <> 'departed';
