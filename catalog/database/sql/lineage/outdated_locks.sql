-- Pipeline stages whose definition and lock differ.

-- internal.param_place(a_file, a_name) [scalar]: A parameter with its file before it; the empty name is the whole file.
concat_ws(':', a_file, nullif(a_name, ''));

-- outdated_locks [materialized: incremental]: Pipeline stages whose lock does not tell of what they would do now: `dvc repro` would run
--     them again.
--   key: repo, commit, file, pipeline_stage
--   from pipeline_stages: repo, commit, file, pipeline_stage
--   reasons: What differs: `command`, `inputs` and `outputs` (defined, and not in the lock, or there without a hash), `params` (other
--     values than it ran with), `new-params` (named, and not in the lock), `deleted-params` (named, and no longer in the file, or the
--     file is gone), `changed` (an input has other content than it ran with), `results` (an output that lies in Git has other content
--     than it made), `deleted-inputs` and `deleted-outputs` (neither Git nor DVC has it). What is not compared: see `uncompared_locks`.
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
    -- To DVC, what the lock names without a hash has changed.
    select repo, commit, internal.pipeline_file(metafile), pipeline_stage, 'outputs', path from outputs
    where hash is null and version_id is null and not is_folder and ends_with(metafile, 'dvc.lock')
    union all
    select repo, commit, internal.pipeline_file(metafile), pipeline_stage, 'inputs', path from dependencies
    where hash is null and ends_with(metafile, 'dvc.lock') and not starts_with(path, 'ds://')
    union all
    select i.repo, i.commit, i.file, i.pipeline_stage, 'changed', i.path
    from internal.numbered_inputs() i join outputs o on o.repo = i.repo and o.commit = i.commit and o.path = i.path
    where o.hash <> i.hash
    union all
    select repo, commit, internal.pipeline_file(metafile), pipeline_stage, 'changed', path from dependencies
    where git_hash <> hash
    union all
    select repo, commit, internal.pipeline_file(metafile), pipeline_stage, 'results', path from outputs
    where git_hash <> hash
    union all
    select repo, commit, internal.pipeline_file(metafile), pipeline_stage, 'deleted-inputs', path from dependencies
    where tracked_by = 'nothing'
    union all
    select repo, commit, internal.pipeline_file(metafile), pipeline_stage, 'deleted-outputs', path from outputs
    where tracked_by = 'nothing'
    union all
    select repo, commit, metafile, pipeline_stage, 'params', internal.param_place(file, unnest(modified_names)) from measure_files
    union all
    select repo, commit, metafile, pipeline_stage, 'new-params', internal.param_place(file, unnest(new_names)) from measure_files
    union all
    select repo, commit, metafile, pipeline_stage, 'deleted-params', internal.param_place(file, unnest(deleted_names)) from measure_files
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

-- uncompared_locks [materialized: incremental]: Pipeline stages whose lock states content or parameters with which nothing was
--     compared. `dvc status` compares all of it, or refuses to.
--   key: repo, commit, file, pipeline_stage
--   from pipeline_stages: repo, commit, pipeline_stage
--   file: The `dvc.yaml` that defines the stage.
--   paths: What is not compared: paths, and parameters with their file before them.
--   reasons: Why, of each path: `definition` and `lock`: not all that they say of the stage could be read, see `problems`; `folder` in
--     Git; `content` in Git of more than 100,000 bytes, after the first 50 files of its commit, or in Git LFS; `filter`: a filter, or an
--     encoding other than of Unicode, stands between Git and the file, or a `.gitattributes` could not be read; `no-hash`: DVC tracks
--     it at this commit, but only as part of a folder, in parts, or without a hash; `outside` of the repository, such as a URL, or
--     behind a link. Of files of parameters: `lfs`; `in-dvc`: in DVC's storage; `bad`: see `problems`; `too-many` files in the commit;
--     `unclear`: see `uncompared_names` of `measure_files`.
with stated_content as (
    select repo, commit, metafile, pipeline_stage, path, tracked_by, hash, true as is_input from dependencies d
    where hash is not null and git_hash is null and pipeline_stage is not null and not exists (
        from outputs o where d.tracked_by = 'dvc' and o.repo = d.repo and o.commit = d.commit and o.path = d.path and o.hash is not null
    )
    union all
    select repo, commit, metafile, pipeline_stage, path, tracked_by, hash, false from outputs
    where hash is not null and git_hash is null and pipeline_stage is not null and not cached
),
named_params as (
    select repo, commit, metafile as file, pipeline_stage, file as params_file, status, uncompared_names from measure_files
    where role = 'params' and names is not null
),
-- Where problems of a stage are: of those of a group, at the group.
stated_stages as (
    select *, stated_in || ': stages.' || split_part(pipeline_stage, '@', 1) as place
    from (
        select repo, commit, file, pipeline_stage, file as stated_in, 'definition' as reason from pipeline_stages
        union all
        select repo, commit, file, pipeline_stage, regexp_replace(file, 'yaml$', 'lock'), 'lock' from pipeline_stages
    )
    where ends_with(file, 'dvc.yaml')
),
uncompared as (
    select repo, commit, internal.pipeline_file(metafile) as file, pipeline_stage, path,
        case when tracked_by is null then 'outside' when tracked_by = 'dvc' then 'no-hash' when tracked_by = 'filter' then 'filter'
            when ends_with(hash, '.dir') then 'folder' else 'content' end as reason, is_input
    from stated_content where tracked_by is distinct from 'nothing'
    union all
    select repo, commit, file, pipeline_stage, params_file, status, true from named_params where uncompared_names is null
    union all
    select repo, commit, file, pipeline_stage, internal.param_place(params_file, unnest(uncompared_names)), 'unclear', true
        from named_params
    union all
    select distinct p.repo, p.commit, internal.pipeline_file(p.metafile), p.pipeline_stage, p.file, 'too-many', true
    from params p
    semi join (from problems where connector = 'measures' and "rule" = 'too-many' and place = '') m
        on m.repo = p.repo and m.commit = p.commit
    anti join named_params n
        on n.repo = p.repo and n.commit = p.commit and n.file = internal.pipeline_file(p.metafile) and n.pipeline_stage = p.pipeline_stage
            and n.params_file = p.file
    where p.locked
    union all
    select repo, commit, file, pipeline_stage, stated_in, reason, false
    from stated_stages s
    semi join (from problems where connector in ('metafiles', 'annotations')) p on p.repo = s.repo and p.commit = s.commit
        and (p.place in (s.stated_in, s.place) or starts_with(p.place, s.place || '.'))
)
select repo, commit, file, pipeline_stage, list(path order by path) as paths, list(reason order by path) as reasons
from (
    select u.repo, u.commit, u.file, u.pipeline_stage, u.path, min(u.reason) as reason
    from uncompared u join pipeline_stages s using (repo, commit, file, pipeline_stage)
    -- DVC compares no input of a frozen stage.
    where (s.locked_command is not null or u.reason = 'lock') and not (s.frozen and u.is_input)
    group by all
)
group by all;
