-- One repository, artifact or version, with the facts that a card shows: `catalog show`.

-- internal.show_artifact(a_repo, an_artifact): One artifact with all that a person asks first.
--   key: (at most one row)
--   assignments: Which version is in which stage, since when and by whom.
--   all_versions: Its versions, the highest first, deregistered ones too.
--   problems: The `open_problems` of its tags, such as a stage tag of a commit with two versions.
select a.*,
    (
        select coalesce(list({
            stage: s.stage, raw_stage: s.raw_stage, version: s.version, commit: s.commit, assigned_at: s.assigned_at,
            author: s.author, author_email: s.author_email, message: s.message, tag: s.tag
        } order by n.rank nulls last, s.stage), [])
        from assignments s left join stage_names n on n.raw = s.raw_stage
        where s.repo = a_repo and s.artifact = an_artifact and s.rank = 1
    ) as assignments,
    (
        select coalesce(list({
            ref: a_repo || ':' || an_artifact || '@' || version, version: version, commit: commit,
            revision: coalesce(revision, commit), stages: stages, is_latest: is_latest,
            registered: registered, active: active, reachable: reachable, created_at: created_at,
            activated_at: activated_at, author: author, author_email: author_email, message: message, tag: tag, signed: signed
        } order by precedence desc nulls last, created_at desc, commit), [])
        from versions where repo = a_repo and artifact = an_artifact
    ) as all_versions,
    (
        select coalesce(list({tag: e.tag, rule: p.rule, message: p.message} order by e.tag, p.rule, p.message), [])
        from events e join open_problems p on p.repo = e.repo and p.place = 'refs/tags/' || e.tag
        where e.repo = a_repo and e.artifact = an_artifact
    ) as problems
from artifacts a
where a.repo = a_repo and a.artifact = an_artifact;

-- internal.show_repo(a_repo): One repository with its artifacts.
--   key: (at most one row)
--   why: Why the last visit read it.
--   artifacts: How many artifacts it has.
--   problems: How many `open_problems` it has.
--   all_artifacts: Its artifacts, deprecated ones too, with the version in each stage.
select r.*,
    (
        select coalesce(list({
            id: id, artifact: artifact, type: type, latest: latest, stages: stages, active: active, description: description
        } order by artifact), [])
        from internal.list_artifacts([a_repo], null, null, true)
    ) as all_artifacts
from internal.list_repos([a_repo]) r;

