-- The words of what is indexed again, in a sorted base and a small delta beside it: see docs/decisions/14-search.md.

-- find_texts: The texts of these artifacts, with what in them consists of several words without a space between them.
create or replace temp table subject_texts as
select *, internal.search_compounds(text) as compounds
from internal.search_texts((select coalesce(list(doc), []) from subjects));

-- find_words: The terms of these texts, and how often each artifact has them, by weight: words, once in each text the parts of compounds,
--     and names and labels whole. Names of authors count nothing in `length`: of what many registered, other words are worth as much.
create or replace temp table subject_words as
select term, doc, least(sum(weight), 65535)::usmallint as frequency,
    least(coalesce(sum(weight) filter (field <> 'author'), 0), 65535) as length
from (
    select doc, field, weight, unnest(regexp_extract_all(strip_accents(lower(text)), '[\p{L}\p{N}]+')) as term from subject_texts
    union all
    select doc, field, weight, unnest(list_distinct(list_concat(
        internal.search_parts(compounds), string_split(internal.search_normal(internal.search_spaced(compounds)), ' ')
    )))
    from subject_texts where compounds <> ''
    union all
    select doc, field, weight, internal.search_joined(regexp_extract(text, '[^:]*$')) from subject_texts where field in ('name', 'label')
)
where length(term) between 1 and 40
group by all;

-- add_lengths: Adds the lengths of their texts.
insert into search_index.lengths select doc, count(*), sum(length) from subject_words group by doc order by doc;

-- add_base: Adds the terms as the base of an index that is built from nothing.
insert into search_index.postings select term, doc, frequency from subject_words order by term, doc;

-- add_recent: Adds the terms to the delta.
insert into search_index.recent select term, doc, frequency from subject_words order by term, doc;

-- add_terms: Adds new terms to the list.
insert into search_index.terms select distinct term from subject_words anti join search_index.terms using (term) order by term;

-- staleness: How much of the base is gone or lies in the delta, as a fraction of the base.
select (recent + (base + recent - live)) / greatest(base, 1)
from (select count(*) as base from search_index.postings), (select count(*) as recent from search_index.recent),
    (select coalesce(sum(terms), 0) as live from search_index.lengths);

-- merge_postings: Merges the delta into the base, without deleted documents.
create or replace table search_index.postings as
select term, doc, frequency from (from search_index.postings union all from search_index.recent)
semi join search_index.documents using (doc)
order by term, doc;

-- merge_terms: Sorts the terms again.
create or replace table search_index.terms as select distinct term from search_index.postings order by term;

-- empty_recent: Empties the delta.
delete from search_index.recent;
