-- Artifacts and versions by words, fields and measures. `search(q)` answers a flat query in any DuckDB shell; what the whole language
-- of docs/search.md means is compiled by catalog/query/search to the same macros.
-- A query is a list of leaves: {place, negated, kind, name, operator, value, parts}; `parts` are the words of `value`. `kind` is `word`, `prefix`, `phrase`, `field`, `metric` or `param`.

-- search_normal(a_text) [scalar]: A text in lower case, without accents, its words apart by one space.
trim(regexp_replace(strip_accents(lower(a_text)), '[^\p{L}\p{N}]+', ' ', 'g'));

-- search_joined(a_text) [scalar]: The same without the spaces: `credit-risk` as `creditrisk`.
regexp_replace(strip_accents(lower(a_text)), '[^\p{L}\p{N}]+', '', 'g');

-- search_spaced(a_text) [scalar]: A text with a space between letters and digits, and around each Chinese or Japanese character.
regexp_replace(
    regexp_replace(regexp_replace(a_text, '(\p{L})(\p{N})', '\1 \2', 'g'), '(\p{N})(\p{L})', '\1 \2', 'g'),
    '([\p{Han}\p{Hiragana}\p{Katakana}])', ' \1 ', 'g'
);

-- search_split(a_text) [scalar]: A text with a space wherever a word ends inside it: also in `creditRisk` and `HTTPServer`.
search_spaced(regexp_replace(
    regexp_replace(a_text, '(\p{Ll})(\p{Lu})', '\1 \2', 'g'), '(\p{Lu})(\p{Lu}\p{Ll})', '\1 \2', 'g'
));

-- search_parts(a_text) [scalar]: The words of a text, in order, split wherever a word ends.
list_filter(string_split(search_normal(search_split(a_text)), ' '), lambda word: word <> '');

-- search_compounds(a_text) [scalar]: What of a text consists of several words without a space between them: `ResNet50`, Chinese.
-- A word inside ends between letters and digits of ASCII: to look between those of all languages takes twice the time.
array_to_string(regexp_extract_all(
    a_text,
    '[\p{L}\p{N}]*(?:[a-z][A-Z]|[A-Z][A-Z][a-z]|[A-Za-z][0-9]|[0-9][A-Za-z]|[\p{Han}\p{Hiragana}\p{Katakana}])[\p{L}\p{N}]*'
), ' ');

-- search_folded(a_text) [scalar]: A text as fields compare it: without accents and case.
strip_accents(lower(a_text));

-- search_start(a_date) [scalar]: When a year, month, day, minute or second begins, UTC; null for an invalid date.
case
    when starts_with(a_date, '0000') then null
    when regexp_full_match(a_date, '\d{4}') then try_cast(a_date || '-01-01' as timestamp)
    when regexp_full_match(a_date, '\d{4}-\d{2}') then try_cast(a_date || '-01' as timestamp)
    when regexp_full_match(a_date, '\d{4}-\d{2}-\d{2}') then try_cast(a_date as timestamp)
    when regexp_full_match(a_date, '\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):\d{2}Z?') then try_cast(rtrim(replace(a_date, 'T', ' '), 'Z') || ':00' as timestamp)
    when regexp_full_match(a_date, '\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):\d{2}:\d{2}Z?') then try_cast(rtrim(replace(a_date, 'T', ' '), 'Z') as timestamp)
end;

-- search_end(a_date) [scalar]: When it ends: the first moment after it.
search_start(a_date) + case length(rtrim(a_date, 'Z'))
    when 4 then interval 1 year when 7 then interval 1 month when 10 then interval 1 day when 16 then interval 1 minute else interval 1 second
end;

-- search_number(a_number) [scalar]: A number; null for what is none, or is too large.
case when regexp_full_match(a_number, '[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d+)?') and isfinite(try_cast(a_number as double))
    then try_cast(a_number as double) end;

-- search_least(an_operator, a_value) [scalar]: The least number that a comparison allows.
case an_operator
    when '<' then '-infinity'::double
    when '<=' then '-infinity'::double
    when '>' then nextafter(search_number(a_value), 'infinity'::double)
    when '..' then coalesce(search_number(string_split(a_value, '..')[1]), '-infinity'::double)
    else search_number(a_value)
end;

-- search_most(an_operator, a_value) [scalar]: The greatest number that a comparison allows.
case an_operator
    when '>' then 'infinity'::double
    when '>=' then 'infinity'::double
    when '<' then nextafter(search_number(a_value), '-infinity'::double)
    when '..' then coalesce(search_number(string_split(a_value, '..')[2]), 'infinity'::double)
    else search_number(a_value)
end;

-- search_from(an_operator, a_value) [scalar]: The first moment that a comparison of dates allows.
case an_operator
    when '<' then '-infinity'::timestamp
    when '<=' then '-infinity'::timestamp
    when '>' then search_end(a_value)
    when '..' then coalesce(search_start(string_split(a_value, '..')[1]), '-infinity'::timestamp)
    else search_start(a_value)
