-- How much does each team have?
select split_part(repo, '/', 1) || '/' || split_part(repo, '/', 2) as team, count(distinct repo) as repositories, count(*) as models,
    sum(versions)::bigint as versions, max(updated_at) as updated_at
from artifacts
where active
group by team
order by models desc, team
