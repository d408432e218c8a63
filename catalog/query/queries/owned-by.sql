-- What does a team or a person answer for?
-- owner: @search/ranking
select distinct o.ref, stages
from version_owners o join versions v using (repo, artifact, version, commit)
where owner = $owner and v.is_latest
order by o.ref
