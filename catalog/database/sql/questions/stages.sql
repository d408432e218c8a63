-- Which version is or was in which stage: `catalog stages`, and what `gto show` prints.

-- stages_at(t, source := 'events'): Which version was in which stage at the moment `t` (UTC), by the taggers' clocks and with GTO's rules
--     for falling back.
--   key: repo, artifact, stage
--   ref: The version's name in the catalog.
select a.* exclude (rank, rank_semver)
from assignments_at(t, source := source) a join artifacts_at(t, source := source) s using (repo, artifact)
where a.rank = 1 and s.active;

-- internal.list_stages_at(t, a_stage, source := 'events', some_repos := null, a_type := null, a_raw_stage := null, since := null,
--     until := null, periods := 'stage_history'): Which version was in which stage at the moment `t`, in the order in which to show it; of
--     those assigned from `since` until `until`, where these are given. `a_type` is that of the artifact now. `periods`: a
--     relation like `stage_history`, of the same tags as `source`.
--   key: repo, artifact, stage
--   id: The artifact's name in the catalog.
--   started_at: Since when the version was there without a break; after a fallback that is later than its assignment.
select repo || ':' || artifact as id, s.*, p.started_at
from stages_at(t, source := source) s
left join (
    select repo, artifact, stage, held_since as started_at from internal.named_periods(periods, source)
    where started_at <= t and coalesce(ended_at > t, true)
) p using (repo, artifact, stage)
where (a_stage::varchar is null or stage = internal.canonical_stage(a_stage))
    and (a_raw_stage::varchar is null or raw_stage = a_raw_stage)
    and (since::timestamp is null or assigned_at >= since)
    and (until::timestamp is null or assigned_at <= until)
    and (list_contains(some_repos::varchar[], repo) or (some_repos::varchar[] is null and not internal.is_copied(repo, artifact)))
    and (a_type::varchar is null or (repo, artifact) in (select (a.repo, a.artifact) from artifacts a where a.type = a_type))
order by repo, artifact, stage;

-- internal.list_stages(some_repos): The stages of each repository, in the order in which to show them.
--   key: repo, raw_stage
from stages
where some_repos::varchar[] is null or list_contains(some_repos::varchar[], repo)
order by repo, rank nulls last, place nulls last, stage, raw_stage;

-- internal.list_stage_names(): Every name that a stage can be asked by: those of repos.toml, and those of the tags.
--   key: name
--   stage: The stage's name in this catalog.
select name, min(stage) as stage
from (
    select raw as name, stage from stage_names
    union all
    select stage, stage from stage_names
    union all
    select raw_stage, stage from stages
)
group by name
order by name;

-- internal.gto_show(a_repo): One repository as `gto show` prints it: each artifact that is active, its latest version, its stages.
--   key: artifact
select s.artifact, s.latest as version, s.registered,
    coalesce(map_from_entries(list((a.raw_stage, a.version) order by a.raw_stage) filter (a.raw_stage is not null)), map {}) as stages
from artifacts s
left join (from assignments where rank = 1) a on a.repo = s.repo and a.artifact = s.artifact
where s.repo = a_repo and s.active
    -- GTO does not read dvc.yaml.
    and (s.registered or s.artifact in (
        select n.artifact from annotations n join revisions r using (repo, commit)
        where n.repo = a_repo and n.source = 'artifacts.yaml' and list_contains(r.reasons, 'tip')
    ))
group by all
order by s.artifact;
