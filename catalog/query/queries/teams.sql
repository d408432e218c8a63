-- How much does each team have?
select team, array_to_string(named_by, ', ') as named_by, repos, artifacts, in_stages, people, last_at
from list_teams(null)
order by artifacts desc, team
