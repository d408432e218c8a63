-- DVC's experiments by their words, fields, dates, metrics and parameters (`is:experiment`). No index has them: they are few, and asked
-- for by name. Their numbers stand in the place of those of documents, so that what evaluates and orders documents does the same for them.

-- internal.search_experiments(): The experiments, each with a number; those that are the same but for the commit they began from, once.
--   key: doc
select row_number() over (order by repo, name, commit, ref)::uinteger as doc, repo, name, commit, author, author_email, authored_at,
    committed_at, message
from experiments
qualify row_number() over (partition by repo, name, commit order by ref) = 1;

-- internal.search_experiment_texts(docs): The texts by which words find some experiments, or with null all: see `search_texts`.
--   key: doc, field
select doc, entry.field, entry.weight, entry.text
from (
    select doc, unnest([
        {field: 'name', weight: 8, text: name}, {field: 'message', weight: 3, text: message},
        {field: 'repo', weight: 3, text: coalesce(nullif(regexp_replace(repo, '^[^/]*/', ''), ''), repo)},
        {field: 'author', weight: 2, text: author}
    ]) as entry
    from internal.search_experiments()
    where docs::uinteger[] is null or list_contains(docs::uinteger[], doc)
)
where entry.text <> '';

-- internal.search_experiment_words(leaves): The experiments that have the words or phrases of a query. The score of one is the weight of
--     the texts that have it, in millionths: without an index nothing says how rare a word is.
--   key: place, doc
with asked_words as materialized (
    select place, kind, parts, case when kind = 'prefix' then '' else ' ' end as ending, ' ' || array_to_string(parts, '') as joined,
        ' ' || array_to_string(parts, ' ') as apart, ' ' || internal.search_normal(value) || ' ' as whole
    from internal.search_unnested(leaves) where kind in ('word', 'prefix', 'phrase') and len(parts) > 0
),
texts as materialized (
    select doc, weight, ' ' || internal.search_normal(internal.search_split(text)) || ' ' as split,
        ' ' || internal.search_normal(text) || ' ' || case when field = 'name' then internal.search_joined(text) || ' ' else '' end
            as whole
    from internal.search_experiment_texts(null)
    -- To split a text takes ten times as long as to see whether a word can be in it.
    where field = 'name' or list_bool_or(list_transform((select list(parts[1]) from asked_words),
        lambda part: contains(internal.search_folded(text), part)))
)
select a.place, t.doc, (1e6 * sum(t.weight))::bigint as score
from asked_words a join texts t on case
    when a.kind = 'phrase' then contains(t.split, a.apart || ' ') or contains(t.whole, a.whole)
    else contains(t.whole, a.joined || a.ending) or (
        list_bool_and(list_transform(a.parts[:-2], lambda part: contains(t.split, ' ' || part || ' ')) || [true])
        and contains(t.split, ' ' || a.parts[-1] || a.ending)
    )
end
group by a.place, t.doc;

-- internal.search_experiment_facets(): The values of each experiment's fields that are text, each with how it is compared.
--   key: doc, field, value, key
with experiments_by_number as materialized (from internal.search_experiments()),
stated_values as (
    select doc, 'name' as field, name as value, name as compared from experiments_by_number
    union all select doc, 'repo', repo, repo from experiments_by_number
    union all select doc, 'host', internal.host_of(repo), internal.host_of(repo) from experiments_by_number
    union all select doc, 'org', org, org from (select doc, unnest(internal.search_orgs(repo)) as org from experiments_by_number)
    union all select doc, 'author', author, unnest([author, author_email]) from experiments_by_number
    union all select doc, 'has', 'metrics', 'metrics' from experiments_by_number semi join metrics using (repo, commit)
    union all select doc, 'has', 'params', 'params' from experiments_by_number semi join params using (repo, commit)
)
select distinct doc, field, value, internal.search_key(field, compared) as key from stated_values where value <> '' and compared <> '';

-- internal.search_experiment_field(leaves): The experiments whose fields have the text that a query asks for.
--   key: place, doc
select distinct l.place, f.doc
from internal.search_unnested(leaves) l
join internal.search_experiment_facets() f on f.field = l.name and f.key like internal.search_pattern(l.name, l.value) escape '\'
where l.kind = 'field';

-- internal.search_experiment_range(leaves): The experiments that were written or committed when a query asks for it.
--   key: place, doc
select l.place, e.doc
from internal.search_unnested(leaves) l
join internal.search_experiments() e
    on case l.name when 'updated' then e.committed_at else e.authored_at end >= internal.search_from(l.operator, l.value)
    and case l.name when 'updated' then e.committed_at else e.authored_at end < internal.search_until(l.operator, l.value)
where l.kind = 'date';

