-- How often is a promotion rolled back, model by model?
select repo || ':' || artifact as id, stage, count(*) filter (kind = 'promotion') as promotions, count(*) filter (kind = 'rollback') as rollbacks,
    round(rollbacks / nullif(promotions, 0), 3) as rate
from stage_changes
group by repo, artifact, stage
order by rate desc nulls last, id, stage
