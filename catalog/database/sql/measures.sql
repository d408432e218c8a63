-- How good a version is: its metrics, parameters and plots, among those of its commit. The names of their columns are those of the facts.

-- version_measure_files [materialized: incremental]: The files with each version's metrics, parameters and plots.
--   key: repo, artifact, version, commit, role, file, metafile
--   from versions: repo, artifact, version, commit, precedence
--   read: The commit whose files these are.
--   role: `metrics`, `params` or `plots`.
--   file: The file, from the Git root.
--   metafile: Who names it; the `params.yaml` that DVC reads unasked counts as named by the `dvc.yaml` beside it.
--   status: Whether the file could be read: see `measure_files`. Null for parameters that only `dvc.lock` has.
--   belongs: Why it is the version's: `named` by the `dvc.yaml` that annotates it, or whose pipeline makes it; where those name none, it
--     is of the same DVC `project`; else of the `only` project.
--   of_project: They are of the project, not of this artifact: it is annotated nowhere, or no metafile names them for it and its
--     path leads to nothing.
--     Such measures make no version the best one, and no search finds it by them.
with named_files as (
    select repo, commit, role, file, metafile, project, max(status) as status
    from (
        select
            repo, commit, role, file, status, coalesce(dvc_root, '/') as project,
            coalesce(metafile, coalesce(nullif(dvc_root, '') || '/', '') || 'dvc.yaml') as metafile
        from measure_files
        union all
        select repo, commit, 'params', file, null, coalesce(dvc_root, '/'), internal.pipeline_file(metafile)
        from params where locked
    )
    group by all
),
projects as (
    select repo, commit, count(distinct project) as projects from named_files group by all
),
version_places as (
    select
        repo, artifact, version, commit, revision as read, precedence, dvc_root,
        count(annotated_at) over (partition by repo, artifact) = 0 as unannotated,
        status in ('not-tracked', 'not-annotated') as nowhere,
        coalesce(file, coalesce(nullif(regexp_extract(artifact, '^(.*):[^:]*$', 1), '') || '/', '') || 'dvc.yaml') as annotated_in,
        internal.pipeline_file(metafile) as made_by
    from version_files
)
select
    h.repo, h.artifact, h.version, h.commit, h.read, h.precedence, c.role, c.file, c.metafile, c.status,
    case when c.metafile = h.annotated_in or c.metafile = h.made_by then 'named'
        when c.project = h.dvc_root then 'project' else 'only' end as belongs,
    h.unannotated or (h.nowhere and belongs <> 'named') as of_project
from version_places h
join named_files c on c.repo = h.repo and c.commit = h.read
join projects p on p.repo = h.repo and p.commit = h.read
where belongs <> 'only' or p.projects = 1
qualify list_position(['named', 'project', 'only'], belongs)
    = min(list_position(['named', 'project', 'only'], belongs)) over (partition by h.repo, h.artifact, h.version, h.commit, c.role);

-- version_metrics: The metrics of each version.
--   key: repo, artifact, version, commit, file, name
--   from versions: repo, artifact, version, commit, precedence
--   from metrics: file, name, number, text, kind
--   from version_measure_files: of_project
select distinct f.repo, f.artifact, f.version, f.commit, f.precedence, m.file, m.name, m.number, m.text, m.kind, f.of_project
from version_measure_files f join metrics m on m.repo = f.repo and m.commit = f.read and m.file = f.file
where f.role = 'metrics';

-- version_params [materialized: incremental]: The parameters of each version: what the file says, or else what the pipeline stage ran
--     with.
--   key: repo, artifact, version, commit, file, name
--   from versions: repo, artifact, version, commit, precedence
--   from params: file, name, number, text, kind
--   from version_measure_files: of_project
--   pipeline_stage: The pipeline stage that reads it; null where the whole file counts.
--   locked: The file says nothing of its top level; it is what the stage ran with, from `dvc.lock`.
select f.repo, f.artifact, f.version, f.commit, f.precedence, p.file, p.name, p.number, p.text, p.kind, p.pipeline_stage, p.locked,
    f.of_project
from version_measure_files f
join (
    select * replace (
        coalesce(internal.pipeline_file(metafile), coalesce(nullif(dvc_root, '') || '/', '') || 'dvc.yaml') as metafile
    ), split_part(ltrim(name, '.'), '.', 1) as top
    from params
) p on p.repo = f.repo and p.commit = f.read and p.file = f.file and p.metafile = f.metafile
where f.role = 'params'
qualify row_number() over (
    partition by f.repo, f.artifact, f.version, f.commit, p.file, p.name
    order by p.locked, p.pipeline_stage nulls first, p.metafile
) = 1
-- `layers.0` of the run is not shown beside the list `layers` of the file, nor what a pattern stood for.
and not (p.locked and case when regexp_matches(p.top, '[*?[]')
    then bool_or(not p.locked) over (partition by f.repo, f.artifact, f.version, f.commit, p.file)
    else bool_or(not p.locked) over (partition by f.repo, f.artifact, f.version, f.commit, p.file, p.top) end);

-- version_plots: The plots of each version.
--   key: repo, artifact, version, commit, metafile, plot, file, y
--   from versions: repo, artifact, version, commit, precedence
--   from plots: metafile, pipeline_stage, plot, file, kind, x, x_file, y, x_label, y_label, title, template, content,
--     x_content, template_content
--   from version_measure_files: of_project
select
    f.repo, f.artifact, f.version, f.commit, f.precedence, p.metafile, p.pipeline_stage, p.plot, p.file, p.kind,
    p.x, p.x_file, p.y, p.x_label, p.y_label, p.title, p.template, p.content, p.x_content, p.template_content, f.of_project
from version_measure_files f
join plots p on p.repo = f.repo and p.commit = f.read and p.file = f.file and p.metafile = f.metafile
where f.role = 'plots';
