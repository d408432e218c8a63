-- Questions with parameters, for the command, the site, the Python API and anybody's SQL.

-- find_artifacts(words): The artifacts that a reference can mean: any end of `host/owner/name:artifact` that begins after a `/` or `:`.
--   exact: The whole name was given.
-- What a fork has from its parent is meant only where nothing else is: whoever wants it names the fork.
select repo, artifact, id, id = words as exact
from artifacts
where ends_with('/' || id, '/' || words) or ends_with(id, ':' || words)
qualify (repo, artifact) not in (select (repo, artifact) from copied_artifacts)
    or bool_and((repo, artifact) in (select (repo, artifact) from copied_artifacts)) over ();

-- stages_at(t, source := 'events'): Who was in which stage at the moment `t` (UTC), by the taggers' clocks and with GTO's rules for falling back.
select a.* exclude (rank, rank_semver)
from assignments_at(t, source := source) a join artifacts_at(t, source := source) s using (repo, artifact)
where a.rank = 1 and s.active;

-- history(a_repo, an_artifact): What happened to one artifact, newest first.
select * from resolved_events
where repo = a_repo and artifact = an_artifact
order by created_at desc, priority desc, tag desc;

-- gto_show(a_repo): One repository as `gto show` prints it: each artifact that is active, its latest version, its stages.
select s.artifact, s.latest as version, s.registered,
    coalesce(map_from_entries(list((a.raw_stage, a.version) order by a.raw_stage) filter (a.raw_stage is not null)), map {}) as stages
from artifacts s
left join (from assignments where rank = 1) a on a.repo = s.repo and a.artifact = s.artifact
where s.repo = a_repo and s.active
    -- GTO does not read dvc.yaml.
    and (s.registered or s.artifact in (
        select n.artifact from annotations n join revisions r using (repo, commit)
        where n.repo = a_repo and n.source = 'artifacts.yaml' and list_contains(r.reasons, 'tip')
    ))
group by all
order by s.artifact;

-- artifact_names(): Every artifact's full name.
select id, active from artifacts order by id;

-- find_repos(words): The repositories that a name can mean: any end of `host/owner/name` that begins after a `/`.
select repo from repos where ends_with('/' || repo, '/' || words) order by repo;

-- find_versions(a_repo, an_artifact, words): The versions that a reference can mean: a version, `latest`, or the beginning of a commit.
select version, commit, active from versions
where repo = a_repo and artifact = an_artifact
    and (version = words or (words in ('latest', 'greatest') and is_latest) or (regexp_full_match(words, '[0-9a-f]{7,40}') and starts_with(commit, words)))
order by version, commit;

-- find_in_stage(a_repo, an_artifact, words): Who is in a stage, by the catalog's name of the stage or by the tags' own.
select version, commit from assignments
where repo = a_repo and artifact = an_artifact and (stage = words or raw_stage = words)
order by stage = words desc, rank
limit 1;

-- version_of(ref): What a reference can mean: `churn` or `churn@latest`, `churn@v3.1.0`, `churn#prod`; instead of `churn`, any longer end of `host/owner/name:artifact`.
with words as (
    select part.artifact as artifact, part.mark as mark, coalesce(nullif(part.rest, ''), 'latest') as rest
    from (select regexp_extract(ref, '^(.+?)(?:([@#])([^@#]+))?$', ['artifact', 'mark', 'rest']) as part)
),
meant as (select a.repo, a.artifact, w.mark, w.rest from words w, find_artifacts(w.artifact) a)
select m.repo, m.artifact, v.version, v.commit
from meant m join versions v using (repo, artifact)
where m.mark is distinct from '#' and (
    v.version = m.rest or (m.rest in ('latest', 'greatest') and v.is_latest)
    or (regexp_full_match(m.rest, '[0-9a-f]{7,40}') and starts_with(v.commit, m.rest))
)
qualify v.active or not bool_or(v.active) over (partition by m.repo, m.artifact)
union all
select m.repo, m.artifact, s.version, s.commit
from meant m join assignments s using (repo, artifact)
where m.mark = '#' and (s.stage = m.rest or s.raw_stage = m.rest)
qualify row_number() over (partition by m.repo, m.artifact order by s.stage = m.rest desc, s.rank) = 1
order by all;

