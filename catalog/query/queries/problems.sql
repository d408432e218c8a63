-- Which repositories have the most that cannot be read?
select repo, count(*) as problems, list(distinct rule order by rule) as rules
from open_problems
group by repo
order by problems desc, repo
