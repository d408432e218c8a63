-- What the lists of the static site are made of, and its search: columns for facets, and the words of the search index. Rows are named by
-- their place in the list, since numbers of documents differ between two builds of one catalog.

-- internal.site_places(): The place of each artifact in the list, from 0: the last touched first.
--   key: doc
select doc, repo, artifact, (row_number() over (order by updated_at desc nulls last, repo, artifact) - 1)::integer as place
from search_index.documents;

-- internal.site_models(): Every artifact for the list, in its order, with its main metric: that which `search` shows.
--   key: repo, artifact
--   team: See `internal.team_of`.
--   copied: Another repository has it, too, and is where it is from.
--   stages: The version in each stage that is in use, with its main metric.
--   number: The main metric of the latest version.
--   numbers: The main metric of the last versions that have it, in the order of versions.
--   length: How many words it has, by their weight: see `search_index.lengths`.
with measured as (
    select s.doc, s.version, s.metric, s.is_latest, v.precedence
    from search_index.versions s
    join search_index.documents d on d.doc = s.doc
    join (select repo, artifact, version, commit, precedence from versions) v
        on v.repo = d.repo and v.artifact = d.artifact and v.version = s.version and coalesce(s.commit = v.commit, true)
    where s.metric is not null and s.active
),
series as (
    select doc, list(metric order by precedence nulls first, version)[-16:] as numbers, any_value(metric) filter (is_latest) as number
    from measured group by doc
),
placed_stages as (
    select doc, list({stage: stage, version: version, rank: n.rank, number: number} order by n.rank, stage) as stages
    from (
        select d.doc, unnest(map_keys(d.stages)) as stage, unnest(map_values(d.stages)) as version from search_index.documents d
    )
    left join (select stage, min(rank) as rank from stage_names group by stage) n using (stage)
    left join (select doc, version, any_value(metric) as number from measured group by doc, version) using (doc, version)
    group by doc
)
select
    d.repo, d.artifact, a.folder, a.name, internal.team_of(d.repo) as team, a.type, a.description, d.active, d.copied, d.in_prod,
    coalesce(r.stale, false) as stale, a.latest, d.versions::bigint as versions, d.created_at, d.updated_at,
    coalesce(t.stages, []) as stages,
    d.metric, m.direction, s.number, s.numbers, coalesce(l.length, 0)::bigint as length
from internal.site_places() p
join search_index.documents d on d.doc = p.doc
join (select repo, artifact, folder, name, type, description, latest from artifacts) a on a.repo = d.repo and a.artifact = d.artifact
left join (select repo, stale from repos) r on r.repo = d.repo
left join metric_names m on m.repo = d.repo and m.name = d.metric
left join series s on s.doc = d.doc
left join placed_stages t on t.doc = d.doc
left join search_index.lengths l on l.doc = d.doc
order by p.place;

-- internal.site_facets(some_fields): The values of fields, each with the places of those that have it.
--   key: field, value
--   keys: How it is compared, where that does not follow from the value: see `internal.search_key`.
--   places: In order.
select f.field, f.value, list(distinct f.key order by f.key) filter (f.key <> internal.search_key(f.field, f.value)) as keys,
    list(distinct p.place order by p.place) as places
from search_index.facets f join internal.site_places() p on p.doc = f.doc
where list_contains(some_fields::varchar[], f.field)
group by f.field, f.value
order by f.field, f.value;

-- internal.site_word_counts(): How many entries the words with the same beginning have, of at most three characters.
--   key: beginning
select left(term, 3) as beginning, count(*) as entries
from (select term, doc from search_index.postings union all select term, doc from search_index.recent)
semi join search_index.lengths using (doc)
group by all order by all;

-- internal.site_address_pattern() [scalar]: What an e-mail address looks like; `catalog/privacy/emails.py` knows it better, and masks
--     fewer.
'[\p{L}\p{N}_.+%''-]+@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}';

-- internal.site_words_of(a_text) [scalar]: The words by which search finds a text: see `find_words`.
list_distinct(list_concat(
    regexp_extract_all(strip_accents(lower(a_text)), '[\p{L}\p{N}]+'), internal.search_parts(a_text),
    string_split(internal.search_normal(internal.search_spaced(a_text)), ' ')
));

-- internal.site_address_words(): The words that an artifact has in e-mail addresses alone: they are not published, since they would tell
--     whose address it is.
--   key: place, term
with texts as (
    select p.place, t.text
    from internal.search_texts((select coalesce(list(doc), []) from search_index.documents)) t
    join internal.site_places() p on p.doc = t.doc
),
addressed as materialized (
    select place, text from texts where place in (select place from texts where regexp_matches(text, internal.site_address_pattern()))
)
select place, unnest(internal.site_words_of(array_to_string(regexp_extract_all(text, internal.site_address_pattern()), ' '))) as term
from addressed
except
select place, unnest(internal.site_words_of(regexp_replace(text, internal.site_address_pattern(), ' ', 'g'))) from addressed;

