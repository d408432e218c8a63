-- What has been in production for long?
-- days: 365
select ref, prod_since, date_diff('day', prod_since, (select max(started_at) from crawls)) as days
from prod_vs_latest
where prod_since < (select max(started_at) from crawls) - to_days($days::int)
order by days desc, ref
