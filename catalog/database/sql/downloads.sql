-- The commands that get the bytes of a version, each where it works: DVC 3 refuses more than the catalog reads.

-- unreadable_projects [materialized: incremental]: The DVC projects of which DVC 3 reads nothing, because of one file: an old format, or
--     a fault.
--   key: repo, commit, dvc_root
--   from metafiles: repo, commit, dvc_root
select distinct m.repo, m.commit, m.dvc_root
from metafiles m
left join (
    select repo, commit, regexp_extract(place, '^(.*?([.]dvc|dvc[.]yaml|dvc[.]lock))(: |$)', 1) as file
    from problems
    where connector in ('metafiles', 'annotations') and rule <> 'bad-name'
) p on p.repo = m.repo and p.commit = m.commit and p.file = m.file
where m.dvc_root is not null and (
    p.file is not null
    or (m.kind = '.dvc' and m.format = '0' and m.file not like '%Dvcfile')
    or (m.kind = 'dvc.yaml' and m.format = '2.0')
    or (m.kind = 'dvc.lock' and m.format = '1.0')
);

-- internal.is_address(a_url) [scalar]: Others reach it too: it is not a path of one machine, or relative to the repository.
regexp_matches(a_url, '^([A-Za-z][A-Za-z0-9+.-]*://|[^/\s:@]+@[^/\s:]+:)') and not starts_with(lower(a_url), 'file:');

-- version_downloads [materialized: incremental]: What gets the bytes of each version, where something does: see `version_commands`.
--   key: repo, artifact, version, commit
--   from versions: repo, artifact, version, commit
--   tool: `dvc artifacts get` where DVC takes the artifact from `dvc.yaml` at this commit; `git show`, for a clone, of a file that Git
--     has; `dvc get` of a path otherwise. Null where none works.
--   target: The artifact, object or path to give to it.
--   rev: The revision to give to DVC.
with annotated as (
    select
        v.repo, v.artifact, v.version, v.commit, f.revision, f.status, f.path, f.output, f.metafile, f.in_git, f.dvc_root, f.version_id,
        f.import_kind, f.source_url,
        a.dvc_root as project,
        -- DVC takes an artifact from the `dvc.yaml` of its folder, at the commit of the newest tag that names the version.
        a.source = 'dvc.yaml' and a.dvc_root is not null and a.target = f.path and v.registered and v.active
            and not starts_with(v.artifact, '-') and l.dvc_commit = v.commit as is_artifact_of_dvc
    from versions v
    join version_files f
        on f.repo = v.repo and f.artifact = v.artifact and f.version = v.version and f.commit = v.commit
    left join annotations a
        on v.annotated_at = 'commit' and a.repo = v.repo and a.artifact = v.artifact and a.file = v.file and a.commit = f.revision
    left join dvc_lookups l on l.repo = v.repo and l.artifact = v.artifact and l.request = '@' || v.version
    where f.status in ('ok', 'in-git', 'lfs', 'cloud-versioned', 'inside-dir', 'partial-import') and f.path <> ''
        and coalesce(f.in_git not in ('link', 'submodule'), true)
),
obtainable as (
    select a.*, u.commit is null as is_readable
    from annotated a
    left join (select distinct repo, commit, dvc_root from unreadable_projects) u
        on u.repo = a.repo and u.commit = a.revision and u.dvc_root = coalesce(a.dvc_root, '')
    where case
        when a.import_kind = 'repo' then internal.is_address(a.source_url)
        when a.status = 'partial-import' then a.import_kind = 'url' and internal.is_address(a.source_url)
        when a.status = 'cloud-versioned' then a.version_id is not null or exists (
            from output_files o
            where o.repo = a.repo and o.commit = a.revision and o.metafile = a.metafile and o.output = a.output
                and o.version_id is not null
        )
        when a.status = 'ok' and a.output is null then exists (
            from remotes r
            where r.repo = a.repo and r.commit = a.revision and r.dvc_root = a.dvc_root and r.is_default and r.scheme <> 'local'
        )
        else true
    end
)
select
    repo, artifact, version, commit,
    case when is_artifact_of_dvc and is_readable then 'dvc artifacts get' when in_git = 'file' and status = 'in-git' then 'git show'
        when is_readable then 'dvc get' end as tool,
    case tool when 'dvc artifacts get' then artifact when 'git show' then revision || ':' || path
        when 'dvc get' then case when starts_with(path, '-') then './' else '' end || path end as target,
    case tool when 'dvc artifacts get' then version when 'dvc get' then revision end as rev
from obtainable;
