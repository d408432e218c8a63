-- Questions with a reference: the best version of an artifact, and the models that were made with a dataset.

-- best_version(ref, metric): The versions of the artifact that `ref` names, the best by a metric first: by what is better of it (see
--     `metric_direction`), among registered, active versions whose metrics are of the run that made them. No row where nothing says
--     which way is better.
--   key: repo, artifact, version, commit, file
--   ref: The version's name in the catalog.
--   file: The metrics file.
--   number: The value.
--   direction: `higher` or `lower`: what is better.
--   place: From 1; equal numbers have one place.
--   stages: The stages that it is in now.
with named as materialized (select f.repo, f.artifact from internal.read_reference(ref) r, internal.find_artifacts(r.artifact) f),
measured as (
    select m.repo, m.artifact, m.version, m.commit, m.file, m.number, d.direction, v.stages
    from (from version_metrics where repo in (select repo from named) and artifact in (select artifact from named)) m
    join versions v on v.repo = m.repo and v.artifact = m.artifact and v.version = m.version and v.commit = m.commit,
    internal.metric_direction(metric) d
    where (m.repo, m.artifact) in (select (repo, artifact) from named) and m.name = metric and m.number is not null and not m.of_project
        and d.direction is not null and v.registered and v.active
        and not exists (
            from mixed_runs x
            where x.repo = m.repo and x.artifact = m.artifact and x.version = m.version and x.commit = m.commit and not x.other_inputs
        )
)
select repo || ':' || artifact || '@' || version as ref, repo, artifact, version, commit, file, number, direction,
    rank() over (partition by repo, artifact, file order by case direction when 'higher' then -number else number end) as place, stages
from measured
order by repo, artifact, file, place, version desc, commit;

-- models_using(dataset, a_stage): The versions that were made with a dataset, or with any other artifact, directly or through pipelines
--     and other repositories: with all of its versions, where the reference names none; with `a_stage`, only those in that stage now.
--   key: repo, artifact, version, commit
--   ref: The version's name in the catalog.
--   steps: How many steps from the dataset to the version, by the shortest way.
with named as materialized (
    select f.repo, f.artifact, coalesce(r.version, r.stage) as part
        from internal.read_reference(dataset) r, internal.find_artifacts(r.artifact) f
),
picked as materialized (
    select repo, artifact, version, commit from versions where (repo, artifact) in (select (repo, artifact) from named where part is null)
    union
    select repo, artifact, version, commit from version_of(dataset) where exists (from named where part is not null)
),
start_files as (
    select f.node from version_files f
    join picked p on p.repo = f.repo and p.artifact = f.artifact and p.version = f.version and p.commit = f.commit
),
start_nodes as (select home, node from lineage_nodes where node in (select node from start_files)),
reached_nodes as (select node, min(level) as steps from internal.walk_down(internal.most_steps(), 'start_nodes') group by node),
reached_versions as (from version_files where node in (select node from reached_nodes))
select f.repo || ':' || f.artifact || '@' || f.version as ref, f.repo, f.artifact, f.version, f.commit, v.type, v.stages, r.steps
from reached_versions f
join reached_nodes r on r.node = f.node
join (from versions where repo in (select repo from reached_versions)) v
    on v.repo = f.repo and v.artifact = f.artifact and v.version = f.version and v.commit = f.commit
where (f.repo, f.artifact, f.version, f.commit) not in (select (repo, artifact, version, commit) from picked)
    and r.steps > 0 -- what shares a file or folder with the dataset was not made with it
    and (a_stage::varchar is null or list_contains(v.stages, internal.canonical_stage(a_stage)))
order by r.steps, ref, f.commit;
