-- What was made from what: within a commit by paths and hashes, across repositories by imports and equal content.
-- A node is a piece of data (repository, path, hash) or a pipeline stage (repository, file, name). Its number is a hash of these, because
-- numbers are joined faster than text. A build makes all numbers with one DuckDB, and no question makes any, since another DuckDB may
-- hash otherwise. A commit is the context of a step: within a repository a walk stays in one commit.

-- repository_key(a_url): Host and path of a repository's address: the same for https, ssh and scp forms, with and without `.git`.
select case
    when contains(a_url, '://') then
        lower(regexp_replace(regexp_extract(a_url, '^[^:]*://(?:[^/?#]*@)?([^/?#]*)', 1), case when starts_with(a_url, 'ssh') or starts_with(a_url, 'git+ssh') then ':[0-9]+$' else ':443$' end, ''))
        || regexp_replace(regexp_extract(a_url, '^[^:]*://[^/]*(/[^?#]*)?', 1), '(/|[.]git)+$', '')
    when regexp_matches(a_url, '^[^/\\]{2,}:') then
        lower(regexp_extract(a_url, '^(?:[^@]*@)?([^:]*):', 1)) || '/' || trim(regexp_replace(regexp_extract(a_url, '^[^:]*:(.*)$', 1), '(/|[.]git)+$', ''), '/')
    else regexp_replace(a_url, '(/|[.]git)+$', '')
end as key;

-- output_nodes: The outputs of every revision, with the numbers of lineage.
--   file: The file that defines it: the `dvc.yaml` of a lock.
--   revision: The number of the commit.
--   node: The number of the data.
--   stage_node: The number of the pipeline stage that makes it.
select *, hash(repo, commit) as revision, hash(repo, path, coalesce(hash, '')) as node,
    case when pipeline_stage is not null then hash(repo, file, pipeline_stage) end as stage_node
from (
    select
        repo, commit, case when ends_with(metafile, 'dvc.lock') then metafile[:-5] || 'yaml' else metafile end as file,
        pipeline_stage, path, hash_kind, hash, size, files, is_folder
    from outputs
);

-- input_nodes: What the pipeline stages of every revision take in, with the numbers of lineage.
--   stage_node: The number of the pipeline stage that takes it in.
select *, hash(repo, commit) as revision, hash(repo, path, coalesce(hash, '')) as node, hash(repo, file, pipeline_stage) as stage_node
from (
    select
        repo, commit, case when ends_with(metafile, 'dvc.lock') then metafile[:-5] || 'yaml' else metafile end as file,
        pipeline_stage, path, hash_kind, hash, size, files, coalesce(files is not null or ends_with(hash, '.dir'), false) as is_folder
    from dependencies where pipeline_stage is not null
);

-- lineage_commits [kept]: The numbers of the commits.
--   revision: The number of the commit.
select repo, commit, hash(repo, commit) as revision, committed_at from revisions;

-- lineage_nodes [kept]: Every piece of data and every pipeline stage that lineage knows, once for each repository.
--   home: The number of the repository.
--   node: Its number.
--   what: `data` or `stage`.
--   path: From the Git root; of a pipeline stage, the file that defines it.
--   content: The number of its content, the same in every repository; null where an equal hash says nothing: it is no MD5, or one of something empty or tiny (less than 32 bytes).
--   is_root: No pipeline stage of the repository makes it: it came from elsewhere, or was added.
--   is_origin: A pipeline stage makes it, or it is a version that was not imported: others may have it from here.
--   revision: The number of the earliest commit in which it is an output; without one, in which it is an input.
with seen as (
    select repo, node, path, hash_kind, hash, size, files, is_folder, revision, true as is_output, stage_node is not null as is_made from output_nodes
    union all
    select repo, node, path, hash_kind, hash, size, files, is_folder, revision, false, false from input_nodes
),
data as (
    select
        s.repo, s.node, any_value(path) as path, min(hash_kind) as hash_kind, any_value(hash) as hash, max(size) as size, max(files) as files,
        bool_or(is_folder) as is_folder, bool_or(is_made) as is_made,
        -- One number that sorts as its three parts do.
        min(((not is_output)::hugeint * 4611686018427387904 + r.moment) * 18446744073709551616 + s.revision) as first_seen
    from seen s join (select repo, hash(repo, commit) as revision, epoch_us(committed_at) as moment from revisions) r on r.repo = s.repo and r.revision = s.revision
    group by s.repo, s.node
),
versioned as (
    select repo, node, bool_or(import_kind is distinct from 'repo') as is_own from version_files where node is not null group by all
)
select
    d.repo, hash(d.repo) as home, d.node, 'data' as what, d.path, null::varchar as pipeline_stage, d.hash_kind, d.hash, d.size, d.files, d.is_folder,
    case when starts_with(d.hash_kind, 'md5') and d.hash not in (from trivial_hashes()) and coalesce(d.size, 32) >= 32 then hash(d.hash) end as content,
    not d.is_made as is_root, d.is_made or coalesce(v.is_own, false) as is_origin,
    (d.first_seen % 18446744073709551616)::ubigint as revision
