-- Names inside names, as Git and DVC build them.

-- tag_name(a_ref) [scalar]: The name of a tag: what stands behind `refs/tags/` in its ref.
a_ref[length('refs/tags/') + 1:];

-- pipeline_file(a_metafile) [scalar]: The file that defines the pipeline stages of a metafile: the `dvc.yaml` of a `dvc.lock`, and any
--     other file itself.
case when ends_with(a_metafile, 'dvc.lock') then a_metafile[:-5] || 'yaml' else a_metafile end;
