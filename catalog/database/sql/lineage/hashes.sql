-- What a content hash is, who uses it, and which versions were made with it.

-- consumers(a_hash): Who takes in content with this hash, with or without `.dir`: pipeline stages, imports and versions, in each
--     repository.
--   key: repo, what, file, name, path, hash
--   what: `stage` for a pipeline stage that takes it in, `import` for one who imported it, `version` for a version that is these bytes,
--     `copy` for other data that DVC tracks.
--   file: The file that says so.
--   revisions: In how many commits.
--   at_tip: It is so at the tip of the default branch.
with asked_hashes as (
    select unnest([regexp_replace(lower(trim(a_hash)), '[.]dir$', ''), regexp_replace(lower(trim(a_hash)), '[.]dir$', '')
        || '.dir']) as hash
),
tip_commits as (select repo, commit from revisions where list_contains(reasons, 'tip')),
occurrences as (
    select repo, commit, 'stage' as what, internal.pipeline_file(metafile) as file, pipeline_stage as name, path, hash_kind, hash, size
    from dependencies where hash in (from asked_hashes) and pipeline_stage is not null
    union all
    select o.repo, o.commit, case when i.path is not null then 'import' else 'copy' end, o.metafile, null, o.path, o.hash_kind, o.hash,
        o.size
    from outputs o left join imports i on i.repo = o.repo and i.commit = o.commit and i.metafile = o.metafile and i.path = o.path
    where o.hash in (from asked_hashes) and o.pipeline_stage is null
    union all
    select repo, revision, 'version', metafile, artifact || '@' || version, path, hash_kind, hash, size from version_files
    where hash in (from asked_hashes)
)
select f.repo, f.what, f.file, f.name, f.path, min(f.hash_kind) as hash_kind, f.hash, max(f.size) as size,
    count(distinct f.commit) as revisions, bool_or(t.commit is not null) as at_tip
from occurrences f left join tip_commits t using (repo, commit)
group by f.repo, f.what, f.file, f.name, f.path, f.hash
order by f.repo, f.what = 'copy', f.what, f.file, f.name, f.path, f.hash;

-- internal.most_steps() [scalar]: How far `versions_using` walks: further than any pipeline goes.
100;

-- versions_using(a_hash, a_stage): The versions that were made with this content, directly or through pipelines and other repositories;
--     with `a_stage`, only those in that stage now.
--   key: repo, artifact, version, commit
--   ref: The version's name in the catalog.
--   steps: How many steps from the content to the version; 0 for a version that is the content itself.
with start_nodes as (
    select home, node from lineage_nodes
    where hash in (regexp_replace(lower(trim(a_hash)), '[.]dir$', ''), regexp_replace(lower(trim(a_hash)), '[.]dir$', '') || '.dir')
),
reached_nodes as (select node, min(level) as steps from internal.walk_down(internal.most_steps(), 'start_nodes') group by node),
reached_versions as (from version_files where node in (select node from reached_nodes))
select f.repo || ':' || f.artifact || '@' || f.version as ref, f.repo, f.artifact, f.version, f.commit, f.path, f.hash, v.stages, v.active,
    r.steps
from reached_versions f
join reached_nodes r on r.node = f.node
join (from versions where repo in (select repo from reached_versions)) v on v.repo = f.repo and v.artifact = f.artifact
    and v.version = f.version
    and v.commit = f.commit
where a_stage::varchar is null or exists (
    from assignments s
    where s.rank = 1 and s.stage = internal.canonical_stage(a_stage)
        and s.repo = f.repo and s.artifact = f.artifact and s.version = f.version and s.commit = f.commit
)
order by r.steps, ref, f.commit;

-- internal.identify_hashes(some_words): What has one of these hashes (with or without `.dir`, in any case) or commits, or one that begins
--     so (7 digits or more).
--   key: what, ref, repo, commit, path, hash_kind, hash, size
--   what: `version`, `output`, `dependency` or `commit`.
--   ref: The version's name in the catalog; for others, what to call it.
--   commit: The newest commit that has it so.
--   revisions: In how many commits.
with asked_hashes as (
    select regexp_replace(lower(trim(words)), '[.]dir$', '') as bare,
        -- A hash that is not whole has digits alone: an etag may begin with anything.
        regexp_full_match(bare, '[0-9a-f]{7,63}') as may_be_beginning
    from (select unnest(some_words::varchar[]) as words)
),
occurrences as (
    select 'version' as what, f.repo, f.repo || ':' || f.artifact || '@' || f.version as ref, f.revision as commit, f.path, f.hash_kind,
        f.hash, f.size
    from version_files f, asked_hashes w
    where f.hash in (w.bare, w.bare || '.dir') or f.blob = w.bare
        or (w.may_be_beginning and (
            starts_with(f.hash, w.bare) or starts_with(f.blob, w.bare) or starts_with(f.revision, w.bare) or starts_with(f.commit, w.bare)
        ))
    union all
    select 'output', o.repo, coalesce(o.pipeline_stage, o.metafile), o.commit, o.path, o.hash_kind, o.hash, o.size
    from outputs o, asked_hashes w
    where o.hash in (w.bare, w.bare || '.dir') or (w.may_be_beginning and starts_with(o.hash, w.bare))
    union all
    select 'dependency', d.repo, coalesce(d.pipeline_stage, d.metafile), d.commit, d.path, d.hash_kind, d.hash, d.size
    from dependencies d, asked_hashes w
    where d.hash in (w.bare, w.bare || '.dir') or (w.may_be_beginning and starts_with(d.hash, w.bare))
    union all
    select 'commit', r.repo, r.summary, r.commit, null, null, null, null
    from revisions r, asked_hashes w where w.may_be_beginning and starts_with(r.commit, w.bare)
    union all
    select 'commit', c.repo, c.summary, c.commit, null, null, null, null
    from commits c, asked_hashes w
    where w.may_be_beginning and starts_with(c.commit, w.bare)
        and not exists (from revisions r where r.repo = c.repo and r.commit = c.commit)
)
select
    f.what, f.ref, f.repo, arg_max(f.commit, (coalesce(r.committed_at, '-infinity'::timestamp), f.commit)) as commit, f.path, f.hash_kind,
    f.hash, f.size, count(distinct f.commit) as revisions
from occurrences f left join revisions r on r.repo = f.repo and r.commit = f.commit
group by f.what, f.ref, f.repo, f.path, f.hash_kind, f.hash, f.size, case when f.what = 'commit' then f.commit end
order by case f.what when 'version' then 0 when 'output' then 1 when 'dependency' then 2 else 3 end, f.repo, f.ref, f.path, f.hash, commit;

-- identify_hash(words): The same for one of them.
--   key: what, ref, repo, commit, path, hash_kind, hash, size
from internal.identify_hashes([words]);
