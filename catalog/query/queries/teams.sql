-- How much does each team have?
select team, repos, artifacts, in_stages, people, last_at
from list_teams(null)
order by artifacts desc, team
