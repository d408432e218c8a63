-- What pages and reports show of metrics and plots.

-- internal.site_metrics(): The metrics of each artifact over its versions, the oldest version first.
--   key: repo, artifact, file, name
--   direction: `higher` or `lower`: what is better.
--   best: The version with the best number, where some are worse, among those whose metrics are of the run that made them, and of the
--     artifact rather than of its project.
--   place: Its place among the artifact's metrics: the main one, where one has numbers and a known direction, is the first.
--   points: What each version has.
with registered_metrics as (
    select m.repo, m.artifact, m.version, m.commit, m.precedence, m.file, m.name, m.number, m.text, m.of_project,
        x.commit is not null as mixed,
        case when x.commit is null and not m.of_project and isfinite(m.number) then m.number end as comparable
    from version_metrics m join versions v using (repo, artifact, version, commit)
    left join (from mixed_runs where not other_inputs) x using (repo, artifact, version, commit)
    where v.registered and v.active
),
series as (
    select
        repo, artifact, file, name,
        list(
            {version: version, commit: commit, number: number, text: text, of_project: of_project, mixed: mixed}
            order by precedence, commit
        ) as points,
        max(comparable) as highest, min(comparable) as lowest, count(number) = 0 as wordy,
        arg_max(version, (comparable, precedence)) filter (comparable is not null) as of_highest,
        arg_max(version, (-comparable, precedence)) filter (comparable is not null) as of_lowest
    from registered_metrics
    group by all
)
select
    g.repo, g.artifact, g.file, g.name, d.direction,
    case when g.lowest < g.highest then case d.direction when 'higher' then g.of_highest when 'lower' then g.of_lowest end end as best,
    row_number() over (
        partition by g.repo, g.artifact order by g.wordy, internal.metric_rank(g.name, d.direction), g.file
    ) as place,
    g.points
from series g join metric_names d on d.repo = g.repo and d.name = g.name
order by g.repo, g.artifact, place;

