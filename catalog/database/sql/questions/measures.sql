-- Metrics, parameters, experiments and releases: `catalog metrics`, `params`, `diff`, `experiments`, `releases`.

-- internal.list_metrics(a_repo, an_artifact, a_version, a_commit): The metrics of an artifact's versions, the highest version first; or of
--     one version.
--   key: repo, artifact, version, commit, file, name
--   ref: The version's name in the catalog: `host/owner/name:artifact@version`.
--   direction: `higher` or `lower`: what is better; null where it is unknown.
select m.* exclude (precedence), d.direction
from version_metrics m left join metric_names d on d.repo = m.repo and d.name = m.name
where m.repo = a_repo and m.artifact = an_artifact
    and (a_version::varchar is null or m.version = a_version) and (a_commit::varchar is null or m.commit = a_commit)
order by m.precedence desc nulls last, m.version desc, m.commit, m.file, m.name;

-- internal.list_params(a_repo, an_artifact, a_version, a_commit): The parameters of an artifact's versions, the highest version first; or
--     of one version.
--   key: repo, artifact, version, commit, file, name
select p.* exclude (precedence)
from version_params p
where p.repo = a_repo and p.artifact = an_artifact
    and (a_version::varchar is null or p.version = a_version) and (a_commit::varchar is null or p.commit = a_commit)
order by p.precedence desc nulls last, p.version desc, p.commit, p.file, p.name;

-- internal.list_unread(a_repo, an_artifact, a_version, a_commit, a_role): The files with metrics, params or plots that could not be read,
--     and why.
--   key: repo, artifact, version, commit, file
select repo || ':' || artifact || '@' || version as ref, repo, artifact, version, commit, file, status
from version_measure_files
where repo = a_repo and artifact = an_artifact and role = a_role and status not in ('ok', 'fetched')
    and (a_version::varchar is null or version = a_version) and (a_commit::varchar is null or commit = a_commit)
-- A file that several metafiles name could not be read once.
group by repo, artifact, version, commit, precedence, file, status
order by precedence desc nulls last, version desc, commit, file;

-- internal.list_compared(some_repos, some_artifacts, some_versions, some_commits, a_baseline): Versions beside each other, one row for
--     each thing said about each.
--   key: place, what, name
--   place: The version's place among those asked for, from 1.
--   what: `version`, `metric` or `param`.
--   name: The metric or parameter, with its file before it where a version has several of that name.
--   delta: How far the number is from that of the version whose place is `a_baseline`.
--   best: No other version has a better number, among those whose metrics are of the run that made them (see `mixed_runs`), and of the
--     artifact rather than of its project; null where nothing says what is better, or all are equal.
--   of_project: It is of the project, not of this artifact: see `version_measure_files`.
--   differs: The versions do not all say the same.
with asked_versions as (
    select unnest(some_repos::varchar[]) as repo, unnest(some_artifacts::varchar[]) as artifact,
        unnest(some_versions::varchar[]) as version, unnest(some_commits::varchar[]) as commit,
        generate_subscripts(some_repos::varchar[], 1) as place
),
mixed as materialized (
    select repo, artifact, version, commit, other_inputs from mixed_runs
    where list_contains(some_repos::varchar[], repo) and list_contains(some_commits::varchar[], commit)
),
uncompared as materialized (
    select distinct f.repo, f.artifact, f.version, f.commit
    from version_files f join uncompared_locks n
        on n.repo = f.repo and n.commit = f.revision and n.file = internal.pipeline_file(f.metafile)
            and n.pipeline_stage = f.pipeline_stage
    where list_contains(some_repos::varchar[], f.repo) and list_contains(some_commits::varchar[], f.commit)
),
facts as (
    select a.place, unnest([
        {rank: 1, name: 'registered', text: strftime(v.created_at, '%Y-%m-%d %H:%M'), number: null::double},
        {rank: 2, name: 'stages', text: nullif(list_aggregate(v.stages, 'string_agg', ', '), ''), number: null},
        {rank: 3, name: 'bytes', text: f.status, number: null},
        {rank: 4, name: 'hash', text: f.hash, number: null},
        {rank: 5, name: 'size', text: f.size::varchar, number: f.size},
        {rank: 6, name: 'runs', number: null, text:
            case when x.other_inputs then 'other inputs' when x.repo is not null then 'different'
                when n.repo is not null then 'not all compared' end}
    ]) as fact
    from asked_versions a
    join versions v on v.repo = a.repo and v.artifact = a.artifact and v.version = a.version and v.commit = a.commit
    left join version_files f on f.repo = a.repo and f.artifact = a.artifact and f.version = a.version and f.commit = a.commit
    left join mixed x on x.repo = a.repo and x.artifact = a.artifact and x.version = a.version and x.commit = a.commit
    left join uncompared n on n.repo = a.repo and n.artifact = a.artifact and n.version = a.version and n.commit = a.commit
),
-- Filters on these views: a join alone would compute them for every version.
wanted_measures as (
    select repo, artifact, version, commit, 'metric' as what, file, name, number, text, kind, of_project from version_metrics
    where list_contains(some_repos::varchar[], repo) and list_contains(some_commits::varchar[], commit)
    union all
    select repo, artifact, version, commit, 'param', file, name, number, text, kind, of_project from version_params
    where list_contains(some_repos::varchar[], repo) and list_contains(some_commits::varchar[], commit)
),
measured as (
    select place, what, file, name, number, text, of_project
    from asked_versions join wanted_measures using (repo, artifact, version, commit)
),
statements as (
    select place, 'version' as what, fact.rank as rank, fact.name as name, fact.number as number, fact.text as text, null as direction,
        false as of_project
    from facts where fact.name <> 'runs' or fact.text is not null
    union all
    select m.place, m.what, case m.what when 'metric' then 7 else 8 end,
        case when m.many then m.file || ':' || m.name else m.name end,
        m.number, coalesce(m.text, ''), case when m.what = 'metric' then d.direction end, m.of_project
    from (select *, max(same) over (partition by what, name) > 1 as many from (
        select *, count(*) over (partition by what, name, place) as same from measured
    )) m, internal.metric_direction(m.name) d
),
cells as (
    select a.*, n.*, s.number, s.text, coalesce(s.of_project, false) as of_project,
        case
            when not s.of_project and (a.repo, a.artifact, a.version, a.commit) not in (
                select (repo, artifact, version, commit) from mixed where not other_inputs
            ) then s.number
        end as comparable
    from asked_versions a
    cross join (select distinct what, rank, name, direction from statements) n
    left join statements s on s.place = a.place and s.what = n.what and s.name = n.name
)
select
    repo || ':' || artifact || '@' || version as ref, repo, artifact, version, commit, place,
    what, name, number, text, direction,
    number - max(number) filter (place = a_baseline) over same as delta,
    case when direction is not null and not of_project and min(comparable) over same < max(comparable) over same
        then coalesce(comparable = case direction when 'lower' then min(comparable) over same else max(comparable) over same end, false)
    end as best,
    count(distinct coalesce(number::varchar, text)) over same > 1
        or count(text) over same between 1 and count(*) over same - 1
        -- Whole numbers that no double tells apart, such as seeds.
        or count(distinct text) filter (regexp_full_match(text, '-?[0-9]{16,}')) over same > 1 as differs,
    of_project
