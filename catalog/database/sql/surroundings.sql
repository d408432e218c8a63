-- Whose each version is, and under which licence: what stands nearest to it in its commit.

-- version_owners: Who answers for each version, by CODEOWNERS of its commit: one row for each owner.
--   key: repo, artifact, version, commit, owner
--   from versions: repo, artifact, version, commit
--   ref: The version's name in the catalog.
--   owner: A user, a team or an e-mail address, as written.
--   file: The CODEOWNERS file.
--   line: The line that decides, from 1.
select v.repo || ':' || v.artifact || '@' || v.version as ref, v.repo, v.artifact, v.version, v.commit, o.owner, any_value(o.file) as file,
    min(o.line) as line
from versions v
join (select repo, commit, file, line, unnest(owners) as owner, artifacts from code_owners) o
    on o.repo = v.repo and o.commit = coalesce(v.revision, v.commit) and list_contains(o.artifacts, v.artifact)
group by v.repo, v.artifact, v.version, v.commit, o.owner;

-- version_licences: The licence of each version: that of the licence file nearest to it, and what the model card nearest to it states.
--   key: repo, artifact, version, commit
--   from versions: repo, artifact, version, commit
--   ref: The version's name in the catalog.
--   file: The licence file; null where none is near.
--   spdx: The SPDX identifier of its text, where it is one that is known.
--   title: The first line of the file with text.
--   card: The card, or README, that states a licence; null where none does.
--   card_licence: What it states.
with placed as (
    select repo, artifact, version, commit, coalesce(revision, commit) as reading, internal.place_near(file, path) as home from versions
),
of_files as (
    select p.repo, p.artifact, p.version, p.commit,
        arg_max({file: l.file, spdx: l.spdx, title: l.title}, (len(l.folder), l.spdx is not null, l.file)) as nearest
    from placed p
    join licences l on l.repo = p.repo and l.commit = p.reading and (l.folder = '' or starts_with(p.home, l.folder || '/'))
    group by p.repo, p.artifact, p.version, p.commit
),
of_cards as (
    select p.repo, p.artifact, p.version, p.commit,
        arg_max({file: c.file, licence: coalesce(c.licence_name, c.licence)}, (len(c.folder), c.is_model_card, c.file)) as nearest
    from placed p
    join cards c on c.repo = p.repo and c.commit = p.reading and (c.folder = '' or starts_with(p.home, c.folder || '/'))
        and coalesce(c.licence_name, c.licence) is not null
    group by p.repo, p.artifact, p.version, p.commit
)
select p.repo || ':' || p.artifact || '@' || p.version as ref, p.repo, p.artifact, p.version, p.commit,
    f.nearest.file as file, f.nearest.spdx as spdx, f.nearest.title as title, c.nearest.file as card, c.nearest.licence as card_licence
from placed p
left join of_files f on f.repo = p.repo and f.artifact = p.artifact and f.version = p.version and f.commit = p.commit
left join of_cards c on c.repo = p.repo and c.artifact = p.artifact and c.version = p.version and c.commit = p.commit;
