-- Lists over all repositories, or of some: artifacts, versions, events, repositories, problems.

-- internal.list_artifacts(some_repos, a_type, a_stage, with_deprecated, since := null, until := null, a_raw_stage := null): The
--     artifacts, with the version that is in each stage; of those updated from `since` until `until`, where these are given.
--     `a_raw_stage` is a stage as tags have it.
--   key: repo, artifact
--   stages: The version in each stage that is in use.
select a.*, coalesce(s.stages, map {}) as stages
from artifacts a
left join (
    select repo, artifact,
        map_from_entries(list((stage, version) order by stage)) as stages,
        bool_or(
            (a_stage::varchar is null or stage = internal.canonical_stage(a_stage))
            and (a_raw_stage::varchar is null or raw_stage = a_raw_stage)
        ) as wanted
    from assignments where rank = 1
    group by repo, artifact
) s on s.repo = a.repo and s.artifact = a.artifact
where (list_contains(some_repos::varchar[], a.repo)
        or (some_repos::varchar[] is null and not internal.is_copied(a.repo, a.artifact)))
    and (a_type::varchar is null or a.type = a_type)
    and ((a_stage::varchar is null and a_raw_stage::varchar is null) or s.wanted)
    and (with_deprecated or a.active)
    and (since::timestamp is null or a.updated_at >= since)
    and (until::timestamp is null or a.updated_at <= until)
order by a.repo, a.artifact;

-- internal.list_versions(some_repos, a_type, a_stage, with_deprecated, since := null, until := null, a_raw_stage := null): The versions,
--     newest first within each artifact; of those registered from `since` until `until`, where these are given.
--   key: repo, artifact, version, commit
--   ref: The version's name in the catalog: `host/owner/name:artifact@version`.
select v.* exclude (precedence)
from versions v join (select repo, artifact, active from artifacts) a on a.repo = v.repo and a.artifact = v.artifact
where (list_contains(some_repos::varchar[], v.repo)
        or (some_repos::varchar[] is null and not internal.is_copied(v.repo, v.artifact)))
    and (a_type::varchar is null or v.type = a_type)
    and (with_deprecated or (a.active and v.active))
    and (since::timestamp is null or v.created_at >= since)
    and (until::timestamp is null or v.created_at <= until)
    and ((a_stage::varchar is null and a_raw_stage::varchar is null) or exists (
        from assignments s
        where s.rank = 1 and (a_stage::varchar is null or s.stage = internal.canonical_stage(a_stage))
            and (a_raw_stage::varchar is null or s.raw_stage = a_raw_stage)
            and s.repo = v.repo and s.artifact = v.artifact and s.version = v.version and s.commit = v.commit
    ))
order by v.repo, v.artifact, v.precedence desc nulls last, v.created_at desc, v.commit;

-- internal.list_types(): The types that artifacts and versions have, those that a `.gto` allows, and the usual ones.
--   key: type
select type from artifacts where type is not null
union
select type from versions where type is not null
union
select unnest(types) from gto_configs
union
select unnest(['model', 'dataset'])
order by type;

-- history(a_repo, an_artifact): What happened to one artifact, newest first.
--   key: repo, oid, tag
select * from resolved_events
where repo = a_repo and artifact = an_artifact
order by created_at desc, priority desc, tag desc, oid;

-- internal.list_events(some_repos, an_artifact, a_version, a_stage, a_type := null, since := null, until := null, a_raw_stage :=
--     null): What happened, newest first.
--   key: repo, oid, tag
--   id: The artifact's name in the catalog.
select repo || ':' || artifact as id, e.* exclude (precedence, priority)
from resolved_events e
where (list_contains(some_repos::varchar[], repo)
        or (some_repos::varchar[] is null and not internal.is_copied(repo, artifact)))
    and (an_artifact::varchar is null or artifact = an_artifact)
    and (a_version::varchar is null or version = a_version)
    and (a_stage::varchar is null or stage = internal.canonical_stage(a_stage))
    and (a_raw_stage::varchar is null or raw_stage = a_raw_stage)
    and (a_type::varchar is null or (repo, artifact) in (select (a.repo, a.artifact) from artifacts a where a.type = a_type))
    and (since::timestamp is null or created_at >= since)
    and (until::timestamp is null or created_at <= until)
order by created_at desc, priority desc, repo, tag desc, oid;

-- internal.first_event(): When the oldest registry tag was made, by the tagger's clock.
--   key: (at most one row)
select min(created_at) as created_at from resolved_events having count(*) > 0;

-- internal.list_repos(some_repos): The repositories, how the last visit to each went, and how much each holds.
--   key: repo
--   why: Why the last visit read it.
--   problems: How many `open_problems` it has.
select r.*, v.why, v.seconds, v.received, v.requests,
    coalesce(a.artifacts, 0) as artifacts, coalesce(p.problems, 0) as problems
from repos r
left join (
    select * from visits qualify row_number() over (partition by repo order by crawl desc) = 1
) v on v.repo = r.repo
left join (select repo, count(*) as artifacts from artifacts group by repo) a on a.repo = r.repo
left join (select repo, count(*) as problems from open_problems group by repo) p on p.repo = r.repo
where some_repos::varchar[] is null or list_contains(some_repos::varchar[], r.repo)
order by r.repo;

-- internal.list_problems(some_repos): What could not be read and is to be mended.
--   key: repo, connector, place, rule, message, commit
from open_problems
where some_repos::varchar[] is null or list_contains(some_repos::varchar[], repo)
order by repo, connector, place, rule, message, commit;

-- internal.last_crawl(): The newest crawl.
--   key: (at most one row)
from crawls order by crawl desc limit 1;

-- internal.catalog_state(): What all answers follow from, as one digest: the last crawl, the words of repos.toml for stages and metrics,
--     and the rows of each repository.
--   key: (at most one row)
select md5(concat_ws(chr(10), (select max(crawl) from crawls), (select recipe from internal.making),
    (select string_agg(repo || ' ' || file, chr(10) order by repo) from internal.partitions))) as state;
