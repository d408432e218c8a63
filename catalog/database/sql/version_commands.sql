-- The commands that get the bytes of a version. They name the repository's address, which is not among its rows.

-- version_commands: The command that gets the bytes of each version, where one does.
--   key: repo, artifact, version, commit
--   from version_downloads: repo, artifact, version, commit
--   get: The command, word by word; null where none works.
select d.repo, d.artifact, d.version, d.commit,
    string_split(d.tool, ' ') || case when d.rev is null then [d.target] else [r.url, d.target, '--rev', d.rev] end as get
from version_downloads d left join repos r on r.repo = d.repo;