from data d left join versioned v on v.repo = d.repo and v.node = d.node
union all
select repo, hash(repo), hash(repo, file, pipeline_stage), 'stage', file, pipeline_stage, null, null, null, null, false, null, false, false, 0
from (select distinct repo, file, pipeline_stage from pipeline_stages)
union all
-- What is no output of DVC: in Git, in Git LFS.
select
    repo, hash(repo), node, 'data', any_value(path), null, any_value(hash_kind), any_value(hash), any_value(size), any_value(files), any_value(is_folder),
    null, true, false, 0
from version_files where output is null and node is not null group by repo, node;

-- lineage_edges [kept]: The steps between nodes of a repository: into a pipeline stage, out of it, and between a folder and what lies in it.
--   home: The number of the repository.
--   kind: `input` or `output` of a pipeline stage; `part` of a folder, or the folder of parts; `path` where an input was never locked, so that only its path tells what it is; `earlier` for the output of an earlier commit, which a stage that did not run again took in.
--   revision: The number of the commit that says so.
--   from_revision: The number of the commit from which data flows: another one for `earlier`.
--   from_node: The number of the node that data flows from.
--   to_node: The number of the node that it flows to.
with differing as (
    select i.repo, i.commit, i.path, i.hash, o.hash as other
    from dependencies i join outputs o on o.repo = i.repo and o.commit = i.commit and o.path = i.path
    where o.hash is not null and i.pipeline_stage is not null and o.hash is distinct from i.hash
),
steps as (
    select repo, 'input' as kind, revision, revision as from_revision, node as from_node, stage_node as to_node from input_nodes
    union all
    select repo, 'output', revision, revision, stage_node, node from output_nodes where stage_node is not null
    union all
    select repo, 'path', hash(repo, commit), hash(repo, commit), hash(repo, path, other), hash(repo, path, '') from differing where hash is null
    union all
    select d.repo, 'earlier', d.revision, n.revision, o.stage_node, n.node
    from (select distinct repo, path, hash, hash(repo, commit) as revision, hash(repo, path, hash) as node from differing where hash is not null) d
    join lineage_nodes n on n.repo = d.repo and n.node = d.node
    join output_nodes o on o.repo = d.repo and o.path = d.path and o.hash = d.hash and o.stage_node is not null and o.revision = n.revision
    union all
    select i.repo, 'part', i.revision, i.revision, o.node, i.node
    from input_nodes i join output_nodes o on o.repo = i.repo and o.commit = i.commit and starts_with(i.path, o.path || '/')
    where o.is_folder
    union all
    select i.repo, 'part', i.revision, i.revision, o.node, i.node
    from input_nodes i join output_nodes o on o.repo = i.repo and o.commit = i.commit and starts_with(o.path, i.path || '/')
    where i.is_folder or i.hash is null
    union all
    select v.repo, 'part', o.revision, o.revision, o.node, v.node
    from version_files v join output_nodes o on o.repo = v.repo and o.commit = v.revision and starts_with(o.path, v.path || '/')
    where v.output is null and v.in_git is null
)
select repo, hash(repo) as home, * exclude (repo) from steps
-- A walk reads few repositories of many: what lies together can be passed over.
order by home;

