-- What is in production without a metric?
-- stage: prod
select ref
from current_assignments s
where stage = $stage and not exists (
    from version_metrics m where m.repo = s.repo and m.artifact = s.artifact and m.version = s.version and m.commit = s.commit
        and not m.of_project
)
order by ref