-- internal.site_words(): Every word that search finds, each with the places of those that have it, and how often by weight.
--   key: term
--   documents: How many have it.
--   entries: For each, how much greater its place is than that before, and behind a colon how often it has the word, unless once.
with hits as (
    select w.term, p.place, w.frequency, p.place - coalesce(lag(p.place) over (partition by w.term order by p.place), 0) as step
    from (from search_index.postings union all from search_index.recent) w
    join internal.site_places() p on p.doc = w.doc
    anti join internal.site_address_words() a on a.place = p.place and a.term = w.term
)
select term, count(*) as documents,
    string_agg(step || case frequency when 1 then '' else ':' || frequency end, ' ' order by place) as entries
from hits group by term order by term;

-- internal.site_text_sizes(): How long the texts of each repository are in which search finds words and phrases.
--   key: repo
--   characters: The number of their characters.
--   digest: A number that changes with any of them, but not with an e-mail address.
select d.repo, sum(length(t.text))::bigint as characters, sum(md5_number_lower(
    concat_ws(chr(0), d.artifact, t.field,
        case when contains(t.text, '@') then regexp_replace(t.text, internal.site_address_pattern(), ' ', 'g') else t.text end)
)) as digest
from internal.search_texts((select coalesce(list(doc), []) from search_index.documents)) t
join search_index.documents d on d.doc = t.doc
group by d.repo
order by d.repo;

-- internal.site_phrase_texts(some_repos): The texts in which search finds phrases, of some repositories. What stands on either side of an
--     e-mail address is a text by itself, without the address.
--   key: repo, artifact, split, whole
--   split: Its words, split wherever one ends: of `ResNet50` `res net 50`.
--   whole: Its words as written: `resnet50`.
with chosen as materialized (
    select doc, repo, artifact from search_index.documents where repo in (select unnest(some_repos::varchar[]))
),
texts as (
    select doc, unnest(
        case when contains(text, '@') then regexp_split_to_array(text, internal.site_address_pattern()) else [text] end
    ) as text
    from internal.search_texts((select coalesce(list(doc), []) from chosen))
)
select distinct c.repo, c.artifact, internal.search_normal(internal.search_split(t.text)) as split, internal.search_normal(t.text) as whole
from texts t join chosen c on c.doc = t.doc
where regexp_matches(t.text, '[\p{L}\p{N}]')
order by all;

-- internal.site_language(): What a query may ask: the fields, in the order of docs/search.md.
--   key: name
--   kind: `text`, `number`, `date` or `flag`.
--   choices: The only values of a flag.
--   version_choices: Those of a flag of versions.
select name, kind, choices, version_choices from search_index.fields order by place;

-- internal.site_former_names(): The former names of repositories that have artifacts.
--   key: former, repo
select distinct former, repo from renames semi join original_artifacts using (repo) where former <> repo order by former, repo;

-- internal.site_stage_names(): The other names of stages, as repos.toml has them.
--   key: raw, stage
select distinct raw, stage from stage_names where raw <> stage order by raw, stage;

-- internal.site_last_component(an_ending) [scalar]: What stands behind the last dot of a measure's name, by which files of measures are
--     named; of a name that ends in one, `_`.
coalesce(nullif(regexp_extract(an_ending, '[^.]*$'), ''), '_');

-- internal.site_measure_counts(): How many entries the measures have whose last component has the same beginning, of at most three
--     characters.
--   key: beginning
select left(internal.site_last_component(ending), 3) as beginning, count(*) as entries
from search_index.measures group by all order by all;

-- internal.site_measures(): Every metric and parameter of latest versions, each with the places of those that have it: numbers and texts.
--   key: kind, name
--   component: The last component of its name, in lower case.
--   numbered: Those that have it as a number, and in `numbers` which.
--   worded: Those that have it as a text, and in `texts` which.
select
    m.kind, m.name, internal.site_last_component(any_value(m.ending)) as component,
    coalesce(list(p.place order by p.place, m.number) filter (m.number is not null), []) as numbered,
    coalesce(list(m.number order by p.place, m.number) filter (m.number is not null), []) as numbers,
    coalesce(list(p.place order by p.place, m.text) filter (m.number is null), []) as worded,
    coalesce(list(m.text order by p.place, m.text) filter (m.number is null), []) as texts
from search_index.measures m join internal.site_places() p on p.doc = m.doc
group by m.kind, m.name
order by m.kind, m.name;

-- internal.site_lower_endings(): Of the names of metrics, whole, from behind a dot or slash, and each in lower case, those that are better
--     when lower: what a page sorts by as `catalog search` does.
--   key: ending
with names as (select distinct name from search_index.measures where kind = 'metric' and number is not null),
endings as (
    select unnest(list_transform(
        list_filter(range(0, length(name)), lambda place: place = 0 or name[place] in ('.', '/')), lambda place: name[place + 1:]
    )) as ending
    from names
),
spelled as (select ending from endings union select lower(ending) from endings)
select ending from spelled where (select direction from internal.metric_direction(ending)) = 'lower' order by ending;
