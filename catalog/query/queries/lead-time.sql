-- How long does a version take from its commit to a stage?
-- stage: prod
select repo || ':' || artifact as id, count(*) as versions, round(median(hours_from_commit), 1) as median_hours, max(hours_from_commit) as longest
from lead_times
where stage = $stage
group by repo, artifact
order by median_hours desc nulls last, id