from cells
window same as (partition by what, name)
order by rank, name, place;

-- internal.list_experiments(some_repos): DVC's experiments, newest first, with the versions that they began from.
--   key: repo, ref
--   short_name: The experiment's name.
--   detached: No branch reaches the commit that it began from. Null where the history was not read far enough to tell.
--   was_read: Its files were read: `metrics` and the other tables have rows for its commit.
--   metrics: How many metrics it has.
--   versions: The versions at the commit that it began from.
select
    e.repo, e.name, e.baseline, e.commit, e.author, e.author_email, e.authored_at, e.committed_at, e.message, e.ref,
    len(e.parents) as parents,
    case when c.commit is not null then false when h.complete then true end as detached,
    r.commit is not null as was_read,
    coalesce(m.metrics, 0) as metrics,
    coalesce(v.versions, []) as versions
from experiments e
left join commits c on c.repo = e.repo and c.commit = e.baseline
left join histories h on h.repo = e.repo
left join revisions r on r.repo = e.repo and r.commit = e.commit
left join (
    select repo, commit, count(*) as metrics from metrics
    where some_repos::varchar[] is null or list_contains(some_repos::varchar[], repo)
    group by all
) m on m.repo = e.repo and m.commit = e.commit
left join (
    select repo, coalesce(revision, commit) as commit,
        list(repo || ':' || artifact || '@' || version order by artifact, version) as versions
    from versions where active group by all
) v on v.repo = e.repo and v.commit = e.baseline
where some_repos::varchar[] is null or list_contains(some_repos::varchar[], e.repo)
order by e.repo, e.authored_at desc, e.name, e.ref;

-- internal.list_releases(some_repos): Tags that GTO does not use and whose commits were read, the newest first: `v1.2.0` of a project
--     without GTO.
--   key: repo, tag
--   annotated: The tag has an object of its own.
--   metrics: How many metrics there are at its commit.
select
    t.repo, t.tag, t.annotated, t.commit, r.author, r.author_email, r.committed_at, r.summary, coalesce(m.metrics, 0) as metrics
from tags t
join revisions r on r.repo = t.repo and r.commit = t.commit and list_contains(r.reasons, 'release')
left join (select repo, commit, count(*) as metrics from metrics group by all) m on m.repo = t.repo and m.commit = t.commit
where (some_repos::varchar[] is null or list_contains(some_repos::varchar[], t.repo))
    and not exists (from events e where e.repo = t.repo and e.tag = t.tag)
order by t.repo, r.committed_at desc, t.tag;

-- internal.list_metric_names(): The metrics that some repository has.
--   key: name
select distinct name from metric_names order by name;
