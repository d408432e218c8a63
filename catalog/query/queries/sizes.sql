-- How many bytes do the versions of each model have?
select repo || ':' || artifact as id, count(*) as versions, max(size) as largest, sum(size)::bigint as bytes
from version_files
where size is not null
group by repo, artifact
order by bytes desc, id
