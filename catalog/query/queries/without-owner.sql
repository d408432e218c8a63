-- What is in a stage, and nobody answers for it?
-- stage: prod
select ref
from current_assignments s
where stage = $stage and not exists (
    from version_owners o where o.repo = s.repo and o.artifact = s.artifact and o.version = s.version and o.commit = s.commit
)
order by ref
