-- Documents by their fields, numbers, dates, metrics and parameters.

-- internal.search_key(a_field, a_value) [scalar]: The text of a field as it is compared. Of names and paths any end is found that begins
--     after a `/` or `:`; of a person's name any word.
case
    when a_field in ('repo', 'name') then '/' || replace(internal.search_folded(a_value), ':', '/')
    when a_field = 'owner' then '/' || ltrim(internal.search_folded(a_value), '@')
    when a_field = 'author' then ' ' || internal.search_folded(a_value) || ' '
    else internal.search_folded(a_value)
end;

-- internal.search_orgs(a_repo) [scalar]: What stands between the host and the repository's name: of `git.example/acme/risk/churn` `acme`
--     and `acme/risk`.
list_transform(
    range(case when internal.host_of(a_repo) is null then 1 else 2 end, len(string_split(a_repo, '/'))),
    lambda place: array_to_string(string_split(a_repo, '/')[case when internal.host_of(a_repo) is null then 1 else 2 end:place], '/')
);

-- internal.search_spelling(a_field, a_value, a_key) [scalar]: What several spellings of one value share; a person has several keys.
case a_field when 'author' then a_value when 'owner' then internal.search_key(a_field, a_value) else a_key end;

-- internal.search_pattern(a_field, an_asked_value) [scalar]: What is asked of a field as a pattern of LIKE for `search_key`; its escape is
--     `\`, and `*` stands for any text.
case when a_field in ('repo', 'name', 'owner') then '%' when a_field = 'author' then '%' else '' end
    || replace(replace(replace(replace(
        case when a_field = 'author' then rtrim(internal.search_key(a_field, an_asked_value), ' ') || ' '
            else internal.search_key(a_field, an_asked_value) end,
        '\', '\\'), '%', '\%'), '_', '\_'), '*', '%')
    || case when a_field = 'author' then '%' else '' end;

-- internal.search_field(leaves): The documents whose fields have the text that a query asks for: see docs/search.md.
--   key: place, doc
with asked_fields as materialized (
    -- A stage is compared by the catalog's name, also where the query has another of its names.
    select l.place, l.name, internal.search_pattern(l.name, coalesce(n.stage, l.value)) as pattern
    from internal.search_unnested(leaves) l left join stage_names n
        on l.name = 'stage' and internal.search_folded(n.raw) = internal.search_folded(l.value)
    where l.kind = 'field'
)
select distinct a.place, f.doc
from asked_fields a join search_index.facets f on f.field = a.name and f.key like a.pattern escape '\';

-- internal.search_state(leaves): The documents of which a query asks what follows from other repositories, or from the last crawl:
--     `is:copy`, `is:stale`.
--   key: place, doc
select l.place, d.doc
from internal.search_unnested(leaves) l join search_index.documents d on case l.value
    when 'copy' then d.copied
    when 'stale' then d.repo in (select repo from repos where stale)
end
where l.kind = 'state';

-- internal.search_range(leaves): The documents whose numbers and dates lie where a query asks for them.
--   key: place, doc
select l.place, d.doc
from internal.search_unnested(leaves) l join search_index.documents d on case l.name
    when 'versions' then d.versions between internal.search_least(l.operator, l.value) and internal.search_most(l.operator, l.value)
    when 'updated' then d.updated_at >= internal.search_from(l.operator, l.value)
        and d.updated_at < internal.search_until(l.operator, l.value)
    when 'created' then d.created_at >= internal.search_from(l.operator, l.value)
        and d.created_at < internal.search_until(l.operator, l.value)
end
where l.kind in ('number', 'date');

-- internal.search_measured(leaves): What a query asks of metrics and parameters: ends of names, bounds, texts.
--   key: place
select
    place, kind, internal.search_ending(name) as ending, internal.search_least(operator, value) as least,
        internal.search_most(operator, value) as most,
    case when operator = '=' then internal.search_pattern('text', value) end as pattern
from internal.search_unnested(leaves) where kind in ('metric', 'param');

-- internal.search_metric(leaves): The documents whose latest version has the metrics and parameters that a query asks for.
--   key: place, doc
with asked_measures as materialized (from internal.search_measured(leaves))
select distinct a.place, m.doc
from asked_measures a join search_index.measures m on m.kind = a.kind and ends_with(m.ending, a.ending)
where m.number between a.least and a.most or m.key like a.pattern escape '\';

-- internal.search_reasons(docs, leaves): Why fields found some documents: the first of those that a query asks for, and what it is.
--   key: doc
select f.doc, f.field, f.value
from internal.search_unnested(leaves) l
left join stage_names n on l.name = 'stage' and internal.search_folded(n.raw) = internal.search_folded(l.value)
join search_index.facets f on f.field = l.name and f.key like internal.search_pattern(l.name, coalesce(n.stage, l.value)) escape '\'
where l.kind = 'field' and not l.negated and f.doc in (select unnest(docs)::uinteger)
qualify row_number() over (partition by f.doc order by l.place, f.value) = 1;

-- internal.search_measure_names(leaves): The words of a query that are names of metrics or parameters, or ends of them.
--   key: place, kind
--   kind: `metric` or `param`.
select distinct a.place, a.value as word, m.kind
from internal.search_unnested(leaves) a join search_index.measures m on ends_with(m.ending, internal.search_ending(a.value))
where a.kind = 'word' and not a.negated
order by a.place, m.kind;

-- internal.search_near(leaves): The fields of which nothing has the text that a query asks for, each with the nearest values.
--   key: place
--   near: At most three values, the nearest first.
with asked_values as materialized (
    select place, kind, name, value, internal.search_key(name, case when kind = 'field' then value else name end) as key
    from internal.search_unnested(leaves)
    where kind in ('field', 'metric', 'param') and name not in ('is', 'has', 'version') and not negated
),
known_values as (
    select field as kind, field as name, value, key from search_index.facets
    union
    select kind, kind, name, lower(name) from search_index.measures
),
likeness_of_values as (
    select a.place, k.value,
        max(greatest(jaro_winkler_similarity(k.key, a.key),
            case when damerau_levenshtein(k.key, a.key) <= 1 then 0.9 else 0 end)) as likeness
    from asked_values a join known_values k on k.name = case when a.kind = 'field' then a.name else a.kind end
    group by all
)
select a.place, a.kind, a.name, a.value,
    coalesce(list(n.value order by n.likeness desc, n.value) filter (n.likeness > 0.8), [])[:3] as near
from asked_values a left join likeness_of_values n on n.place = a.place
where not exists (
    from search_index.facets f where a.kind = 'field' and f.field = a.name
        and f.key like internal.search_pattern(a.name, a.value) escape '\'
) and not exists (
    from search_index.measures m where a.kind = m.kind and ends_with(m.ending, internal.search_ending(a.name))
) and not exists (
    from stage_names s where a.name = 'stage' and internal.search_folded(s.raw) = internal.search_folded(a.value)
)
group by all
order by a.place;
