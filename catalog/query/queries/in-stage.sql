-- Which version is in a stage, since when, and who put it there?
-- stage: prod
select ref, assigned_at, author, message
from current_assignments
where stage = $stage
order by ref