-- upstream_of(ref, depth): `upstream` of the one version that a reference means: `from upstream_of('churn#prod', 10)`.
-- No join with version_of: DuckDB would walk from all versions at once, and lose its way.
from upstream((select repo from version_of(ref)), (select artifact from version_of(ref)), (select version from version_of(ref)), depth);

-- downstream_of(ref, depth): `downstream` of the one version that a reference means.
from downstream((select repo from version_of(ref)), (select artifact from version_of(ref)), (select version from version_of(ref)), depth);

-- list_artifacts(some_repos, a_type, a_stage, with_deprecated): The artifacts, with the version that is in each stage.
--   stages: The version in each stage that is in use.
select a.*, coalesce(s.stages, map {}) as stages
from artifacts a
left join (
    select repo, artifact,
        map_from_entries(list((stage, version) order by stage)) as stages,
        bool_or(stage = a_stage or raw_stage = a_stage) as wanted
    from assignments where rank = 1
    group by repo, artifact
) s on s.repo = a.repo and s.artifact = a.artifact
where (list_contains(some_repos::varchar[], a.repo)
        or (some_repos::varchar[] is null and (a.repo, a.artifact) not in (select (repo, artifact) from copied_artifacts)))
    and (a_type::varchar is null or a.type = a_type)
    and (a_stage::varchar is null or coalesce(s.wanted, false))
    and (with_deprecated or a.active)
order by a.repo, a.artifact;

-- list_versions(some_repos, a_type, a_stage, with_deprecated): The versions, newest first within each artifact.
--   ref: The version's name in the catalog: `host/owner/name:artifact@version`.
select v.repo || ':' || v.artifact || '@' || v.version as ref, v.* exclude (precedence)
from versions v join (select repo, artifact, active from artifacts) a on a.repo = v.repo and a.artifact = v.artifact
where (list_contains(some_repos::varchar[], v.repo)
        or (some_repos::varchar[] is null and (v.repo, v.artifact) not in (select (repo, artifact) from copied_artifacts)))
    and (a_type::varchar is null or v.type = a_type)
    and (with_deprecated or (a.active and v.active))
    and (a_stage::varchar is null or exists (
        from assignments s
        where s.rank = 1 and (s.stage = a_stage or s.raw_stage = a_stage)
            and s.repo = v.repo and s.artifact = v.artifact and s.version = v.version and s.commit = v.commit
    ))
order by v.repo, v.artifact, v.precedence desc nulls last, v.created_at desc, v.commit;

-- list_events(some_repos, an_artifact, a_version, a_stage): What happened, newest first.
--   id: The artifact's name in the catalog.
select repo || ':' || artifact as id, e.* exclude (precedence, priority)
from resolved_events e
where (list_contains(some_repos::varchar[], repo)
        or (some_repos::varchar[] is null and (repo, artifact) not in (select (repo, artifact) from copied_artifacts)))
    and (an_artifact::varchar is null or artifact = an_artifact)
    and (a_version::varchar is null or version = a_version)
    and (a_stage::varchar is null or stage = a_stage or raw_stage = a_stage)
order by created_at desc, priority desc, repo, tag desc, oid;

-- list_stages(some_repos): The stages of each repository, in the order in which to show them.
from stages
where some_repos::varchar[] is null or list_contains(some_repos::varchar[], repo)
order by repo, rank nulls last, place nulls last, stage, raw_stage;

-- list_repos(some_repos): The repositories, how the last visit to each went, and how much each holds.
--   why: Why the last visit read it.
--   problems: What could not be read in it.
select r.*, v.why, v.seconds, v.received, v.requests,
    coalesce(a.artifacts, 0) as artifacts, coalesce(p.problems, 0) as problems
