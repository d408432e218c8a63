-- Artifacts and versions by words, fields and measures. `search(q)` answers a flat query in any DuckDB shell; what the whole language
-- of docs/search.md means is compiled by catalog/query/search to the same macros.
-- A query is a list of leaves: {place, negated, kind, name, operator, value, parts}; `parts` are the words of `value`. `kind` is `word`,
-- `prefix`, `phrase`, `field`, `metric` or `param`.

-- internal.search_leaves(q): A flat query as leaves; an error where it is not flat, or wrong.
--   key: place
--   of_version: Where versions are looked for, it speaks of the version.
with chunks as (
    select unnest(regexp_extract_all(q, '(?:"[^"]*"|[^\s"])+|"')) as chunk,
        generate_subscripts(regexp_extract_all(q, '(?:"[^"]*"|[^\s"])+|"'), 1) as place
),
bodies as (
    select place, chunk, starts_with(chunk, '-') as negated, case when starts_with(chunk, '-') then chunk[2:] else chunk end as body,
        regexp_replace(chunk, '"[^"]*"', '', 'g') as unquoted
    from chunks
),
named as (
    select *, regexp_extract(body, '^([^":]+(?:"[^"]*")?):', 1) as prefix,
        regexp_extract(body, '^[^":]+(?:"[^"]*")?:(>=|<=|>|<|=)?((?s).*)$', ['operator', 'value']) as parsed
    from bodies
),
parts as (
    select place, chunk, negated, body, unquoted, prefix,
        case when prefix = '' then '' when regexp_matches(prefix, '^(metric|param)[.]') then regexp_extract(prefix, '^([a-z]+)[.]', 1)
            else lower(prefix) end as field,
        replace(regexp_extract(prefix, '^(?:metric|param)[.]((?s).*)$', 1), '"', '') as measure,
        parsed.operator as operator,
        case when regexp_full_match(case when prefix = '' then body else parsed.value end, '"[^"]*"')
            then case when prefix = '' then body else parsed.value end[2:-2]
                else case when prefix = '' then body else parsed.value end end as value,
        regexp_full_match(case when prefix = '' then body else parsed.value end, '"[^"]*"') as quoted
    from named
),
with_fields as (
    select p.*, f.choices, f.version_choices, f.of_version, f.experiment_choices, f.of_experiment,
        case when p.prefix = '' then case when p.quoted then 'phrase' when ends_with(p.value, '*') then 'prefix' else 'word' end
            when p.field in ('metric', 'param') then p.field when f.kind = 'text' then 'field' else f.kind end as kind,
        contains(p.value, '..') and not p.quoted as ranged
    from parts p left join search_index.fields f on f.name = p.field
),
checked as (
    select *, case
        when length(q) > 4096 then 'the query has ' || length(q) || ' characters, expected at most 4096'
        when chunk in ('OR', 'AND', 'NOT') or regexp_matches(unquoted, '[()]') or (field = 'sort' and prefix <> '')
            then 'only flat queries here; use catalog search'
        when contains(unquoted, '"') then 'a quotation mark without its second'
        when body = '' or starts_with(body, '-') then 'expected a word or field behind -'
        when prefix <> '' and kind is null then 'unknown field ''' || prefix || ''''
        when prefix = '' and not quoted and (contains(body, '"') or contains(body, ':') or regexp_matches(body, '[<>=]')
            or contains(rtrim(body, '*') || case when ends_with(body, '**') then '*' else '' end, '*'))
            then 'unexpected ''' || body || ''', expected a word, "a phrase", word*, or field:value'
        when prefix = '' and not regexp_matches(value, '[\p{L}\p{N}]') then 'expected a letter or digit in ''' || body || ''''
        when prefix <> '' and (value = '' or (not quoted and contains(value, '"'))) then 'expected a value behind ''' || prefix || ':'''
        when kind in ('metric', 'param') and measure = '' then 'expected a name behind ''' || field || '.'''
        when kind = 'field' and operator <> '' then field || ' is text, expected ' || field || ':value'
        when kind = 'flag' and (operator <> '' or not list_contains(list_concat(choices, coalesce(version_choices, [])), value))
            then 'unknown ' || field || ':' || value
        when kind in ('metric', 'param') and not ranged and operator <> '' and internal.search_number(value) is null
            then 'expected a number behind ' || prefix || ':' || operator
        when kind = 'number' and not ranged and internal.search_number(value) is null then 'expected a number behind ' || prefix || ':'
        when kind = 'date' and not ranged and internal.search_start(value) is null then 'expected a date behind ' || prefix || ':'
        when kind in ('metric', 'param', 'number', 'date') and ranged and (operator <> '' or len(string_split(value, '..')) <> 2
            or list_bool_or(list_transform(string_split(value, '..'), lambda bound: bound not in ('', '*')
                and case when kind = 'date' then internal.search_start(bound) is null else internal.search_number(bound) is null end))
            or list_bool_and(list_transform(string_split(value, '..'), lambda bound: bound in ('', '*'))))
            then 'expected two bounds in ' || prefix || ':' || value
        when kind = 'flag' and field = 'is' and value in ('version', 'experiment') and (negated or m.versions and m.experiments)
            then 'is:' || value || ' is about the whole query, expected it once and without -'
        when m.experiments and prefix <> '' and kind not in ('metric', 'param')
            and not (field = 'is' and value in ('version', 'experiment'))
            and (not of_experiment or (kind = 'flag' and not list_contains(experiment_choices, value)))
            then prefix || ':' || value || ' is not about experiments, expected it without is:experiment'
        when kind = 'flag' and not list_contains(choices, value) and not m.versions
            then prefix || ':' || value || ' is about versions, expected is:version beside it'
    end as fault
    from with_fields, (
        select coalesce(bool_or(field = 'is' and value = 'version'), false) as versions,
            coalesce(bool_or(field = 'is' and value = 'experiment'), false) as experiments
        from parts
    ) m
)
select
    case when fault is not null then error(fault) else place end as place,
    case when field = 'no' then not negated else negated end as negated,
    case when kind = 'flag' then case when field = 'is' and value in ('version', 'experiment') then 'mode'
        when field = 'is' and value in ('copy', 'stale') then 'state' else 'field' end
        else kind end as kind,
    case when kind in ('metric', 'param') then measure when field = 'no' then 'has' else field end as name,
    case when kind in ('metric', 'param', 'number', 'date') then case when ranged then '..' when operator = '' then '=' else operator end
        else '=' end as operator,
    case when kind = 'prefix' then rtrim(value, '*') else value end as value,
    case when kind in ('word', 'prefix', 'phrase') then internal.search_parts(value) else [] end as parts,
    coalesce(of_version, kind in ('metric', 'param')) or coalesce(list_contains(version_choices, value), false) as of_version
