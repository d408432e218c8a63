-- Numbers and dates of a query, and the bounds that its comparisons set.

-- internal.search_start(a_date) [scalar]: When a year, month, day, minute or second begins, UTC; null for an invalid date.
case
    when starts_with(a_date, '0000') then null
    when regexp_full_match(a_date, '\d{4}') then try_cast(a_date || '-01-01' as timestamp)
    when regexp_full_match(a_date, '\d{4}-\d{2}') then try_cast(a_date || '-01' as timestamp)
    when regexp_full_match(a_date, '\d{4}-\d{2}-\d{2}') then try_cast(a_date as timestamp)
    when regexp_full_match(a_date, '\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):\d{2}Z?')
        then try_cast(rtrim(replace(a_date, 'T', ' '), 'Z') || ':00' as timestamp)
    when regexp_full_match(a_date, '\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):\d{2}:\d{2}Z?')
        then try_cast(rtrim(replace(a_date, 'T', ' '), 'Z') as timestamp)
end;

-- internal.search_end(a_date) [scalar]: When it ends: the first moment after it.
internal.search_start(a_date) + case length(rtrim(a_date, 'Z'))
    when 4 then interval 1 year when 7 then interval 1 month when 10 then interval 1 day when 16 then interval 1 minute
        else interval 1 second
end;

-- internal.search_number(a_number) [scalar]: A number; null for what is none, or is too large.
case when regexp_full_match(a_number, '[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d+)?') and isfinite(try_cast(a_number as double))
    then try_cast(a_number as double) end;

-- internal.search_least(an_operator, a_value) [scalar]: The least number that a comparison allows.
case an_operator
    when '<' then '-infinity'::double
    when '<=' then '-infinity'::double
    when '>' then nextafter(internal.search_number(a_value), 'infinity'::double)
    when '..' then coalesce(internal.search_number(string_split(a_value, '..')[1]), '-infinity'::double)
    else internal.search_number(a_value)
end;

-- internal.search_most(an_operator, a_value) [scalar]: The greatest number that a comparison allows.
case an_operator
    when '>' then 'infinity'::double
    when '>=' then 'infinity'::double
    when '<' then nextafter(internal.search_number(a_value), '-infinity'::double)
    when '..' then coalesce(internal.search_number(string_split(a_value, '..')[2]), 'infinity'::double)
    else internal.search_number(a_value)
end;

-- internal.search_from(an_operator, a_value) [scalar]: The first moment that a comparison of dates allows.
case an_operator
    when '<' then '-infinity'::timestamp
    when '<=' then '-infinity'::timestamp
    when '>' then internal.search_end(a_value)
    when '..' then coalesce(internal.search_start(string_split(a_value, '..')[1]), '-infinity'::timestamp)
    else internal.search_start(a_value)
end;

-- internal.search_until(an_operator, a_value) [scalar]: The first moment after those that a comparison of dates allows.
case an_operator
    when '>' then 'infinity'::timestamp
    when '>=' then 'infinity'::timestamp
    when '<' then internal.search_start(a_value)
    when '..' then coalesce(internal.search_end(string_split(a_value, '..')[2]), 'infinity'::timestamp)
    else internal.search_end(a_value)
end;