-- lineage_imports [kept]: The data that each revision has from elsewhere: `dvc import`, `import-url`, `import-db`, and datasets.
--   kind: `version` where the revision that was asked for is a GTO version's tag, `import` for any other of a repository, `url` for what is in no repository.
--   node: The number of the data.
--   url_key: Host and path of the source repository: what https, ssh and scp addresses of it have in common.
--   label: The source in one line.
with found as (
    select
        i.repo, i.commit, o.revision, o.node, i.kind = 'repo' as is_repo, i.url, i.source_path, i.rev, i.rev_lock, i.path, o.hash_kind, o.hash
    from imports i join output_nodes o on o.repo = i.repo and o.commit = i.commit and o.path = i.path and o.file = i.metafile
    union all
    select d.repo, d.commit, d.revision, d.node, s.type = 'dvc', s.url, s.path, coalesce(s.rev, s.version), s.rev_lock, d.path, null, null
    from input_nodes d join datasets s on s.repo = d.repo and s.commit = d.commit and s.file = d.file and 'ds://' || s.name = d.path
),
told as (
    select
        repo, hash(repo) as home, commit, revision, node,
        case when not is_repo then 'url' when regexp_matches(rev, '^[^@#]+@v[0-9]+[.][0-9]+[.][0-9]+[^!]*$') then 'version' else 'import' end as kind,
        url, case when is_repo then (select key from repository_key(url)) end as url_key,
        source_path, rev, rev_lock, path, hash_kind, hash,
        coalesce(url, '') || coalesce('@' || coalesce(rev, rev_lock), '') || coalesce(':' || source_path, '') as label
    from found
)
select *, hash(label, coalesce(rev_lock, '')) as source from told;

-- import_sources [kept anew]: Where imported data came from, in this catalog where the source is crawled.
--   source: The number of the source, where it is not in this catalog.
--   source_repo: The source's repository, where it is in this catalog.
--   source_home: The number of that repository.
--   source_revision: The number of the commit there; of a commit that was not read, the earliest one with this data. 0 where there is none.
--   source_node: The number of the data there, or of what is outside this catalog.
with known as (
    select key, min(repo) as repo from repos, repository_key(url) group by key
),
named as (
    select i.*, k.repo as source_repo from lineage_imports i left join known k on k.key = i.url_key
)
select
    i.*, n.home as source_home, coalesce(c.revision, n.revision, 0) as source_revision, coalesce(n.node, i.source) as source_node
from named i
-- What is imported is equal to its source.
left join lineage_nodes n on n.repo = i.source_repo and n.path = i.source_path and n.hash = i.hash
left join lineage_commits c on c.repo = i.source_repo and c.commit = i.rev_lock
order by i.home, i.revision, i.node;

-- lineage_links [kept anew]: The steps between repositories: declared imports, and equal content.
--   kind: `version` or `import` (declared), `url` for what is from outside, `content` for equal data, `value` where one is hashed by DVC 2 and one by DVC 3: equal but for the ends of lines.
--   from_home: The number of the repository that data flows from.
--   from_node: The number of the node that data flows from.
--   from_revision: The number of the commit that it flows from; 0 where none is known.
--   to_home: The number of the repository that it flows to.
--   to_node: The number of the node that it flows to.
--   revision: The number of the commit that says so; 0 for any.
select distinct kind, source_home as from_home, source_node as from_node, source_revision as from_revision, home as to_home, node as to_node, revision
from import_sources
union all
select * exclude (moment)
from (
    select
        case when o.hash_kind = n.hash_kind then 'content' else 'value' end as kind,
        o.home as from_home, o.node as from_node, o.revision as from_revision, n.home as to_home, n.node as to_node, 0::ubigint as revision, c.committed_at as moment
    from lineage_nodes n
    join lineage_nodes o on o.content = n.content and o.home <> n.home
    join lineage_commits c on c.revision = o.revision and c.repo = o.repo
    where n.is_root and n.content is not null and o.is_origin
)
-- What so many repositories made is nobody's: the weights of a well-known network, a licence.
qualify row_number() over (partition by to_node order by moment, from_home, from_node) <= 20
order by to_home, to_node, from_home, from_node, revision, kind;

