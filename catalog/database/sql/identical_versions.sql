-- Versions with equal content, in any repository.

-- identical_versions: Versions that are the same bytes as another, in whichever repository. Nothing is said of files that are empty or
--     tiny.
--   key: repo, artifact, version, commit, other_repo, other_artifact, other_version, other_commit
--   from version_files: repo, artifact, version, commit, hash_kind, hash, size
--   ref: The version's name in the catalog.
--   other_repo: The repository of the other.
--   other_artifact: The artifact of the other.
--   other_version: The other version.
--   other_ref: The other's name in the catalog.
--   other_commit: The commit of the other.
--   same_kind: Both state the same kind of hash. DVC 2 hashed text as if its lines ended as on Unix: equal values of the two kinds are
--     equal bytes but for that.
with comparable as (
    select
        repo, artifact, version, repo || ':' || artifact || '@' || version as ref, commit, hash_kind, hash, size,
        case when hash_kind like 'md5%' then 'md5' else hash_kind end || ':' || hash
            -- Inside a folder that is known by its list, the place in it counts too.
            || case when output <> path and status <> 'cloud-versioned' then path[length(output) + 1:] else '' end as content
    from version_files
    where hash is not null and not internal.is_trivial_content(hash, size)
),
shared_contents as (
    from comparable where content in (select content from comparable group by content having count(*) > 1)
)
select
    a.repo, a.artifact, a.version, a.ref, a.commit, a.hash_kind, a.hash, a.size,
    b.repo as other_repo, b.artifact as other_artifact, b.version as other_version, b.ref as other_ref, b.commit as other_commit,
    a.hash_kind = b.hash_kind as same_kind
from shared_contents a join shared_contents b on b.content = a.content and b.ref || '#' || b.commit <> a.ref || '#' || a.commit;
