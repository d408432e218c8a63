-- Which registry tags were moved or deleted since they were first seen?
select repo, tag, 'rewritten' as what, seen_at as noticed_at from rewritten_tags where event is not null or old_event is not null
union all
select repo, tag, 'deleted', ended_at from deleted_tags where event is not null
order by noticed_at desc, repo, tag