end;

-- search_until(an_operator, a_value) [scalar]: The first moment after those that a comparison of dates allows.
case an_operator
    when '>' then 'infinity'::timestamp
    when '>=' then 'infinity'::timestamp
    when '<' then search_start(a_value)
    when '..' then coalesce(search_end(string_split(a_value, '..')[2]), 'infinity'::timestamp)
    else search_end(a_value)
end;

-- search_key(a_field, a_value) [scalar]: The text of a field as it is compared. Of names and paths any end is found that begins after a `/` or `:`; of a person's name any word.
case
    when a_field in ('repo', 'name') then '/' || replace(search_folded(a_value), ':', '/')
    when a_field = 'owner' then '/' || ltrim(search_folded(a_value), '@')
    when a_field = 'author' then ' ' || search_folded(a_value) || ' '
    else search_folded(a_value)
end;

-- search_pattern(a_field, an_asked_value) [scalar]: What is asked of a field as a pattern of LIKE for `search_key`; its escape is `\`, and `*` stands for any text.
case when a_field in ('repo', 'name', 'owner') then '%' when a_field = 'author' then '%' else '' end
    || replace(replace(replace(replace(
        case when a_field = 'author' then rtrim(search_key(a_field, an_asked_value), ' ') || ' ' else search_key(a_field, an_asked_value) end,
        '\', '\\'), '%', '\%'), '_', '\_'), '*', '%')
    || case when a_field = 'author' then '%' else '' end;

-- search_ending(a_name) [scalar]: The name of a metric or parameter as its ends are compared: any that begins after a `.` or `/` is meant.
'.' || replace(lower(a_name), '/', '.');

-- search_unnested(leaves): The leaves as rows.
select leaf.* from (
    select unnest(leaves::struct(place integer, negated boolean, kind varchar, name varchar, operator varchar, value varchar, parts varchar[])[]) as leaf
);

-- search_split_texts(texts): The words of some texts: see `search_parts`.
--   text: The text.
--   parts: Its words.
select text, search_parts(text) as parts from (select unnest(texts::varchar[]) as text);

-- search_texts(docs): The texts of some documents by which words find them, and how much each counts.
--   doc: The document: see `search_index.documents`.
--   field: What the text is: `name`, `label`, `description`, `repo`, `card`, or a field of `search_index.facets`.
--   weight: How much a word in it counts.
with chosen as materialized (
    from search_index.documents semi join (select unnest(docs)::uinteger as doc) using (doc)
)
select doc, said.field, said.weight, said.text
from (
    select c.doc, unnest(list_concat(
        [{field: 'name', weight: 8, text: a.artifact}, {field: 'description', weight: 3, text: a.description},
         {field: 'repo', weight: 3, text: coalesce(nullif(regexp_replace(a.repo, '^[^/]*/', ''), ''), a.repo)}],
        list_transform(a.labels, lambda label: {field: 'label', weight: 4, text: label})
    )) as said
    from chosen c join (select repo, artifact, description, labels from artifacts) a on a.repo = c.repo and a.artifact = c.artifact
)
where said.text is not null
union all
select doc, field, 2, value from search_index.facets semi join chosen using (doc) where field in ('type', 'owner', 'framework', 'licence', 'task')
union all
select s.doc, 'card', 1, left(c.text, s.characters)
from chosen s join (select repo, commit, file, text from cards) c on c.repo = s.repo and c.commit = s.reading and c.file = s.card;

-- search_words(leaves): The documents that have the words of a query, each with its score: BM25 (k1 1.2, b 0.75) over weighted fields, in millionths.
-- A word is found whole or by all of its parts. The score is a whole number, so that the order of a sum does not change it.
--   place: The leaf's place in the query.
--   doc: The document: see `search_texts`.
with words as materialized (
    select place, kind, parts from search_unnested(leaves) where kind in ('word', 'prefix', 'phrase') and len(parts) > 0
),
ways as materialized (
    select place, 1 as way, 1 as parts, array_to_string(parts, '') as term, kind = 'prefix' as begins from words where kind <> 'phrase'
    union all
    select place, 2, len(parts), unnest(parts), kind = 'prefix' and unnest(range(1, len(parts) + 1)) = len(parts)
    from words where len(parts) > 1 or kind = 'phrase'
),
terms as (
    select place, way, parts, term as part, term from ways where not begins
    union all
    select w.place, w.way, w.parts, w.term, t.term from ways w join search_index.terms t on starts_with(t.term, w.term) where w.begins
),
corpus as (
    select count(*)::double as documents, avg(length) as mean from search_index.lengths
),
held as (
    select t.*, p.doc, p.frequency, l.length
    from terms t
    join (from search_index.postings union all from search_index.recent) p on p.term = t.term
    join search_index.lengths l on l.doc = p.doc
),
scored as (
    select h.place, h.way, h.parts, h.part, h.doc,
        max((1e6 * ln(1 + (c.documents - h.held_by + 0.5) / (h.held_by + 0.5))
            * h.frequency * 2.2 / (h.frequency + 1.2 * (0.25 + 0.75 * h.length / c.mean)))::bigint) as score
    from (select *, count(*) over (partition by place, way, part, term) as held_by from held) h, corpus c
    group by h.place, h.way, h.parts, h.part, h.doc
)
select place, doc, max(score) as score from (
    select place, way, doc, sum(score)::bigint as score from scored group by place, way, doc, parts having count(*) = parts
)
group by place, doc;

-- search_phrases(leaves): The documents that have the words of a query's phrases one after the other, each with its score: see `search_words`.
-- The index does not know which word follows which: whoever has all words of a phrase is read again.
with found as materialized (
    from search_words(leaves)
),
asked as (
    select place, ' ' || array_to_string(parts, ' ') || ' ' as split, ' ' || search_normal(value) || ' ' as whole
    from search_unnested(leaves) where kind = 'phrase'
),
texts as (
    select doc, ' ' || search_normal(search_split(text)) || ' ' as split, ' ' || search_normal(text) || ' ' as whole
    from search_texts((select coalesce(list(distinct doc), []) from found semi join asked using (place)))
)
select place, doc, any_value(score) as score
from found join asked using (place) join texts using (doc)
where contains(texts.split, asked.split) or contains(texts.whole, asked.whole)
group by place, doc;

-- search_repairs(leaves): The words of a query that no document has, each with the nearest term: the fewest edits away, the likeliest, the commonest.
--   place: The leaf's place in the query.
--   word: The word as written.
--   instead: The term.
with words as materialized (
    select place, value as word, array_to_string(parts, '') as whole, parts
    from search_unnested(leaves) where kind = 'word' and not negated
),
asked as (
    select distinct unnest([whole] || parts) as term from words
),
known as materialized (
    select distinct term from (from search_index.postings union all from search_index.recent)
    semi join asked using (term) semi join search_index.lengths using (doc)
),
unknown as materialized (
    select * from words
    where length(whole) between 3 and 40 and whole not in (from known)
        and not list_has_all((select coalesce(list(term), []) from known), parts)
),
likely as materialized (
    select u.place, u.word, t.term, damerau_levenshtein(t.term, u.whole) as edits, jaro_winkler_similarity(t.term, u.whole) as likeness
    from unknown u
    join search_index.terms t on abs(length(t.term) - length(u.whole)) <= 2 and jaro_winkler_similarity(t.term, u.whole) > 0.8
    where damerau_levenshtein(t.term, u.whole) <= case when length(u.whole) <= 5 then 1 else 2 end
)
select l.place, l.word, l.term as instead
from likely l
join (
    select term, count(*) as docs from (from search_index.postings union all from search_index.recent)
    semi join likely using (term) semi join search_index.documents using (doc) group by all
) d using (term)
qualify row_number() over (partition by l.place order by l.edits, l.likeness desc, d.docs desc, l.term) = 1
order by l.place;

-- search_field(leaves): The documents whose fields have the text that a query asks for: see docs/search.md.
with asked as materialized (
    -- A stage has the catalog's name, whichever of its names is asked for.
    select l.place, l.name, search_pattern(l.name, coalesce(n.stage, l.value)) as pattern
    from search_unnested(leaves) l left join stage_names n on l.name = 'stage' and search_folded(n.raw) = search_folded(l.value)
    where l.kind = 'field'
)
select distinct a.place, f.doc
from asked a join search_index.facets f on f.field = a.name and f.key like a.pattern escape '\';

-- search_state(leaves): The documents of which a query asks what follows from other repositories, or from the last crawl: `is:copy`, `is:stale`.
select l.place, d.doc
from search_unnested(leaves) l join search_index.documents d on case l.value
    when 'copy' then d.copied
    when 'stale' then d.repo in (select repo from repos where stale)
end
where l.kind = 'state';

-- search_range(leaves): The documents whose numbers and dates lie where a query asks for them.
select l.place, d.doc
from search_unnested(leaves) l join search_index.documents d on case l.name
    when 'versions' then d.versions between search_least(l.operator, l.value) and search_most(l.operator, l.value)
    when 'updated' then d.updated_at >= search_from(l.operator, l.value) and d.updated_at < search_until(l.operator, l.value)
    when 'created' then d.created_at >= search_from(l.operator, l.value) and d.created_at < search_until(l.operator, l.value)
end
where l.kind in ('number', 'date');

-- search_measured(leaves): What a query asks of metrics and parameters: ends of names, bounds, texts.
select
    place, kind, search_ending(name) as ending, search_least(operator, value) as least, search_most(operator, value) as most,
    case when operator = '=' then search_pattern('text', value) end as pattern
from search_unnested(leaves) where kind in ('metric', 'param');

-- search_metric(leaves): The documents whose latest version has the metrics and parameters that a query asks for.
with asked as materialized (from search_measured(leaves))
select distinct a.place, m.doc
from asked a join search_index.measures m on m.kind = a.kind and ends_with(m.ending, a.ending)
where m.number between a.least and a.most or m.key like a.pattern escape '\';

-- search_version_field(leaves): The versions whose names, stages and states are what a query asks for.
with asked as materialized (
    select l.place, l.name, l.value, search_pattern(l.name, coalesce(n.stage, l.value)) as pattern
    from search_unnested(leaves) l left join stage_names n on l.name = 'stage' and search_folded(n.raw) = search_folded(l.value)
    where l.kind = 'field'
)
select a.place, v.doc, v.version, v.commit
from asked a join search_index.versions v on case a.name
    when 'stage' then list_bool_or(list_transform(v.stages, lambda stage: search_folded(stage) like a.pattern escape '\'))
    when 'version' then v.registered and search_folded(v.version) like a.pattern escape '\'
    when 'has' then a.value = 'stage' and len(v.stages) > 0
    when 'is' then case a.value when 'latest' then v.is_latest when 'registered' then v.registered
        when 'deregistered' then not v.active when 'signed' then v.signed end
end;

-- search_version_authors(): Who registered or assigned each version, with how the name or the e-mail address is compared.
select distinct d.doc, v.version, v.commit, e.author, unnest([search_key('author', e.author), search_key('author', e.author_email)]) as key
from (
    select repo, artifact, version, commit, author, author_email from versions where registered
    union
    select repo, artifact, version, commit, author, author_email from assignments
) e
join search_index.documents d on d.repo = e.repo and d.artifact = e.artifact
join search_index.versions v on v.doc = d.doc and v.version = e.version and coalesce(v.commit = e.commit, true);

-- search_version_author(leaves): The versions that those registered or assigned whom a query asks for.
select distinct l.place, a.doc, a.version, a.commit
from search_unnested(leaves) l join search_version_authors() a on a.key like search_pattern('author', l.value) escape '\'
where l.name = 'author';

-- search_version_has(leaves): The versions that have the metrics, parameters and plots that a query asks for.
select distinct l.place, v.doc, v.version, v.commit
from search_unnested(leaves) l
join version_measure_files f on f.role = l.value and coalesce(f.status, 'ok') in ('ok', 'fetched')
join search_index.documents d on d.repo = f.repo and d.artifact = f.artifact
join search_index.versions v on v.doc = d.doc and v.version = f.version and coalesce(v.commit = f.commit, true)
where l.name = 'has';

-- search_version_range(leaves): The versions that were registered when a query asks for it.
select l.place, v.doc, v.version, v.commit
from search_unnested(leaves) l
join search_index.versions v on case l.name when 'updated' then v.updated_at else v.created_at end >= search_from(l.operator, l.value)
    and case l.name when 'updated' then v.updated_at else v.created_at end < search_until(l.operator, l.value)
where l.kind = 'date';

-- search_version_metric(leaves): The versions that have the metrics and parameters that a query asks for.
with asked as materialized (from search_measured(leaves)),
measures as (
    select a.place, m.repo, m.artifact, m.version, m.commit
    from asked a join version_metrics m on a.kind = 'metric' and ends_with(search_ending(m.name), a.ending)
    where m.number between a.least and a.most or search_key('text', m.text) like a.pattern escape '\'
    union all
    select a.place, p.repo, p.artifact, p.version, p.commit
    from asked a join version_params p on a.kind = 'param' and ends_with(search_ending(p.name), a.ending)
    where p.number between a.least and a.most or search_key('text', p.text) like a.pattern escape '\'
)
select distinct m.place, v.doc, v.version, v.commit
from measures m
join search_index.documents d on d.repo = m.repo and d.artifact = m.artifact
join search_index.versions v on v.doc = d.doc and v.version = m.version and coalesce(v.commit = m.commit, true);

-- search_artifacts(hits, with_deprecated, with_copies): Every artifact, with the places of the leaves that find it. `hits` is a relation: leaves' places, documents, scores.
--   places: The places of the leaves that find it.
with found as (
    select doc, list(place) as places, sum(score)::bigint as score from query_table(hits) group by doc
)
select
    d.doc, d.repo, d.artifact, null::varchar as version, null::varchar as commit, d.in_prod, d.created_at, d.updated_at, d.versions,
    coalesce(f.places, []) as places, coalesce(f.score, 0) as score
from search_index.documents d left join found f on f.doc = d.doc
where (d.active or with_deprecated) and (not d.copied or with_copies);

-- search_versions(candidates, hits, version_hits, with_deprecated, with_copies, with_deregistered): Every version of some documents, with the places of the leaves that find it or its artifact.
--   places: The places of these leaves.
with found as (
    select doc, list(place) as places, sum(score)::bigint as score from query_table(hits) group by doc
),
own as (
    select doc, version, commit, list(place) as places from query_table(version_hits) group by all
)
select
    d.doc, d.repo, d.artifact, v.version, v.commit,
    list_has_any(v.stages, ['prod', 'production']) as in_prod, v.created_at, v.updated_at, d.versions,
    list_concat(coalesce(f.places, []), coalesce(o.places, [])) as places, coalesce(f.score, 0) as score
from search_index.documents d
semi join query_table(candidates) c on c.doc = d.doc
join search_index.versions v on v.doc = d.doc
left join found f on f.doc = d.doc
left join own o on o.doc = v.doc and o.version = v.version and o.commit is not distinct from v.commit
where (d.active or with_deprecated) and (not d.copied or with_copies) and (v.active or with_deregistered);

-- search_ranked(judged): What a query finds, in the order of its worth. `judged` is a relation like that of `search_artifacts`, with `all_words` and `any_word`.
--   matched: `all`, or `any` where nothing has all words and these have some.
--   score: How well the words fit: BM25 in millionths; 0 without words.
select * exclude (places, all_words, any_word), case when all_words then 'all' else 'any' end as matched
from query_table(judged)
-- Not a window over all rows: DuckDB 1.4 fails in one now and then.
where all_words or (any_word and not (select coalesce(bool_or(all_words), false) from query_table(judged)))
order by score desc, in_prod desc, updated_at desc nulls last, repo, artifact, version, commit;

-- search_measures(ranked, endings): The metrics to show of each artifact of a relation with that name: those that were asked for, or else its main metric.
select r.doc, list({name: m.name, number: m.number, text: coalesce(m.text, m.number::varchar)} order by length(m.name), m.name, m.number) as metrics
from query_table(ranked) r
join search_index.documents d on d.doc = r.doc
join search_index.measures m on m.doc = r.doc and m.kind = 'metric'
where case when len(endings) = 0 then m.name = d.metric else list_bool_or(list_transform(endings, lambda ending: ends_with(m.ending, ending))) end
group by r.doc;

-- search_main_measures(ranked): The main metric of each version of a relation with that name.
select r.doc, r.version, r.commit, [{name: d.metric, number: v.metric, text: v.metric::varchar}] as metrics
from query_table(ranked) r
join search_index.documents d on d.doc = r.doc
join search_index.versions v on v.doc = r.doc and v.version = r.version and v.commit is not distinct from r.commit
where v.metric is not null;

-- search_version_measures(ranked, endings): The metrics that were asked for, of each version of a relation with that name.
select r.doc, r.version, r.commit, list({name: m.name, number: m.number, text: m.text} order by length(m.name), m.name, m.number) as metrics
from query_table(ranked) r
join (
    -- Not version_metrics, which would be worked out for all versions.
    select distinct f.repo, f.artifact, f.version, f.commit, m.name, m.number, m.text
    from version_measure_files f
    semi join query_table(ranked) k on k.repo = f.repo and k.artifact = f.artifact and k.version = f.version
    join metrics m on m.repo = f.repo and m.commit = f.read and m.file = f.file
    where f.role = 'metrics'
) m on m.repo = r.repo and m.artifact = r.artifact and m.version = r.version and coalesce(r.commit = m.commit, true)
where list_bool_or(list_transform(endings, lambda ending: ends_with(search_ending(m.name), ending)))
group by all;

-- search_shown_artifacts(ranked, endings): What a table shows of the artifacts of a relation with that name, in the same order.
--   ref: The artifact's name in the catalog, for the next question.
--   stages: The version in each stage that is in use.
--   metrics: The metrics that were asked for, or else the main metric, of the latest version.
select
    r.repo || ':' || r.artifact as ref, r.repo, r.artifact, r.version, r.commit, a.type, a.description, a.labels,
    d.stages, a.latest, coalesce(m.metrics, []) as metrics, r.created_at, r.updated_at, r.score, r.matched, r.doc, r.total
from query_table(ranked) r
join search_index.documents d on d.doc = r.doc
join (select repo, artifact, type, description, labels, latest from artifacts) a on a.repo = r.repo and a.artifact = r.artifact
left join search_measures(ranked, endings) m on m.doc = r.doc
order by r.place;

-- search_shown_versions(ranked, measures): What a table shows of the versions of a relation with that name, in the same order; their metrics are in another.
--   ref: The version's name in the catalog, for the next question.
--   stages: The stages that it is in, each with the version.
--   metrics: Its metrics: those that were asked for, or else the main metric.
select
    r.repo || ':' || r.artifact || '@' || r.version as ref, r.repo, r.artifact, r.version, v.commit, v.type, v.description, v.labels,
    map_from_entries(list_transform(v.stages, lambda stage: (stage, r.version))) as stages, a.latest,
    coalesce(m.metrics, []) as metrics, r.created_at, r.updated_at, r.score, r.matched, r.doc, r.total
from query_table(ranked) r
join (select repo, artifact, latest from artifacts) a on a.repo = r.repo and a.artifact = r.artifact
join (select repo, artifact, version, commit, type, description, labels, stages from versions) v
    on v.repo = r.repo and v.artifact = r.artifact and v.version = r.version and coalesce(r.commit = v.commit, true)
left join query_table(measures) m on m.doc = r.doc and m.version = r.version and m.commit is not distinct from r.commit
order by r.place;

-- search_reasons(docs, leaves): Why fields found some documents: the first of those that a query asks for, and what it is.
select f.doc, f.field, f.value
from search_unnested(leaves) l
left join stage_names n on l.name = 'stage' and search_folded(n.raw) = search_folded(l.value)
join search_index.facets f on f.field = l.name and f.key like search_pattern(l.name, coalesce(n.stage, l.value)) escape '\'
where l.kind = 'field' and not l.negated and f.doc in (select unnest(docs)::uinteger)
qualify row_number() over (partition by f.doc order by l.place, f.value) = 1;

-- search_counts(judged): How many artifacts a query finds with each value of each field. `judged` is a relation with that name: see `search_ranked`.
--   field: The field of docs/search.md.
--   value: The value as written; of several spellings, the first in the order of their characters.
--   count: How many of what is found have it.
with found as (from search_ranked(judged)),
counted as (
    select f.field, min(f.value) as value, count(distinct f.doc) as count
    from found r join search_index.facets f on f.doc = r.doc
    where f.field not in ('name', 'version')
    group by f.field, case when f.field = 'author' then f.value else f.key end
)
select c.field, c.value, c.count from counted c join search_index.fields n on n.name = c.field order by n.place, c.count desc, c.value;

-- search_version_counts(judged): How many versions a query finds with each value of each field: see `search_counts`.
with found as (from search_ranked(judged)),
own as (
    select v.* from search_index.versions v join found r on v.doc = r.doc and v.version = r.version and v.commit is not distinct from r.commit
),
counted as (
    select f.field, min(f.value) as value, count(distinct (r.doc, r.version, r.commit)) as count
    from found r join search_index.facets f on f.doc = r.doc
    where f.field not in ('name', 'version', 'stage', 'author', 'is', 'has')
    group by f.field, f.key
    union all
    select field, value, count(*) from (
        select 'stage' as field, unnest(v.stages) as value from own v
        union all
        select 'is', unnest(list_filter([
            case when v.is_latest then 'latest' end, case when v.registered then 'registered' end,
            case when not v.active then 'deregistered' end, case when v.signed then 'signed' end
        ], lambda state: state is not null)) from own v
        union all
        select 'has', role from (
            select distinct v.doc, v.version, v.commit, f.role
            from own v
            join search_index.documents d on d.doc = v.doc
            join version_measure_files f
                on f.repo = d.repo and f.artifact = d.artifact and f.version = v.version and coalesce(v.commit = f.commit, true)
                    and coalesce(f.status, 'ok') in ('ok', 'fetched')
        )
    )
    group by field, value
    union all
    select 'author', a.author, count(distinct (r.doc, r.version, r.commit))
    from found r join search_version_authors() a on a.doc = r.doc and a.version = r.version and a.commit is not distinct from r.commit
    where a.author <> ''
    group by all
)
select c.field, c.value, c.count from counted c join search_index.fields n on n.name = c.field order by n.place, c.count desc, c.value;

-- search_numbers(ending): The number by which to sort documents: that of their latest version's metric with such a name, the shortest of several.
select doc, arg_min(number, (length(name), name)) as number
from search_index.measures where kind = 'metric' and number is not null and ends_with(measures.ending, search_ending(ending))
group by doc;

-- search_version_numbers(ending): The number by which to sort versions: see `search_numbers`.
select v.doc, v.version, v.commit, arg_min(m.number, (length(m.name), m.name)) as number
from version_metrics m
join search_index.documents d on d.repo = m.repo and d.artifact = m.artifact
join search_index.versions v on v.doc = d.doc and v.version = m.version and coalesce(v.commit = m.commit, true)
where m.number is not null and ends_with(search_ending(m.name), search_ending(ending))
group by all;

-- search_near(leaves): The fields of which nothing has the text that a query asks for, each with the nearest values.
--   near: At most three values, the nearest first.
with asked as materialized (
    select place, kind, name, value, search_key(name, case when kind = 'field' then value else name end) as key
    from search_unnested(leaves)
    where kind in ('field', 'metric', 'param') and name not in ('is', 'has', 'version') and not negated
),
known as (
    select field as kind, field as name, value, key from search_index.facets
    union
    select kind, kind, name, lower(name) from search_index.measures
),
nearest as (
    select a.place, k.value,
        max(greatest(jaro_winkler_similarity(k.key, a.key), case when damerau_levenshtein(k.key, a.key) <= 1 then 0.9 else 0 end)) as likeness
    from asked a join known k on k.name = case when a.kind = 'field' then a.name else a.kind end
    group by all
)
select a.place, a.kind, a.name, a.value, coalesce(list(n.value order by n.likeness desc, n.value) filter (n.likeness > 0.8), [])[:3] as near
from asked a left join nearest n on n.place = a.place
where not exists (
    from search_index.facets f where a.kind = 'field' and f.field = a.name and f.key like search_pattern(a.name, a.value) escape '\'
) and not exists (
    from search_index.measures m where a.kind = m.kind and ends_with(m.ending, search_ending(a.name))
) and not exists (
    from stage_names s where a.name = 'stage' and search_folded(s.raw) = search_folded(a.value)
)
group by all
order by a.place;

-- search_leaves(q): A flat query as leaves; an error where it is not flat, or wrong.
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
        regexp_extract(body, '^[^":]+(?:"[^"]*")?:(>=|<=|>|<|=)?((?s).*)$', ['operator', 'value']) as said
    from bodies
),
parts as (
    select place, chunk, negated, body, unquoted, prefix,
        case when prefix = '' then '' when regexp_matches(prefix, '^(metric|param)[.]') then regexp_extract(prefix, '^([a-z]+)[.]', 1) else lower(prefix) end as field,
        replace(regexp_extract(prefix, '^(?:metric|param)[.]((?s).*)$', 1), '"', '') as measure,
        said.operator as operator,
        case when regexp_full_match(case when prefix = '' then body else said.value end, '"[^"]*"')
            then case when prefix = '' then body else said.value end[2:-2] else case when prefix = '' then body else said.value end end as value,
        regexp_full_match(case when prefix = '' then body else said.value end, '"[^"]*"') as quoted
    from named
),
known as (
    select p.*, f.choices, f.version_choices, f.of_version,
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
        when prefix = '' and not quoted and (contains(body, '"') or contains(body, ':') or regexp_matches(body, '[<>=]') or contains(rtrim(body, '*') || case when ends_with(body, '**') then '*' else '' end, '*'))
            then 'unexpected ''' || body || ''', expected a word, "a phrase", word*, or field:value'
        when prefix = '' and not regexp_matches(value, '[\p{L}\p{N}]') then 'expected a letter or digit in ''' || body || ''''
        when prefix <> '' and (value = '' or (not quoted and contains(value, '"'))) then 'expected a value behind ''' || prefix || ':'''
        when kind in ('metric', 'param') and measure = '' then 'expected a name behind ''' || field || '.'''
        when kind = 'field' and operator <> '' then field || ' is text, expected ' || field || ':value'
        when kind = 'flag' and (operator <> '' or not list_contains(list_concat(choices, coalesce(version_choices, [])), value))
            then 'unknown ' || field || ':' || value
        when kind in ('metric', 'param') and not ranged and operator <> '' and search_number(value) is null then 'expected a number behind ' || prefix || ':' || operator
        when kind = 'number' and not ranged and search_number(value) is null then 'expected a number behind ' || prefix || ':'
        when kind = 'date' and not ranged and search_start(value) is null then 'expected a date behind ' || prefix || ':'
        when kind in ('metric', 'param', 'number', 'date') and ranged and (operator <> '' or len(string_split(value, '..')) <> 2
            or list_bool_or(list_transform(string_split(value, '..'), lambda bound: bound not in ('', '*')
                and case when kind = 'date' then search_start(bound) is null else search_number(bound) is null end))
            or list_bool_and(list_transform(string_split(value, '..'), lambda bound: bound in ('', '*'))))
            then 'expected two bounds in ' || prefix || ':' || value
        when kind = 'flag' and negated and field = 'is' and value = 'version' then 'is:version is about the whole query, expected it without -'
        when kind = 'flag' and not list_contains(choices, value) and not (select coalesce(bool_or(field = 'is' and value = 'version'), false) from parts)
            then prefix || ':' || value || ' is about versions, expected is:version beside it'
    end as fault
    from known
)
select
    case when fault is not null then error(fault) else place end as place,
    case when field = 'no' then not negated else negated end as negated,
    case when kind = 'flag' then case when field = 'is' and value = 'version' then 'mode' when field = 'is' and value in ('copy', 'stale') then 'state' else 'field' end
        else kind end as kind,
    case when kind in ('metric', 'param') then measure when field = 'no' then 'has' else field end as name,
    case when kind in ('metric', 'param', 'number', 'date') then case when ranged then '..' when operator = '' then '=' else operator end else '=' end as operator,
    case when kind = 'prefix' then rtrim(value, '*') else value end as value,
    case when kind in ('word', 'prefix', 'phrase') then search_parts(value) else [] end as parts,
    coalesce(of_version, kind in ('metric', 'param')) or coalesce(list_contains(version_choices, value), false) as of_version
from checked;

-- search(q): What a flat query finds: words, `"phrases"`, `word*`, `field:value`, `field:>n`, each with a leading `-` for its opposite, all of which must hold.
--   ref: The name of the artifact, or with `is:version` of the version, for the next question.
--   stages: The version in each stage that is in use.
--   metrics: The metrics that were asked for, or else the main metric; of artifacts, those of the latest version.
--   score: How well the words fit: BM25 in millionths; 0 without words.
--   matched: `all`, or `any` where nothing has all words and these have some.
--   note: What was searched instead of words that no document has; null where all are known.
with leaves as materialized (from search_leaves(q)),
repairs as materialized (from search_repairs((
    select coalesce(list({place: place, negated: negated, kind: kind, name: name, operator: operator, value: value, parts: parts}), []) from leaves
))),
repaired as materialized (
    select l.place, l.negated, l.kind, l.name, l.operator, coalesce(r.instead, l.value) as value, case when r.instead is not null then [r.instead] else l.parts end as parts, l.of_version
    from leaves l left join repairs r on r.place = l.place
),
lists as materialized (
    select
        coalesce(bool_or(kind = 'mode'), false) as by_version,
        coalesce(list({place: place, negated: negated, kind: kind, name: name, operator: operator, value: value, parts: parts})
            filter (not of_version or not (select coalesce(bool_or(kind = 'mode'), false) from leaves)), []) as of_artifact,
        coalesce(list({place: place, negated: negated, kind: kind, name: name, operator: operator, value: value, parts: parts})
            filter (of_version and (select coalesce(bool_or(kind = 'mode'), false) from leaves)), []) as of_version,
        coalesce(list(place) filter (not negated and kind in ('word', 'prefix', 'phrase')), []) as words,
        coalesce(list(place) filter (not negated and kind not in ('word', 'prefix', 'phrase', 'mode')), []) as conditions,
        coalesce(list(place) filter (negated), []) as refused,
        coalesce(list(search_ending(name)) filter (kind = 'metric' and not negated), []) as endings,
        coalesce(bool_or(name = 'is' and value = 'deprecated'), false) as with_deprecated,
        coalesce(bool_or(name = 'is' and value = 'deregistered'), false) as with_deregistered,
        coalesce(bool_or((name = 'is' and value = 'copy') or (name in ('repo', 'org', 'host') and not negated)), false) as with_copies
    from repaired
),
hits as materialized (
    select place, doc, score from search_words((select of_artifact from lists)) where place in (select place from repaired where kind <> 'phrase')
    union all select place, doc, score from search_phrases((select of_artifact from lists))
    union all select place, doc, 0 from search_field((select of_artifact from lists))
    union all select place, doc, 0 from search_state((select of_artifact from lists))
    union all select place, doc, 0 from search_range((select of_artifact from lists))
    union all select place, doc, 0 from search_metric((select of_artifact from lists))
),
version_hits as materialized (
    select place, doc, version, commit from search_version_field((select of_version from lists))
    union all select place, doc, version, commit from search_version_range((select of_version from lists))
    union all select place, doc, version, commit from search_version_author((select of_version from lists))
    union all select place, doc, version, commit from search_version_has((select of_version from lists))
    union all select place, doc, version, commit from search_version_metric((select of_version from lists))
),
places as (
    from search_artifacts('hits', (select with_deprecated from lists), (select with_copies from lists)) where not (select by_version from lists)
    union all
    from search_versions('search_index.documents', 'hits', 'version_hits', (select with_deprecated from lists), (select with_copies from lists), (select with_deregistered from lists))
    where (select by_version from lists)
),
judged as materialized (
    select p.*,
        list_has_all(p.places, l.words) and list_has_all(p.places, l.conditions) and not list_has_any(p.places, l.refused) as all_words,
        list_has_any(p.places, l.words) and list_has_all(p.places, l.conditions) and not list_has_any(p.places, l.refused) as any_word
    from places p, lists l
),
ranked as materialized (
    select *, 0 as total, row_number() over (
        order by score desc, in_prod desc, updated_at desc nulls last, repo, artifact, version, commit
    ) as place
    from search_ranked('judged')
),
artifacts_found as (from ranked where version is null),
versions_found as (from ranked where version is not null),
version_measures as (
    from search_main_measures('versions_found') where (select len(endings) = 0 from lists)
    union all
    from search_version_measures('versions_found', (select endings from lists)) where (select len(endings) > 0 from lists)
),
shown as (
    from search_shown_artifacts('artifacts_found', (select endings from lists))
    union all
    from search_shown_versions('versions_found', 'version_measures')
)
select s.* exclude (doc, total), (select string_agg('nothing for ' || word || '; showing ' || instead, ', ' order by place) from repairs) as note
from shown s
order by s.score desc, (s.stages['prod'] is not null or s.stages['production'] is not null) desc, s.updated_at desc nulls last, s.repo, s.artifact, s.version, s.commit;
