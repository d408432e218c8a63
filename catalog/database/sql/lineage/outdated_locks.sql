-- Pipeline stages whose definition and lock differ.

-- outdated_locks [materialized: incremental]: Pipeline stages whose lock does not tell of what they would do now: `dvc repro` would run
--     them again.
--   key: repo, commit, file, pipeline_stage
--   from pipeline_stages: repo, commit, file, pipeline_stage
--   reasons: What differs: `command`, `inputs` and `outputs` (defined, and not in the lock), `params` (other values than it ran with),
--     `changed` (an input has other content than it ran with), `results` (an output that lies in Git has other content than it made),
--     `deleted-inputs` and `deleted-outputs` (neither Git nor DVC has it). What is not compared: see `uncompared_locks`.
--   what: The paths and parameters that differ.
--   command: What the definition says.
--   locked_command: What the lock says.
with locked_stages as (
    select repo, commit, file, pipeline_stage, command, locked_command, frozen from pipeline_stages where locked_command is not null
),
differences as (
    select repo, commit, metafile as file, pipeline_stage, 'outputs' as reason, path as what from outputs
    where ends_with(metafile, 'dvc.yaml')
    union all
    select repo, commit, metafile, pipeline_stage, 'inputs', path from dependencies
    where ends_with(metafile, 'dvc.yaml') and not starts_with(path, 'ds://')
    union all
    select i.repo, i.commit, i.file, i.pipeline_stage, 'changed', i.path
    from numbered_inputs() i join outputs o on o.repo = i.repo and o.commit = i.commit and o.path = i.path
    where o.hash <> i.hash
    union all
    select repo, commit, pipeline_file(metafile), pipeline_stage, 'changed', path from dependencies
    where git_hash <> hash
    union all
    select repo, commit, pipeline_file(metafile), pipeline_stage, 'results', path from outputs
    where git_hash <> hash
    union all
    select repo, commit, pipeline_file(metafile), pipeline_stage, 'deleted-inputs', path from dependencies
    where tracked_by = 'nothing'
    union all
    select repo, commit, pipeline_file(metafile), pipeline_stage, 'deleted-outputs', path from outputs
    where tracked_by = 'nothing'
    union all
    select l.repo, l.commit, pipeline_file(l.metafile), l.pipeline_stage, 'params', l.file || ':' || l.name
    from params l join (select distinct repo, commit, file, name, text from params where not locked) f
        on f.repo = l.repo and f.commit = l.commit and f.file = l.file and f.name = l.name
    where l.locked and f.text is distinct from l.text
    union all
    select repo, commit, file, pipeline_stage, 'command', null from locked_stages where command <> locked_command
)
select
    s.repo, s.commit, s.file, s.pipeline_stage, list(distinct u.reason order by u.reason) as reasons,
    coalesce(list(distinct u.what order by u.what) filter (u.what is not null), []) as what, s.command, s.locked_command
from locked_stages s join differences u using (repo, commit, file, pipeline_stage)
-- DVC leaves a frozen stage alone, whatever its inputs are.
where not (s.frozen and u.reason in ('inputs', 'changed', 'deleted-inputs', 'params'))
group by s.repo, s.commit, s.file, s.pipeline_stage, s.command, s.locked_command;

-- uncompared_locks: Pipeline stages whose lock states content that is in Git, and is not compared with it: folders, files that had more
--     than 100,000 bytes, more than 50 files of a commit, and what Git LFS has. `dvc status` compares all of it.
--   key: repo, commit, file, pipeline_stage
--   from dependencies: repo, commit, pipeline_stage
--   file: The `dvc.yaml` that defines the stage.
--   paths: What is not compared.
with stated as (
    select repo, commit, metafile, pipeline_stage, path from dependencies where tracked_by = 'git' and git_hash is null
    union
    select repo, commit, metafile, pipeline_stage, path from outputs where tracked_by = 'git' and git_hash is null
)
select repo, commit, pipeline_file(metafile) as file, pipeline_stage, list(path order by path) as paths
from stated group by all;
