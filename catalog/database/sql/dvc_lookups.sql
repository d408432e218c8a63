-- Where DVC and GTO find different commits for one request.

-- dvc_lookups [materialized: incremental]: What `dvc artifacts get` finds for a request, beside what GTO says: DVC goes by the newest
--     tag, whatever it did.
--   key: repo, artifact, request
--   from events: repo, artifact
--   request: `latest`, `@version` or `#stage`.
--   dvc_commit: The commit that DVC takes.
--   gto_commit: The commit that GTO names; null where it names none.
--   agree: Both name the same commit.
with dvc as (
    select repo, artifact, 'latest' as request, arg_max(commit, (precedence, created_at, tag)) as dvc_commit
    from events where version is not null group by all
    union all
    select repo, artifact, '@' || version, arg_max(commit, (created_at, tag)) from events where version is not null group by all
    union all
    select repo, artifact, '#' || stage, arg_max(commit, (created_at, tag)) from events where stage is not null group by all
),
gto as (
    select repo, artifact, 'latest' as request, commit as gto_commit from versions where is_latest
    union all
    select repo, artifact, '@' || version, arg_max(commit, created_at) from versions where active and registered group by all
    union all
    select repo, artifact, '#' || raw_stage, arg_min(commit, rank) from assignments group by all
)
select repo, artifact, request, dvc_commit, gto_commit, dvc_commit is not distinct from gto_commit as agree
from dvc left join gto using (repo, artifact, request);