-- internal.search_experiment_metric(leaves): The experiments that have the metrics and parameters that a query asks for.
--   key: place, doc
with asked_measures as materialized (from internal.search_measured(leaves)),
measures as (
    select e.doc, 'metric' as kind, m.name, m.number, m.text from internal.search_experiments() e join metrics m using (repo, commit)
    union all
    select e.doc, 'param', p.name, p.number, p.text from internal.search_experiments() e join params p using (repo, commit)
)
select distinct a.place, m.doc
from asked_measures a join measures m on m.kind = a.kind and ends_with(internal.search_ending(m.name), a.ending)
where m.number between a.least and a.most or internal.search_key('text', m.text) like a.pattern escape '\';

-- internal.search_experiment_numbers(ending): The number by which to sort experiments: see `search_numbers`.
--   key: doc
select e.doc, arg_min(m.number, (length(m.name), m.name, m.file)) as number
from internal.search_experiments() e join metrics m using (repo, commit)
where m.number is not null and ends_with(internal.search_ending(m.name), internal.search_ending(ending))
group by e.doc;

-- internal.search_experiment_reasons(docs, leaves): Why fields found some experiments: see `search_reasons`.
--   key: doc
select f.doc, f.field, f.value
from internal.search_unnested(leaves) l
join internal.search_experiment_facets() f on f.field = l.name and f.key like internal.search_pattern(l.name, l.value) escape '\'
where l.kind = 'field' and not l.negated and list_contains(docs::uinteger[], f.doc)
qualify row_number() over (partition by f.doc order by l.place, f.value) = 1;

-- internal.search_experiment_places(hits): Every experiment, with the places of the leaves that find it: see `search_artifacts`.
--   key: doc
--   artifact: The experiment's name, by which equals are ordered.
--   places: The places of the leaves that find it.
with hits_of_experiments as (
    select doc, list(place) as places, sum(score)::bigint as score from query_table(hits) group by doc
)
select
    e.doc, e.repo, e.name as artifact, null::varchar as version, e.commit, false as in_prod, e.authored_at as created_at,
    e.committed_at as updated_at, 0::uinteger as versions, coalesce(h.places, []) as places, coalesce(h.score, 0) as score
from internal.search_experiments() e left join hits_of_experiments h on h.doc = e.doc;

-- internal.search_shown_experiments(ranked, endings): What a table shows of the experiments of a relation with that name, in
--     the same order.
--   key: doc
--   ref: The commit, for the next question; null where its files were not read.
--   description: The commit's message.
--   metrics: The metrics that were asked for, or else one of which a higher or lower value is known to be better.
--   experiment: The experiment's name.
with own as materialized (
    select r.doc, m.repo, m.file, m.name, m.number, coalesce(m.text, m.number::varchar) as text
    from query_table(ranked) r join metrics m on m.repo = r.repo and m.commit = r.commit
),
main as (
    select o.doc, arg_min(o.name, (regexp_matches(lower(o.name), 'train'), n.direction = 'lower', length(o.name), o.name)) as name
    from own o join (select distinct repo, name, direction from metric_names) n on n.repo = o.repo and n.name = o.name
    where o.number is not null and n.direction is not null
    group by o.doc
),
shown_metrics as (
    select o.doc, list({name: o.name, number: o.number, text: o.text} order by length(o.name), o.name, o.number, o.file) as metrics
    from own o left join main on main.doc = o.doc
    where case when len(endings) = 0 then o.name = main.name
        else list_bool_or(list_transform(endings, lambda ending: ends_with(internal.search_ending(o.name), ending))) end
    group by o.doc
)
select
    case when v.commit is not null then r.commit end as ref, r.repo, null::varchar as artifact, r.version, r.commit, null::varchar as type,
    nullif(trim(e.message), '') as description, []::varchar[] as labels, map {}::map(varchar, varchar) as stages, null::varchar as latest,
    coalesce(m.metrics, []) as metrics, r.created_at, r.updated_at, r.score, r.matched, e.name as experiment, r.doc, r.total
from query_table(ranked) r
join internal.search_experiments() e on e.doc = r.doc
left join (select distinct repo, commit from revisions) v on v.repo = r.repo and v.commit = r.commit
left join shown_metrics m on m.doc = r.doc
order by r.place;

-- internal.search_experiment_counts(evaluated): How many experiments a query finds with each value of each field: see `search_counts`.
--   key: field, value
with matched_experiments as (from internal.search_ranked(evaluated)),
counted as (
    select f.field, min(f.value) as value, count(distinct f.doc) as count
    from matched_experiments r join internal.search_experiment_facets() f on f.doc = r.doc
    where f.field <> 'name'
    group by f.field, internal.search_spelling(f.field, f.value, f.key)
)
select c.field, c.value, c.count from counted c join search_index.fields n on n.name = c.field order by n.place, c.count desc, c.value;
