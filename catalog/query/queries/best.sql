-- Which versions of a model are the best by a metric?
-- ref: churn
-- metric: auc
select ref, number, direction, place, stages
from best_version($ref, $metric)
order by place, ref
