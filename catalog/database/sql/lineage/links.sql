-- What repositories have from each other: declared imports, and equal content.

-- import_sources [materialized: full]: Where imported data came from, in this catalog where the source is crawled.
--   key: repo, commit, node, source
--   from lineage_imports: repo, home, commit, revision, node, kind, url, url_key, source_path, rev, rev_lock, path, hash_kind, hash, label
--   source: The number of the source, where it is not in this catalog.
--   source_repo: The source's repository, where it is in this catalog: by its address, or else by the locked commit.
--   source_home: The number of that repository.
--   source_revision: The number of the commit there; of a commit that was not read, the earliest one with this data. 0 where there is
--     none.
--   source_node: The number of the data there, or of what is outside this catalog.
with repos_by_key as (
    select key, min(repo) as repo from repos, internal.repository_key(url) group by key
),
imports_by_key as (
    select i.*, k.repo as source_repo from lineage_imports i left join repos_by_key k on k.key = i.url_key
),
-- Of an address that no repository of the catalog has, the locked commit may be in one; in several, the others are forks or mirrors.
unknown_commits as (
    select repo, rev_lock as commit from imports_by_key where source_repo is null
),
known_commits as (
    select repo, commit from revisions
    union all
    select repo, commit from commits
),
repos_by_commit as (
    select u.repo, u.commit, arg_min(c.repo, (coalesce(r.fork, false), c.repo)) as source_repo
    from unknown_commits u join known_commits c on c.commit = u.commit and c.repo <> u.repo join repos r on r.repo = c.repo
    group by u.repo, u.commit
),
imports_with_repo as (
    select i.* replace (coalesce(i.source_repo, b.source_repo) as source_repo)
    from imports_by_key i
    left join repos_by_commit b on i.url_key is not null and b.repo = i.repo and b.commit = i.rev_lock
)
select
    i.*, n.home as source_home, coalesce(c.revision, n.revision, 0::ubigint) as source_revision, coalesce(n.node, i.source) as source_node
from imports_with_repo i
-- What is imported is equal to its source.
left join lineage_nodes n on n.repo = i.source_repo and n.path = i.source_path and n.hash = i.hash
left join lineage_commits c on c.repo = i.source_repo and c.commit = i.rev_lock
order by i.home, i.revision, i.node;

-- internal.most_origins() [scalar]: Of so many repositories with the same content, the earliest are linked to:
--     content that more of them made is common, such as the weights of a well-known network, or a licence.
20;

-- lineage_links [materialized: full]: The steps between repositories: declared imports, and equal content.
--   key: kind, from_node, from_revision, to_node, revision
--   kind: `version` or `import` (declared), `url` for what is from outside, `content` for equal data, `value` where one is hashed by DVC 2
--     and one by DVC 3: equal but for the ends of lines.
--   from_home: The number of the repository that data flows from.
--   from_node: The number of the node that data flows from.
--   from_revision: The number of the commit that it flows from; 0 where none is known.
--   to_home: The number of the repository that it flows to.
--   to_node: The number of the node that it flows to.
--   revision: The number of the commit that says so; 0 for any.
select distinct kind, source_home as from_home, source_node as from_node, source_revision as from_revision, home as to_home,
    node as to_node, revision
from import_sources
union all
select * exclude (moment)
from (
    select
        case when o.hash_kind = n.hash_kind then 'content' else 'value' end as kind,
        o.home as from_home, o.node as from_node, o.revision as from_revision, n.home as to_home, n.node as to_node,
        0::ubigint as revision, c.committed_at as moment
    from lineage_nodes n
    join lineage_nodes o on o.content = n.content and o.home <> n.home
    join lineage_commits c on c.revision = o.revision
    where n.is_root and o.is_origin
)
qualify row_number() over (partition by to_node order by moment, from_home, from_node) <= internal.most_origins()
order by to_home, to_node, from_home, from_node, revision, kind;

-- lineage: What repositories have from each other: declared imports, versions that were asked for, and equal content.
--   key: kind, from_repo, from_path, rev, to_repo, to_path, hash
--   kind: `version` or `import` (declared), `content` (the same hash), `value` (the same, but one of DVC 2 and one of DVC 3: equal but for
--     the ends of lines).
--   from_repo: Where it comes from: the repository.
--   from_path: Its path there, from the Git root.
--   rev: The revision that was asked for.
--   to_repo: Who has it from there: the repository.
--   to_path: Its path there, from the Git root.
--   hash_kind: The kind of hash of the data in `to_repo`: see `outputs`.
--   hash: The hash of the data in `to_repo`.
select distinct
    kind, source_repo as from_repo, source_path as from_path, rev, repo as to_repo, path as to_path, hash_kind, hash
from import_sources where source_repo is not null
union all
select
    case when o.hash_kind = n.hash_kind then 'content' else 'value' end, o.repo, o.path, null, n.repo, n.path, n.hash_kind, n.hash
from lineage_nodes n join lineage_nodes o on o.content = n.content and o.repo <> n.repo
where n.is_root and o.is_origin
    and not exists (from import_sources i where i.node = n.node and i.source_repo = o.repo);
