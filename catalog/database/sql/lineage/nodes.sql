-- What was made from what: within a commit by paths and hashes, across repositories by imports and equal content.
-- A node is a piece of data (repository, path, hash) or a pipeline stage (repository, file, name). Its number is a hash of these, because
-- numbers are joined faster than text. A build makes all numbers with one DuckDB, and no question makes any, since another DuckDB may
-- hash otherwise. A commit is the context of a step: within a repository a walk stays in one commit.

-- internal.numbered_outputs(): The outputs of every revision, with the numbers of lineage: see `output_nodes`.
--   key: repo, commit, file, pipeline_stage, path
select *, hash(repo, commit) as revision, hash(repo, path, coalesce(hash, '')) as node,
    case when pipeline_stage is not null then hash(repo, file, pipeline_stage) end as stage_node
from (
    select
        repo, commit, internal.pipeline_file(metafile) as file,
        pipeline_stage, path, hash_kind, hash, size, files, is_folder
    from outputs
);

-- internal.numbered_inputs(): What the pipeline stages of every revision take in, with the numbers of lineage: see `input_nodes`.
--   key: repo, commit, file, pipeline_stage, path
select *, hash(repo, commit) as revision, hash(repo, path, coalesce(hash, '')) as node, hash(repo, file, pipeline_stage) as stage_node
from (
    select
        repo, commit, internal.pipeline_file(metafile) as file,
        pipeline_stage, path, hash_kind, hash, size, files, coalesce(files is not null or ends_with(hash, '.dir'), false) as is_folder
    from dependencies where pipeline_stage is not null
);

-- output_nodes: The outputs of every revision, with the numbers of lineage.
--   key: repo, commit, file, pipeline_stage, path
--   from outputs: repo, commit, pipeline_stage, path, hash_kind, hash, size, files, is_folder
--   file: The file that defines it: the `dvc.yaml` of a lock.
--   revision: The number of the commit.
--   node: The number of the data.
--   stage_node: The number of the pipeline stage that makes it.
from internal.numbered_outputs();

-- input_nodes: What the pipeline stages of every revision take in, with the numbers of lineage.
--   key: repo, commit, file, pipeline_stage, path
--   from dependencies: repo, commit, pipeline_stage, path, hash_kind, hash, size, files
--   file: The file that defines the pipeline stage: the `dvc.yaml` of a lock.
--   is_folder: The lock states it as a folder.
--   revision: The number of the commit.
--   node: The number of the data.
--   stage_node: The number of the pipeline stage that takes it in.
from internal.numbered_inputs();

-- lineage_commits [materialized: incremental]: The numbers of the commits.
--   key: repo, commit
--   from revisions: repo, commit, committed_at
--   revision: The number of the commit.
select repo, commit, hash(repo, commit) as revision, committed_at from revisions;

-- lineage_nodes [materialized: incremental]: Every piece of data and every pipeline stage that lineage knows, once for each repository.
--   key: repo, node
--   from outputs: repo
--   home: The number of the repository.
--   node: Its number.
--   what: `data` or `stage`.
--   path: From the Git root; of a pipeline stage, the file that defines it.
--   pipeline_stage: The name of the pipeline stage, where the node is one.
--   hash_kind: The kind of hash: see `version_files`; null for a pipeline stage and where nothing was locked.
--   hash: The hash of the content, with `.dir` for a folder of DVC; null for a pipeline stage and where nothing was locked.
--   size: Bytes, where some commit states them.
--   files: How many files it has, of a folder.
--   is_folder: It is a folder.
--   content: The number of its content, the same in every repository; null where an equal hash says nothing: it is not an MD5, or one of
--     something empty or tiny (less than 32 bytes).
--   is_root: No pipeline stage of the repository makes it: it came from elsewhere, or was added.
--   is_origin: A pipeline stage makes it, or it is a version that was not imported: others may have it from here.
--   revision: The number of the earliest commit in which it is an output; without one, in which it is an input.
with occurrences as (
    select repo, node, path, hash_kind, hash, size, files, is_folder, revision, true as is_output, stage_node is not null as is_made
    from internal.numbered_outputs()
    union all
    select repo, node, path, hash_kind, hash, size, files, is_folder, revision, false, false from internal.numbered_inputs()
),
data_nodes as (
    select
        s.repo, s.node, any_value(path) as path, min(hash_kind) as hash_kind, any_value(hash) as hash, max(size) as size,
        max(files) as files,
        bool_or(is_folder) as is_folder, bool_or(is_made) as is_made,
        arg_min(s.revision, (not s.is_output, r.committed_at, s.revision)) as revision
    from occurrences s
    join (select repo, hash(repo, commit) as revision, committed_at from revisions) r on r.repo = s.repo and r.revision = s.revision
    group by s.repo, s.node
),
version_nodes as (
    select repo, node, bool_or(import_kind is distinct from 'repo') as is_own from version_files group by all
)
select
    d.repo, hash(d.repo) as home, d.node, 'data' as what, d.path, null::varchar as pipeline_stage, d.hash_kind, d.hash, d.size, d.files,
    d.is_folder,
    case when starts_with(d.hash_kind, 'md5') and not internal.is_trivial_content(d.hash, d.size) then hash(d.hash) end as content,
    not d.is_made as is_root, d.is_made or coalesce(v.is_own, false) as is_origin,
    d.revision
