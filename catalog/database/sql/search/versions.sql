-- Versions by their fields, dates, people, metrics and parameters.

-- internal.search_version_field(leaves): The versions whose names, stages and states are what a query asks for.
--   key: place, doc, version, commit
with asked_fields as materialized (
    select l.place, l.name, l.value, internal.search_pattern(l.name, coalesce(n.stage, l.value)) as pattern
    from internal.search_unnested(leaves) l left join stage_names n
        on l.name = 'stage' and internal.search_folded(n.raw) = internal.search_folded(l.value)
    where l.kind = 'field'
)
select a.place, v.doc, v.version, v.commit
from asked_fields a join search_index.versions v on case a.name
    when 'stage' then list_bool_or(list_transform(v.stages, lambda stage: internal.search_folded(stage) like a.pattern escape '\'))
    when 'version' then v.registered and internal.search_folded(v.version) like a.pattern escape '\'
    when 'has' then a.value = 'stage' and len(v.stages) > 0
    when 'is' then case a.value when 'latest' then v.is_latest when 'registered' then v.registered
        when 'deregistered' then not v.active when 'signed' then v.signed end
end;

-- internal.search_version_authors(): Who registered or assigned each version, with how the name or the e-mail address is compared.
--   key: doc, version, commit, author, key
select distinct d.doc, v.version, v.commit, e.author,
    unnest([internal.search_key('author', e.author), internal.search_key('author', e.author_email)]) as key
from (
    select repo, artifact, version, commit, author, author_email from versions where registered
    union
    select repo, artifact, version, commit, author, author_email from assignments
) e
join search_index.documents d on d.repo = e.repo and d.artifact = e.artifact
join search_index.versions v on v.doc = d.doc and v.version = e.version and coalesce(v.commit = e.commit, true);

-- internal.search_version_author(leaves): The versions that those registered or assigned whom a query asks for.
--   key: place, doc, version, commit
select distinct l.place, a.doc, a.version, a.commit
from internal.search_unnested(leaves) l join internal.search_version_authors() a
    on a.key like internal.search_pattern('author', l.value) escape '\'
where l.name = 'author';

-- internal.search_version_has(leaves): The versions that have the metrics, parameters and plots that a query asks for.
--   key: place, doc, version, commit
select distinct l.place, v.doc, v.version, v.commit
from internal.search_unnested(leaves) l
join version_measure_files f on f.role = l.value and not f.of_project and coalesce(f.status, 'ok') in ('ok', 'fetched')
join search_index.documents d on d.repo = f.repo and d.artifact = f.artifact
join search_index.versions v on v.doc = d.doc and v.version = f.version and coalesce(v.commit = f.commit, true)
where l.name = 'has';

-- internal.search_version_range(leaves): The versions that were registered when a query asks for it.
--   key: place, doc, version, commit
select l.place, v.doc, v.version, v.commit
from internal.search_unnested(leaves) l
join search_index.versions v
    on case l.name when 'updated' then v.updated_at else v.created_at end >= internal.search_from(l.operator, l.value)
    and case l.name when 'updated' then v.updated_at else v.created_at end < internal.search_until(l.operator, l.value)
where l.kind = 'date';

-- internal.search_version_metric(leaves): The versions that have the metrics and parameters that a query asks for.
--   key: place, doc, version, commit
with asked_measures as materialized (from internal.search_measured(leaves)),
measures as (
    select a.place, m.repo, m.artifact, m.version, m.commit
    from asked_measures a join version_metrics m on a.kind = 'metric' and ends_with(internal.search_ending(m.name), a.ending)
    where not m.of_project and (m.number between a.least and a.most or internal.search_key('text', m.text) like a.pattern escape '\')
    union all
    select a.place, p.repo, p.artifact, p.version, p.commit
    from asked_measures a join version_params p on a.kind = 'param' and ends_with(internal.search_ending(p.name), a.ending)
    where not p.of_project and (p.number between a.least and a.most or internal.search_key('text', p.text) like a.pattern escape '\')
)
select distinct m.place, v.doc, v.version, v.commit
from measures m
join search_index.documents d on d.repo = m.repo and d.artifact = m.artifact
join search_index.versions v on v.doc = d.doc and v.version = m.version and coalesce(v.commit = m.commit, true);

-- internal.search_version_numbers(ending): The number by which to sort versions: see `search_numbers`.
--   key: doc, version, commit
select v.doc, v.version, v.commit, arg_min(m.number, (length(m.name), m.name)) as number
from version_metrics m
join search_index.documents d on d.repo = m.repo and d.artifact = m.artifact
join search_index.versions v on v.doc = d.doc and v.version = m.version and coalesce(v.commit = m.commit, true)
where m.number is not null and not m.of_project and ends_with(internal.search_ending(m.name), internal.search_ending(ending))
group by all;
