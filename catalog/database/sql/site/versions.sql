-- What the pages show of single versions: where their bytes are, what made them, and of what.

-- internal.site_shown(): The versions of which the site says everything: those that are registered.
--   key: repo, artifact, version, commit
--   place: From the highest version on, from 1.
--   in_stage: It is in a stage now.
select
    repo, artifact, version, commit, coalesce(revision, commit) as reading,
    row_number() over (partition by repo, artifact order by precedence desc, created_at desc, commit) as place, len(stages) > 0 as in_stage
from versions
where registered and active;

-- internal.site_duplicates(): The versions of which another one has the same bytes.
--   key: repo, artifact, version, commit
--   duplicates: How many others.
--   duplicate: One of them.
--   others: The repositories of the others.
select
    repo, artifact, version, commit, count(*) as duplicates,
    arg_min({repo: other_repo, artifact: other_artifact, version: other_version},
        (other_repo <> repo, other_artifact <> artifact, other_ref)) as duplicate,
    list(distinct other_repo order by other_repo) as others
from identical_versions
semi join original_artifacts o on o.repo = other_repo and o.artifact = other_artifact
group by all;

-- internal.site_first_versions(): The contents of versions.
--   key: hash
--   first_version: The first version of any artifact that has these bytes.
select hash, arg_min({repo: repo, artifact: artifact, version: version}, (created_at, repo, artifact, version)) as first_version
from version_files f join versions using (repo, artifact, version, commit) semi join original_artifacts using (repo, artifact)
where hash is not null and coalesce(f.output = f.path, true) and not internal.is_trivial_content(hash, size)
    and registered and active
group by hash;

-- internal.site_files(): Where the bytes of each version are.
--   key: repo, artifact, version, commit
--   duplicates: How many other versions have the same bytes.
--   duplicate: One of them.
--   mixed: What differs from the run that made it, where its parameters, metrics or inputs are of another: see `mixed_runs`.
--   other_inputs: Nothing but its inputs, such as code.
select
    f.repo, f.artifact, f.version, f.commit, f.status, f.hash, f.size, f.files, f.path, f.url, f.link, f.version_id,
    f.source_url, f.source_path, f.source_rev, coalesce(s.duplicates, 0) as duplicates, s.duplicate, coalesce(x.what, []) as mixed,
    coalesce(x.other_inputs, false) as other_inputs
from version_files f
left join internal.site_duplicates() s using (repo, artifact, version, commit)
left join mixed_runs x using (repo, artifact, version, commit)
order by f.repo, f.artifact, f.version, f.commit;

-- internal.site_makers(): The pipeline stage that made each version of which the site says everything.
--   key: repo, artifact, version, commit
--   outdated: Why DVC would run it again: see `outdated_locks`.
--   not_compared: What was not compared with its lock: see `uncompared_locks`.
--   why_not_compared: Why, of each.
select s.repo, s.artifact, s.version, s.commit, p.pipeline_stage, coalesce(p.locked_command, p.command) as command,
    coalesce(l.reasons, []) as outdated, coalesce(n.paths, []) as not_compared,
    coalesce(n.reasons, []) as why_not_compared
from internal.site_shown() s
join version_files f using (repo, artifact, version, commit)
join pipeline_stages p
    on p.repo = s.repo and p.commit = s.reading and p.file = internal.pipeline_file(f.metafile) and p.pipeline_stage = f.pipeline_stage
left join outdated_locks l on l.repo = p.repo and l.commit = p.commit and l.file = p.file and l.pipeline_stage = p.pipeline_stage
left join uncompared_locks n on n.repo = p.repo and n.commit = p.commit and n.file = p.file and n.pipeline_stage = p.pipeline_stage
order by s.repo, s.artifact, s.version, s.commit;

-- internal.site_inputs(some_repos := null): What each version of which the site says everything was made from in the end: the inputs
--     of its pipeline that no stage makes; of some repositories, or of all.
--   key: repo, artifact, version, commit, path
--   in_git: DVC does not track it: code, as a rule.
--   first_version: The first version of any artifact that has the same bytes.
with recursive making_stages as (
    select s.repo, s.artifact, s.version, s.commit, s.reading, f.metafile, f.pipeline_stage
    from internal.site_shown() s join version_files f using (repo, artifact, version, commit)
    where f.pipeline_stage is not null and (some_repos::varchar[] is null or list_contains(some_repos::varchar[], s.repo))
    union
    select m.repo, m.artifact, m.version, m.commit, m.reading, o.metafile, o.pipeline_stage
    from making_stages m
    join dependencies d on d.repo = m.repo and d.commit = m.reading and d.metafile = m.metafile and d.pipeline_stage = m.pipeline_stage
    join outputs o on o.repo = d.repo and o.commit = d.commit and o.pipeline_stage is not null
        and (o.path = d.path or starts_with(d.path, o.path || '/') or starts_with(o.path, d.path || '/'))
),
outer_inputs as (
    select distinct m.repo, m.artifact, m.version, m.commit, m.reading, d.path, d.hash, d.size
    from making_stages m
    join dependencies d on d.repo = m.repo and d.commit = m.reading and d.metafile = m.metafile and d.pipeline_stage = m.pipeline_stage
    where not exists (
        from outputs o where o.repo = d.repo and o.commit = d.commit and o.pipeline_stage is not null
            and (o.path = d.path or starts_with(d.path, o.path || '/') or starts_with(o.path, d.path || '/'))
    )
)
select
    n.repo, n.artifact, n.version, n.commit, n.path, any_value(n.hash) as hash, any_value(n.size) as size,
    bool_and(o.path is null and n.path not like '%://%') as in_git,
    any_value(coalesce(i.url, s.url)) as source_url, any_value(coalesce(i.source_path, s.path)) as source_path,
    any_value(coalesce(i.rev, s.rev, s.version)) as source_rev,
    any_value(g.first_version) as first_version
from outer_inputs n
left join outputs o on o.repo = n.repo and o.commit = n.reading and (o.path = n.path or starts_with(n.path, o.path || '/'))
left join imports i on i.repo = n.repo and i.commit = n.reading and i.path = n.path
left join datasets s on s.repo = n.repo and s.commit = n.reading and n.path = 'ds://' || s.name
left join internal.site_first_versions() g on g.hash = n.hash
group by all
order by n.repo, n.artifact, n.version, n.commit, in_git, n.path;

-- internal.site_params(): The parameters of each version of which the site says everything.
--   key: repo, artifact, version, commit, file, name
select p.repo, p.artifact, p.version, p.commit, p.file, p.name, p.text, p.number, p.of_project
from internal.site_shown() s
join version_params p using (repo, artifact, version, commit)
order by p.repo, p.artifact, p.version, p.commit, p.file, p.name;

-- internal.site_commands(): The commands that get the bytes of the latest version of each artifact, and of those in a stage.
--   key: repo, artifact, version, commit
select c.repo, c.artifact, c.version, c.commit, v.is_latest, c.get
from version_commands c
join (select repo, artifact, version, commit, is_latest from versions where is_latest or len(stages) > 0) v
    using (repo, artifact, version, commit)
where c.get is not null
order by c.repo, c.artifact, c.version, c.commit;