-- internal.list_plots(some_repos, some_artifacts, some_versions, some_commits, most): What is plotted of these versions, without images,
--     or with null, and with images, of each artifact's latest version, of those in a stage and of the six highest: so many plots each,
--     the first by metafile and name, a row for each line or image.
--   field: The field along the y axis.
--   xs: Where each point is along the x axis, thinned out to about sixty; null where that is not a number.
--   ys: And along the y axis.
--   words: Of bars, what each is of; of a confusion matrix, what was predicted. At most 150, the greatest count first.
--   others: Of a confusion matrix, what it was.
--   counts: How long each bar is, or how often each pair is there.
--   own_template: The repository's own template, where it has one for the plot, and both axes have as many rows: DVC draws no others.
--   fields: What that is given: the fields along the axes and those that it names, at most eight, each thinned out to at most 300 rows.
with plotted as (
    select
        v.repo, v.artifact, v.version, v.commit, v.is_latest, p.* exclude (ref, repo, artifact, version, commit, precedence),
        dense_rank() over (partition by v.repo, v.artifact, v.version, v.commit order by p.metafile, p.plot) as rank
    from versions v
    join version_plots p using (repo, artifact, version, commit)
    left join internal.site_shown() s using (repo, artifact, version, commit)
    where p.content is not null and (
        (some_repos is null and s.place is not null and (v.is_latest or s.in_stage or s.place <= 6))
        or (some_repos is not null and p.kind = 'series' and (v.repo, v.artifact, v.version, v.commit) in (
            select (unnest(some_repos::varchar[]), unnest(some_artifacts::varchar[]), unnest(some_versions::varchar[]),
                unnest(some_commits::varchar[]))
        ))
    )
    qualify rank <= most
),
last_fields as (
    select repo, content, arg_max(field, place) as field from plot_series semi join plotted using (repo, content) group by all
),
lines as (
    select p.*, unnest(case when len(p.y) > 0 then p.y else [l.field] end) as field from plotted p join last_fields l using (repo, content)
),
data as (
    select
        n.*, xs.numbers as along, ys.numbers as up, coalesce(len(ys.numbers), len(ys.texts)) as count,
        coalesce(xs.texts, xs.numbers::varchar[]) as said, coalesce(ys.texts, ys.numbers::varchar[]) as named,
        coalesce(starts_with(n.template, 'confusion'), false) as is_matrix,
        coalesce(starts_with(n.template, 'bar_horizontal'), false) as is_bars
    from lines n
    join plot_series ys on ys.repo = n.repo and ys.content = n.content and ys.field = n.field
    left join plot_series xs on xs.repo = n.repo and xs.content = coalesce(n.x_content, n.content) and xs.field = n.x
),
pairs as (
    select repo, content, x_content, x, field, is_matrix, unnest(named) as word, unnest(said) as other, unnest(along) as number
    from (select distinct repo, content, x_content, x, field, is_matrix, named, said, along from data where is_matrix or is_bars)
),
bar_counts as (
    select repo, content, x_content, x, field, is_matrix, word, other, count(*)::double as number
    from pairs where is_matrix and word is not null and other is not null group by all
    union all
    select repo, content, x_content, x, field, is_matrix, word, null, max(number)
    from pairs where not is_matrix and word is not null and number is not null group by all
),
templated as (
    select distinct repo, content, x_content, x, field as y, template_content from lines where template_content is not null
),
sources as (
    select *, content as source from templated
    union
    select *, x_content from templated where x_content is not null
),
-- In the text of a template, backslashes are before quotation marks, dots and brackets, which a field of data has without.
named_fields as (
    select l.*, s.place, s.field, s.numbers, s.texts, replace(s.field, '\', '') as name, replace(t.template, '\', '') as said
    from sources l
    join plot_templates t on t.repo = l.repo and t.content = l.template_content
    join plot_series s on s.repo = l.repo and s.content = l.source
    where case when s.field = l.x then l.source = coalesce(l.x_content, l.content) else l.source = l.content end
    and (s.field in (l.y, l.x) or contains(said, '"' || name || '"') or contains(said, '''' || name || '''')
        or contains(said, 'datum.' || name))
    qualify row_number() over (
        partition by l.repo, l.content, l.x_content, l.x, l.y, l.template_content
        order by s.field <> l.y, s.field is distinct from l.x, s.place
    ) <= 8
),
template_fields as (
    select n.repo, n.content, n.x_content, n.x, n.y, n.template_content,
        list({
            field: n.field,
            first: step.first - 1,
            length: step.length,
            numbers: n.numbers[step.first:step.count:step.length],
            texts: n.texts[step.first:step.count:step.length]
        } order by n.place, n.field) as fields
    from named_fields n
    cross join lateral (select count, length, ((count - 1) % length + 1)::bigint as first
        from (select coalesce(len(n.numbers), len(n.texts)) as count, greatest(1, ceil(count / 300))::bigint as length)) step
    group by all
    having min(step.count) = max(step.count)
),
counted as (
    select repo, content, x_content, x, field, is_matrix,
        list(word order by number desc, word, other)[:150] as words,
        (list(other order by number desc, word, other) filter (other is not null))[:150] as others,
        list(number order by number desc, word, other)[:150] as counts
    from bar_counts group by all
)
select
    d.repo, d.artifact, d.version, d.commit, d.is_latest, d.plot, d.title, d.template, d.x, d.x_label, d.y_label, d.file, d.field,
    case when d.x is null then range(1, d.count + 1)::double[] else d.along end[step.first:d.count:step.length] as xs,
    d.up[step.first:d.count:step.length] as ys,
    c.words, c.others, c.counts, null as content, null as media_type, d.of_project,
    case when f.fields is not null then t.template end as own_template, f.fields
from data d
cross join lateral (select length, ((d.count - 1) % length + 1)::bigint as first
    from (select greatest(1, ceil(d.count / 60))::bigint as length)) step
left join counted c on c.repo = d.repo and c.content = d.content and c.x_content is not distinct from d.x_content
    and c.x is not distinct from d.x and c.field = d.field and c.is_matrix = d.is_matrix
left join plot_templates t on t.repo = d.repo and t.content = d.template_content
left join template_fields f on f.repo = d.repo and f.content = d.content and f.x_content is not distinct from d.x_content
    and f.x is not distinct from d.x and f.y = d.field and f.template_content = d.template_content
union all
select
    p.repo, p.artifact, p.version, p.commit, p.is_latest, p.plot, p.title, p.template, p.x, p.x_label, p.y_label, p.file, null,
    null, null, null, null, null, p.content, i.media_type, p.of_project, null, null
from plotted p join images i using (repo, content)
order by repo, artifact, plot, is_latest desc, version, commit, file, field;

-- internal.site_plots(): What the site plots: six plots of each version.
--   from internal.list_plots: *
from internal.list_plots(null, null, null, null, 6);

-- internal.site_card_images(): The images of the cards that pages of artifacts show.
--   key: repo, artifact, commit, file, path
--   file: The card.
--   path: The image, from the Git root.
with shown as (
    select repo, artifact, "commit", file from internal.site_cards() where file is not null
    union
    select repo, artifact, reading, file from internal.site_stage_cards()
)
select s.repo, s.artifact, i.commit, i.file, i.path, i.content, m.media_type
from shown s join card_images i using (repo, commit, file) join images m using (repo, content)
order by s.repo, s.artifact, i.commit, i.file, i.path;

-- internal.site_images(some_contents): The bytes of images.
--   key: content
select content, any_value(data) as data from images where list_contains(some_contents::varchar[], content) group by content
order by content;

-- internal.site_unread(): The files with metrics, parameters and plots of the latest versions that could not be read, and why.
--   key: repo, artifact, role, file
select distinct m.repo, m.artifact, m.role, m.file, m.status
from version_measure_files m join versions v using (repo, artifact, version, commit)
where v.is_latest and m.status not in ('ok', 'fetched')
order by m.repo, m.artifact, m.role, m.file;