from repos r
left join (
    select * from visits qualify row_number() over (partition by repo order by crawl desc) = 1
) v on v.repo = r.repo
left join (select repo, count(*) as artifacts from artifacts group by repo) a on a.repo = r.repo
left join (select repo, count(*) as problems from problems group by repo) p on p.repo = r.repo
where some_repos::varchar[] is null or list_contains(some_repos::varchar[], r.repo)
order by r.repo;

-- list_problems(some_repos): What could not be read, and why.
from problems
where some_repos::varchar[] is null or list_contains(some_repos::varchar[], repo)
order by repo, connector, place, rule, message, commit;

-- last_crawl(): The newest crawl.
from crawls order by crawl desc limit 1;

-- show_artifact(a_repo, an_artifact): One artifact with all that a person asks first.
--   assignments: Who is in which stage, since when and by whom.
--   all_versions: Its versions, the highest first, deregistered ones too.
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
            ref: a_repo || ':' || an_artifact || '@' || version, version: version, commit: commit, stages: stages,
            is_latest: is_latest, registered: registered, active: active, reachable: reachable, created_at: created_at,
            activated_at: activated_at, author: author, author_email: author_email, message: message, tag: tag, signed: signed
        } order by precedence desc nulls last, created_at desc, commit), [])
        from versions where repo = a_repo and artifact = an_artifact
    ) as all_versions
from artifacts a
where a.repo = a_repo and a.artifact = an_artifact;

