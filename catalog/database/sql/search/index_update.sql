-- How the search index is brought up to date: what changed is deleted and indexed again.

-- add_field: One row of `fields`.
insert into search_index.fields values ($1, $2, $3, $4, $5, $6, $7, $8);

-- mark_changed: Marks the given repositories to be indexed again.
insert into search_index.changed select unnest($1);

-- mark_all: Marks all repositories.
insert into search_index.changed select distinct repo from artifacts;

-- delete_facets: Deletes the facets of these repositories' documents.
delete from search_index.facets where doc in (select doc from search_index.documents semi join search_index.changed using (repo));

-- delete_measures: Deletes the measures of these documents.
delete from search_index.measures where doc in (select doc from search_index.documents semi join search_index.changed using (repo));

-- delete_versions: Deletes the versions of these documents.
delete from search_index.versions where doc in (select doc from search_index.documents semi join search_index.changed using (repo));

-- delete_lengths: Deletes the lengths of these documents.
delete from search_index.lengths where doc in (select doc from search_index.documents semi join search_index.changed using (repo));

-- delete_documents: Deletes these documents.
delete from search_index.documents where repo in (from search_index.changed);

-- find_subjects: The artifacts to index, each with the commit and the place by which its card, licence and owners are found: those of its
--     latest version, or else of the tip.
-- No number is reused while postings of its former document are left.
create or replace temp table subjects as
with used_numbers as (
    select max(doc) as last from search_index.documents
    union all select max(doc) from search_index.postings
    union all select max(doc) from search_index.recent
)
select
    (select coalesce(max(last), 0) from used_numbers) + row_number() over (order by a.repo, a.artifact) as doc,
    a.repo, a.artifact, a.folder, a.name, a.type, a.description, a.labels, a.registered, a.active, a.versions, a.created_at, a.updated_at,
    l.version, l.commit, coalesce(l.revision, l.commit, t.commit) as reading,
    coalesce(l.file, t.file) as file, coalesce(l.path, t.path) as path,
    case when l.annotated_at is not null then l.meta else t.meta end as meta,
    internal.place_near(coalesce(l.file, t.file), a.path) as home
from artifacts a
semi join search_index.changed n on n.repo = a.repo
left join (from versions where is_latest) l on l.repo = a.repo and l.artifact = a.artifact
left join tip_annotations t on t.repo = a.repo and t.artifact = a.artifact;

-- find_cards: The card or README nearest above each of them.
create or replace temp table nearest_cards as
select s.doc, s.repo, s.reading, nearest.file, count(*) over (partition by s.repo, s.reading, nearest.file) as artifacts
from (
    select s.doc, s.repo, s.reading, arg_max({file: c.file}, (len(c.folder), c.is_model_card, c.file)) as nearest
    from subjects s
    join (select repo, commit, folder, is_model_card, file from cards) c
        on c.repo = s.repo and c.commit = s.reading and (c.folder = '' or starts_with(s.home, c.folder || '/'))
    group by all
) s;

-- find_metrics: The metrics of their versions, not those of their projects. The rows to read are selected by their numbers first: they
--     are few of many, and reading any other column would scan all rows.
create or replace temp table subject_metrics as
with changed as materialized (
    select repo, commit, file, name, number, text from metrics
    where rowid in (select rowid from metrics semi join search_index.changed using (repo))
)
select s.doc, f.version, f.commit, m.file, m.name, m.number, m.text,
    coalesce(f.version = s.version and f.commit = s.commit, false) as of_latest
from subjects s
join version_measure_files f on f.repo = s.repo and f.artifact = s.artifact and f.role = 'metrics' and not f.of_project
join changed m on m.repo = f.repo and m.commit = f.read and m.file = f.file;