-- lineage: What repositories have from each other: declared imports, versions that were asked for, and equal content.
--   kind: `version` or `import` (declared), `content` (the same hash), `value` (the same, but one of DVC 2 and one of DVC 3: equal but for the ends of lines).
--   from_repo: Where it comes from: the repository.
--   from_path: Its path there, from the Git root.
--   rev: The revision that was asked for.
--   to_repo: Who has it from there: the repository.
--   to_path: Its path there, from the Git root.
select distinct
    kind, source_repo as from_repo, source_path as from_path, rev, repo as to_repo, path as to_path, hash_kind, hash
from import_sources where source_repo is not null
union all
select
    case when o.hash_kind = n.hash_kind then 'content' else 'value' end, o.repo, o.path, null, n.repo, n.path, n.hash_kind, n.hash
from lineage_nodes n join lineage_nodes o on o.content = n.content and o.repo <> n.repo
where n.is_root and o.is_origin
    and not exists (from import_sources i where i.node = n.node and i.source_repo = o.repo);

-- version_node(a_repo, an_artifact, a_version): Where the lineage of a version begins. Of a version on two commits, that of the newer tag.
select n.home, f.node, c.revision
from version_files f
join versions v on v.repo = f.repo and v.artifact = f.artifact and v.version = f.version and v.commit = f.commit
join lineage_nodes n on n.repo = f.repo and n.node = f.node
join lineage_commits c on c.repo = f.repo and c.commit = f.revision
where f.repo = a_repo and f.artifact = an_artifact and f.version = a_version
    and v.repo = a_repo and v.artifact = an_artifact and v.version = a_version and n.repo = a_repo and c.repo = a_repo
order by v.active desc, v.created_at desc, v.commit
limit 1;

