-- What the page of a repository says of its tags, its storage, its crawls, and of other repositories.

-- internal.site_tags(): How many tags each repository has.
--   key: repo
--   tags: All of them.
--   events: Those that are events of the registry.
select t.repo, count(*) as tags, count(*) filter (e.oid is not null) as events
from tags t left join (select distinct repo, oid from events) e on e.repo = t.repo and e.oid = t.oid
group by t.repo
order by t.repo;

-- internal.site_unread_tags(): The tags of each repository that look like those of GTO and are no events, the first fifty.
--   key: repo, tag
--   reason: Why it is none.
--   total: How many the repository has.
with reasons as (
    select repo, place, arg_min(message, (rule, message)) as reason from problems where connector = 'gto' group by repo, place
),
unread as (
    select t.repo, t.tag, coalesce(r.reason, t.problem, case
        when t.annotated or not regexp_full_match(t.tag, '[-A-Za-z0-9_.=/]+(@v[0-9]+[.][0-9]+[.][0-9]+[^#]*|@deprecated|#[^#]+)(#[0-9]+)?')
            then 'GTO reads no tag of this name: expected NAME@v1.2.3, NAME#STAGE or NAME@deprecated'
        else 'a lightweight tag: GTO reads annotated tags alone' end) as reason
    from tags t
    anti join events e on e.repo = t.repo and e.oid = t.oid
    left join reasons r on r.repo = t.repo and r.place = 'refs/tags/' || t.tag
    where contains(t.tag, '@') or contains(t.tag, '#')
)
select *, count(*) over (partition by repo) as total
from unread
qualify row_number() over (partition by repo order by tag) <= 50
order by repo, tag;

-- internal.site_remotes(): The DVC remotes of each repository, at the tip of its default branch.
--   key: repo, dvc_root, remote
select r.repo, r.dvc_root, r.remote, r.url, r.is_default, r.endpoint_url, r.region, r.version_aware, r.anonymous, r.secrets
from remotes r
semi join (from branches where is_default) b on b.repo = r.repo and b.commit = r.commit
order by r.repo, r.dvc_root, not r.is_default, r.remote;

-- internal.site_visits(): How the visits of each repository failed: runs of equal outcomes, the last ten, and the first run of all. What a
--     visit that found nothing adds is not here: such a crawl makes no page again.
--   key: repo, run
--   run: Its number, from 1.
--   since: When its first visit began.
--   until: When the first visit after failures began.
with runs as (
    select repo, outcome, coalesce(first_at, started_at) as since, row_number() over w as run,
        lead(coalesce(first_at, started_at)) over w as until
    from visits window w as (partition by repo order by crawl)
)
select repo, run, outcome, since, case when outcome not in ('new', 'changed', 'fresh') then until end as until
from runs
where outcome not in ('new', 'changed', 'fresh') or run = 1
qualify row_number() over (partition by repo order by run desc) <= 10 or run = 1
order by repo, run desc;

-- internal.site_relatives(): Which repositories have a history in common with each, or had its name; of each relation the first fifty.
--   key: repo, relation, other
--   relation: `original` that its registry tags are from, `copy` that has its own, `parent` that it was forked from, `fork` or
--     `former name`.
--   is_known: The other is in the catalog.
--   shared: How many registry tags both have.
--   own_tags: How many only the copy has.
--   total: How many repositories have this relation to it.
with relatives as (
    select repo, 'original' as relation, of_repo as other, shared, own_tags from copies
    union all
    select of_repo, 'copy', repo, shared, own_tags from copies
    union all
    select repo, 'parent', fork_of, null, null from repos where fork_of is not null
    union all
    select fork_of, 'fork', repo, null, null from repos where fork_of is not null
    union all
    select distinct repo, 'former name', former, null, null from renames where former <> repo
)
select r.repo, r.relation, r.other, k.repo is not null as is_known, r.shared, r.own_tags,
    count(*) over (partition by r.repo, r.relation) as total
from relatives r
semi join repos o on o.repo = r.repo
left join repos k on k.repo = r.other
qualify row_number() over (partition by r.repo, r.relation order by r.other) <= 50
order by r.repo, r.relation, r.other;

-- internal.site_same_content(): Which repositories have versions of the same bytes as each: see `identical_versions`; the fifty with the
--     most.
--   key: repo, other
--   versions: How many of its versions.
--   total: How many repositories have some.
select repo, other, count(distinct (artifact, version, commit)) as versions, count(*) over (partition by repo) as total
from (select repo, artifact, version, commit, unnest(others) as other from internal.site_duplicates())
where other <> repo
group by repo, other
qualify row_number() over (partition by repo order by versions desc, other) <= 50
order by repo, versions desc, other;

-- internal.site_about_digests(): The digest of what the page of each repository says of its crawls and of other repositories, but for
--     `site_same_content`.
--   key: repo
with visits_of as (select repo, hash(list(t order by run)) as visits from internal.site_visits() t group by repo),
relatives_of as (select repo, hash(list(t order by relation, other)) as relatives from internal.site_relatives() t group by repo)
select r.repo, hash(r.source, r.archived, r.visibility, v.visits, o.relatives) as about
from repos r left join visits_of v on v.repo = r.repo left join relatives_of o on o.repo = r.repo;
