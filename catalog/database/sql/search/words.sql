-- Documents by their words, ranked with BM25, and the repair of misspelt words.

-- internal.search_unnested(leaves): The leaves as rows.
--   key: place
select leaf.* from (
    select unnest(leaves::struct(place integer, negated boolean, kind varchar, name varchar, operator varchar, value varchar,
        parts varchar[])[]) as leaf
);

-- internal.search_texts(docs): The texts of some documents by which words find them, and how much each counts.
--   doc: The document: see `search_index.documents`.
--   field: What the text is: `name`, `label`, `description`, `repo`, `card`, or a field of `search_index.facets`.
--   weight: How much a word in it counts.
with chosen as materialized (
    from search_index.documents semi join (select unnest(docs)::uinteger as doc) using (doc)
)
select doc, entry.field, entry.weight, entry.text
from (
    select c.doc, unnest(list_concat(
        [{field: 'name', weight: 8, text: a.artifact}, {field: 'description', weight: 3, text: a.description},
         {field: 'repo', weight: 3, text: coalesce(nullif(regexp_replace(a.repo, '^[^/]*/', ''), ''), a.repo)}],
        list_transform(a.labels, lambda label: {field: 'label', weight: 4, text: label})
    )) as entry
    from chosen c join (select repo, artifact, description, labels from artifacts) a on a.repo = c.repo and a.artifact = c.artifact
)
where entry.text is not null
union all
-- Of persons the names, of which there are several rows: their addresses are asked by `owner` and `author` alone.
select distinct doc, field, 2, value from search_index.facets semi join chosen using (doc)
where field in ('type', 'owner', 'author', 'framework', 'licence', 'task')
union all
select s.doc, 'card', 1, left(c.text, s.characters)
from chosen s join (select repo, commit, file, text from cards) c on c.repo = s.repo and c.commit = s.reading and c.file = s.card;

-- internal.search_words(leaves): The documents that have the words of a query, each with its score: BM25 (k1 1.2, b 0.75) over weighted
--     fields, in millionths.
--   key: place, doc
-- A word is found whole or by all of its parts, and a phrase by its words, each of which counts once. The score is a whole number, so that
-- the order of a sum does not change it.
--   place: The leaf's place in the query.
--   doc: The document: see `search_texts`.
with words as materialized (
    select place, kind, case kind when 'phrase' then list_distinct(parts) else parts end as parts
    from internal.search_unnested(leaves) where kind in ('word', 'prefix', 'phrase') and len(parts) > 0
),
alternatives as materialized (
    select place, 1 as way, 1 as parts, array_to_string(parts, '') as term, kind = 'prefix' as begins from words where kind <> 'phrase'
    union all
    select place, 2, len(parts), unnest(parts), kind = 'prefix' and unnest(range(1, len(parts) + 1)) = len(parts)
    from words where len(parts) > 1 or kind = 'phrase'
),
terms as (
    select place, way, parts, term as part, term from alternatives where not begins
    union all
    select w.place, w.way, w.parts, w.term, t.term from alternatives w join search_index.terms t on starts_with(t.term, w.term)
    where w.begins
),
corpus as (
    select count(*)::double as documents, avg(length) as mean from search_index.lengths
),
matches as (
    select t.*, p.doc, p.frequency, l.length
    from terms t
    join (from search_index.postings union all from search_index.recent) p on p.term = t.term
    join search_index.lengths l on l.doc = p.doc
),
scored as (
    select h.place, h.way, h.parts, h.part, h.doc,
        max((1e6 * ln(1 + (c.documents - h.held_by + 0.5) / (h.held_by + 0.5))
            * h.frequency * 2.2 / (h.frequency + 1.2 * (0.25 + 0.75 * h.length / c.mean)))::bigint) as score
    from (select *, count(*) over (partition by place, way, part, term) as held_by from matches) h, corpus c
    group by h.place, h.way, h.parts, h.part, h.doc
)
select place, doc, max(score) as score from (
    select place, way, doc, sum(score)::bigint as score from scored group by place, way, doc, parts having count(*) = parts
)
group by place, doc;

-- internal.search_phrases(leaves): The documents that have the words of a query's phrases one after the other, each with its score: see
--     `search_words`.
--   key: place, doc
-- The index has no positions of words: the texts of documents with all words of a phrase are read again.
with word_hits as materialized (
    from internal.search_words(leaves)
),
asked_phrases as (
    select place, ' ' || array_to_string(parts, ' ') || ' ' as split, ' ' || internal.search_normal(value) || ' ' as whole
    from internal.search_unnested(leaves) where kind = 'phrase'
),
texts as (
    select doc, ' ' || internal.search_normal(internal.search_split(text)) || ' ' as split,
        ' ' || internal.search_normal(text) || ' ' as whole
    from internal.search_texts((select coalesce(list(distinct doc), []) from word_hits semi join asked_phrases using (place)))
)
select place, doc, any_value(score) as score
from word_hits join asked_phrases using (place) join texts using (doc)
where contains(texts.split, asked_phrases.split) or contains(texts.whole, asked_phrases.whole)
group by place, doc;

-- internal.search_repairs(leaves): The words of a query that no document has, each with the nearest term: the fewest edits away, the
--     likeliest, the commonest. Names of metrics and parameters are no misspelt words.
--   key: place
--   place: The leaf's place in the query.
--   word: The word as written.
--   instead: The term.
with words as materialized (
    select place, value as word, array_to_string(parts, '') as whole, parts
    from internal.search_unnested(leaves) where kind = 'word' and not negated
),
asked_terms as (
    select distinct unnest([whole] || parts) as term from words
),
known_terms as materialized (
    select distinct term from (from search_index.postings union all from search_index.recent)
    semi join asked_terms using (term) semi join search_index.lengths using (doc)
),
unknown_words as materialized (
    select * from words
    where length(whole) between 3 and 40 and whole not in (from known_terms)
        and not list_has_all((select coalesce(list(term), []) from known_terms), parts)
        and not exists (from search_index.measures m where ends_with(m.ending, internal.search_ending(words.word)))
),
likely_terms as materialized (
    select u.place, u.word, t.term, damerau_levenshtein(t.term, u.whole) as edits, jaro_winkler_similarity(t.term, u.whole) as likeness
    from unknown_words u
    join search_index.terms t on abs(length(t.term) - length(u.whole)) <= 2 and jaro_winkler_similarity(t.term, u.whole) > 0.8
    where damerau_levenshtein(t.term, u.whole) <= case when length(u.whole) <= 5 then 1 else 2 end
)
select l.place, l.word, l.term as instead
from likely_terms l
join (
    select term, count(*) as docs from (from search_index.postings union all from search_index.recent)
    semi join likely_terms using (term) semi join search_index.documents using (doc) group by all
) d using (term)
qualify row_number() over (partition by l.place order by l.edits, l.likeness desc, d.docs desc, l.term) = 1
order by l.place;
