-- Which versions have the same bytes?
select ref, twin_ref, size
from identical_versions
where ref < twin_ref
order by size desc nulls last, ref, twin_ref