-- walk_up(a_repo, an_artifact, a_version, depth): The steps from a version to what it was made from.
--   home: The number of the repository that has the node; null for what is outside.
--   near: The node from which the step was taken.
--   revision: The number of the commit that the walk stays in.
with recursive
begun as (from version_node(a_repo, an_artifact, a_version)),
-- The repositories that the walk may come to: nobody has to look into the others.
reach(home, level) using key (home) as (
    select home, 0 as level from begun
    union
    select l.from_home, r.level + 1 from reach r join lineage_links l on l.to_home = r.home
    where r.level < depth and l.from_home is not null and not exists (from recurring.reach y where y.home = l.from_home)
),
-- This is used twice below because only then is it worked out just once; the database's format forgets the word for it.
edges as (
    select home, kind, revision, from_revision, from_node, to_node from lineage_edges where home in (select home from reach)
    union all
    select from_home, kind, revision, from_revision, from_node, to_node from lineage_links where to_home in (select home from reach)
),
walk(home, node, near, revision, level, kind) using key (node, near, revision, kind) as (
    select home, node, 0::ubigint as near, revision, 0 as level, null::varchar as kind from begun
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

-- walk_down(depth, start): The steps from data, the `home` and `node` of the relation that `start` names, to what was made from it in any commit.
--   home: The number of the repository that has the node.
--   near: The node from which the step was taken.
--   revision: The number of the commit that the walk stays in; 0 for any.
with recursive
reach(home, level) using key (home) as (
    select distinct home, 0 as level from query_table(start)
    union
    select l.to_home, r.level + 1 from reach r join lineage_links l on l.from_home = r.home
    where r.level < depth and not exists (from recurring.reach y where y.home = l.to_home)
),
edges as (
    select home, kind, revision, from_revision, from_node, to_node from lineage_edges where home in (select home from reach)
    union all
    select to_home, kind, revision, case when revision = 0 then 0 else from_revision end, from_node, to_node
    from lineage_links where from_home in (select home from reach)
),
walk(home, node, near, revision, level, kind) using key (node, near, revision, kind) as (
    select distinct home, node, 0::ubigint as near, 0::ubigint as revision, 0 as level, null::varchar as kind from query_table(start)
    union
    select next.* from (
        select e.home, e.to_node as node, w.node as near, e.revision, w.level + 1 as level, e.kind
        from walk w join edges e on e.from_node = w.node and e.from_revision = w.revision
        where w.level < depth
        union all
        -- Equal content is equal whatever the commit, and who starts in no commit may go on in any.
        select e.home, e.to_node, w.node, e.revision, w.level + 1, e.kind
        from walk w join edges e on e.from_node = w.node
        where w.level < depth and (e.from_revision = 0) <> (w.revision = 0)
    ) next
    where not exists (
        from recurring.walk r where r.node = next.node and r.near = next.near and r.revision = next.revision and r.kind = next.kind
    )
)
from walk;

-- walk(up, steps): What is known of each node of a walk up or down; `steps` names the relation that has its steps. One row for each step, the nearest first.
--   level: How many steps away.
--   kind: How the two belong together: `input`, `output`, `part`, `path`, `earlier` within a repository; `version`, `import`, `content` (equal), `value` (equal, but one hashed by DVC 2 and one by DVC 3) between repositories; `url` from outside. Null for the start.
--   from_node: The node that data flows from.
--   to_node: The node that it flows to.
--   node: The one of the two that this step reached.
--   what: `version` for data that is one, `data`, `stage`; `import` or `url` for what this catalog does not have.
--   commit: The earliest commit of the walk in which the step was found; null where equal content is all.
--   revisions: In how many commits of the walk it was found; 0 where equal content is all.
--   label: What to call it in one line.
--   refs: The versions of that repository that are these bytes.
with met as (
    select
        any_value(home) as home, node, near, min(level) as level, coalesce(list(distinct revision) filter (revision <> 0), []) as revisions,
        -- What was declared goes before what is only equal.
        arg_min(kind, case kind when 'version' then 0 when 'import' then 1 else 2 end) as kind
    from query_table(steps) group by node, near
),
known as (
    -- By its repository first: what lies elsewhere is passed over.
    from lineage_nodes where home in (select home from met) and node in (select node from met)
),
dated as (
    select m.node, m.near, arg_min(c.commit, (c.committed_at, c.commit)) as commit
    from (select node, near, unnest(revisions) as revision from met) m join lineage_commits c on c.revision = m.revision
    group by m.node, m.near
),
named as (
    select node, list(repo || ':' || artifact || '@' || version order by artifact, precedence desc nulls last, version, commit) as refs
    from version_files where node in (select node from met)
    group by node
),
elsewhere as (
    select source_node as node, min(label) as label, min(source_repo) as repo, min(source_path) as path, min(rev_lock) as commit
    from import_sources where source in (select node from met) and source_node = source group by source_node
)
select
    m.level, m.kind,
    case when m.kind is null then null when up then to_hex(m.node) else to_hex(m.near) end as from_node,
    case when m.kind is null then null when up then to_hex(m.near) else to_hex(m.node) end as to_node,
    to_hex(m.node) as node,
    case when r.refs is not null then 'version' when n.what is not null then n.what when m.kind = 'url' then 'url' else 'import' end as what,
    coalesce(n.repo, e.repo) as repo, coalesce(d.commit, e.commit) as commit, coalesce(n.path, e.path) as path,
    n.pipeline_stage, n.hash_kind, n.hash, n.size, n.files, len(m.revisions) as revisions,
    coalesce(n.pipeline_stage, n.path, e.label) as label,
    coalesce(r.refs, []) as refs
from met m
left join known n on n.node = m.node
left join dated d on d.node = m.node and d.near = m.near
left join named r on r.node = m.node
left join elsewhere e on e.node = m.node
order by m.level, m.kind nulls first, coalesce(n.repo, e.repo, ''), coalesce(n.path, e.label), n.pipeline_stage, n.hash, m.node, m.near;

-- upstream(a_repo, an_artifact, a_version, depth): What a version was made from, step by step, through pipelines and across repositories.
with walked as (from walk_up(a_repo, an_artifact, a_version, depth))
from walk(true, 'walked');

-- downstream(a_repo, an_artifact, a_version, depth): What was made from a version, step by step, through pipelines and across repositories.
with begun as (from version_node(a_repo, an_artifact, a_version)),
walked as (from walk_down(depth, 'begun'))
from walk(false, 'walked');

-- consumers(a_hash): Who takes in content with this hash, with or without `.dir`: pipeline stages, imports and versions, in each repository.
--   what: `stage` for a pipeline stage that takes it in, `import` for one who imported it, `version` for a version that is these bytes, `copy` for other data that DVC tracks.
--   file: The file that says so.
--   revisions: In how many commits.
--   at_tip: It is so at the tip of the default branch.
with wanted as (
    select unnest([regexp_replace(lower(trim(a_hash)), '[.]dir$', ''), regexp_replace(lower(trim(a_hash)), '[.]dir$', '') || '.dir']) as hash
),
tips as (select repo, commit from revisions where list_contains(reasons, 'tip')),
found as (
    select repo, commit, 'stage' as what, regexp_replace(metafile, 'dvc[.]lock$', 'dvc.yaml') as file, pipeline_stage as name, path, hash_kind, hash, size
    from dependencies where hash in (from wanted) and pipeline_stage is not null
    union all
    select o.repo, o.commit, case when i.path is not null then 'import' else 'copy' end, o.metafile, null, o.path, o.hash_kind, o.hash, o.size
    from outputs o left join imports i on i.repo = o.repo and i.commit = o.commit and i.metafile = o.metafile and i.path = o.path
    where o.hash in (from wanted) and o.pipeline_stage is null
    union all
    select repo, revision, 'version', metafile, artifact || '@' || version, path, hash_kind, hash, size from version_files where hash in (from wanted)
)
select f.repo, f.what, f.file, f.name, f.path, min(f.hash_kind) as hash_kind, f.hash, max(f.size) as size, count(distinct f.commit) as revisions, bool_or(t.commit is not null) as at_tip
from found f left join tips t using (repo, commit)
group by f.repo, f.what, f.file, f.name, f.path, f.hash
order by f.repo, f.what = 'copy', f.what, f.file, f.name, f.path, f.hash;

-- versions_using(a_hash, a_stage): The versions that were made with this content, directly or through pipelines and other repositories; with `a_stage`, only those in that stage now.
--   ref: The version's name in the catalog.
--   steps: How many steps from the content to the version; 0 for a version that is the content itself.
with wanted as (
    select home, node from lineage_nodes
    where hash in (regexp_replace(lower(trim(a_hash)), '[.]dir$', ''), regexp_replace(lower(trim(a_hash)), '[.]dir$', '') || '.dir')
),
reached as (select node, min(level) as steps from walk_down(100, 'wanted') group by node),
found as (from version_files where node in (select node from reached))
select f.repo || ':' || f.artifact || '@' || f.version as ref, f.repo, f.artifact, f.version, f.commit, f.path, f.hash, v.stages, v.active, r.steps
from found f
join reached r on r.node = f.node
join (from versions where repo in (select repo from found)) v on v.repo = f.repo and v.artifact = f.artifact and v.version = f.version and v.commit = f.commit
where a_stage::varchar is null or exists (
    from assignments s
    where s.rank = 1 and (s.stage = a_stage or s.raw_stage = a_stage)
        and s.repo = f.repo and s.artifact = f.artifact and s.version = f.version and s.commit = f.commit
)
order by r.steps, ref, f.commit;

-- identify_hashes(some_words): What has one of these hashes (with or without `.dir`, in any case), or a commit that begins so (7 digits or more).
--   what: `version`, `output`, `dependency` or `commit`.
--   ref: The version's name in the catalog; for others, what to call it.
--   commit: The newest commit that has it so.
--   revisions: In how many commits.
with wanted as (
    select regexp_replace(lower(trim(words)), '[.]dir$', '') as bare, regexp_full_match(lower(trim(words)), '[0-9a-f]{7,40}') as may_be_commit
    from (select unnest(some_words::varchar[]) as words)
),
found as (
    select 'version' as what, f.repo, f.repo || ':' || f.artifact || '@' || f.version as ref, f.revision as commit, f.path, f.hash_kind, f.hash, f.size
    from version_files f, wanted w
    where f.hash in (w.bare, w.bare || '.dir') or f.blob = w.bare or (w.may_be_commit and (starts_with(f.revision, w.bare) or starts_with(f.commit, w.bare)))
    union all
    select 'output', o.repo, coalesce(o.pipeline_stage, o.metafile), o.commit, o.path, o.hash_kind, o.hash, o.size
    from outputs o, wanted w where o.hash in (w.bare, w.bare || '.dir')
    union all
    select 'dependency', d.repo, coalesce(d.pipeline_stage, d.metafile), d.commit, d.path, d.hash_kind, d.hash, d.size
    from dependencies d, wanted w where d.hash in (w.bare, w.bare || '.dir')
    union all
    select 'commit', r.repo, r.summary, r.commit, null, null, null, null
    from revisions r, wanted w where w.may_be_commit and starts_with(r.commit, w.bare)
    union all
    select 'commit', c.repo, c.summary, c.commit, null, null, null, null
    from commits c, wanted w
    where w.may_be_commit and starts_with(c.commit, w.bare) and not exists (from revisions r where r.repo = c.repo and r.commit = c.commit)
)
select
    f.what, f.ref, f.repo, arg_max(f.commit, (coalesce(r.committed_at, '-infinity'::timestamp), f.commit)) as commit, f.path, f.hash_kind, f.hash, f.size, count(distinct f.commit) as revisions
from found f left join revisions r on r.repo = f.repo and r.commit = f.commit
group by f.what, f.ref, f.repo, f.path, f.hash_kind, f.hash, f.size, case when f.what = 'commit' then f.commit end
order by case f.what when 'version' then 0 when 'output' then 1 when 'dependency' then 2 else 3 end, f.repo, f.ref, f.path, f.hash, commit;

-- identify_hash(words): The same for one of them.
from identify_hashes([words]);

-- outdated_locks [kept]: Pipeline stages whose lock does not tell of what they would do now: `dvc repro` would run them again.
--   reasons: What differs: `command`, `inputs` and `outputs` (defined, and not in the lock), `params` (other values than it ran with), `changed` (an input that DVC tracks has other content than it ran with).
--   what: The paths and parameters that differ.
--   command: What the definition says.
--   locked_command: What the lock says.
with stages as (
    select repo, commit, file, pipeline_stage, command, locked_command, frozen from pipeline_stages where locked_command is not null
),
unlocked as (
    select repo, commit, metafile as file, pipeline_stage, 'outputs' as reason, path as what from outputs where ends_with(metafile, 'dvc.yaml') and pipeline_stage is not null
    union all
    select repo, commit, metafile, pipeline_stage, 'inputs', path from dependencies
    where ends_with(metafile, 'dvc.yaml') and pipeline_stage is not null and not starts_with(path, 'ds://')
    union all
    select i.repo, i.commit, i.file, i.pipeline_stage, 'changed', i.path
    from input_nodes i join outputs o on o.repo = i.repo and o.commit = i.commit and o.path = i.path
    where o.hash <> i.hash
    union all
    select l.repo, l.commit, regexp_replace(l.metafile, 'dvc[.]lock$', 'dvc.yaml'), l.pipeline_stage, 'params', l.file || ':' || l.name
    from params l join (select distinct repo, commit, file, name, text from params where not locked) f
        on f.repo = l.repo and f.commit = l.commit and f.file = l.file and f.name = l.name
    where l.locked and f.text is distinct from l.text
    union all
    select repo, commit, file, pipeline_stage, 'command', null from stages where command <> locked_command
)
select
    s.repo, s.commit, s.file, s.pipeline_stage, list(distinct u.reason order by u.reason) as reasons,
    coalesce(list(distinct u.what order by u.what) filter (u.what is not null), []) as what, s.command, s.locked_command
from stages s join unlocked u using (repo, commit, file, pipeline_stage)
-- DVC leaves a frozen stage alone, whatever its inputs are.
where not (s.frozen and u.reason in ('inputs', 'changed', 'params'))
group by s.repo, s.commit, s.file, s.pipeline_stage, s.command, s.locked_command;
