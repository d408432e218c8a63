-- Walks along the edges and links of lineage, up to what a version was made from and down to what was made from it.

-- internal.version_node(a_repo, an_artifact, a_version): Where the lineage of a version begins. Of a version on two commits, that of the
--     newer tag.
--   key: (at most one row)
select n.home, f.node, c.revision
from version_files f
join versions v on v.repo = f.repo and v.artifact = f.artifact and v.version = f.version and v.commit = f.commit
join lineage_nodes n on n.repo = f.repo and n.node = f.node
join lineage_commits c on c.repo = f.repo and c.commit = f.revision
where f.repo = a_repo and f.artifact = an_artifact and f.version = a_version
    and v.repo = a_repo and v.artifact = an_artifact and v.version = a_version and n.repo = a_repo and c.repo = a_repo
order by v.active desc, v.created_at desc, v.commit
limit 1;

-- internal.walk_up(a_repo, an_artifact, a_version, depth): The steps from a version to what it was made from.
--   key: node, near, revision, kind
--   home: The number of the repository that has the node; null for what is outside.
--   near: The node from which the step was taken.
--   revision: The number of the commit that the walk stays in.
with recursive
start_node as (from internal.version_node(a_repo, an_artifact, a_version)),
-- The repositories that the walk may reach: the others need not be read.
reachable_repos(home, level) using key (home) as (
    select home, 0 as level from start_node
    union
    select l.from_home, r.level + 1 from reachable_repos r join lineage_links l on l.to_home = r.home
    where r.level < depth and l.from_home is not null and not exists (from recurring.reachable_repos y where y.home = l.from_home)
),
-- Used twice below, this is computed once also where the database's format, that of DuckDB 1.4, drops the word.
edges as materialized (
    select home, kind, revision, from_revision, from_node, to_node from lineage_edges where home in (select home from reachable_repos)
    union all
    select from_home, kind, revision, from_revision, from_node, to_node from lineage_links
    where to_home in (select home from reachable_repos)
),
walk(home, node, near, revision, level, kind) using key (node, near, revision, kind) as (
    select home, node, 0::ubigint as near, revision, 0 as level, null::varchar as kind from start_node
    union
    select next.* from (
        select e.home, e.from_node as node, w.node as near, e.from_revision as revision, w.level + 1 as level, e.kind
        from walk w join edges e on e.to_node = w.node and e.revision = w.revision
        where w.level < depth
        union all
        -- Equal content is equal whatever the commit.
        select e.home, e.from_node, w.node, e.from_revision, w.level + 1, e.kind
        from walk w join edges e on e.to_node = w.node
        where w.level < depth and e.revision = 0 and w.revision <> 0
    ) next
    where not exists (
        from recurring.walk r where r.node = next.node and r.near = next.near and r.revision = next.revision and r.kind = next.kind
    )
)
from walk;

-- internal.walk_down(depth, start): The steps from data, the `home` and `node` of the relation that `start` names, to what was made from
--     it in any commit.
--   key: node, near, revision, kind
--   home: The number of the repository that has the node.
--   near: The node from which the step was taken.
--   revision: The number of the commit that the walk stays in; 0 for any.
with recursive
reachable_repos(home, level) using key (home) as (
    select distinct home, 0 as level from query_table(start)
    union
    select l.to_home, r.level + 1 from reachable_repos r join lineage_links l on l.from_home = r.home
    where r.level < depth and not exists (from recurring.reachable_repos y where y.home = l.to_home)
),
edges as (
    select home, kind, revision, from_revision, from_node, to_node from lineage_edges where home in (select home from reachable_repos)
    union all
    select to_home, kind, revision, case when revision = 0 then 0::ubigint else from_revision end, from_node, to_node
    from lineage_links where from_home in (select home from reachable_repos)
),
walk(home, node, near, revision, level, kind) using key (node, near, revision, kind) as (
    select distinct home, node, 0::ubigint as near, 0::ubigint as revision, 0 as level, null::varchar as kind from query_table(start)
    union
    select next.* from (
        select e.home, e.to_node as node, w.node as near, e.revision, w.level + 1 as level, e.kind
        from walk w join edges e on e.from_node = w.node and e.from_revision = w.revision
        where w.level < depth
        union all
        -- Equal content is equal whatever the commit, and a walk that starts in no commit goes on in any.
        select e.home, e.to_node, w.node, e.revision, w.level + 1, e.kind
        from walk w join edges e on e.from_node = w.node
        where w.level < depth and (e.from_revision = 0) <> (w.revision = 0)
    ) next
    where not exists (
        from recurring.walk r where r.node = next.node and r.near = next.near and r.revision = next.revision and r.kind = next.kind
    )
)
from walk;

