-- Under which licences are the latest versions?
select coalesce(spdx, card_licence, title, 'none found') as licence, count(*) as models, list(repo || ':' || artifact order by repo, artifact)[:5] as some
from version_licences l join latest_versions v using (repo, artifact, version, commit)
group by licence
order by models desc, licence
