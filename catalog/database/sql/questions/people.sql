-- Teams and people, as paths of repositories, CODEOWNERS and registry tags name them.

-- list_teams(some_repos): The teams: folders of repositories on their hosts, and what CODEOWNERS of the latest versions names and is no
--     person: `@org/team`, or the name of such a folder.
--   key: team
--   team: `acme`, `acme/ml`: without the host and `@`.
--   named_by: `path`, `code_owners`, or both.
--   repos: How many repositories it has.
--   artifacts: How many artifacts it has.
--   in_stages: How many of these are in some stage.
--   people: How many people tagged them.
--   last_at: When one of them was tagged last, UTC.
with shown as (
    select a.repo, a.artifact from artifacts a
    where list_contains(some_repos::varchar[], a.repo) or (some_repos::varchar[] is null and not internal.is_copied(a.repo, a.artifact))
),
folders as (
    select repo, internal.team_of(repo) as team from repos
    where (some_repos::varchar[] is null and left_at is null) or list_contains(some_repos::varchar[], repo)
),
owned as (
    select distinct o.repo, o.artifact, ltrim(o.owner, '@') as team
    from version_owners o
    join versions v on v.repo = o.repo and v.artifact = o.artifact and v.version = o.version and v.commit = o.commit
    where v.is_latest and starts_with(o.owner, '@') and (contains(o.owner, '/') or ltrim(o.owner, '@') in (select team from folders))
),
held as (
    select f.team, 'path' as named_by, f.repo, s.artifact from folders f left join shown s using (repo) where f.team <> ''
    union all
    select o.team, 'code_owners', o.repo, o.artifact from owned o join shown s on s.repo = o.repo and s.artifact = o.artifact
),
of_tags as (
    select repo, artifact, list(distinct author) as authors, max(created_at) as last_at from resolved_events group by repo, artifact
),
staged as (select distinct repo, artifact from assignments)
select h.team, list_sort(list(distinct h.named_by)) as named_by, count(distinct h.repo) as repos,
    count(distinct (h.repo, h.artifact)) filter (h.artifact is not null) as artifacts,
    count(distinct (s.repo, s.artifact)) filter (s.repo is not null) as in_stages,
    len(list_distinct(flatten(list(t.authors) filter (t.authors is not null)))) as people, max(t.last_at) as last_at
from held h
left join of_tags t on t.repo = h.repo and t.artifact = h.artifact
left join staged s on s.repo = h.repo and s.artifact = h.artifact
group by h.team
order by h.team;

-- list_people(some_repos): The people: authors of registry tags, and whom CODEOWNERS of the latest versions names by a user or an address.
--   key: person
--   person: The name in tags; of an owner who tagged nothing, what CODEOWNERS has.
--   emails: The addresses in tags.
--   events: How many registry tags there are by that name.
--   registrations: How many of these register a version.
--   assignments: How many assign a stage.
--   artifacts: How many artifacts were tagged by that name.
--   repos: In how many repositories.
--   owns: Of how many artifacts CODEOWNERS names the person.
--   first_at: The first tag, by the tagger's clock, UTC.
--   last_at: The last one.
with shown as (
    from resolved_events
    where list_contains(some_repos::varchar[], repo) or (some_repos::varchar[] is null and not internal.is_copied(repo, artifact))
),
tagged as (
    select author as person, coalesce(list_sort(list(distinct author_email) filter (author_email <> '')), []) as emails,
        count(*) as events,
        count(*) filter (event = 'registration') as registrations, count(*) filter (event = 'assignment') as assignments,
        count(distinct (repo, artifact)) as artifacts, count(distinct repo) as repos,
        min(created_at) as first_at, max(created_at) as last_at
    from shown where author <> '' group by author
),
folders as (select distinct internal.team_of(repo) as team from repos),
owned as (
    select distinct o.owner, o.repo, o.artifact
    from version_owners o
    join versions v on v.repo = o.repo and v.artifact = o.artifact and v.version = o.version and v.commit = o.commit
    where v.is_latest
        and (
            list_contains(some_repos::varchar[], o.repo) or (some_repos::varchar[] is null and not internal.is_copied(o.repo, o.artifact))
        )
        and not (starts_with(o.owner, '@') and (contains(o.owner, '/') or ltrim(o.owner, '@') in (select team from folders)))
),
owners as (
    select coalesce(min(t.person), o.owner) as person, o.owner, o.repo, o.artifact
    -- What masks addresses gives all that it hides the same text, and leaves `@` or `e-mail:` in others.
    from owned o left join tagged t on list_contains(t.emails, o.owner) and regexp_matches(o.owner, '.@|^e-mail:')
    group by o.owner, o.repo, o.artifact
),
owning as (select person, count(distinct (repo, artifact)) as owns from owners group by person)
select coalesce(t.person, o.person) as person, coalesce(t.emails, []) as emails, coalesce(t.events, 0) as events,
    coalesce(t.registrations, 0) as registrations, coalesce(t.assignments, 0) as assignments, coalesce(t.artifacts, 0) as artifacts,
    coalesce(t.repos, 0) as repos, coalesce(o.owns, 0) as owns, t.first_at, t.last_at
from tagged t full join owning o using (person)
order by person;

-- internal.list_owners(): The owners that CODEOWNERS names, as it spells them.
--   key: owner
--   people: The names in registry tags with that address.
with owners as (select distinct owner from version_owners)
select o.owner, coalesce(list_sort(list(distinct e.author) filter (e.author is not null)), []) as people
from owners o
left join resolved_events e on e.author_email = o.owner and e.author <> '' and regexp_matches(o.owner, '.@|^e-mail:')
group by o.owner
order by o.owner;
