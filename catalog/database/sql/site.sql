-- What the pages of the static site show. Each macro is one bulk read, in the order in which it is shown.

-- site_counts(): The catalog in numbers.
select
    (select count(*) from repos) as repos,
    (select count(*) from repos where stale) as stale,
    (select count(*) from original_artifacts where active) as artifacts,
    (select count(*) from original_artifacts where not active) as deprecated,
    (select coalesce(sum(versions), 0)::bigint from original_artifacts) as versions,
    (select count(*) from current_assignments semi join original_artifacts using (repo, artifact)) as assignments,
    (select count(*) from problems) as problems;

-- site_types(): How many artifacts there are of each type.
select type, count(*) as artifacts from original_artifacts where active group by type order by type is null, artifacts desc, type;

-- site_stages(): The stages in use.
--   names: How the tags spell it.
--   changed_at: When a version was put there last.
select
    stage, n.rank,
    count(distinct (repo, artifact)) as artifacts,
    count(distinct repo) as repos,
    list(distinct raw_stage order by raw_stage) as names,
    max(assigned_at) as changed_at
from current_assignments
semi join original_artifacts using (repo, artifact)
left join (select stage, min(rank) as rank from stage_names group by stage) n using (stage)
group by stage, n.rank
order by n.rank, artifacts desc, stage;

-- site_artifacts(): Every artifact, without those that forks have from their parents: those in use first, and of those the last touched.
--   file: The file that annotates it.
select
    a.repo, a.artifact, a.id, a.folder, a.name, a.type, a.description, a.labels, a.path,
    coalesce(l.file, t.file) as file,
    coalesce(l.annotated_at, case when t.commit is not null then 'tip' end) as annotated_at,
    map_entries(case when l.annotated_at is not null then l.meta else t.meta end) as meta,
    a.active, a.deprecated_at, a.latest, a.versions, a.created_at, a.updated_at
from original_artifacts a
left join (from versions where is_latest) l on l.repo = a.repo and l.artifact = a.artifact
left join tip_annotations t on t.repo = a.repo and t.artifact = a.artifact
order by a.active desc, a.updated_at desc nulls last, a.repo, a.artifact;

-- site_versions(): Every version, highest first.
--   revision: The commit that it leads to in the end.
select
    v.repo, v.artifact, v.version, v.commit, coalesce(v.revision, v.commit) as revision,
    v.registered, v.active, v.created_at, v.author, v.signed, v.reachable, v.is_latest
from versions v
order by v.repo, v.artifact, v.precedence desc nulls last, v.created_at desc, v.commit;

-- site_assignments(): Who is in which stage now.
--   since: Since when without a break; after a fallback that is later than the assignment.
select
    a.repo, a.artifact, a.stage, a.raw_stage, n.rank, a.version, a.commit, coalesce(a.revision, a.commit) as revision,
    coalesce(h.started_at, a.assigned_at) as since, coalesce(h.how, 'assigned') as how, a.author, a.signed,
    case when a.message = 'Assigning stage ' || a.raw_stage || ' to artifact ' || a.artifact || ' version ' || a.version
        then '' else a.message end as message
from current_assignments a
left join (from stage_history where ended_at is null) h
    on h.repo = a.repo and h.artifact = a.artifact and h.stage = a.stage and h.version = a.version and h.commit = a.commit
left join (select stage, min(rank) as rank from stage_names group by stage) n on n.stage = a.stage
order by a.repo, a.artifact, n.rank, a.stage;

-- site_terms(): Who was in which stage, the last first.
--   days: For how long, in whole days.
select
    repo, artifact, stage, version, started_at, ended_at, how, assigned_by,
    date_diff('second', started_at, ended_at) // 86400 as days
from stage_history
order by repo, artifact, started_at desc, stage, version;

