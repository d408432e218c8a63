-- Of which versions are the bytes nowhere that others reach?
select ref, status, path
from version_files
where status not in ('ok', 'in-git', 'lfs', 'cloud-versioned', 'inside-dir', 'external-url')
order by status, ref