-- show_version(a_repo, an_artifact, a_version, a_commit): One version with all that a person asks first.
--   artifact_active: The artifact is not deprecated.
--   assignments: The stages that it is in, since when and by whom.
--   bytes: Where its bytes are: the row of `version_files`.
--   get: A command that gets the bytes, word by word; null where none does.
--   metrics: Its metrics, with what is better: see `version_metrics`.
--   params: Its parameters: see `version_params`.
--   unread: Files with metrics or parameters that could not be read, and why: see `measure_files`.
--   made_by: The pipeline stage that made it, and why its lock is out of date: see `outdated_locks`.
--   inputs: What that stage, or the import, depends on; and where each of these is from.
--   card: Its model card, or the README nearest to it.
--   licence: The licence file nearest to it.
--   owners: Who answers for it, by CODEOWNERS.
--   identical: Other versions with the same bytes.
-- One part after the other, each materialized: together, they would be one question of twenty tables, for which DuckDB plans long.
with v as materialized (
    select *,
        coalesce(revision, commit) as reading,
        case when path like '%://%' or path is null then coalesce(file, '') else coalesce(regexp_extract(file, '^(.*/)', 1), '') || path end as home,
        count(*) filter (registered and active) over (partition by version) as twins
    from versions
    where repo = a_repo and artifact = an_artifact
    qualify version = a_version and commit = a_commit
),
f as materialized (
    from version_files where repo = a_repo and artifact = an_artifact and version = a_version and commit = a_commit
),
measured as materialized (
    select
        (
            select coalesce(list({file: file, name: name, number: number, text: text, kind: kind, direction: direction} order by file, name), [])
            from list_metrics(a_repo, an_artifact, a_version, a_commit)
        ) as metrics,
        (
            select coalesce(list({file: file, name: name, number: number, text: text, kind: kind, locked: locked} order by file, name), [])
            from list_params(a_repo, an_artifact, a_version, a_commit)
        ) as params,
        (
            select coalesce(list({role: role, file: file, status: status} order by role, file), [])
            from version_measure_files
            where repo = a_repo and artifact = an_artifact and version = a_version and commit = a_commit
                and role <> 'plots' and status not in ('ok', 'fetched')
        ) as unread
),
needed as materialized (
    select d.* from dependencies d, v, f
    where d.repo = a_repo and d.commit = v.reading and d.metafile = f.metafile and d.pipeline_stage is not distinct from f.pipeline_stage
),
sources as materialized (
    select o.path, o.metafile, o.pipeline_stage, i.url, i.source_path, i.rev, i.rev_lock
    from (from outputs where repo = a_repo and commit = (select reading from v)) o
    left join (from imports where repo = a_repo and commit = (select reading from v)) i using (metafile, path)
),
made as materialized (
    select
        (
            select any_value({
                file: p.file, pipeline_stage: p.pipeline_stage, command: p.command, locked_command: p.locked_command, wdir: p.wdir,
                outdated: coalesce(o.reasons, []), changed: coalesce(o.what, [])
            })
            from v, f, pipeline_stages p
            left join (from outdated_locks where repo = a_repo and commit = (select reading from v)) o
                on o.file = p.file and o.pipeline_stage = p.pipeline_stage
            where p.repo = a_repo and p.commit = v.reading and p.file = regexp_replace(f.metafile, 'dvc\.lock$', 'dvc.yaml')
                and coalesce(p.pipeline_stage = f.pipeline_stage, not ends_with(p.file, 'dvc.yaml'))
        ) as made_by,
        (
            select coalesce(list({
                path: d.path, hash_kind: d.hash_kind, hash: d.hash, size: d.size, files: d.files,
                made_by: s.pipeline_stage, metafile: s.metafile,
                source_url: s.url, source_path: s.source_path, source_rev: s.rev, source_commit: s.rev_lock
            } order by d.path, s.path, s.metafile), [])
            from needed d
            left join sources s on (d.path = s.path or starts_with(d.path, s.path || '/'))
                and not (s.metafile = d.metafile and s.pipeline_stage is not distinct from d.pipeline_stage)
        ) as inputs
),
around as materialized (
    select
        (
            select arg_max({
                file: c.file, title: c.title, licence: coalesce(c.licence_name, c.licence), licence_link: c.licence_link, languages: c.languages,
                datasets: c.datasets, base_models: c.base_models, tags: c.tags, library: c.library, task: c.task
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
)
select v.repo || ':' || v.artifact || '@' || v.version as ref, v.* exclude (precedence, reading, home, twins),
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
    case
        when f.status not in ('ok', 'in-git', 'lfs', 'cloud-versioned', 'inside-dir', 'partial-import') or f.in_git in ('link', 'submodule') then null
        when f.dvc_root is not null and v.annotated_at = 'commit' and regexp_matches(v.file, '(^|/)dvc\.yaml$')
                and v.registered and v.active and v.twins = 1 and not starts_with(v.artifact, '-')
            then ['dvc', 'artifacts', 'get', r.url, v.artifact, '--rev', v.version]
        when f.in_git = 'file' and f.status = 'in-git' then ['git', 'show', v.reading || ':' || f.path]
        else ['dvc', 'get', r.url, case when starts_with(f.path, '-') then './' else '' end || f.path, '--rev', v.reading]
    end as get,
    measured.*, made.*, around.*,
    (
        select coalesce(list(o.repo || ':' || o.artifact || '@' || o.version order by o.repo, o.artifact, o.version), [])
        from version_files o, f
        where o.hash = f.hash and o.hash not in (from trivial_hashes()) and coalesce(o.size, 32) >= 32
            and not (o.repo = a_repo and o.artifact = an_artifact and o.version = a_version and o.commit = a_commit)
            -- Inside a folder that is known by its list, the place in it counts, too.
            and coalesce(o.path[length(o.output) + 1:], '') = coalesce(f.path[length(f.output) + 1:], '')
    ) as identical
from v
join (from artifacts where repo = a_repo and artifact = an_artifact) a on true
left join f on true
left join (from repos where repo = a_repo) r on true,
measured, made, around;

-- list_stages_at(t, a_stage, source := 'events'): Who was in which stage at the moment `t`, in the order in which to show it.
--   id: The artifact's name in the catalog.
select repo || ':' || artifact as id, *
from stages_at(t, source := source)
where (a_stage::varchar is null or stage = a_stage or raw_stage = a_stage)
    and (repo, artifact) not in (select (repo, artifact) from copied_artifacts)
order by repo, artifact, stage;
