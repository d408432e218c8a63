-- The catalog about itself.

-- relations(): The tables and views of this catalog.
--   key: name
select table_name as name, 'table' as kind, comment from duckdb_tables() where schema_name = 'main' and not internal
union all
select view_name, 'view', comment from duckdb_views() where schema_name = 'main' and not internal
order by name;

-- column_comments(relation): The columns of a table or view, in order, with what each means.
--   key: name
select column_name as name, data_type as type, comment
from duckdb_columns()
where schema_name = 'main' and table_name = relation
order by column_index;
