"""DVC's files: metafiles, pipelines, remotes and experiments."""
