-- What was in a stage on a day?
-- stage: prod
-- day: 2026-03-01
select ref, assigned_at, author
from stages_at($day::timestamp)
where stage = $stage
order by ref
