-- Which repositories could not be read by the last crawl?
select repo, outcome, message, read_at
from repos
where stale or outcome in ('gone', 'never')
order by repo