from data_nodes d left join version_nodes v on v.repo = d.repo and v.node = d.node
union all
select
    repo, hash(repo), hash(repo, file, pipeline_stage), 'stage', file, pipeline_stage, null, null, null, null, false, null, false, false,
    0::ubigint
from (select distinct repo, file, pipeline_stage from pipeline_stages)
union all
-- What is not an output of DVC: in Git, in Git LFS.
select
    repo, hash(repo), node, 'data', any_value(path), null, any_value(hash_kind), any_value(hash), any_value(size), any_value(files),
    any_value(is_folder),
    null, true, false, 0::ubigint
from version_files anti join data_nodes using (repo, node) where node is not null group by repo, node;

-- lineage_edges [materialized: incremental]: The steps between nodes of a repository: into a pipeline stage, out of it, and between a
--     folder and what lies in it.
--   key: home, kind, revision, from_revision, from_node, to_node
--   from outputs: repo
--   home: The number of the repository.
--   kind: `input` or `output` of a pipeline stage; `part` of a folder, or the folder of parts; `path` where an input was never locked, so
--     that only its path tells what it is; `earlier` for the output of an earlier commit, which a stage that did not run again took in.
--   revision: The number of the commit that says so.
--   from_revision: The number of the commit from which data flows: another one for `earlier`.
--   from_node: The number of the node that data flows from.
--   to_node: The number of the node that it flows to.
with changed_inputs as (
    select i.repo, i.commit, i.path, i.hash, o.hash as other
    from dependencies i join outputs o on o.repo = i.repo and o.commit = i.commit and o.path = i.path
    where i.pipeline_stage is not null and o.hash is distinct from i.hash
),
steps as (
    select repo, 'input' as kind, revision, revision as from_revision, node as from_node, stage_node as to_node
        from internal.numbered_inputs()
    union all
    select repo, 'output', revision, revision, stage_node, node from internal.numbered_outputs() where stage_node is not null
    union all
    select distinct repo, 'path', hash(repo, commit), hash(repo, commit), hash(repo, path, other), hash(repo, path, '') from changed_inputs
    where hash is null
    union all
    select d.repo, 'earlier', d.revision, n.revision, o.stage_node, n.node
    from (select distinct repo, path, hash, hash(repo, commit) as revision, hash(repo, path, hash) as node from changed_inputs) d
    join lineage_nodes n on n.repo = d.repo and n.node = d.node
    join internal.numbered_outputs() o on o.repo = d.repo and o.path = d.path and o.hash = d.hash and o.stage_node is not null
        and o.revision = n.revision
    union all
    select distinct i.repo, 'part', i.revision, i.revision, o.node, i.node
    from internal.numbered_inputs() i join internal.numbered_outputs() o
        on o.repo = i.repo and o.commit = i.commit and starts_with(i.path, o.path || '/')
    where o.is_folder
    union all
    select distinct i.repo, 'part', i.revision, i.revision, o.node, i.node
    from internal.numbered_inputs() i join internal.numbered_outputs() o
        on o.repo = i.repo and o.commit = i.commit and starts_with(o.path, i.path || '/')
    where i.is_folder or i.hash is null
    union all
    select distinct v.repo, 'part', o.revision, o.revision, o.node, v.node
    from version_files v join internal.numbered_outputs() o on o.repo = v.repo and o.commit = v.revision
        and starts_with(o.path, v.path || '/')
    where v.output is null and v.in_git is null
)
select repo, hash(repo) as home, * exclude (repo) from steps
-- A walk reads few repositories of many: the row groups of the others can be skipped.
order by home;
