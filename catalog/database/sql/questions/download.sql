-- What a download needs: the content of one version, what DVC tracks at and around a path, and the repository at an address.

-- internal.version_content(a_repo, an_artifact, a_version, a_commit): What one version is made of, and the repository that states it.
--   key: (at most one row)
--   ref: The version's full name.
--   from version_files: revision, status, path, hash_kind, hash, size, is_folder, executable
--   git_url: The repository, without credentials.
select
    f.repo || ':' || f.artifact || '@' || f.version as ref, f.repo, f.revision, f.status, f.path, f.hash_kind, f.hash, f.size, f.is_folder,
    f.executable, r.url as git_url
from version_files f
left join repos r on r.repo = f.repo
where f.repo = a_repo and f.artifact = an_artifact and f.version = a_version and f.commit = a_commit;

-- internal.tracked_outputs(a_repo, a_commit, a_path): What DVC tracks at a path of a commit: the nearest output at or above
--     it, or else those below.
--   key: path
--   path: Where it lies, from the Git root.
--   metafile: The metafile that states it.
--   dvc_root: The folder of the DVC project.
--   remote: The remote that holds it; null where none is named.
--   remote_url: The URL of that remote.
--   region: The S3 region of that remote.
--   anonymous: Anybody may read that remote.
--   keeps_versions: The remote keeps files under their own names.
--   source_url: Where it was imported from.
--   source_path: The path there.
--   source_commit: The commit there.
--   import_kind: `repo`, `url` or `db`, where it was imported.
--   import_etag: The source's entity tag.
--   import_version: The source's version.
--   at_source: The source keeps its versions, and not a remote.
with around as (
    select * from outputs
    where repo = a_repo and commit = a_commit and dvc_root is not null
        and (path = a_path or starts_with(a_path, path || '/') or starts_with(path, a_path || '/') or a_path = '')
),
nearest as (
    from around
    where length(path) = (select max(length(path)) from around where path = a_path or starts_with(a_path, path || '/'))
        and (path = a_path or starts_with(a_path, path || '/'))
),
chosen as (
    from nearest
    union all
    from around where not exists (from nearest)
)
select
    o.path, o.metafile, o.dvc_root, o.hash_kind, o.hash, o.size, o.is_folder, o.executable, o.cached, o.pushed, o.version_id, o.etag,
    r.remote, r.url as remote_url, r.scheme, r.region, coalesce(r.anonymous, false) as anonymous,
    coalesce(r.version_aware or r.worktree, false) as keeps_versions,
    i.kind as import_kind, i.url as source_url, i.source_path, i.rev_lock as source_commit, i.etag as import_etag,
    i.version_id as import_version, coalesce(i.partial, false) as partial, coalesce(i.version_aware, false) as at_source
from chosen o
left join remotes r
    on r.repo = o.repo and r.commit = o.commit and r.dvc_root = o.dvc_root
    and case when o.remote is null then r.is_default else r.remote = o.remote end
left join imports i on i.repo = o.repo and i.commit = o.commit and i.metafile = o.metafile and i.path = o.path
qualify row_number() over (partition by o.path order by length(o.dvc_root) desc, o.hash is null, o.metafile, o.pipeline_stage) = 1
order by o.path;

-- internal.tracked_files(a_repo, a_commit, a_metafile, an_output): The files of a folder that DVC lists one by one, as
--     a version-aware remote has them.
--   key: path
--   from output_files: path, hash, size, version_id, etag
select path, hash, size, version_id, etag from output_files
where repo = a_repo and commit = a_commit and metafile = a_metafile and output = an_output
order by path;

-- internal.repository_with(a_url, a_commit): The repository of this catalog that an import names: by its address, or else by the
--     locked commit.
--   key: (at most one row)
--   git_url: Its own address, without credentials.
with by_address as (
    select r.repo, r.url from repos r, internal.repository_key(r.url) own, internal.repository_key(a_url) stated where own.key = stated.key
),
by_commit as (
    select r.repo, r.url, coalesce(r.fork, false) as fork from repos r
    where r.repo in (select repo from revisions where commit = a_commit union all select repo from commits where commit = a_commit)
)
select repo, url as git_url from (
    select repo, url, 1 as place, false as fork from by_address
    union all
    select repo, url, 2, fork from by_commit
)
order by place, fork, repo limit 1;
