-- Versions that do not tell of one run of their pipeline.

-- mixed_runs [materialized: incremental]: Versions whose model, parameters, metrics and inputs are of different runs: the pipeline stage
--     that made the model, or one that made the metrics, ran with other parameters or inputs than those at the version's commit, or left
--     other metrics.
--   key: repo, artifact, version, commit
--   from versions: repo, artifact, version, commit
--   what: The parameters and files that differ: see `outdated_locks`.
--   other_inputs: Nothing but inputs that no pipeline stage makes differ, such as code: model, parameters and metrics are of one run.
with own_stages as (
    select repo, artifact, version, commit, revision, internal.pipeline_file(metafile) as file, pipeline_stage
    from version_files where pipeline_stage is not null
    union
    select m.repo, m.artifact, m.version, m.commit, m.read, internal.pipeline_file(o.metafile), o.pipeline_stage
    from version_measure_files m
    join outputs o on o.repo = m.repo and o.commit = m.read and o.path = m.file
    where m.role = 'metrics' and m.belongs <> 'only' and o.pipeline_stage is not null
),
outdated as (
    select repo, commit as revision, file, pipeline_stage, unnest(what) as what,
        list_has_any(reasons, ['params', 'new-params', 'deleted-params', 'results']) as of_results
    from outdated_locks where list_has_any(reasons, ['changed', 'params', 'new-params', 'deleted-params', 'results'])
),
differences as (
    select o.* exclude (of_results), o.of_results or m.path is not null as of_runs
    from outdated o left join (select distinct repo, commit, path from outputs where pipeline_stage is not null) m
        on m.repo = o.repo and m.commit = o.revision and m.path = o.what
)
select s.repo, s.artifact, s.version, s.commit, list(distinct d.what order by d.what) as what,
    not bool_or(d.of_runs) as other_inputs
from own_stages s join differences d using (repo, revision, file, pipeline_stage)
-- Without metrics or parameters, the model is all that there is.
semi join (from version_measure_files where role in ('metrics', 'params')) m
    on m.repo = s.repo and m.artifact = s.artifact and m.version = s.version and m.commit = s.commit
group by s.repo, s.artifact, s.version, s.commit;
