-- From a version to its bytes: what DVC, Git or a URL holds of it, and where. See docs/bytes.md for the words of `status`.

-- internal.public_link(a_url, an_endpoint, a_region, a_version_id): The address at which a browser finds what a storage URL names; null
--     where none is.
--   key: (at most one row)
--   link: Without credentials. Nobody asked whether it may be read by everybody.
with place as (
    select
        lower(regexp_extract(a_url, '^([A-Za-z][A-Za-z0-9+.-]*)://', 1)) as scheme,
        regexp_extract(a_url, '^[^:]*://([^/?#]*)', 1) as host,
        regexp_extract(a_url, '^[^:]*://[^/?#]*/?(.*)$', 1) as key
)
select case
    when host = '' or contains(host, '@') then null
    when scheme in ('http', 'https')
        then case when not regexp_matches(a_url, '[?&#;][^=]*(sig|token|key|secret|passw|pwd|credential|auth)[^=]*=', 'i')
            then replace(a_url, ' ', '%20') end
    when key = '' or not regexp_full_match(host, '[a-z0-9][a-z0-9._-]*') then null
    when scheme = 'gs' then 'https://storage.googleapis.com/' || host || '/' || replace(url_encode(key), '%2F', '/')
        || coalesce('?generation=' || url_encode(a_version_id), '')
    when scheme = 's3' then case
            when an_endpoint is not null then case
                -- A name without a dot, or a private address, leads nowhere from outside.
                when regexp_matches(an_endpoint, '^https?://[^/?#@:]+[.][^/?#@:]+(:[0-9]+)?(/[^?#@]*)?$')
                    and not regexp_matches(an_endpoint, '^https?://(127|10|192[.]168|169[.]254|172[.](1[6-9]|2[0-9]|3[01]))[.]')
                then rtrim(an_endpoint, '/') || '/' || host
            end
            -- The certificate of a bucket's own host does not cover names with dots.
            when contains(host, '.') or contains(host, '_') then 'https://s3' || coalesce('.' || a_region, '') || '.amazonaws.com/' || host
            else 'https://' || host || '.s3' || coalesce('.' || a_region, '') || '.amazonaws.com'
        end || '/' || replace(url_encode(key), '%2F', '/') || coalesce('?versionId=' || url_encode(a_version_id), '')
end as link
from place;

-- internal.least_bytes() [scalar]: Smaller contents are too often equal by chance: a number, a word.
32;

-- internal.is_trivial_content(a_hash, a_size) [scalar]: Equal hashes say nothing here: the content is empty, or smaller than
--     `internal.least_bytes()`.
coalesce(a_size < internal.least_bytes(), false) or list_contains([
    'd41d8cd98f00b204e9800998ecf8427e', -- no bytes
    'd751713988987e9331980363e24189ce.dir', -- a folder without files
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', -- no bytes
    'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391', -- no bytes
    '4b825dc642cb6eb9a060e54bf8d69288fbee4904' -- a folder without files
], a_hash);

