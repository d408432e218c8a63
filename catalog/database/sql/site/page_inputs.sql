-- What decides which pages of the static site are made again.

-- internal.site_recipe(): What all pages follow from: the tables, views and macros, and the names of stages and directions of metrics.
--   key: (at most one row)
select recipe from internal.making;

-- internal.site_page_inputs(): What the pages and feeds of each repository follow from: equal rows in two builds mean equal pages.
--   key: repo
--   file: The partition that its own rows are from.
--   outcome: How the last visit ended, as far as pages show it.
--   message: The message of the last visit, where pages show it.
--   read_at: When its rows were true, where pages show that.
--   artifacts: The artifacts that have a page.
--   news: Of the artifacts that have a feed, the stages and kinds of their events, who tagged them, and whether a tag is signed.
--   assigned: The artifacts and stages of which a version is in the stage.
--   events: The digest of the events that its feeds may have, with the crawls that brought them.
--   duplicates: The digest of the versions elsewhere that have the bytes of its versions.
--   gone_tags: The digest of the tags that were deleted or rewritten.
--   first_versions: The digest of the versions that have the bytes of its dependencies.
--   users: The digest of the repositories that have data from it.
--   has_lineage: It has a graph of lineage.
--   about: The digest of what its page says of its crawls and of other repositories.
--   links: The digest of the steps between this graph and others.
--   is_searched: The search index has artifacts of it, including copies.
with all_repos as (
    select repo from repos union select repo from internal.partitions
),
pages as (
    select repo, list(artifact order by artifact) as artifacts from original_artifacts group by repo
),
feeds as (
    select repo, list({artifact: artifact, stages: stages, kinds: kinds, people: people, is_signed: is_signed} order by artifact) as news,
        bit_xor(events) as events
    from (
        select
            repo, artifact, coalesce(list(distinct stage order by stage) filter (stage is not null), []) as stages,
            list(distinct event order by event) as kinds,
            coalesce(list(distinct author order by author) filter (author <> ''), []) as people,
            bool_or(is_signed) as is_signed, bit_xor(hash(oid, tag, event, crawl, seen_at, first_repo)) as events
        from internal.site_news_events() group by all
    )
    group by repo
),
assigned as (
    select repo, list({artifact: artifact, stage: stage} order by artifact, stage) as assigned
    from (select distinct repo, artifact, stage from current_assignments)
    group by repo
),
duplicates as (
    select repo, hash(list(t order by artifact, version, commit)) as duplicates from internal.site_duplicates() t group by repo
),
gone_tags as (
    select repo, hash(list(t order by oid, tag)) as gone_tags from internal.site_gone_tags() t group by repo
),
first_versions as (
    select repo, hash(list(o order by hash)) as first_versions
    from (select distinct repo, hash from dependencies where hash is not null) join internal.site_first_versions() o using (hash)
    group by repo
)
select
    a.repo, p.file, r.url, case when r.outcome in ('new', 'changed', 'fresh') then 'read' else r.outcome end as outcome,
    r.stale, case when r.stale or r.outcome = 'never' then r.message end as message,
    case when r.stale or r.outcome = 'never' then r.read_at end as read_at, r.left_at, r.left_because,
    c.of_repo as copy_of, coalesce(g.artifacts, []) as artifacts, coalesce(f.news, []) as news,
    coalesce(s.assigned, []) as assigned, coalesce(f.events, 0) as events,
    t.duplicates, d.gone_tags, o.first_versions, u.users, l.repo is not null as has_lineage, about.about, l.links,
    x.repo is not null as is_searched
from all_repos a
left join internal.partitions p on p.repo = a.repo
left join repos r on r.repo = a.repo
left join (from copies where is_pure_copy) c on c.repo = a.repo
left join pages g on g.repo = a.repo
left join feeds f on f.repo = a.repo
left join assigned s on s.repo = a.repo
left join duplicates t on t.repo = a.repo
left join gone_tags d on d.repo = a.repo
left join first_versions o on o.repo = a.repo
left join internal.site_users_digests() u on u.repo = a.repo
left join internal.site_lineage_digests() l on l.repo = a.repo
left join internal.site_about_digests() about on about.repo = a.repo
left join (select distinct repo from search_index.documents) x on x.repo = a.repo
order by a.repo;
