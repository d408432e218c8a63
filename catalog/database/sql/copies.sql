-- Copies of registries: forks carry the tags of the repository that they were forked from, and would be listed as models of their own.
-- Rows marked [materialized: full] depend on all repositories together; they are recomputed at every build.

-- copies [materialized: full]: Repositories that have another's registry tags, the very same tag objects: forks, mirrors, younger copies,
--     and what a rename left.
--   key: repo
--   repo: The repository that has the other's tags.
--   of_repo: The repository that they are from: one that has them all, the declared parent before others, the oldest before the rest.
--   shared: How many registry tags both have.
--   own_tags: How many registry tags only the copy has.
--   is_pure_copy: It has none of its own.
-- Which of two is the original follows from what forges declare, then from age, then from which was crawled first.
with tag_counts as (
    select repo, count(*) as tags from events group by repo
),
repos_by_age as (
    select r.repo, r.fork_of, r.renamed_to, h.tags,
        -- A copy comes after its original in this order, so of a cycle of copies one always stays.
        row_number() over (
            order by r.renamed_to is not null, coalesce(r.fork, false) or r.fork_of is not null, r.founded_at nulls last,
                m.met nulls last, h.tags desc, r.repo
        ) as place
    from repos r
    join tag_counts h on h.repo = r.repo
    left join (
        -- A renamed repository was first crawled under its old name. An interrupted crawl and the one that completed it count as one.
        select coalesce(k.renamed_to, f.repo) as repo, min(coalesce(c.whole, f.first_crawl)) as met
        from (select repo, min(first_crawl) as first_crawl from observations group by repo) f
        asof left join (select crawl as whole from crawls where outcome <> 'cut_short') c on f.first_crawl <= c.whole
        left join repos k on k.repo = f.repo
        group by all
    ) m on m.repo = r.repo
),
tags_by_rank as (
    select r.place, e.oid from events e join repos_by_age r on r.repo = e.repo
),
shared_tags as (
    select c.place as copy, o.place as original, count(*) as shared
    from tags_by_rank c join tags_by_rank o on o.oid = c.oid and o.place < c.place
    group by c.place, o.place
)
select c.repo, o.repo as of_repo, p.shared, c.tags - p.shared as own_tags, c.tags = p.shared as is_pure_copy
from shared_tags p
join repos_by_age c on c.place = p.copy
join repos_by_age o on o.place = p.original
qualify row_number() over (
    partition by c.repo
    order by p.shared = c.tags desc, coalesce(c.fork_of = o.repo or c.renamed_to = o.repo, false) desc, p.shared desc, o.place
) = 1;

-- copied_artifacts [materialized: full]: Artifacts of copies that are the original's: it has them too, with all of their registry tags.
--     Lists over all repositories leave them out.
--   key: repo, artifact
--   from artifacts: repo, artifact
--   from copies: of_repo
select a.repo, a.artifact, c.of_repo
from artifacts a
join copies c on c.repo = a.repo
semi join artifacts o on o.repo = c.of_repo and o.artifact = a.artifact
anti join (
    from events e join copies k on k.repo = e.repo
    anti join events t on t.repo = k.of_repo and t.oid = e.oid
) own on own.repo = a.repo and own.artifact = a.artifact;

-- internal.is_copied(a_repo, an_artifact) [scalar]: The artifact is one of `copied_artifacts`.
-- Not `exists`: inside its query, the argument `repo` would be a column of copied_artifacts.
(a_repo, an_artifact) in (select (repo, artifact) from copied_artifacts);

-- original_artifacts: The artifacts, without those that forks and other copies have from their originals.
--   key: repo, artifact
--   from artifacts: *
from artifacts a anti join copied_artifacts c on c.repo = a.repo and c.artifact = a.artifact;
