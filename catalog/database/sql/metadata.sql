-- The catalog about itself.

-- relations(): The tables and views of this catalog.
--   key: name
select table_name as name, 'table' as kind, comment from duckdb_tables() where schema_name = 'main' and not internal
union all
select view_name, 'view', comment from duckdb_views() where schema_name = 'main' and not internal
order by name;

-- internal.shell_words(): The names that the shell of `catalog sql` completes, each with what it is.
--   key: kind, word
select 'relation' as kind, name as word from relations()
union
select 'column', column_name from duckdb_columns() where schema_name = 'main' and not internal
union
select 'macro', function_name || '(' from duckdb_functions()
where schema_name = 'main' and not internal and function_type in ('macro', 'table_macro')
order by all;

-- column_comments(relation): The columns of a table or view, in order, with what each means.
--   key: name
select column_name as name, data_type as type, comment
from duckdb_columns()
where schema_name = 'main' and table_name = relation
order by column_index;
