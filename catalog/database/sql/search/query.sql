-- What catalog/query/search/compile.py makes of a query: these statements, with those parts of the first ones that the query needs in the
-- places of {names}.

-- hits_none: A query that asks for everything.
select 0 as place, 0::uinteger as doc, 0::bigint as score where false

-- hits_words: Words and their beginnings.
select place, doc, score from internal.search_words($words)

-- hits_phrases: Phrases.
select place, doc, score from internal.search_phrases($phrases)

-- hits_field: Fields that are text.
select place, doc, 0 as score from internal.search_field($conditions)

-- hits_state: What follows from other repositories, or from the last crawl.
select place, doc, 0 as score from internal.search_state($conditions)

-- hits_range: Numbers and dates.
select place, doc, 0 as score from internal.search_range($conditions)

-- hits_metric: Metrics and parameters.
select place, doc, 0 as score from internal.search_metric($conditions)

-- experiments_none: As above, of experiments.
select 0 as place, 0::uinteger as doc, 0::bigint as score where false

-- experiments_words: Words of experiments.
select place, doc, score from internal.search_experiment_words($words)

-- experiments_phrases: Phrases of experiments.
select place, doc, score from internal.search_experiment_words($phrases)

-- experiments_field: Fields of experiments that are text.
select place, doc, 0 as score from internal.search_experiment_field($conditions)

-- experiments_range: Dates of experiments.
select place, doc, 0 as score from internal.search_experiment_range($conditions)

-- experiments_metric: Metrics and parameters of experiments.
select place, doc, 0 as score from internal.search_experiment_metric($conditions)

-- own_none: Nothing is asked of versions alone.
select 0 as place, 0::uinteger as doc, null::varchar as version, null::varchar as commit where false

-- own_field: Fields of versions that are text.
select place, doc, version, commit from internal.search_version_field($own)

-- own_author: Who registered or assigned versions.
select place, doc, version, commit from internal.search_version_author($own)

-- own_has: What versions have.
select place, doc, version, commit from internal.search_version_has($own)

-- own_range: Dates of versions.
select place, doc, version, commit from internal.search_version_range($own)

-- own_metric: Metrics and parameters of versions.
select place, doc, version, commit from internal.search_version_metric($own)

-- evaluate_artifacts: Every artifact, with whether it is found.
with hits as materialized ({hits}),
evaluated as materialized (
    select *, {all_words} as all_words, {any_word} as any_word from internal.search_artifacts('hits', $with_deprecated, $with_copies)
)

-- evaluate_experiments: Every experiment, with whether it is found.
with hits as materialized ({hits}),
evaluated as materialized (
    select *, {all_words} as all_words, {any_word} as any_word from internal.search_experiment_places('hits')
)

-- evaluate_versions: Every version, with whether it is found.
with hits as materialized ({hits}),
own_hits as materialized ({own}),
candidates as ({candidates}),
evaluated as materialized (
    select *, {all_words} as all_words, {any_word} as any_word
    from internal.search_versions('candidates', 'hits', 'own_hits', $with_deprecated, $with_copies, $with_deregistered)
)

-- candidates_all: Versions of any artifact may be found.
select doc from search_index.documents

-- candidates_hits: Only versions of artifacts that something finds.
select doc from hits

-- candidates_own: Only artifacts of which a version is found by what is asked of versions.
select doc from own_hits

-- candidates_both: Only both.
select doc from hits semi join own_hits using (doc)

-- find: What is found, in order, and how much there is.
{evaluate},
matched_documents as (from internal.search_ranked('evaluated')),
ranked as materialized (
    select f.*, count(*) over () as total, row_number() over (order by {order}) as place
    from matched_documents f {numbers}
    order by place limit $most offset $begin
),
measures as ({measures})
select *, $note::varchar as note from {shown}

-- shown: What a table shows of artifacts.
internal.search_shown_artifacts('ranked', $endings)

-- shown_of_versions: What a table shows of versions.
internal.search_shown_versions('ranked', 'measures')

-- shown_of_experiments: What a table shows of experiments.
internal.search_shown_experiments('ranked', $endings)

-- measures: Nothing more is to be read of artifacts.
select 1

-- measures_main: The main metric of versions.
from internal.search_main_measures('ranked')

-- measures_asked: The metrics that are asked for, of versions.
from internal.search_version_measures('ranked', $endings)

-- count: How much of what is found has which value of which field.
{evaluate}
from {counts}('evaluated') where len($fields::varchar[]) = 0 or list_contains($fields::varchar[], field)

-- order: By worth: how well the words fit, what is in prod, what is recent.
score desc, in_prod desc, updated_at desc nulls last, repo, artifact, f.version, f.commit

-- order_number: By the number of a metric, the better first unless the query says otherwise.
n.number * case when coalesce($descending, (select coalesce(direction, 'higher') = 'higher'
    from internal.metric_direction($metric))) then -1
    else 1 end nulls last

-- numbers: The numbers of a metric, of artifacts.
left join internal.search_numbers($metric) n on n.doc = f.doc

-- numbers_of_versions: The numbers of a metric, of versions.
left join internal.search_version_numbers($metric) n on n.doc = f.doc and n.version = f.version and n.commit is not distinct from f.commit

-- numbers_of_experiments: The numbers of a metric, of experiments.
left join internal.search_experiment_numbers($metric) n on n.doc = f.doc
