-- Which versions have the same bytes?
select ref, other_ref, size
from identical_versions
where ref < other_ref
order by size desc nulls last, ref, other_ref
