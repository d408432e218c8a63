-- Where is production behind the latest version, and by how much?
select ref, latest, behind, days_behind
from prod_vs_latest
where behind > 0
order by days_behind desc, ref
