-- What each repository imports from elsewhere, as its own files state.

-- repository_key(a_url): Host and path of a repository's address: the same for https, ssh and scp forms, with and without `.git`.
--   key: (at most one row)
select case
    when contains(a_url, '://') then
        lower(regexp_replace(regexp_extract(a_url, '^[^:]*://(?:[^/?#]*@)?([^/?#]*)', 1),
            case when starts_with(a_url, 'ssh') or starts_with(a_url, 'git+ssh') then ':[0-9]+$' else ':443$' end, ''))
        || regexp_replace(regexp_extract(a_url, '^[^:]*://[^/]*(/[^?#]*)?', 1), '(/|[.]git)+$', '')
    when regexp_matches(a_url, '^[^/\\]{2,}:') then
        lower(regexp_extract(a_url, '^(?:[^@]*@)?([^:]*):', 1)) || '/'
            || trim(regexp_replace(regexp_extract(a_url, '^[^:]*:(.*)$', 1), '(/|[.]git)+$', ''), '/')
    else regexp_replace(a_url, '(/|[.]git)+$', '')
end as key;

-- lineage_imports [materialized: incremental]: The data that each revision has from elsewhere: `dvc import`, `import-url`, `import-db`,
--     and datasets.
--   key: repo, commit, node, source
--   from imports: repo, commit, url, source_path, rev, rev_lock, path
--   home: The number of the repository.
--   revision: The number of the commit.
--   node: The number of the data.
--   kind: `version` where the revision that was asked for is a GTO version's tag, `import` for any other of a repository, `url` for what
--     is in no repository.
--   url_key: Host and path of the source repository: what https, ssh and scp addresses of it have in common.
--   hash_kind: The kind of hash: see `outputs`; null for a dataset.
--   hash: The hash of the imported content; null for a dataset.
--   label: The source in one line.
--   source: The number of the source, from its label and commit.
with declared_imports as (
    select
        i.repo, i.commit, o.revision, o.node, i.kind = 'repo' as is_repo, i.url, i.source_path, i.rev, i.rev_lock, i.path, o.hash_kind,
        o.hash
    from imports i join numbered_outputs() o on o.repo = i.repo and o.commit = i.commit and o.path = i.path and o.file = i.metafile
    union all
    select distinct d.repo, d.commit, d.revision, d.node, s.type = 'dvc', s.url, s.path, coalesce(s.rev, s.version), s.rev_lock, d.path,
        null, null
    from numbered_inputs() d join datasets s on s.repo = d.repo and s.commit = d.commit and s.file = d.file and 'ds://' || s.name = d.path
),
labelled_imports as (
    select
        repo, hash(repo) as home, commit, revision, node,
        case when not is_repo then 'url' when regexp_matches(rev, '^[^@#]+@v[0-9]+[.][0-9]+[.][0-9]+[^!]*$') then 'version'
            else 'import' end as kind,
        url, case when is_repo then (select key from repository_key(url)) end as url_key,
        source_path, rev, rev_lock, path, hash_kind, hash,
        coalesce(url, '') || coalesce('@' || coalesce(rev, rev_lock), '') || coalesce(':' || source_path, '') as label
    from declared_imports
)
select *, hash(label, coalesce(rev_lock, '')) as source from labelled_imports;
