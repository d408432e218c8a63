-- What a query finds, in order: which columns are shown, and how much has which value of which field.

-- internal.search_artifacts(hits, with_deprecated, with_copies): Every artifact, with the places of the leaves that find it. `hits` is a
--     relation: leaves' places, documents, scores.
--   key: doc
--   places: The places of the leaves that find it.
with hits_of_documents as (
    select doc, list(place) as places, sum(score)::bigint as score from query_table(hits) group by doc
)
select
    d.doc, d.repo, d.artifact, null::varchar as version, null::varchar as commit, d.in_prod, d.created_at, d.updated_at, d.versions,
    coalesce(f.places, []) as places, coalesce(f.score, 0) as score
from search_index.documents d left join hits_of_documents f on f.doc = d.doc
where (d.active or with_deprecated) and (not d.copied or with_copies);

-- internal.search_versions(candidates, hits, version_hits, with_deprecated, with_copies, with_deregistered): Every version of some
--     documents, with the places of the leaves that find it or its artifact.
--   key: doc, version, commit
--   places: The places of these leaves.
with hits_of_documents as (
    select doc, list(place) as places, sum(score)::bigint as score from query_table(hits) group by doc
),
hits_of_versions as (
    select doc, version, commit, list(place) as places from query_table(version_hits) group by all
)
select
    d.doc, d.repo, d.artifact, v.version, v.commit,
    list_has_any(v.stages, ['prod', 'production']) as in_prod, v.created_at, v.updated_at, d.versions,
    list_concat(coalesce(f.places, []), coalesce(o.places, [])) as places, coalesce(f.score, 0) as score
from search_index.documents d
semi join query_table(candidates) c on c.doc = d.doc
join search_index.versions v on v.doc = d.doc
left join hits_of_documents f on f.doc = d.doc
left join hits_of_versions o on o.doc = v.doc and o.version = v.version and o.commit is not distinct from v.commit
where (d.active or with_deprecated) and (not d.copied or with_copies) and (v.active or with_deregistered);

-- internal.search_ranked(evaluated): What a query finds, in the order of its worth. `evaluated` is a relation like that of
--     `search_artifacts`, with `all_words` and `any_word`.
--   key: doc, version, commit
--   matched: `all`, or `any` where nothing has all words and these have some.
--   score: How well the words fit: BM25 in millionths; 0 without words.
select * exclude (places, all_words, any_word), case when all_words then 'all' else 'any' end as matched
from query_table(evaluated)
-- Not a window over all rows: DuckDB 1.4 fails in one now and then.
where all_words or (any_word and not (select coalesce(bool_or(all_words), false) from query_table(evaluated)))
order by score desc, in_prod desc, updated_at desc nulls last, repo, artifact, version, commit;

-- internal.search_measures(ranked, endings): The metrics to show of each artifact of a relation with that name: those that were asked for,
--     or else its main metric.
--   key: doc
select r.doc, list({name: m.name, number: m.number, text: coalesce(m.text, m.number::varchar)}
    order by length(m.name), m.name, m.number) as metrics
from query_table(ranked) r
join search_index.documents d on d.doc = r.doc
join search_index.measures m on m.doc = r.doc and m.kind = 'metric'
where case when len(endings) = 0 then m.name = d.metric
    else list_bool_or(list_transform(endings, lambda ending: ends_with(m.ending, ending))) end
group by r.doc;

-- internal.search_main_measures(ranked): The main metric of each version of a relation with that name.
--   key: doc, version, commit
select r.doc, r.version, r.commit, [{name: d.metric, number: v.metric, text: v.metric::varchar}] as metrics
from query_table(ranked) r
join search_index.documents d on d.doc = r.doc
join search_index.versions v on v.doc = r.doc and v.version = r.version and v.commit is not distinct from r.commit
where v.metric is not null;

-- internal.search_version_measures(ranked, endings): The metrics that were asked for, of each version of a relation with that name.
--   key: doc, version, commit
select r.doc, r.version, r.commit, list({name: m.name, number: m.number, text: m.text} order by length(m.name), m.name,
    m.number) as metrics
from query_table(ranked) r
join (
    -- Not version_metrics, which would be worked out for all versions.
    select distinct f.repo, f.artifact, f.version, f.commit, m.name, m.number, m.text
    from version_measure_files f
    semi join query_table(ranked) k on k.repo = f.repo and k.artifact = f.artifact and k.version = f.version
    join metrics m on m.repo = f.repo and m.commit = f.read and m.file = f.file
    where f.role = 'metrics' and not f.of_project
) m on m.repo = r.repo and m.artifact = r.artifact and m.version = r.version and coalesce(r.commit = m.commit, true)
where list_bool_or(list_transform(endings, lambda ending: ends_with(internal.search_ending(m.name), ending)))
group by all;