-- find_measures: The metrics and parameters of their latest versions.
create or replace temp table subject_measures as
select distinct 'metric' as kind, name, number, text, doc from subject_metrics where of_latest and name <> ''
union
select 'param', p.name, p.number, p.text, w.doc
from (
    select s.doc, f.repo, f.read, f.file, f.metafile
    from subjects s
    join version_measure_files f on f.repo = s.repo and f.artifact = s.artifact and f.version = s.version and f.commit = s.commit
    where f.role = 'params' and not f.of_project
) w
join params p on p.repo = w.repo and p.commit = w.read and p.file = w.file
    and w.metafile = coalesce(
        internal.pipeline_file(p.metafile),
        coalesce(nullif(p.dvc_root, '') || '/', '') || 'dvc.yaml'
    )
qualify row_number() over (partition by w.doc, p.file, p.name order by p.locked, p.pipeline_stage nulls first, p.metafile) = 1;

-- add_measures: Adds them to the index.
insert into search_index.measures
select kind, name, internal.search_ending(name), number, case when number is null then "text" end,
    case when number is null then internal.search_key('text', "text") end, doc
from subject_measures order by kind, name, doc, number, "text";

-- add_documents: The artifacts become documents. The main metric is one whose direction is known, by `metric_rank`.
insert into search_index.documents
select
    s.doc, s.repo, s.artifact, s.active, false, coalesce(a.in_prod, false), s.versions, coalesce(a.stages, map {}),
    m.metric, c.file, case when c.file is not null then s.reading end, greatest(512, 65536 // c.artifacts), s.created_at, s.updated_at
from subjects s
left join (
    select repo, artifact, map_from_entries(list((stage, version) order by stage)) as stages,
        bool_or(stage in ('prod', 'production')) as in_prod
    from assignments semi join search_index.changed using (repo)
    where rank = 1
    group by all
) a on a.repo = s.repo and a.artifact = s.artifact
left join nearest_cards c on c.doc = s.doc
left join (
    select n.doc, arg_min(n.name, k.rank) as metric
    from subject_measures n
    join (
        select name, internal.metric_rank(name, direction) as rank, direction
        from (select distinct name, direction from metric_names semi join search_index.changed using (repo))
    ) k on k.name = n.name and k.direction is not null
    where n.kind = 'metric' and n.number is not null
    group by all
) m on m.doc = s.doc
order by s.doc;

-- add_versions: Adds their versions.
insert into search_index.versions
select
    s.doc, v.version, case when not v.registered or count(*) over (partition by s.doc, v.version) > 1 then v.commit end,
    v.active, v.registered, v.is_latest, v.signed is not null, v.stages, v.activated_at, v.created_at, n.number
from versions v join subjects s on s.repo = v.repo and s.artifact = v.artifact
left join (
    select m.doc, m.version, m.commit, arg_min(m.number, m.file) as number
    from search_index.documents d
    join subject_metrics m on m.doc = d.doc and m.name = d.metric
    where m.number is not null
    group by all
) n on n.doc = s.doc and n.version = v.version and n.commit = v.commit
order by s.doc, v.precedence, v.commit;

-- add_facets: Adds the values of their fields.
insert into search_index.facets
with surroundings as (
    select
        s.doc, s.artifact, s.home, c.file as card,
        k.library, k.task, coalesce(k.licence_name, k.licence) as card_licence,
        (
            select arg_max({spdx: l.spdx}, (len(l.folder), l.spdx is not null, l.file)).spdx from licences l
            where l.repo = s.repo and l.commit = s.reading and (l.folder = '' or starts_with(s.home, l.folder || '/'))
        ) as licence
    from subjects s
    left join nearest_cards c on c.doc = s.doc
    left join (select repo, commit, file, library, task, licence, licence_name from cards) k
        on k.repo = s.repo and k.commit = s.reading and k.file = c.file
),
owners as (
    select s.doc, unnest(o.owners) as owner
    from subjects s join code_owners o on o.repo = s.repo and o.commit = s.reading and list_contains(o.artifacts, s.artifact)
    union all
    select doc, meta['owner'] from subjects
),
changed_events as materialized (
    select repo, artifact, event, author, author_email from events
    where rowid in (select rowid from events semi join search_index.changed using (repo))
),
authors as (
    select distinct s.doc, e.author, e.author_email
    from changed_events e join subjects s on s.repo = e.repo and s.artifact = e.artifact
    where e.event in ('registration', 'assignment')
),
-- CODEOWNERS may name a person by an address; the name is that in the repository's tags. What masks addresses leaves `@` or `e-mail:`.
named_owners as (
    select o.doc, p.name, o.owner as address
    from owners o join subjects s using (doc)
    join (
        select repo, author_email, min(author) as name from changed_events where author <> '' group by repo, author_email
    ) p on p.repo = s.repo and p.author_email = o.owner
    where regexp_matches(o.owner, '.@|^e-mail:')
),
stated_values as (
    select doc, 'name' as field, artifact as value from subjects
    union all select doc, 'repo', repo from subjects
    union all select doc, 'host', internal.host_of(repo) from subjects
    union all select doc, 'org', unnest(internal.search_orgs(repo)) from subjects
    union all select doc, 'type', type from subjects
    union all select doc, 'label', unnest(labels) from subjects
    union all select doc, 'stage', unnest(map_keys(stages)) from search_index.documents semi join subjects using (doc)
    union all select doc, 'owner', owner from owners o
        where not exists (from named_owners n where n.doc = o.doc and n.address = o.owner)
    union all select doc, 'owner', name from named_owners
    union all select doc, 'author', author from authors
    union all select doc, 'framework', library from surroundings
    union all select doc, 'framework', meta['framework'] from subjects
    union all select s.doc, 'framework', m.framework
        from mlem_objects m join subjects s on s.repo = m.repo and s.reading = m.commit and m.name = regexp_replace(s.home, '[.]mlem$', '')
    union all select doc, 'licence', card_licence from surroundings
    union all select doc, 'licence', licence from surroundings
    union all select doc, 'task', task from surroundings
    union all select s.doc, 'version', v.version
        from versions v join subjects s on s.repo = v.repo and s.artifact = v.artifact where v.registered and v.active
    union all select doc, 'is', 'registered' from subjects where registered
    union all select doc, 'is', 'deprecated' from subjects where not active
    union all select doc, 'has', 'card' from surroundings where card is not null
    union all select doc, 'has', 'description' from subjects where description <> ''
    union all select doc, 'has', 'version' from subjects where versions > 0
    union all select doc, 'has', case kind when 'metric' then 'metrics' else 'params' end from subject_measures
    union all select s.doc, 'has', 'plots'
        from version_measure_files f
        join subjects s on s.repo = f.repo and s.artifact = f.artifact and s.version = f.version and s.commit = f.commit
        where f.role = 'plots' and not f.of_project and coalesce(f.status, 'ok') in ('ok', 'fetched')
),
facet_values as (
    select doc, field, value, internal.search_key(field, value) as key from stated_values where value <> ''
    union
    select doc, field, author, internal.search_key(field, author_email) from (select *, 'author' as field from authors) where author <> ''
    union
    select doc, field, name, internal.search_key(field, unnest([address] || string_split(name, ' ')))
    from (select *, 'owner' as field from named_owners)
    union
    select doc, 'has', field, field from stated_values
    where value <> '' and field in ('type', 'label', 'stage', 'owner', 'framework', 'licence', 'task')
)
select field, value, key, doc from facet_values order by field, value, key, doc;

-- mark_copies: Which documents are those of another repository, too, may change without a change of their own.
update search_index.documents d set copied = not copied
where copied <> internal.is_copied(d.repo, d.artifact);

-- delete_changed: Deletes the marks.
delete from search_index.changed;

-- drop_subjects: Drops a temporary table of this update.
drop table subjects;

-- drop_cards: As above.
drop table nearest_cards;

-- drop_metrics: As above.
drop table subject_metrics;

-- drop_measures: As above.
drop table subject_measures;

-- drop_texts: As above.
drop table subject_texts;

-- drop_words: As above.
drop table subject_words;
