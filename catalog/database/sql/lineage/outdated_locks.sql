-- Pipeline stages whose definition and lock differ.

-- is_param_of(a_name, named) [scalar]: Whether a parameter is the one that a stage names, or lies in it; null names all of a file.
named is null or a_name = named or starts_with(a_name, named || '.');

-- outdated_locks [materialized: incremental]: Pipeline stages whose lock does not tell of what they would do now: `dvc repro` would run
--     them again.
--   key: repo, commit, file, pipeline_stage
--   from pipeline_stages: repo, commit, file, pipeline_stage
--   reasons: What differs: `command`, `inputs` and `outputs` (defined, and not in the lock), `params` (other values than it ran with),
--     `new-params` (named, and not in the lock), `deleted-params` (named, and no longer in the file, or the file is gone), `changed`
--     (an input has other content than it ran with), `results` (an output that lies in Git has other content than it made),
--     `deleted-inputs` and `deleted-outputs` (neither Git nor DVC has it). What is not compared: see `uncompared_locks`.
--   what: The paths and parameters that differ.
--   command: What the definition says.
--   locked_command: What the lock says.
with locked_stages as (
    select repo, commit, file, pipeline_stage, command, locked_command, frozen from pipeline_stages where locked_command is not null
),
-- What a stage names in a parameter file; null: all of it.
named_params as (
    select m.repo, m.commit, m.metafile as file, m.pipeline_stage, m.file as params_file,
        unnest(case when m.names = [] then [null] else m.names end) as named
    from measure_files m semi join locked_stages s
        on s.repo = m.repo and s.commit = m.commit and s.file = m.metafile and s.pipeline_stage = m.pipeline_stage
    -- A file that was not read to its end does not tell what is gone.
    anti join (from problems where connector = 'measures' and "rule" in ('too-big', 'too-many')) p
        on p.repo = m.repo and p.commit = m.commit and (p.place = '' or p.place = m.file or starts_with(p.place, m.file || ':'))
    where m.role = 'params' and m.names is not null and m.status in ('ok', 'fetched')
),
-- Not compared: stars, and places in a list, which a row holds whole.
compared_params as (
    from named_params n
    anti join (from params where not locked and kind = 'list') f
        on f.repo = n.repo and f.commit = n.commit and f.file = n.params_file and starts_with(n.named, f.name || '.')
    where not coalesce(regexp_matches(n.named, '[*?[]'), false)
),
run_params as (
    select distinct n.* exclude (named), coalesce(n.named, split_part(l.name, '.', 1)) as named, l.name, l.text, l.number, l.kind
    from compared_params n join params l on l.repo = n.repo and l.commit = n.commit and l.file = n.params_file
        and pipeline_file(l.metafile) = n.file and l.pipeline_stage = n.pipeline_stage and is_param_of(l.name, n.named)
    where l.locked
),
file_params as (
    select distinct n.* exclude (named), coalesce(n.named, split_part(f.name, '.', 1)) as named, f.name, f.text, f.number, f.kind
    from compared_params n join params f
        on f.repo = n.repo and f.commit = n.commit and f.file = n.params_file and is_param_of(f.name, n.named)
    where not f.locked
),
params_differences as (
    select repo, commit, file, pipeline_stage,
        case when runs = 0 then 'new-params' when files = 0 then 'deleted-params' else 'params' end as reason,
        params_file || ':' || name as what
    from (
        select *, count(l.kind) over same as runs, count(f.kind) over same as files,
            -- 1 and 1.0 are equal. From 2^53 on, numbers that differ may be one here.
            coalesce(l.kind <> f.kind, true)
                or l.text is distinct from f.text and coalesce(l.number <> f.number or abs(l.number) >= 9007199254740992, true) as differs
        from run_params l full join file_params f using (repo, commit, file, pipeline_stage, params_file, named, name)
        window same as (partition by repo, commit, file, pipeline_stage, params_file, named)
    )
    where differs
    union all
    select repo, commit, file, pipeline_stage, 'deleted-params', params_file || ':' || named
    from compared_params n
    anti join run_params l using (repo, commit, file, pipeline_stage, params_file, named)
    anti join file_params f using (repo, commit, file, pipeline_stage, params_file, named)
    where named is not null
    union all
    select repo, commit, metafile, pipeline_stage, 'deleted-params', file from measure_files
    where role = 'params' and names is not null and status = 'missing'
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
    from params_differences
    union all
    select repo, commit, file, pipeline_stage, 'command', null from locked_stages where command <> locked_command
)
select
    s.repo, s.commit, s.file, s.pipeline_stage, list(distinct u.reason order by u.reason) as reasons,
    coalesce(list(distinct u.what order by u.what) filter (u.what is not null), []) as what, s.command, s.locked_command
from locked_stages s join differences u using (repo, commit, file, pipeline_stage)
-- DVC leaves a frozen stage alone, whatever its inputs are.
where not (s.frozen and u.reason in ('inputs', 'changed', 'deleted-inputs', 'params', 'new-params', 'deleted-params'))
group by s.repo, s.commit, s.file, s.pipeline_stage, s.command, s.locked_command;

-- uncompared_locks: Pipeline stages whose lock states content that is in Git, and is not compared with it: folders, files that had more
--     than 100,000 bytes, more than 50 files of a commit, and what Git LFS has, files of parameters too. `dvc status` compares all of it.
--   key: repo, commit, file, pipeline_stage
--   from dependencies: repo, commit, pipeline_stage
--   file: The `dvc.yaml` that defines the stage.
--   paths: What is not compared.
with stated as (
    select repo, commit, metafile, pipeline_stage, path from dependencies where tracked_by = 'git' and git_hash is null
    union
    select repo, commit, metafile, pipeline_stage, path from outputs where tracked_by = 'git' and git_hash is null
    union
    select m.repo, m.commit, m.metafile, m.pipeline_stage, m.file
    from measure_files m semi join (from pipeline_stages where locked_command is not null) s
        on s.repo = m.repo and s.commit = m.commit and s.file = m.metafile and s.pipeline_stage = m.pipeline_stage
    where m.role = 'params' and m.names is not null and m.status = 'lfs'
)
select repo, commit, pipeline_file(metafile) as file, pipeline_stage, list(path order by path) as paths
from stated group by all;