-- internal.walk(up, steps): What is known of each node of a walk up or down; `steps` names the relation that has its steps. One row for
--     each step, the nearest first.
--   key: node, from_node, to_node
--   level: How many steps away.
--   kind: How the two belong together: `input`, `output`, `part`, `path`, `earlier` within a repository; `version`, `import`, `content`
--     (equal), `value` (equal, but one hashed by DVC 2 and one by DVC 3) between repositories; `url` from outside. Null for the start.
--   from_node: The node that data flows from.
--   to_node: The node that it flows to.
--   node: The one of the two that this step reached.
--   what: `version` for data that is one, `data`, `stage`; `import` or `url` for what this catalog does not have.
--   commit: The earliest commit of the walk in which the step was found; null where equal content is all.
--   revisions: In how many commits of the walk it was found; 0 where equal content is all.
--   label: What to call it in one line.
--   refs: The versions of that repository that are these bytes.
with reached_nodes as (
    select
        any_value(home) as home, node, near, min(level) as level,
        coalesce(list(distinct revision) filter (revision <> 0), []) as revisions,
        -- What was declared goes before what is only equal.
        arg_min(kind, case kind when 'version' then 0 when 'import' then 1 else 2 end) as kind
    from query_table(steps) group by node, near
),
node_facts as (
    -- Filtered by repository first: row groups of other repositories are skipped.
    from lineage_nodes where home in (select home from reached_nodes) and node in (select node from reached_nodes)
),
first_commits as (
    select m.node, m.near, arg_min(c.commit, (c.committed_at, c.commit)) as commit
    from (select node, near, unnest(revisions) as revision from reached_nodes) m join lineage_commits c on c.revision = m.revision
    group by m.node, m.near
),
version_refs as (
    select node, list(repo || ':' || artifact || '@' || version order by artifact, precedence desc nulls last, version, commit) as refs
    from version_files where node in (select node from reached_nodes)
    group by node
),
outside_sources as (
    select source_node as node, min(label) as label, min(source_repo) as repo, min(source_path) as path, min(rev_lock) as commit
    from import_sources where source in (select node from reached_nodes) and source_node = source group by source_node
)
select
    m.level, m.kind,
    case when m.kind is null then null when up then to_hex(m.node) else to_hex(m.near) end as from_node,
    case when m.kind is null then null when up then to_hex(m.near) else to_hex(m.node) end as to_node,
    to_hex(m.node) as node,
    case when r.refs is not null then 'version' when n.what is not null then n.what when m.kind = 'url' then 'url'
        else 'import' end as what,
    coalesce(n.repo, e.repo) as repo, coalesce(d.commit, e.commit) as commit, coalesce(n.path, e.path) as path,
    n.pipeline_stage, n.hash_kind, n.hash, n.size, n.files, len(m.revisions) as revisions,
    coalesce(n.pipeline_stage, n.path, e.label) as label,
    coalesce(r.refs, []) as refs
from reached_nodes m
left join node_facts n on n.node = m.node
left join first_commits d on d.node = m.node and d.near = m.near
left join version_refs r on r.node = m.node
left join outside_sources e on e.node = m.node
order by m.level, m.kind nulls first, coalesce(n.repo, e.repo, ''), coalesce(n.path, e.label), n.pipeline_stage, n.hash, m.node, m.near;

-- internal.upstream(a_repo, an_artifact, a_version, depth): What a version was made from, step by step, through pipelines and across
--     repositories.
--   key: node, from_node, to_node
with walked as (from internal.walk_up(a_repo, an_artifact, a_version, depth))
from internal.walk(true, 'walked');

-- internal.downstream(a_repo, an_artifact, a_version, depth): What was made from a version, step by step, through pipelines and across
--     repositories.
--   key: node, from_node, to_node
with start_node as (from internal.version_node(a_repo, an_artifact, a_version)),
walked as (from internal.walk_down(depth, 'start_node'))
from internal.walk(false, 'walked');
