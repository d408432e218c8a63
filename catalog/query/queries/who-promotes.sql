-- Who promotes most?
select author, count(*) as promotions, count(distinct (repo, artifact)) as models, max(moment) as last
from stage_changes
where kind = 'promotion'
group by author
order by promotions desc, author