from checked;

-- search(q): What a flat query finds: words, `"phrases"`, `word*`, `field:value`, `field:>n`, each with a leading `-` for its opposite,
--     all of which must hold.
--   key: repo, artifact, version, commit, experiment
--   ref: The name of the artifact, or with `is:version` of the version, or with `is:experiment` its commit, for the next question.
--   experiment: The name of an experiment, which has no artifact; null without `is:experiment`.
--   stages: The version in each stage that is in use.
--   metrics: The metrics that were asked for, or else the main metric; of artifacts, those of the latest version.
--   score: How well the words fit: BM25 in millionths; 0 without words.
--   matched: `all`, or `any` where nothing has all words and these have some.
--   note: What was searched instead of words that no document has; null where all are known.
with leaves as materialized (from internal.search_leaves(q)),
repairs as materialized (from internal.search_repairs((
    select coalesce(list({place: place, negated: negated, kind: kind, name: name, operator: operator, value: value, parts: parts}), [])
    from leaves where not (select coalesce(bool_or(kind = 'mode' and value = 'experiment'), false) from leaves)
))),
repaired as materialized (
    select l.place, l.negated, l.kind, l.name, l.operator, coalesce(r.instead, l.value) as value,
        case when r.instead is not null then [r.instead] else l.parts end as parts, l.of_version
    from leaves l left join repairs r on r.place = l.place
),
lists as materialized (
    select
        coalesce(bool_or(kind = 'mode' and value = 'version'), false) as by_version,
        coalesce(bool_or(kind = 'mode' and value = 'experiment'), false) as by_experiment,
        coalesce(list({place: place, negated: negated, kind: kind, name: name, operator: operator, value: value, parts: parts})
            filter (not of_version or not (select coalesce(bool_or(kind = 'mode' and value = 'version'), false) from leaves)), [])
            as of_artifact,
        coalesce(list({place: place, negated: negated, kind: kind, name: name, operator: operator, value: value, parts: parts})
            filter (of_version and (select coalesce(bool_or(kind = 'mode' and value = 'version'), false) from leaves)), []) as of_version,
        coalesce(list(place) filter (not negated and kind in ('word', 'prefix', 'phrase')), []) as words,
        coalesce(list(place) filter (not negated and kind not in ('word', 'prefix', 'phrase', 'mode')), []) as conditions,
        coalesce(list(place) filter (negated), []) as refused,
        coalesce(list(internal.search_ending(name)) filter (kind = 'metric' and not negated), []) as endings,
        coalesce(bool_or(name = 'is' and value = 'deprecated'), false) as with_deprecated,
        coalesce(bool_or(name = 'is' and value = 'deregistered'), false) as with_deregistered,
        coalesce(bool_or((name = 'is' and value = 'copy') or (name in ('repo', 'org', 'host') and not negated)), false) as with_copies
    from repaired
),
hits as materialized (
    select place, doc, score from internal.search_words((select of_artifact from lists))
    where place in (select place from repaired where kind <> 'phrase')
    union all select place, doc, score from internal.search_phrases((select of_artifact from lists))
    union all select place, doc, 0 from internal.search_field((select of_artifact from lists))
    union all select place, doc, 0 from internal.search_state((select of_artifact from lists))
    union all select place, doc, 0 from internal.search_range((select of_artifact from lists))
    union all select place, doc, 0 from internal.search_metric((select of_artifact from lists))
),
version_hits as materialized (
    select place, doc, version, commit from internal.search_version_field((select of_version from lists))
    union all select place, doc, version, commit from internal.search_version_range((select of_version from lists))
    union all select place, doc, version, commit from internal.search_version_author((select of_version from lists))
    union all select place, doc, version, commit from internal.search_version_has((select of_version from lists))
    union all select place, doc, version, commit from internal.search_version_metric((select of_version from lists))
),
experiment_leaves as materialized (
    select case when by_experiment then of_artifact else [] end as leaves from lists
),
experiment_hits as materialized (
    select place, doc, score from internal.search_experiment_words((select leaves from experiment_leaves))
    union all select place, doc, 0 from internal.search_experiment_field((select leaves from experiment_leaves))
    union all select place, doc, 0 from internal.search_experiment_range((select leaves from experiment_leaves))
    union all select place, doc, 0 from internal.search_experiment_metric((select leaves from experiment_leaves))
),
places as (
    from internal.search_artifacts('hits', (select with_deprecated from lists), (select with_copies from lists))
    where not (select by_version or by_experiment from lists)
    union all
    from internal.search_experiment_places('experiment_hits') where (select by_experiment from lists)
    union all
    from internal.search_versions('search_index.documents', 'hits', 'version_hits', (select with_deprecated from lists),
        (select with_copies from lists), (select with_deregistered from lists))
    where (select by_version from lists)
),
evaluated as materialized (
    select p.*,
        list_has_all(p.places, l.words) and list_has_all(p.places, l.conditions) and not list_has_any(p.places, l.refused) as all_words,
        list_has_any(p.places, l.words) and list_has_all(p.places, l.conditions) and not list_has_any(p.places, l.refused) as any_word
    from places p, lists l
),
ranked as materialized (
    select *, 0 as total, row_number() over (
        order by score desc, in_prod desc, updated_at desc nulls last, repo, artifact, version, commit
    ) as place
    from internal.search_ranked('evaluated')
),
ranked_artifacts as (from ranked where version is null and not (select by_experiment from lists)),
ranked_experiments as (from ranked where (select by_experiment from lists)),
ranked_versions as (from ranked where version is not null),
version_measures as (
    from internal.search_main_measures('ranked_versions') where (select len(endings) = 0 from lists)
    union all
    from internal.search_version_measures('ranked_versions', (select endings from lists)) where (select len(endings) > 0 from lists)
),
shown as (
    from internal.search_shown_artifacts('ranked_artifacts', (select endings from lists))
    union all
    from internal.search_shown_versions('ranked_versions', 'version_measures')
    union all
    from internal.search_shown_experiments('ranked_experiments', (select endings from lists))
)
select s.* exclude (doc, total), (select string_agg('nothing for ' || word || '; showing ' || instead, ', ' order by place)
    from repairs) as note
from shown s
order by s.score desc, (s.stages['prod'] is not null or s.stages['production'] is not null) desc, s.updated_at desc nulls last, s.repo,
    coalesce(s.artifact, s.experiment), s.version, s.commit;
