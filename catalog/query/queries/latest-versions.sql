-- What is the latest version of each model?
select repo || ':' || artifact || '@' || version as ref, created_at, author, stages
from latest_versions
order by created_at desc