-- internal.show_version(a_repo, an_artifact, a_version, a_commit): One version with all that a person asks first.
--   key: (at most one row)
--   artifact_active: The artifact is not deprecated.
--   assignments: The stages that it is in, since when and by whom.
--   bytes: Where its bytes are: the row of `version_files`.
--   get: A command that gets the bytes, word by word; null where none does: see `version_commands`.
--   metrics: Its metrics, with what is better: see `version_metrics`.
--   params: Its parameters: see `version_params`.
--   unread: Files with metrics or parameters that could not be read, and why: see `measure_files`.
--   made_by: The pipeline stage that made it, why its lock is out of date (see `outdated_locks`), and what was not compared with it and
--     why (see `uncompared_locks`).
--   mixed: What differs from the run that made it, where its parameters, metrics or inputs are of another: see `mixed_runs`; null where
--     none does.
--   other_inputs: Nothing but its inputs, such as code: see `mixed_runs`.
--   inputs: What that stage, or the import, depends on; and where each of these is from.
--   card: Its model card, or the README nearest to it; `of_repository`: the README at the Git root, which tells of the whole repository.
--   licence: The licence file nearest to it.
--   owners: Who answers for it, by CODEOWNERS.
--   identical: Other versions with the same bytes.
-- Each part is materialized: together, they would be one query of twenty tables, which takes DuckDB long to plan.
with v as materialized (
    select *, coalesce(revision, commit) as reading, internal.place_near(file, path) as home
    from versions
    where repo = a_repo and artifact = an_artifact and version = a_version and commit = a_commit
),
f as materialized (
    from version_files where repo = a_repo and artifact = an_artifact and version = a_version and commit = a_commit
),
measured as materialized (
    select
        (
            select coalesce(list({
                file: file, name: name, number: number, text: text, kind: kind, direction: direction, of_project: of_project
            } order by file, name), [])
            from internal.list_metrics(a_repo, an_artifact, a_version, a_commit)
        ) as metrics,
        (
            select coalesce(list({
                file: file, name: name, number: number, text: text, kind: kind, locked: locked, of_project: of_project
            } order by file, name), [])
            from internal.list_params(a_repo, an_artifact, a_version, a_commit)
        ) as params,
        (
            select coalesce(list({role: role, file: file, status: status} order by role, file), [])
            from (
                select distinct role, file, status from version_measure_files
                where repo = a_repo and artifact = an_artifact and version = a_version and commit = a_commit
                    and role <> 'plots' and status not in ('ok', 'fetched')
            )
        ) as unread
),
stage_inputs as materialized (
    select d.* from dependencies d, v, f
    where d.repo = a_repo and d.commit = v.reading and d.metafile = f.metafile and d.pipeline_stage is not distinct from f.pipeline_stage
),
sources as materialized (
    select o.path, o.metafile, o.pipeline_stage, i.url, i.source_path, i.rev, i.rev_lock
    from (from outputs where repo = a_repo and commit = (select reading from v)) o
    left join (from imports where repo = a_repo and commit = (select reading from v)) i using (metafile, path)
),
provenance as materialized (
    select
        (
            select any_value({
                file: p.file, pipeline_stage: p.pipeline_stage, command: p.command, locked_command: p.locked_command, wdir: p.wdir,
                outdated: coalesce(o.reasons, []), changed: coalesce(o.what, []),
                not_compared: coalesce(n.paths, []), why_not_compared: coalesce(n.reasons, [])
            })
            from v, f, pipeline_stages p
            left join (from outdated_locks where repo = a_repo and commit = (select reading from v)) o
                on o.file = p.file and o.pipeline_stage = p.pipeline_stage
            left join (from uncompared_locks where repo = a_repo and commit = (select reading from v)) n
                on n.file = p.file and n.pipeline_stage = p.pipeline_stage
            where p.repo = a_repo and p.commit = v.reading and p.file = internal.pipeline_file(f.metafile)
                and coalesce(p.pipeline_stage = f.pipeline_stage, not ends_with(p.file, 'dvc.yaml'))
        ) as made_by,
        (
            select coalesce(list({
                path: d.path, hash_kind: d.hash_kind, hash: d.hash, size: d.size, files: d.files,
                made_by: s.pipeline_stage, metafile: s.metafile,
                source_url: s.url, source_path: s.source_path, source_rev: s.rev, source_commit: s.rev_lock
            } order by d.path, s.path, s.metafile), [])
            from stage_inputs d
            left join sources s on (d.path = s.path or starts_with(d.path, s.path || '/'))
                and not (s.metafile = d.metafile and s.pipeline_stage is not distinct from d.pipeline_stage)
        ) as inputs
),
surroundings as materialized (
    select
        (
            select arg_max({
                file: c.file, title: c.title, licence: coalesce(c.licence_name, c.licence), licence_link: c.licence_link,
                    languages: c.languages,
                datasets: c.datasets, base_models: c.base_models, tags: c.tags, library: c.library, task: c.task,
                of_repository: c.folder = '' and not c.is_model_card
            }, (len(c.folder), c.is_model_card, c.file))
            from cards c, v
            where c.repo = a_repo and c.commit = v.reading and (c.folder = '' or starts_with(v.home, c.folder || '/'))
        ) as card,
        (
            select arg_max({file: l.file, spdx: l.spdx, title: l.title}, (len(l.folder), l.spdx is not null, l.file))
            from licences l, v
            where l.repo = a_repo and l.commit = v.reading and (l.folder = '' or starts_with(v.home, l.folder || '/'))
        ) as licence,
        (
            select coalesce(flatten(list(o.owners order by o.line)), [])
            from code_owners o, v where o.repo = a_repo and o.commit = v.reading and list_contains(o.artifacts, an_artifact)
        ) as owners
),
command as materialized (
    select any_value(get) as get from version_commands
    where repo = a_repo and artifact = an_artifact and version = a_version and commit = a_commit
),
runs as materialized (
    select any_value(what) as mixed, coalesce(bool_or(other_inputs), false) as other_inputs from mixed_runs
    where repo = a_repo and artifact = an_artifact and version = a_version and commit = a_commit
)
select v.* exclude (precedence, reading, home),
    a.active as artifact_active, a.deprecated_at,
    (
        select coalesce(list({
            stage: stage, raw_stage: raw_stage, assigned_at: assigned_at, author: author, author_email: author_email,
            message: message, tag: tag
        } order by stage), [])
        from assignments
        where repo = a_repo and artifact = an_artifact and version = a_version and commit = a_commit and rank = 1
    ) as assignments,
    {
        status: f.status, url: f.url, link: f.link, path: f.path, hash_kind: f.hash_kind, hash: f.hash, size: f.size, files: f.files,
        is_folder: f.is_folder, executable: f.executable, metafile: f.metafile, remote: f.remote, version_id: f.version_id,
        source_url: f.source_url, source_path: f.source_path, source_rev: f.source_rev, source_commit: f.source_commit
    } as bytes,
    command.*, runs.*, measured.*, provenance.*, surroundings.*,
    (
        select coalesce(list(o.repo || ':' || o.artifact || '@' || o.version order by o.repo, o.artifact, o.version), [])
        from version_files o, f
        where o.hash = f.hash and not internal.is_trivial_content(o.hash, o.size)
            and not (o.repo = a_repo and o.artifact = an_artifact and o.version = a_version and o.commit = a_commit)
            -- Inside a folder that is known by its list, the place in it counts, too.
            and coalesce(o.path[length(o.output) + 1:], '') = coalesce(f.path[length(f.output) + 1:], '')
    ) as identical
from v
join (from artifacts where repo = a_repo and artifact = an_artifact) a on true
left join f on true,
command, runs, measured, provenance, surroundings;
