-- What the pages of the static site show of lineage: the graph of each repository, as its script reads it, and who uses what.

-- internal.site_homes(): The numbers of the repositories that are in lineage.
--   key: repo
select distinct repo, home from lineage_nodes;

-- internal.site_users(some_repos := null): The artifacts that were made with a version of another one, as `models_using` has it; those
--     of some repositories, or of all.
--   key: repo, artifact, user_repo, user_artifact
--   repo: The repository of the artifact that is used.
--   artifact: The artifact that is used.
--   user_repo: The repository of the one that was made with it.
--   user_artifact: The one that was made with it.
--   user_versions: How many of its versions were.
--   stages: The stages that one of these is in now, with the version.
--   in_prod: One of these stages is production.
with recursive used as materialized (
    select f.repo, f.artifact, f.node, n.home, dense_rank() over (order by f.repo, f.artifact) as origin
    from (select distinct repo, artifact, node from version_files where node is not null) f
    semi join original_artifacts using (repo, artifact)
    join lineage_nodes n on n.repo = f.repo and n.node = f.node
    where some_repos::varchar[] is null or list_contains(some_repos::varchar[], f.repo)
),
reachable_repos(home, level) using key (home) as (
    select distinct home, 0 as level from used
    union
    select l.to_home, r.level + 1 from reachable_repos r join lineage_links l on l.from_home = r.home
    where not exists (from recurring.reachable_repos y where y.home = l.to_home)
),
edges as materialized (
    select revision, from_revision, from_node, to_node from lineage_edges where home in (select home from reachable_repos)
    union all
    select revision, case when revision = 0 then 0::ubigint else from_revision end, from_node, to_node
    from lineage_links where from_home in (select home from reachable_repos)
),
walk(origin, node, revision) as (
    select distinct origin, node, 0::ubigint as revision from used
    union
    select * from (
        select w.origin, e.to_node as node, e.revision from walk w join edges e on e.from_node = w.node and e.from_revision = w.revision
        union all
        -- As in `walk_down`: equal content is equal whatever the commit.
        select w.origin, e.to_node, e.revision from walk w join edges e on e.from_node = w.node
        where (e.from_revision = 0) <> (w.revision = 0)
    )
),
origins as (select distinct repo, artifact, origin from used),
-- It is materialized since DuckDB else compares all artifacts with all versions first, for the `<>` below.
reached_nodes as materialized (
    select distinct o.repo, o.artifact, w.node from walk w join origins o using (origin)
    -- What shares a file or folder with the artifact itself was not made with it.
    anti join used u on u.origin = w.origin and u.node = w.node
),
users as materialized (
    select r.repo, r.artifact, f.repo as user_repo, f.artifact as user_artifact, f.version, f.commit
    from reached_nodes r join version_files f using (node)
    where (f.repo, f.artifact) <> (r.repo, r.artifact)
)
select u.repo, u.artifact, u.user_repo, u.user_artifact, count(distinct (u.version, u.commit)) as user_versions,
    coalesce(
        list(distinct {stage: a.stage, rank: n.rank, version: u.version} order by {stage: a.stage, rank: n.rank, version: u.version})
        filter (a.stage is not null), []
    ) as stages,
    coalesce(bool_or(a.stage = internal.canonical_stage('prod')), false) as in_prod
from users u
semi join original_artifacts o on o.repo = u.user_repo and o.artifact = u.user_artifact
left join current_assignments a
    on a.repo = u.user_repo and a.artifact = u.user_artifact and a.version = u.version and a.commit = u.commit
left join (select stage, min(rank) as rank from stage_names group by stage) n on n.stage = a.stage
group by u.repo, u.artifact, u.user_repo, u.user_artifact
order by u.repo, u.artifact, u.user_repo, u.user_artifact;

-- internal.site_users_digests(): What decides who uses the artifacts of each repository: the graphs of all that have data from it.
--   key: repo
--   users: A digest; null where no other repository has data from it.
with recursive links as (select distinct from_home, to_home from lineage_links where from_home is not null),
reached(origin, home) as (
    select distinct from_home, from_home from links
    union
    select r.origin, l.to_home from reached r join links l on l.from_home = r.home
),
numbered as (from internal.site_homes()),
states as (
    select n.home, bit_xor(hash(f.artifact, f.version, f.commit, f.node)) as state
    from version_files f join numbered n using (repo) where f.node is not null group by n.home
    union all
    select n.home, bit_xor(hash(a.artifact, a.stage, a.version, a.commit)) from current_assignments a join numbered n using (repo)
    group by n.home
    union all
    select n.home, bit_xor(hash('shown', o.artifact)) from original_artifacts o join numbered n using (repo) group by n.home
    union all
    select from_home, bit_xor(hash(l)) from lineage_links l where from_home is not null group by from_home
    union all
    select home, bit_xor(hash(e)) from lineage_edges e where home in (select home from reached) group by home
)
select n.repo, bit_xor(hash(r.home, s.state)) as users
from reached r join states s using (home) join numbered n on n.home = r.origin
group by n.repo;

