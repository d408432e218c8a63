-- What was rolled back, when, and by whom?
-- days: 3650
select moment, ref, stage, old_version, how, author, message
from stage_changes
where kind = 'rollback' and moment > (select max(started_at) from crawls) - to_days($days::int)
order by moment desc
