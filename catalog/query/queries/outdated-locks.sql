-- Which versions were committed after their inputs had changed?
select repo || ':' || artifact || '@' || version as ref, what
from mixed_runs
order by ref
