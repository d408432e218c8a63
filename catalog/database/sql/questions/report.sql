-- What `catalog report` shows beside `list_compared`: inputs, images of plots, how many plots are left out, the version that was replaced.

-- internal.list_compared_inputs(some_repos, some_artifacts, some_versions, some_commits): What versions were made from, beside each other:
--     one row for each input of each version.
--   key: place, path
--   place: The version's place among those asked for, from 1.
--   path: What the pipeline stage that made the version, or the import, depends on.
--   hash: Its hash in the lock; null where the lock has none, or where the version does not have this input.
--   is_input: The version has this input.
--   differs: The versions do not all have this input with the same hash.
with asked_versions as (
    select unnest(some_repos::varchar[]) as repo, unnest(some_artifacts::varchar[]) as artifact,
        unnest(some_versions::varchar[]) as version, unnest(some_commits::varchar[]) as commit,
        generate_subscripts(some_repos::varchar[], 1) as place
),
inputs as (
    select a.place, d.path, arg_min(d.hash_kind, d.hash) as hash_kind, min(d.hash) as hash, arg_min(d.size, d.hash) as size
    from asked_versions a
    join versions v using (repo, artifact, version, commit)
    join version_files f using (repo, artifact, version, commit)
    join dependencies d on d.repo = a.repo and d.commit = coalesce(v.revision, v.commit)
        and d.metafile = f.metafile and d.pipeline_stage is not distinct from f.pipeline_stage
    group by a.place, d.path
)
select a.place, p.path, i.hash_kind, i.hash, i.size, i.path is not null as is_input,
    count(i.path) over same < count(*) over same
        or count(distinct i.hash) over same > 1 or count(i.hash) over same not in (0, count(*) over same) as differs
from asked_versions a
cross join (select distinct path from inputs) p
left join inputs i on i.place = a.place and i.path = p.path
window same as (partition by p.path)
order by p.path, a.place;

-- internal.list_plot_images(a_repo, an_artifact, a_version, a_commit): The images among a version's plots.
--   key: repo, artifact, version, commit, plot, file
--   data: The bytes of the image.
select p.repo, p.artifact, p.version, p.commit, p.plot, p.file, any_value(p.title order by p.metafile) as title,
    any_value(p.content order by p.metafile) as content, any_value(i.media_type order by p.metafile) as media_type,
    any_value(i.data order by p.metafile) as data, bool_and(p.of_project) as of_project
from version_plots p join images i on i.repo = p.repo and i.content = p.content
where p.repo = a_repo and p.artifact = an_artifact
    and (a_version::varchar is null or p.version = a_version) and (a_commit::varchar is null or p.commit = a_commit)
group by p.repo, p.artifact, p.version, p.commit, p.plot, p.file
order by p.repo, p.artifact, p.version, p.commit, p.plot, p.file;

-- internal.count_more_plots(some_repos, some_artifacts, some_versions, some_commits, most): How many plots of data each of these versions
--     has beyond so many, which `internal.list_plots` has; no row where there are none.
--   key: repo, artifact, version, commit
--   plots: How many plots, by their names, are not among the first.
with asked_versions as (
    select unnest(some_repos::varchar[]) as repo, unnest(some_artifacts::varchar[]) as artifact,
        unnest(some_versions::varchar[]) as version, unnest(some_commits::varchar[]) as commit
),
ranked as (
    select repo, artifact, version, commit, p.plot,
        dense_rank() over (partition by repo, artifact, version, commit order by p.metafile, p.plot) as rank
    from version_plots p semi join asked_versions a using (repo, artifact, version, commit)
    where p.content is not null and p.kind = 'series'
),
names as (
    select repo, artifact, version, commit, plot from ranked group by all having min(rank) > most
)
select repo, artifact, version, commit, count(*) as plots from names group by all order by repo, artifact, version, commit;

-- internal.replaced_version(a_repo, an_artifact, a_version, a_commit, a_stage): The version that was in a stage before this one: of the
--     other versions, the one that was put there last.
--   key: (at most one row)
select repo, artifact, version, commit from stage_history
where repo = a_repo and artifact = an_artifact and stage = a_stage and (version, commit) <> (a_version, a_commit)
order by started_at desc, ended_at desc nulls first, version desc, commit desc
limit 1;
