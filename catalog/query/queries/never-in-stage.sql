-- Which models never reached a stage?
-- stage: prod
select id, latest, latest_at
from artifacts a
where registered and active and not exists (from stage_history h where h.repo = a.repo and h.artifact = a.artifact and h.stage = $stage)
order by latest_at desc nulls last, id