-- version_files [materialized: incremental]: What each version is made of: one row for each row of `versions`, with its bytes, where they
--     are, and how sure that is.
--   key: repo, artifact, version, commit
--   from versions: repo, artifact, version, commit, file, precedence, annotated_at
--   revision: The commit whose files tell of it.
--   path: Where it lies, from the Git root; a URL, where it is stated so.
--   status: `ok`, or what is special or missing: see docs/bytes.md.
--   hash_kind: `md5` or `md5-dos2unix` (DVC), `sha256` (Git LFS), `git-blob` or `git-tree` (Git); null where nothing is known of the
--     content.
--   hash: The hash of the content; of the folder that DVC tracks, where the version lies inside one.
--   size: Bytes; null where they are not known.
--   files: How many files it has, of a folder.
--   is_folder: It is a folder.
--   executable: DVC or Git has it as an executable file.
--   output: The output of DVC that holds it: itself, or a folder above it.
--   metafile: The metafile that states the output.
--   pipeline_stage: The pipeline stage that made it.
--   dvc_root: The folder of the DVC project that holds it.
--   remote: The remote that holds it.
--   url: Where the storage has it, as DVC builds it; of a version inside a folder, the list of that folder.
--   link: The same as an address that a browser can open.
--   version_id: The version in a version-aware remote.
--   import_kind: `repo`, `url` or `db`, where it was imported.
--   source_url: Where it was imported from.
--   source_path: The path there.
--   source_rev: The revision that was asked for.
--   source_commit: The commit there.
--   in_git: What Git has at its path: `file`, `folder`, `link` or `submodule`; null for nothing, or where only the tip tells of the path.
--   blob: Git's object.
--   node: Its number in lineage: where it lies in Git, that of the input of a pipeline that the same commit has at its path, unless the
--     content is known to differ.
with annotated as (
    select
        v.repo, v.artifact, v.version, v.commit, coalesce(v.revision, v.commit) as revision, v.file, v.path as stated, v.annotated_at,
        v.precedence,
        coalesce(a.target, t.target) as target,
        case when v.annotated_at = 'tip' then t.dvc_root else a.dvc_root end as project,
        -- Git's entry at the tip may differ from that at the version's commit.
        a.in_git, a.blob, coalesce(a.executable, false) as executable, a.lfs_hash, a.lfs_size
    from versions v
    left join annotations a
        on a.repo = v.repo and a.artifact = v.artifact and a.file = v.file and a.commit = coalesce(v.revision, v.commit)
    left join tip_annotations t on v.annotated_at = 'tip' and t.repo = v.repo and t.artifact = v.artifact
),
-- The target itself, and each folder above it.
folders_above as (
    select
        repo, artifact, version, commit, revision, project, target,
        unnest(list_transform(string_split(target, '/'),
            lambda name, depth: array_to_string(string_split(target, '/')[:depth], '/'))) as path
    from annotated
),
stated_outputs as (
    select
        repo, commit, metafile, pipeline_stage, dvc_root, path, hash_kind, hash, size, files, is_folder, executable, cached, pushed,
        remote, version_id
    from outputs
),
candidate_outputs as (
    select s.artifact, s.version, s.commit as at_commit, s.project, false as pointed, o.*
    from folders_above s join stated_outputs o on o.repo = s.repo and o.commit = s.revision and o.path = s.path
    union all
    -- An artifact may be a `.dvc` file; it stands for the output that the file states.
    select a.artifact, a.version, a.commit, a.project, true, o.*
    from annotated a join stated_outputs o on o.repo = a.repo and o.commit = a.revision and o.metafile = a.target
    where a.target like '%.dvc' and a.in_git = 'file'
    qualify count(*) over (partition by a.repo, a.artifact, a.version, a.commit) = 1
),
chosen_output as (
    select * from candidate_outputs
    -- The nearest output; of several projects that of the annotation's file first.
    qualify row_number() over (
        partition by repo, artifact, version, at_commit
        order by pointed desc, length(path) desc, dvc_root is not distinct from project desc, length(dvc_root) desc, hash is null,
            metafile, pipeline_stage
    ) = 1
),
listed_files as (
    select repo, commit, metafile, output, path, hash, size, version_id from output_files
),
-- A folder that is nothing but what is tracked below it.
tracked_below as (
    select a.repo, a.artifact, a.version, a.commit, count(*) as files, sum(o.size)::bigint as size, max(o.dvc_root) as dvc_root
    from annotated a
    join outputs o on o.repo = a.repo and o.commit = a.revision and starts_with(o.path, a.target || '/') and o.hash is not null
    where a.in_git is null and a.target <> ''
    group by all
),
-- What pipelines take in from Git, by the hash that DVC has of it.
inputs_in_git as (
    select repo, commit, path, min(hash) as hash
    from dependencies
    where pipeline_stage is not null and tracked_by = 'git' and coalesce(git_hash, hash) = hash
    group by all
    having count(distinct hash) = 1
),
unread_files as (
    select
        repo, commit,
        list(place) filter (rule = 'bad-hash') as bad_hashes,
        list(place) filter (rule = 'template') as templates,
        list(place) filter (rule in ('missing-object', 'too-big')) as absent
    from problems
    group by repo, commit
),
resolved as (
    select
        a.*, h.metafile, h.pipeline_stage, h.dvc_root as held_root, h.path as output, h.hash_kind, h.hash as output_hash,
        h.size as output_size, h.files as output_files,
        h.is_folder, h.executable as output_executable, h.cached, h.pushed, h.pointed,
        coalesce(l.version_id, h.version_id, case when i.version_aware then i.version_id end) as version_id,
        -- A hash that is listed is that of the file; otherwise it is that of the folder above.
        l.path is not null as is_listed, l.hash as listed_hash, l.size as listed_size,
        exists (from listed_files f where f.repo = h.repo and f.commit = h.commit and f.metafile = h.metafile
            and f.output = h.path) as lists_files,
        case when not h.pointed then a.target[length(h.path) + 1:] else '' end as inside,
        case when not coalesce(i.version_aware, false) then r.remote end as remote,
        r.url as remote_url, r.scheme, r.endpoint_url, r.region, r.version_aware or r.worktree as keeps_versions,
        i.kind as import_kind, i.url as source_url, i.source_path, i.rev as source_rev, i.rev_lock as source_commit,
        i.partial, coalesce(i.version_aware, false) as at_source,
        g.hash as input_hash, b.files as below_files, b.size as below_size, b.dvc_root as below_root,
        f.bad_hashes, f.templates, f.absent
    from annotated a
    left join chosen_output h
        on h.repo = a.repo and h.artifact = a.artifact and h.version = a.version and h.at_commit = a.commit
        -- A file in Git comes before a DVC output above it; DVC reads files in the same order.
        and (a.in_git is null or h.path = a.target or h.pointed)
    left join listed_files l
        on l.repo = h.repo and l.commit = h.commit and l.metafile = h.metafile and l.path = a.target and h.path <> a.target
    left join remotes r
        on r.repo = h.repo and r.commit = h.commit and r.dvc_root = h.dvc_root
        and case when h.remote is null then r.is_default else r.remote = h.remote end
    left join imports i on i.repo = h.repo and i.commit = h.commit and i.metafile = h.metafile and i.path = h.path
    left join tracked_below b
        on b.repo = a.repo and b.artifact = a.artifact and b.version = a.version and b.commit = a.commit and h.path is null
    left join unread_files f on f.repo = a.repo and f.commit = a.revision
    left join inputs_in_git g on g.repo = a.repo and g.commit = a.revision and g.path = a.target and a.in_git in ('file', 'folder')
),
with_status as (
    select *,
        case
            when regexp_matches(stated, '^[A-Za-z][A-Za-z0-9+.-]*://') then 'external-url'
            when stated is null then case
                when list_bool_or(list_transform(absent,
                    lambda place: place in (coalesce(folder || '/', '') || 'dvc.yaml', 'artifacts.yaml'))) then 'missing-object'
                else 'not-annotated'
            end
            when contains(stated, '${') then 'template-error'
            when lfs_hash is not null then 'lfs'
            when in_git is not null and pointed is not true then 'in-git'
            when output is not null then case
                when held_root is null then 'no-dvc-repo'
                when partial then 'partial-import'
                when output_hash is null and version_id is null and not lists_files then case
                    when list_bool_or(list_transform(bad_hashes, lambda place: starts_with(place, metafile || ': '))) then 'bad-hash'
                    else 'never-locked'
                end
                when import_kind = 'repo' then 'ok'
                when at_source then 'cloud-versioned'
                when not cached then 'not-tracked'
                when remote is null then 'no-remote'
                when version_id is not null or lists_files or keeps_versions then 'cloud-versioned'
                when not pushed then 'no-remote'
                when scheme = 'local' then 'local-remote'
                when inside <> '' then 'inside-dir'
                else 'ok'
            end
            when below_files is not null then case when below_root is null then 'no-dvc-repo' else 'ok' end
            when project is null then 'no-dvc-repo'
            when list_bool_or(list_transform(absent, lambda place: regexp_matches(place, '([.]dvc|dvc[.]yaml|dvc[.]lock)$')))
                then 'missing-object'
            when list_bool_or(list_transform(templates, lambda place: contains(place, 'dvc.yaml: stages'))) then 'template-error'
            when annotated_at = 'tip' then 'not-annotated'
            else 'not-tracked'
        end as status
    from (select *, nullif(regexp_extract(artifact, '^(.*):[^:]*$', 1), '') as folder from resolved)
),
with_url as (
    select *,
        case
            when status = 'external-url' then regexp_replace(regexp_replace(stated, '^([^:]*://)[^/?#]*@', '\1'),
                '[?#].*(sig|token|key|secret|passw|pwd|credential|auth)[^=]*=.*$', '', 'i')
            when status = 'partial-import' and import_kind = 'url' then source_url
            when status = 'cloud-versioned' and at_source then rtrim(source_url, '/') || inside
            when status in ('lfs', 'in-git', 'partial-import', 'no-remote', 'not-tracked') or remote is null or import_kind = 'repo'
                then null
            when keeps_versions or version_id is not null or lists_files
                then rtrim(remote_url, '/') || '/'
                    || output[case when held_root = '' then 1 else length(held_root) + 2 end:] || inside
            when hash_kind = 'md5' then rtrim(remote_url, '/') || '/files/md5/' || output_hash[:2] || '/' || output_hash[3:]
            when hash_kind = 'md5-dos2unix' then rtrim(remote_url, '/') || '/' || output_hash[:2] || '/' || output_hash[3:]
        end as url
    from with_status
)
select
    repo, artifact, version, commit, revision,
    case when status = 'external-url' then url when pointed then output when target is not null then target end as path,
    status,
    case when lfs_hash is not null then 'sha256' when is_listed and listed_hash is null then null when output_hash is not null or is_listed
        then coalesce(hash_kind, 'md5')
        when in_git = 'file' then 'git-blob' when in_git = 'folder' then 'git-tree' end as hash_kind,
    case when lfs_hash is not null then lfs_hash when is_listed then listed_hash when output_hash is not null then output_hash
        when in_git in ('file', 'folder') then blob end as hash,
    case when lfs_hash is not null then lfs_size when is_listed then listed_size when inside <> '' then null
        else coalesce(output_size, below_size) end as size,
    case when inside = '' then coalesce(output_files, below_files) end as files,
    case when inside = '' and output is not null then is_folder when in_git is not null then in_git = 'folder'
        else below_files is not null end as is_folder,
    executable or coalesce(output_executable and inside = '', false) as executable,
    output, metafile, pipeline_stage,
    coalesce(held_root, below_root, project) as dvc_root,
    remote, url,
    case when is_listed or (inside = '' and not lists_files)
        then (select link from internal.public_link(url, case when not at_source then endpoint_url end,
            case when not at_source then region end, version_id))
    end as link,
    version_id, import_kind, source_url,
    case when import_kind = 'repo' then source_path || inside else source_path end as source_path,
    source_rev, source_commit,
    in_git, blob, annotated_at, file,
    case
        when output is not null then hash(repo, output, coalesce(output_hash, ''))
        when target is not null then hash(repo, target, coalesce(input_hash, lfs_hash, blob, ''))
    end as node,
    precedence
from with_url;

-- version_artifact_files: The files of those versions that are folders in storage that keeps each file under its own name: a version-aware
--     remote, or the source of a version-aware import.
--   key: repo, artifact, version, commit, path
--   from version_files: repo, artifact, version, commit, remote
--   path: The file, from the Git root.
--   hash: The md5 of the file.
--   size: Bytes of the file.
--   version_id: Its version there.
--   etag: Its entity tag there.
--   url: Where the storage has it.
--   link: The same as an address that a browser can open.
select
    v.repo, v.artifact, v.version, v.commit, f.path, f.hash, f.size, r.remote, f.version_id, f.etag,
    v.url || f.path[length(v.path) + 1:] as url,
    (select link from internal.public_link(v.url || f.path[length(v.path) + 1:], r.endpoint_url, r.region, f.version_id)) as link
from version_files v
join output_files f
    on f.repo = v.repo and f.commit = v.revision and f.metafile = v.metafile and f.output = v.output and starts_with(f.path, v.path || '/')
left join remotes r on r.repo = v.repo and r.commit = v.revision and r.dvc_root = v.dvc_root and r.remote = v.remote
where r.remote is not null or v.import_kind = 'url';
