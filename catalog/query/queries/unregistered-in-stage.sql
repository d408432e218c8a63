-- Which stages hold a commit that nobody registered as a version?
select repo || ':' || artifact as id, stage, version as commit, assigned_at, author
from current_assignments
where not registered
order by id, stage
