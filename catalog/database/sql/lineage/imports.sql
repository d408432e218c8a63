-- What each repository imports from elsewhere, as its own files state.

-- internal.address_parts(a_url) [scalar]: Scheme, host with port, and path of a server's address; null for a path on this machine.
case
    when regexp_matches(a_url, '^[A-Za-z][A-Za-z0-9+.-]*://') then {
        -- `git+ssh` and `ssh+git` are ssh to Git, `git+https` is what pip calls https.
        scheme: regexp_replace(lower(regexp_extract(a_url, '^([^:]*)://', 1)), '^git[+]|[+]git$', ''),
        authority: lower(regexp_extract(a_url, '^[^:]*://(?:[^/?#]*@)?([^/?#]*)', 1)),
        path: regexp_extract(a_url, '^[^:]*://[^/?#]*([^?#]*)', 1)
    }
    when regexp_matches(a_url, '^(?:[^/@\s]+@)?[^/:\s]{2,}:\S') then {
        scheme: 'ssh',
        authority: lower(regexp_extract(a_url, '^(?:[^/@\s]+@)?([^/:\s]{2,}):', 1)),
        path: regexp_extract(a_url, '^(?:[^/@\s]+@)?[^/:\s]{2,}:(.*)$', 1)
    }
end;

-- internal.forge_host(a_host) [scalar]: The host by which a forge is known, of one by which it is reached, too.
case regexp_replace(a_host, '^www[.]', '')
    when 'ssh.github.com' then 'github.com'
    when 'altssh.gitlab.com' then 'gitlab.com'
    when 'altssh.bitbucket.org' then 'bitbucket.org'
    when 'ssh.dev.azure.com' then 'dev.azure.com'
    when 'hf.co' then 'huggingface.co'
    else case when regexp_matches(a_host, '^(?:www[.])?[^.]+[.]visualstudio[.]com$') then 'dev.azure.com'
        else regexp_replace(a_host, '^www[.]', '') end
end;

-- internal.organisation_path(a_host, a_path) [scalar]: The path from the root of Azure DevOps, also of an address that has the
--     organisation in its host; any other path as it is.
case when regexp_matches(a_host, '^(?:www[.])?[^.]+[.]visualstudio[.]com$') and a_host <> 'vs-ssh.visualstudio.com'
    then regexp_extract(a_host, '^(?:www[.])?([^.]+)', 1) || '/' || regexp_replace(a_path, '^/*defaultcollection/', '', 'i')
    else a_path end;

-- internal.plain_path(a_path) [scalar]: A path without empty parts, `.` and `~`, and without `.git` and slashes at its ends.
trim(regexp_replace(regexp_replace('/' || replace(a_path, '%20', ' '), '/(?:[.~]?/)+', '/', 'g'), '(?:/|[.]git)+$', ''), '/');

-- internal.is_folded(a_host) [scalar]: A forge to which upper and lower case are the same.
a_host in ('github.com', 'gitlab.com', 'bitbucket.org', 'dev.azure.com', 'huggingface.co', 'codeberg.org', 'gitea.com');

-- internal.forge_path(a_host, a_port, is_web, a_path) [scalar]: A repository's path, as its forge would spell it over HTTPS.
case
    -- Over SSH, Azure DevOps has a version in the place of `_git`; a project's first repository may go by one name.
    when a_host = 'dev.azure.com' then regexp_replace(
        replace(regexp_replace(lower(a_path), '^v3/([^/]+)/([^/]+)/([^/]+)$', '\1/\2/_git/\3'), '/_ssh/', '/_git/'),
        '^([^/]+)/_git/([^/]+)$', '\1/\2/_git/\2')
    when internal.is_folded(a_host) then lower(a_path)
    when regexp_matches(a_host, '(?:^|[.])(?:github|gitlab|gitea|forgejo)[.]') then a_path
    -- Bitbucket Data Center: `/scm/` over HTTP, port 7999 over SSH; its names have no case.
    when regexp_matches(a_path, '^(?:.*/)?scm/[^/]+/[^/]+$') then lower(regexp_replace(a_path, '^(?:.*/)?scm/([^/]+/[^/]+)$', '\1'))
    when a_port = '7999' and not is_web then lower(a_path)
    -- Gerrit: `/a/` is for those who are signed in.
    when is_web and regexp_matches(a_host, 'gerrit|review|[.]googlesource[.]com$') then regexp_replace(a_path, '^a/', '')
    else a_path
end;

-- internal.repository_key(a_url): What all addresses of one repository have in common, whatever the protocol: host and path. The function
--     `repository_key` in catalog/naming.py says the same in Python.
--   key: (at most one row)
-- Step by step: within one expression, each part would be spelled out wherever it is used.
select case
    when parts is null or parts.scheme = 'file' then regexp_replace(coalesce(parts.path, a_url), '(/|[.]git)+$', '')
    else host || case when is_web and port not in ('', case parts.scheme when 'http' then '80' else '443' end) then ':' || port else '' end
        || '/' || internal.forge_path(host, port, is_web, path)
end as key
from (
    select parts, is_web, port, internal.forge_host(stated_host) as host,
        internal.plain_path(internal.organisation_path(stated_host, parts.path)) as path
    from (
        select
            parts, parts.scheme in ('http', 'https') as is_web,
            regexp_extract(parts.authority, '^(\[[^\]]*\]|[^:]*)', 1) as stated_host,
            regexp_extract(parts.authority, '^(?:\[[^\]]*\]|[^:\[]*):(.*)$', 1) as port
        from (select internal.address_parts(a_url) as parts)
    )
);

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
    from imports i join internal.numbered_outputs() o on o.repo = i.repo and o.commit = i.commit and o.path = i.path
        and o.file = i.metafile
    union all
    select distinct d.repo, d.commit, d.revision, d.node, s.type = 'dvc', s.url, s.path, coalesce(s.rev, s.version), s.rev_lock, d.path,
        null, null
    from internal.numbered_inputs() d join datasets s on s.repo = d.repo and s.commit = d.commit and s.file = d.file
        and 'ds://' || s.name = d.path
),
labelled_imports as (
    select
        repo, hash(repo) as home, commit, revision, node,
        case when not is_repo then 'url' when regexp_matches(rev, '^[^@#]+@v[0-9]+[.][0-9]+[.][0-9]+[^!]*$') then 'version'
            else 'import' end as kind,
        url, case when is_repo then (select key from internal.repository_key(url)) end as url_key,
        source_path, rev, rev_lock, path, hash_kind, hash,
        coalesce(url, '') || coalesce('@' || coalesce(rev, rev_lock), '') || coalesce(':' || source_path, '') as label
    from declared_imports
)
select *, hash(label, coalesce(rev_lock, '')) as source from labelled_imports;
