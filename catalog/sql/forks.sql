-- Who has whose registry: forks carry the tags of what they were forked from, and would be told as models of their own.
-- Rows marked [kept anew] follow from all repositories together; they are worked out at every build.

-- copies [kept anew]: Repositories that have another's registry tags, the very same tag objects: forks, younger copies, and what a rename left.
--   of_repo: The repository that they are from: one that has them all, the declared parent before others, the oldest before the rest.
--   shared: How many registry tags both have.
--   own: How many registry tags only the copy has.
--   folded: It has none of its own: lists over all repositories leave it out.
with ranked as (
    select repo, fork_of, renamed_to, founded_at, coalesce(fork, false) or fork_of is not null as fork,
        -- Nobody is a copy of who comes after, so of a circle of copies one always stays.
        row_number() over (
            order by renamed_to is not null, coalesce(fork, false) or fork_of is not null, founded_at nulls last, repo
        ) as place
    from repos
),
candidates as (
    from ranked where fork or renamed_to is not null or founded_at is not null
),
held as (
    select c.place, e.oid from events e join candidates c on c.repo = e.repo
),
pairs as (
    select h.place as copy, r.place as original, count(*) as shared
    from held h join events e on e.oid = h.oid join ranked r on r.repo = e.repo
    where r.place < h.place
    group by h.place, r.place
)
select c.repo, o.repo as of_repo, p.shared, n.tags - p.shared as own, n.tags = p.shared as folded
from pairs p
join candidates c on c.place = p.copy
join ranked o on o.place = p.original
join (select place, count(*) as tags from held group by place) n on n.place = p.copy
where c.fork or c.renamed_to = o.repo or c.founded_at > o.founded_at
qualify row_number() over (
    partition by c.repo
    order by p.shared = n.tags desc, coalesce(c.fork_of = o.repo or c.renamed_to = o.repo, false) desc, p.shared desc, o.place
) = 1;
