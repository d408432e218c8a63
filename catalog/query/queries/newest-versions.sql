-- Which versions were registered last?
-- days: 90
select ref, created_at, author
from versions
where registered and active and created_at > (select max(started_at) from crawls) - to_days($days::int)
order by created_at desc
