-- Names inside names, as Git and DVC build them.

-- internal.tag_name(a_ref) [scalar]: The name of a tag: what stands behind `refs/tags/` in its ref.
a_ref[length('refs/tags/') + 1:];

-- internal.host_of(a_repo) [scalar]: The host in a repository's name, which has a dot or a port in it, or is `local` or `localhost`; null
--     where a name in repos.toml has none.
case when regexp_matches(split_part(a_repo, '/', 1), '[.:]') or split_part(a_repo, '/', 1) in ('local', 'localhost')
    then split_part(a_repo, '/', 1) end;

-- internal.team_of(a_repo) [scalar]: The team of a repository: its folder on its host; empty where it is in none.
regexp_extract(a_repo[coalesce(length(internal.host_of(a_repo)) + 2, 1):], '^(.*)/', 1);

-- internal.pipeline_file(a_metafile) [scalar]: The file that defines the pipeline stages of a metafile: the `dvc.yaml` of a `dvc.lock`,
--     and any other file itself.
case when ends_with(a_metafile, 'dvc.lock') then a_metafile[:-5] || 'yaml' else a_metafile end;

-- internal.place_near(a_file, a_path) [scalar]: The place in the repository by which the nearest card, licence and owners of an artifact
--     are found: where its path leads from the file that annotates it; of a URL, or without a path, that file.
case when a_path is null or a_path like '%://%' then coalesce(a_file, '')
    else ltrim(replace(case when a_path like '/%' then '' else coalesce(regexp_extract(a_file, '^(.*/)', 1), '') end || a_path,
        chr(92), '/'), '/') end;

-- internal.canonical_stage(words) [scalar]: The catalog's name of a stage: of one that repos.toml gives another name that one, else the
--     same.
coalesce((select min(stage) from stage_names where raw = words), words);
