-- How good is what is in production, by one metric?
-- metric: auc
-- stage: prod
select m.ref, m.number, m.file
from version_metrics m
join current_assignments s on s.repo = m.repo and s.artifact = m.artifact and s.version = m.version and s.commit = m.commit
where m.name = $metric and s.stage = $stage and not m.of_project
order by m.ref, m.file