-- internal.site_links(): The steps between repositories, each once for either of the two.
--   key: home, is_incoming, kind, from_node, from_revision, to_node, revision
--   home: The number of the repository whose link it is.
--   is_incoming: Data flows into that repository.
--   other_home: The number of the other repository; null for what is outside.
select to_home as home, true as is_incoming, from_home as other_home, kind, from_node, from_revision, to_node, revision
from lineage_links
union all
select from_home, false, to_home, kind, from_node, from_revision, to_node, revision from lineage_links where from_home is not null;

-- internal.site_lineage_digests(): What the graphs of repositories have from others, of each repository of which there is a graph.
--   key: repo
--   links: The digest of its links; null where it has none.
with homes as (select distinct home from lineage_edges union select distinct home from internal.site_links()),
links as (select home, bit_xor(hash(l)) as links from internal.site_links() l group by home)
select r.repo, l.links from internal.site_homes() r semi join homes h on h.home = r.home left join links l on l.home = r.home;

-- internal.site_lineage_nodes(some_repos): The data and the pipeline stages in the graphs of these repositories, with the numbers that
--     scripts count on.
--   key: repo, node
--   place: Counted from 0 within the repository.
--   is_linked: Others lead to it.
with shown as (
    select n.repo, n.home, n.node, n.path, n.pipeline_stage, n.hash, n.size
    from lineage_nodes n where list_contains(some_repos::varchar[], n.repo)
),
linked as (select distinct case when is_incoming then to_node else from_node end as node from internal.site_links())
select s.repo, s.path, s.pipeline_stage, s.hash, s.size, l.node is not null as is_linked, s.node,
    row_number() over (partition by s.repo order by s.path, s.pipeline_stage, s.hash, s.node) - 1 as place
from shown s left join linked l using (node)
order by s.repo, place;

-- internal.site_lineage_edges(some_repos): The steps within these repositories.
--   key: repo, kind, from_node, to_node, revision, from_revision
select r.repo, e.kind, e.from_node, e.to_node, e.revision, e.from_revision
from lineage_edges e
join (from internal.site_homes() where list_contains(some_repos::varchar[], repo)) r on r.home = e.home
order by all;

-- internal.site_lineage_links(some_repos): The steps between these repositories and others.
--   key: repo, is_incoming, kind, from_node, from_revision, to_node, revision
--   other_repo: The other repository; null for what is outside.
--   label: What is outside, in words.
select r.repo, l.is_incoming, l.kind, o.repo as other_repo, l.from_node, l.from_revision, l.to_node, l.revision,
    s.label
from internal.site_links() l
join (from internal.site_homes() where list_contains(some_repos::varchar[], repo)) r on r.home = l.home
left join internal.site_homes() o on o.home = l.other_home
left join (select source_node as node, min(label) as label from import_sources where source = source_node group by source_node) s
    on l.is_incoming and l.other_home is null and s.node = l.from_node
order by all;

-- internal.site_lineage_versions(some_repos): The versions in the graphs of these repositories, of each artifact the newest tag first.
--   key: repo, artifact, version, commit
--   revision: The number of the commit that a walk from it begins in.
--   in_prod: It is in production.
select f.repo, f.artifact, f.version, f.commit, f.node, c.revision, v.is_latest, v.stages,
    list_contains(v.stages, internal.canonical_stage('prod')) as in_prod, a.type
from version_files f
join versions v using (repo, artifact, version, commit)
join lineage_nodes n on n.repo = f.repo and n.node = f.node
join lineage_commits c on c.repo = f.repo and c.commit = f.revision
join original_artifacts a on a.repo = f.repo and a.artifact = f.artifact
where list_contains(some_repos::varchar[], f.repo)
order by f.repo, f.artifact, f.precedence desc nulls last, f.version, v.active desc, v.created_at desc, f.commit;
