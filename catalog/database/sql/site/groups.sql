-- What the pages of datasets, teams and people show.

-- internal.site_datasets(): The datasets, by name.
--   key: repo, artifact
--   size: Bytes of the latest version.
--   hash: That of the latest version.
--   users: How many artifacts were made with it: see `site_users`.
--   in_prod: How many of these have a version in production that was.
with datasets as (from original_artifacts where lower(type) in ('dataset', 'data')),
users as (
    select repo, artifact, count(*) as users, count(*) filter (in_prod) as in_prod
    from internal.site_users(coalesce((select list(distinct repo) from datasets), [])) group by repo, artifact
)
select d.repo, d.artifact, d.folder, d.name, d.description, d.active, d.latest, d.versions, d.updated_at, f.size, f.hash,
    coalesce(u.users, 0) as users, coalesce(u.in_prod, 0) as in_prod
from datasets d
left join (from versions where is_latest) v on v.repo = d.repo and v.artifact = d.artifact
left join version_files f on f.repo = v.repo and f.artifact = v.artifact and f.version = v.version and f.commit = v.commit
left join users u on u.repo = d.repo and u.artifact = d.artifact
order by d.name, d.repo, d.artifact;

-- internal.site_completeness(): What is known of the latest version of each artifact that is registered and in use.
--   key: repo, artifact
--   card: A model card, or a README, is near it.
--   licence: A card or a licence file near it states a licence.
--   owner: CODEOWNERS names somebody.
--   metrics: It has a metric.
with latest as (
    select v.repo, v.artifact, v.version, v.commit, v.revision, internal.place_near(v.file, v.path) as home
    from versions v semi join (from original_artifacts where active) a on a.repo = v.repo and a.artifact = v.artifact
    where v.is_latest
),
measured as (
    select f.repo, f.artifact, f.version, f.commit
    from version_measure_files f
    semi join latest l on l.repo = f.repo and l.artifact = f.artifact and l.version = f.version and l.commit = f.commit
    semi join metrics m on m.repo = f.repo and m.commit = f.read and m.file = f.file
    where f.role = 'metrics'
)
select l.repo, l.artifact,
    exists (
        from cards c where c.repo = l.repo and c.commit = coalesce(l.revision, l.commit)
            and (c.folder = '' or starts_with(l.home, c.folder || '/'))
    ) as card,
    exists (
        from version_licences x where x.repo = l.repo and x.artifact = l.artifact and x.version = l.version and x.commit = l.commit
            and coalesce(x.card_licence, x.spdx) is not null
    ) as licence,
    exists (
        from version_owners o where o.repo = l.repo and o.artifact = l.artifact and o.version = l.version and o.commit = l.commit
    ) as owner,
    exists (
        from measured m where m.repo = l.repo and m.artifact = l.artifact and m.version = l.version and m.commit = l.commit
    ) as metrics
from latest l
order by l.repo, l.artifact;

-- internal.site_teams(): The teams: see `list_teams`.
--   key: team
select * replace (coalesce(people, 0) as people) from list_teams(null);

-- internal.site_people(): The people, who did most first, with what they registered or assigned last: see `list_people`.
--   key: person
--   last: The last three artifacts with such a tag, the newest first, with what it did.
with shown as (
    select author, repo, artifact, arg_max({event: event, version: version, stage: stage}, (created_at, tag)) as done,
        max(created_at) as created_at
    from resolved_events semi join original_artifacts using (repo, artifact)
    where event in ('registration', 'assignment') group by author, repo, artifact
),
newest as (
    select author, list({repo: repo, artifact: artifact, event: done.event, version: done.version, stage: done.stage}
        order by created_at desc, repo, artifact)[:3] as last
    from shown group by author
)
select p.*, coalesce(n.last, []) as last
from list_people(null) p left join newest n on n.author = p.person
order by p.events desc, p.person;