-- internal.search_shown_artifacts(ranked, endings): What a table shows of the artifacts of a relation with that name, in the same order.
--   key: doc
--   ref: The artifact's name in the catalog, for the next question.
--   stages: The version in each stage that is in use.
--   metrics: The metrics that were asked for, or else the main metric, of the latest version.
select
    r.repo || ':' || r.artifact as ref, r.repo, r.artifact, r.version, r.commit, a.type, a.description, a.labels,
    d.stages, a.latest, coalesce(m.metrics, []) as metrics, r.created_at, r.updated_at, r.score, r.matched,
    null::varchar as experiment, r.doc, r.total
from query_table(ranked) r
join search_index.documents d on d.doc = r.doc
join (select repo, artifact, type, description, labels, latest from artifacts) a on a.repo = r.repo and a.artifact = r.artifact
left join internal.search_measures(ranked, endings) m on m.doc = r.doc
order by r.place;

-- internal.search_shown_versions(ranked, measures): What a table shows of the versions of a relation with that name, in the same order;
--     their metrics are in another.
--   key: doc, version, commit
--   ref: The version's name in the catalog, for the next question.
--   stages: The stages that it is in, each with the version.
--   metrics: Its metrics: those that were asked for, or else the main metric.
select
    r.repo || ':' || r.artifact || '@' || r.version as ref, r.repo, r.artifact, r.version, v.commit, v.type, v.description, v.labels,
    map_from_entries(list_transform(v.stages, lambda stage: (stage, r.version))) as stages, a.latest,
    coalesce(m.metrics, []) as metrics, r.created_at, r.updated_at, r.score, r.matched,
    null::varchar as experiment, r.doc, r.total
from query_table(ranked) r
join (select repo, artifact, latest from artifacts) a on a.repo = r.repo and a.artifact = r.artifact
join (select repo, artifact, version, commit, type, description, labels, stages from versions) v
    on v.repo = r.repo and v.artifact = r.artifact and v.version = r.version and coalesce(r.commit = v.commit, true)
left join query_table(measures) m on m.doc = r.doc and m.version = r.version and m.commit is not distinct from r.commit
order by r.place;

-- internal.search_counts(evaluated): How many artifacts a query finds with each value of each field. `evaluated` is a relation with that
--     name: see `search_ranked`.
--   key: field, value
--   field: The field of docs/search.md.
--   value: The value as written; of several spellings, the first in the order of their characters.
--   count: How many of what is found have it.
with matched_documents as (from internal.search_ranked(evaluated)),
counted as (
    select f.field, min(f.value) as value, count(distinct f.doc) as count
    from matched_documents r join search_index.facets f on f.doc = r.doc
    where f.field not in ('name', 'version')
    group by f.field, internal.search_spelling(f.field, f.value, f.key)
)
select c.field, c.value, c.count from counted c join search_index.fields n on n.name = c.field order by n.place, c.count desc, c.value;

-- internal.search_version_counts(evaluated): How many versions a query finds with each value of each field: see `search_counts`.
--   key: field, value
with matched_documents as (from internal.search_ranked(evaluated)),
matched_versions as (
    select v.* from search_index.versions v
    join matched_documents r on v.doc = r.doc and v.version = r.version and v.commit is not distinct from r.commit
),
counted as (
    select f.field, min(f.value) as value, count(distinct (r.doc, r.version, r.commit)) as count
    from matched_documents r join search_index.facets f on f.doc = r.doc
    where f.field not in ('name', 'version', 'stage', 'author', 'is', 'has')
    group by f.field, internal.search_spelling(f.field, f.value, f.key)
    union all
    select field, value, count(*) from (
        select 'stage' as field, unnest(v.stages) as value from matched_versions v
        union all
        select 'is', unnest(list_filter([
            case when v.is_latest then 'latest' end, case when v.registered then 'registered' end,
            case when not v.active then 'deregistered' end, case when v.signed then 'signed' end
        ], lambda state: state is not null)) from matched_versions v
        union all
        select 'has', role from (
            select distinct v.doc, v.version, v.commit, f.role
            from matched_versions v
            join search_index.documents d on d.doc = v.doc
            join version_measure_files f
                on f.repo = d.repo and f.artifact = d.artifact and f.version = v.version and coalesce(v.commit = f.commit, true)
                    and not f.of_project and coalesce(f.status, 'ok') in ('ok', 'fetched')
        )
    )
    group by field, value
    union all
    select 'author', a.author, count(distinct (r.doc, r.version, r.commit))
    from matched_documents r
    join internal.search_version_authors() a on a.doc = r.doc and a.version = r.version and a.commit is not distinct from r.commit
    where a.author <> ''
    group by all
)
select c.field, c.value, c.count from counted c join search_index.fields n on n.name = c.field order by n.place, c.count desc, c.value;

-- internal.search_numbers(ending): The number by which to sort documents: that of their latest version's metric with such a name, the
--     shortest of several.
--   key: doc
select doc, arg_min(number, (length(name), name)) as number
from search_index.measures where kind = 'metric' and number is not null and ends_with(measures.ending, internal.search_ending(ending))
group by doc;
