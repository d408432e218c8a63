-- What the pages of repositories show.

-- internal.site_repositories(): Every repository, and how much is in it.
--   key: repo
--   copy_of: The repository that all of its registry tags are from.
select
    r.repo, r.url, r.outcome, r.message, r.stale, r.visited_at, r.read_at,
    b.branch, b.commit as tip,
    coalesce(a.artifacts, 0) as artifacts, coalesce(a.versions, 0) as versions, a.updated_at,
    coalesce(p.problems, 0) as problems,
    c.of_repo as copy_of, r.left_at, r.left_because, r.page, r.commit_pages, r.source, r.archived, r.visibility
from repos r
left join (from copies where is_pure_copy) c on c.repo = r.repo
left join (from branches where is_default) b on b.repo = r.repo
left join (
    select repo, count(*) as artifacts, sum(versions)::bigint as versions, max(updated_at) as updated_at
    from original_artifacts group by repo
) a on a.repo = r.repo
left join (select repo, count(*) as problems from open_problems group by repo) p on p.repo = r.repo
order by r.repo;

-- internal.site_problems(): Everything that could not be read and is to be mended.
--   key: repo, rule, place, message, commit
select repo, rule, place, message, commit, fix from open_problems order by repo, connector, place, rule, message, commit;

-- internal.site_model_problems(): How many problems of repositories that could be read concern a model: those of registry tags, of files
--     at the commit of a version that is the latest or in a stage, and of the files at the tip that say which artifacts there are.
--   key: (at most one row)
with shown_commits as (
    select repo, revision as commit from latest_versions
    union
    select repo, revision from current_assignments
)
select count(*) as problems
from open_problems p
semi join original_artifacts o on o.repo = p.repo
anti join repos s on s.repo = p.repo and s.stale
left join branches b on b.repo = p.repo and b.commit = p.commit and b.is_default
where regexp_matches(p.place, '^refs/tags/.*[@#]') or (p.repo, p.commit) in (select (repo, commit) from shown_commits)
    or (b.repo is not null and regexp_matches(p.place, '^(.*/)?(\.gto|artifacts\.yaml|dvc\.yaml)($|:)'));

-- internal.site_experiments(some_repos := null): DVC's experiments of each repository, the newest first, at most fifty.
--   key: repo, name, baseline
--   total: How many the repository has.
--   metrics: Its first metrics.
with shown as (
    select *, count(*) over (partition by repo) as total
    from internal.list_experiments(some_repos)
    qualify row_number() over (partition by repo order by authored_at desc, name, ref) <= 50
)
select
    s.repo, s.name, s.author, s.authored_at, s.commit, s.baseline, s.detached, s.was_read, s.versions, s.total, s.metrics as metric_count,
    coalesce(m.metrics, []) as metrics
from shown s
left join (
    select repo, commit, list({name: name, text: text} order by file, name)[:4] as metrics
    from metrics semi join shown using (repo, commit) group by all
) m on m.repo = s.repo and m.commit = s.commit
order by s.repo, s.authored_at desc, s.name, s.commit;

-- internal.site_experiment_metrics(some_repos := null): The metrics of the experiments that pages list, and of the commits that these
--     began from: the first twelve of each repository.
--   key: repo, commit, file, name
--   place: The metric's place among those of the repository: of which it is known what is better goes first.
--   total: How many metrics the repository has in these commits.
with shown as (from internal.site_experiments(some_repos)),
wanted as (select repo, commit from shown union select repo, baseline from shown),
placed as (
    select m.repo, m.commit, m.file, m.name, m.number, m.text, d.direction,
        dense_rank() over (partition by m.repo order by internal.metric_rank(m.name, d.direction), m.name, m.file) as place
    from metrics m
    semi join wanted w on w.repo = m.repo and w.commit = m.commit
    left join metric_names d on d.repo = m.repo and d.name = m.name
    where some_repos::varchar[] is null or list_contains(some_repos::varchar[], m.repo)
),
counted as (select *, max(place) over (partition by repo) as total from placed)
from counted where place <= 12 order by repo, place, commit;

-- internal.site_releases(): Releases of each repository that GTO does not use, the newest first.
--   key: repo, tag
--   metrics: The first metrics of its commit.
with releases as (from internal.list_releases(null))
select
    s.repo, s.tag, s.commit, s.author, s.committed_at, s.summary, s.metrics as metric_count, coalesce(m.metrics, []) as metrics
from releases s
left join (
    select repo, commit, list({name: name, text: text} order by file, name)[:4] as metrics
    from metrics semi join releases using (repo, commit) group by all
) m on m.repo = s.repo and m.commit = s.commit
order by s.repo, s.committed_at desc, s.tag;
