-- What is the latest version of each model?
select ref, created_at, author, stages
from latest_versions
order by created_at desc
