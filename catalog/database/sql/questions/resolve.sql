-- One version as a program asks for it: which commit it is, and where its bytes are.

-- internal.find_tag(a_tag): The registry tags of a name, one for each repository that has it; those of a fork only where nothing else has
--     it.
--   key: repo
with named as (
    select repo, artifact, event, version, commit, oid, internal.is_copied(repo, artifact) as copied from resolved_events where tag = a_tag
)
select repo, artifact, event, version, commit, oid from named
where not copied or not exists (from named where not copied)
order by repo;

-- internal.resolve_version(a_repo, an_artifact, a_version, a_commit, a_stage, an_oid, a_request): A version, the tag that makes it what
--     was asked for, and where its bytes are. That tag is `an_oid`, or else the one that assigned `a_stage`, or that registered the
--     version; `a_request` is a request of `dvc_lookups`, or null for the stage that the tag names.
--   key: (at most one row)
--   ref: The version's full name; null where the tag names none.
--   stage: The stage that the tag names, in this catalog's words.
--   stages: The stages that it is in now.
--   path: Where it lies, from the Git root; a URL, where it is stated so.
--   git_url: The repository, without credentials.
--   page: The page of its commit on the forge.
--   get: A command that gets the bytes, word by word; null where none does: see `version_commands`.
--   read_at: When the repository was last read, UTC.
--   dvc_commit: The commit that `dvc artifacts get` takes for the same request; null where it knows none.
with v as materialized (
    from versions where repo = a_repo and artifact = an_artifact and version = a_version and commit = a_commit
),
chosen as materialized (
    select coalesce(
        an_oid,
        (
            select oid from assignments
            where repo = a_repo and artifact = an_artifact and version = a_version and commit = a_commit and stage = a_stage
            order by rank limit 1
        ),
        (select oid from v)
    ) as oid
),
e as materialized (
    from resolved_events where repo = a_repo and artifact = an_artifact and oid = (select oid from chosen)
),
f as materialized (
    from version_files where repo = a_repo and artifact = an_artifact and version = a_version and commit = a_commit
),
command as materialized (
    select any_value(get) as get from version_commands
    where repo = a_repo and artifact = an_artifact and version = a_version and commit = a_commit
)
select
    v.repo || ':' || v.artifact || '@' || v.version as ref,
    a_repo as repo, an_artifact as artifact, coalesce(v.version, e.version) as version, coalesce(v.commit, e.commit) as commit,
    e.event, e.tag, e.stage, e.author, e.author_email, e.created_at, e.message,
    v.registered, v.active, v.stages, v.type, v.description,
    f.status, f.path, f.hash_kind, f.hash, f.size, f.files, f.url, f.version_id, f.metafile, f.remote,
    f.source_url, f.source_path, f.source_commit,
    r.url as git_url,
    r.commit_pages || coalesce(v.revision, v.commit, e.revision, e.commit) as page,
    command.get,
    l.dvc_commit,
    r.read_at
from chosen
left join v on true
left join e on true
left join f on true
cross join command
left join repos r on r.repo = a_repo
left join dvc_lookups l
    on l.repo = a_repo and l.artifact = an_artifact
    and l.request = coalesce(a_request, '#' || e.raw_stage);
