-- What was a version made from, across repositories?
-- ref: churn#prod
select level, kind, repo, label, size
from upstream_of($ref, 10)
where level > 0
order by level, repo, label