-- site_events(): What every registry tag did, the last first within each artifact.
--   message: The tag's message, without the sentence that GTO writes where nobody gave one.
select
    repo, artifact, event, version, stage, raw_stage, coalesce(revision, commit) as revision, created_at, author, tag, oid, signed,
    case when message in (
        'Registering artifact ' || artifact || ' version ' || version,
        'Deregistering artifact ' || artifact || ' version ' || version,
        'Assigning stage ' || raw_stage || ' to artifact ' || artifact || ' version ' || version,
        'Unassigning stage ''' || raw_stage || ''' to artifact ''' || artifact || ''' version ''' || version || '''',
        'Deprecating artifact ''' || artifact || ''''
    ) then '' else message end as message
from resolved_events
semi join original_artifacts using (repo, artifact)
order by repo, artifact, created_at desc, priority desc, tag desc;

-- site_recent(most): The last events of the whole catalog; what is dated after the last crawl cannot be news.
select e.*
from site_events() e
where created_at <= coalesce((select max(started_at) from crawls) + interval 1 day, 'infinity'::timestamp)
order by created_at desc, repo, artifact, tag desc
limit most;

-- site_lookups(): Where `dvc artifacts get` takes another commit than GTO names.
select repo, artifact, request, dvc_commit, gto_commit from dvc_lookups where not agree order by repo, artifact, request;

-- site_repositories(): Every repository, and how much is in it.
--   copy_of: The repository that all of its registry tags are from.
select
    r.repo, r.url, r.outcome, r.message, r.stale, r.visited_at, r.read_at,
    b.branch, b.commit as tip,
    coalesce(a.artifacts, 0) as artifacts, coalesce(a.versions, 0) as versions, a.updated_at,
    coalesce(p.problems, 0) as problems,
    c.of_repo as copy_of, r.left_at, r.left_because
from repos r
left join (from copies where folded) c on c.repo = r.repo
left join (from branches where is_default) b on b.repo = r.repo
left join (
    select repo, count(*) as artifacts, sum(versions)::bigint as versions, max(updated_at) as updated_at
    from original_artifacts group by repo
) a on a.repo = r.repo
left join (select repo, count(*) as problems from problems group by repo) p on p.repo = r.repo
order by r.repo;

-- site_problems(): Everything that could not be read.
select repo, rule, place, message, commit from problems order by repo, connector, place, rule, message, commit;

-- site_crawls(most): The last crawls.
select crawl, started_at, seconds, new, changed, fresh, failed, received from crawls order by crawl desc limit most;

-- site_shown(): The versions of which a page says everything: the newest four of each artifact, and those in a stage.
select repo, artifact, version, commit, coalesce(revision, commit) as reading, row_number() over newest as place
from versions
where registered and active
window newest as (partition by repo, artifact order by precedence desc, created_at desc, commit)
qualify place <= 4 or len(stages) > 0;

-- site_files(): Where the bytes of each version are.
--   twins: How many other versions have the same bytes.
--   twin: One of them.
with same as (
    select
        repo, artifact, version, commit, count(*) as twins,
        arg_min({repo: twin_repo, artifact: twin_artifact, version: twin_version}, (twin_repo <> repo, twin_artifact <> artifact, twin_ref)) as twin
    from identical_versions
    semi join original_artifacts o on o.repo = twin_repo and o.artifact = twin_artifact
    group by all
)
select
    f.repo, f.artifact, f.version, f.commit, f.status, f.hash, f.size, f.files, f.path, f.url, f.link, f.version_id,
    f.source_url, f.source_path, f.source_rev, coalesce(s.twins, 0) as twins, s.twin
from version_files f
left join same s using (repo, artifact, version, commit)
order by f.repo, f.artifact, f.version, f.commit;

-- site_makers(): The pipeline stage that made each version of which a page says everything.
--   outdated: Why DVC would run it again: see `outdated_locks`.
select s.repo, s.artifact, s.version, s.commit, p.pipeline_stage, coalesce(p.locked_command, p.command) as command, coalesce(l.reasons, []) as outdated
from site_shown() s
join version_files f using (repo, artifact, version, commit)
join pipeline_stages p
    on p.repo = s.repo and p.commit = s.reading and p.file = regexp_replace(f.metafile, 'dvc\.lock$', 'dvc.yaml') and p.pipeline_stage = f.pipeline_stage
left join outdated_locks l on l.repo = p.repo and l.commit = p.commit and l.file = p.file and l.pipeline_stage = p.pipeline_stage
order by s.repo, s.artifact, s.version, s.commit;

-- site_inputs(): What each version of which a page says everything was made from in the end: the inputs of its pipeline that no stage makes.
--   in_git: DVC does not track it: code, as a rule.
--   origin: The first version of any artifact that has the same bytes.
with recursive made as (
    select s.repo, s.artifact, s.version, s.commit, s.reading, f.metafile, f.pipeline_stage
    from site_shown() s join version_files f using (repo, artifact, version, commit)
    where f.pipeline_stage is not null
    union
    select m.repo, m.artifact, m.version, m.commit, m.reading, o.metafile, o.pipeline_stage
    from made m
    join dependencies d on d.repo = m.repo and d.commit = m.reading and d.metafile = m.metafile and d.pipeline_stage = m.pipeline_stage
    join outputs o on o.repo = d.repo and o.commit = d.commit and o.pipeline_stage is not null
        and (o.path = d.path or starts_with(d.path, o.path || '/') or starts_with(o.path, d.path || '/'))
),
needed as (
    select distinct m.repo, m.artifact, m.version, m.commit, m.reading, d.path, d.hash, d.size
    from made m
    join dependencies d on d.repo = m.repo and d.commit = m.reading and d.metafile = m.metafile and d.pipeline_stage = m.pipeline_stage
    where not exists (
        from outputs o where o.repo = d.repo and o.commit = d.commit and o.pipeline_stage is not null
            and (o.path = d.path or starts_with(d.path, o.path || '/') or starts_with(o.path, d.path || '/'))
    )
),
origins as (
    select hash, arg_min({repo: repo, artifact: artifact, version: version}, (created_at, repo, artifact, version)) as origin
    from version_files f join versions using (repo, artifact, version, commit) semi join original_artifacts using (repo, artifact)
    where hash is not null and coalesce(f.output = f.path, true) and hash not in (from trivial_hashes()) and coalesce(size, 32) >= 32
        and registered and active
    group by hash
)
select
    n.repo, n.artifact, n.version, n.commit, n.path, any_value(n.hash) as hash, any_value(n.size) as size,
    bool_and(o.path is null and n.path not like '%://%') as in_git,
    any_value(coalesce(i.url, s.url)) as source_url, any_value(coalesce(i.source_path, s.path)) as source_path,
    any_value(coalesce(i.rev, s.rev, s.version)) as source_rev,
    any_value(g.origin) as origin
from needed n
left join outputs o on o.repo = n.repo and o.commit = n.reading and (o.path = n.path or starts_with(n.path, o.path || '/'))
left join imports i on i.repo = n.repo and i.commit = n.reading and i.path = n.path
left join datasets s on s.repo = n.repo and s.commit = n.reading and n.path = 'ds://' || s.name
left join origins g on g.hash = n.hash
group by all
order by n.repo, n.artifact, n.version, n.commit, in_git, n.path;

-- site_params(): The parameters of each version of which a page says everything.
select p.repo, p.artifact, p.version, p.commit, p.file, p.name, p.text
from site_shown() s
join version_params p using (repo, artifact, version, commit)
order by p.repo, p.artifact, p.version, p.commit, p.file, p.name;

-- site_metrics(): The metrics of each artifact over its versions, the oldest version first.
--   direction: `higher` or `lower`: what is better.
--   best: The version with the best number, where some are worse.
--   points: What each version has.
with told as (
    select m.repo, m.artifact, m.version, m.commit, m.precedence, m.file, m.name, m.number, m.text
    from version_metrics m join versions v using (repo, artifact, version, commit)
    where v.registered and v.active
),
grouped as (
    select
        repo, artifact, file, name,
        list({version: version, commit: commit, number: number, text: text} order by precedence, commit) as points,
        max(number) filter (isfinite(number)) as highest, min(number) filter (isfinite(number)) as lowest,
        arg_max(version, (number, precedence)) filter (isfinite(number)) as of_highest,
        arg_max(version, (-number, precedence)) filter (isfinite(number)) as of_lowest
    from told
    group by all
)
select
    g.repo, g.artifact, g.file, g.name, d.direction,
    case when g.lowest < g.highest then case d.direction when 'higher' then g.of_highest when 'lower' then g.of_lowest end end as best,
    g.points
from grouped g, metric_direction(g.name) d
order by g.repo, g.artifact, g.file, d.direction is null, g.name;

-- site_plots(): What is plotted of each artifact's latest version, and of those in a stage: at most six plots each, a row for each line or image.
--   field: The field along the y axis.
--   xs: Where each point is along the x axis, thinned out to about sixty; null where that is no number.
--   ys: And along the y axis.
--   words: Of bars, what each is of; of a confusion matrix, what was predicted. At most 150, the greatest count first.
--   others: Of a confusion matrix, what it was.
--   counts: How long each bar is, or how often each pair is there.
with plotted as (
    select
        v.repo, v.artifact, v.version, v.commit, v.is_latest, p.* exclude (repo, artifact, version, commit, precedence),
        dense_rank() over (partition by v.repo, v.artifact, v.version, v.commit order by p.metafile, p.plot) as place
    from versions v join version_plots p using (repo, artifact, version, commit)
    where v.registered and v.active and (v.is_latest or len(v.stages) > 0) and p.content is not null
    qualify place <= 6
),
lasts as (
    select repo, content, arg_max(field, place) as field from plot_series group by all
),
lines as (
    select p.*, unnest(case when len(p.y) > 0 then p.y else [l.field] end) as field from plotted p join lasts l using (repo, content)
),
data as (
    select
        n.*, xs.numbers as along, ys.numbers as up, coalesce(len(ys.numbers), len(ys.texts)) as count,
        coalesce(xs.texts, xs.numbers::varchar[]) as said, coalesce(ys.texts, ys.numbers::varchar[]) as named,
        coalesce(starts_with(n.template, 'confusion'), false) as is_matrix, coalesce(starts_with(n.template, 'bar_horizontal'), false) as is_bars
    from lines n
    join plot_series ys on ys.repo = n.repo and ys.content = n.content and ys.field = n.field
    left join plot_series xs on xs.repo = n.repo and xs.content = coalesce(n.x_content, n.content) and xs.field = n.x
),
pairs as (
    select repo, content, x_content, x, field, is_matrix, unnest(named) as word, unnest(said) as other, unnest(along) as number
    from (select distinct repo, content, x_content, x, field, is_matrix, named, said, along from data where is_matrix or is_bars)
),
told as (
    select repo, content, x_content, x, field, is_matrix, word, other, count(*)::double as number
    from pairs where is_matrix and word is not null and other is not null group by all
    union all
    select repo, content, x_content, x, field, is_matrix, word, null, max(number)
    from pairs where not is_matrix and word is not null and number is not null group by all
),
counted as (
    select repo, content, x_content, x, field, is_matrix,
        list(word order by number desc, word, other)[:150] as words,
        (list(other order by number desc, word, other) filter (other is not null))[:150] as others,
        list(number order by number desc, word, other)[:150] as counts
    from told group by all
)
select
    d.repo, d.artifact, d.version, d.commit, d.is_latest, d.plot, d.title, d.template, d.x, d.x_label, d.y_label, d.file, d.field,
    case when d.x is null then range(1, d.count + 1)::double[] else d.along end[step.first:d.count:step.length] as xs,
    d.up[step.first:d.count:step.length] as ys,
    c.words, c.others, c.counts, null as content, null as media_type
from data d
cross join lateral (select length, ((d.count - 1) % length + 1)::bigint as first from (select greatest(1, ceil(d.count / 60))::bigint as length)) step
left join counted c on c.repo = d.repo and c.content = d.content and c.x_content is not distinct from d.x_content
    and c.x is not distinct from d.x and c.field = d.field and c.is_matrix = d.is_matrix
union all
select
    p.repo, p.artifact, p.version, p.commit, p.is_latest, p.plot, p.title, p.template, p.x, p.x_label, p.y_label, p.file, null,
    null, null, null, null, null, p.content, i.media_type
from plotted p join images i using (repo, content)
order by repo, artifact, plot, is_latest desc, version, commit, file, field;

-- site_images(some_contents): The bytes of images.
select content, any_value(data) as data from images where list_contains(some_contents::varchar[], content) group by content order by content;

-- site_unread(): The files with metrics, parameters and plots of the latest versions that could not be read, and why.
select m.repo, m.artifact, m.role, m.file, m.status
from version_measure_files m join versions v using (repo, artifact, version, commit)
where v.is_latest and m.status not in ('ok', 'fetched')
order by m.repo, m.artifact, m.role, m.file;

-- site_cards(): The card, the licence and the owners of each artifact: at its latest version, or else at the tip of the default branch.
--   licence_file: The SPDX identifier of the licence file nearest to it, or else that file's first line.
with places as (
    select
        a.repo, a.artifact, coalesce(l.revision, l.commit, t.commit) as reading,
        case when p.path is null or p.path like '%://%' then coalesce(p.file, '') else coalesce(regexp_extract(p.file, '^(.*/)', 1), '') || p.path end as home
    from artifacts a
    left join (from versions where is_latest) l on l.repo = a.repo and l.artifact = a.artifact
    left join tip_annotations t on t.repo = a.repo and t.artifact = a.artifact
    cross join lateral (select coalesce(l.path, t.path) as path, coalesce(l.file, t.file) as file) p
),
cards_near as (
    select p.repo, p.artifact, arg_max(c, (length(c.folder), c.is_model_card, c.file)) as card
    from places p join cards c on c.repo = p.repo and c.commit = p.reading and (c.folder = '' or starts_with(p.home, c.folder || '/'))
    group by all
),
licences_near as (
    select p.repo, p.artifact, arg_max(coalesce(l.spdx, l.title), (length(l.folder), l.spdx is not null, l.file)) as licence
    from places p join licences l on l.repo = p.repo and l.commit = p.reading and (l.folder = '' or starts_with(p.home, l.folder || '/'))
    group by all
),
owned as (
    select p.repo, p.artifact, flatten(list(o.owners order by o.line)) as owners
    from places p join code_owners o on o.repo = p.repo and o.commit = p.reading and list_contains(o.artifacts, p.artifact)
    group by all
)
select
    a.repo, a.artifact, c.card.file as file, c.card.title as title, coalesce(c.card.licence_name, c.card.licence) as licence,
    l.licence as licence_file, coalesce(c.card.languages, []) as languages, coalesce(c.card.datasets, []) as datasets,
    coalesce(c.card.base_models, []) as base_models, coalesce(c.card.tags, []) as tags, c.card.library as library, c.card.task as task,
    left(c.card.text, 3000) as text, length(c.card.text) > 3000 as cut, coalesce(o.owners, []) as owners
from artifacts a
left join cards_near c using (repo, artifact)
left join licences_near l using (repo, artifact)
left join owned o using (repo, artifact)
where c.card is not null or l.licence is not null or o.owners is not null
order by a.repo, a.artifact;

-- site_experiments(): DVC's experiments of each repository, the newest first, at most fifty.
--   total: How many the repository has.
--   metrics: Its first metrics.
with shown as (
    select *, count(*) over (partition by repo) as total
    from list_experiments(null)
    qualify row_number() over (partition by repo order by authored_at desc, name, ref) <= 50
)
select
    s.repo, s.name, s.author, s.authored_at, s.commit, s.baseline, s.detached, s.was_read, s.versions, s.total, s.metrics as metric_count,
    coalesce(m.metrics, []) as metrics
from shown s
left join (
    select repo, commit, list({name: name, text: text} order by file, name)[:4] as metrics from metrics group by all
) m on m.repo = s.repo and m.commit = s.commit
order by s.repo, s.authored_at desc, s.name, s.commit;

-- site_releases(): Releases of each repository that are no registry's, the newest first.
--   metrics: The first metrics of its commit.
select
    s.repo, s.tag, s.commit, s.author, s.committed_at, s.summary, s.metrics as metric_count, coalesce(m.metrics, []) as metrics
from list_releases(null) s
left join (
    select repo, commit, list({name: name, text: text} order by file, name)[:4] as metrics from metrics group by all
) m on m.repo = s.repo and m.commit = s.commit
order by s.repo, s.committed_at desc, s.tag;
