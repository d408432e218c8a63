-- The queries and statements of a build, besides the views and macros of the other files.

-- columns: The columns of every table and view of the catalog that is built.
select table_name, column_name from duckdb_columns()
where database_name = 'staging' and schema_name = 'main'
order by table_name, column_index;

-- comments: The columns of each table and view, each with its type and what it means.
select table_name, column_name, data_type, comment from duckdb_columns() where schema_name = 'main' and not internal
order by table_name, column_index;

-- make_making: The digest of what the database was built with, that of its tables, views and macros alone, and how often it was updated
--     since it was built from nothing.
create table internal.making (recipe varchar, shape varchar, age integer);

-- make_partitions: The partition that the rows of each repository are from.
create table internal.partitions (repo varchar, file varchar);

-- make_journals: The journals of observations that were read, how far each had grown, and the repository of each.
create table internal.journals (file varchar, stamp varchar, repo varchar);

-- stored: The tables whose rows no other table has; the search index is made of them.
select schema_name, table_name from duckdb_tables() where schema_name in ('main', 'materialized') and not internal order by all;

-- path: The file of this catalog.
select path from duckdb_databases() where database_name = current_database();

-- begin: The row of a database that is built from nothing.
insert into internal.making values ($1, $2, 0);

-- making: How the last database was built.
select recipe, age from internal.making;

-- shape: The digest of its tables, views and macros.
select shape from internal.making;

-- partitions: The partitions of the last database.
select repo, file from internal.partitions;

-- labels: The labels of each repository's artifacts.
select repo, list_sort(list_distinct(flatten(list(labels)))) as labels from artifacts group by repo;

-- slots: Into which slots of exports the repositories fall, and the digest of what the rows of each slot follow from.
select (hash(repo) >> 56)::utinyint as slot,
    md5((select recipe from internal.making) || string_agg(repo || ' ' || file, chr(10) order by repo)) as digest,
    list(repo order by repo) as repos
from internal.partitions group by 1;

-- increment_age: Counts an update.
update internal.making set age = age + 1;

-- order_repositories: Repositories in the order in which they are loaded: the rows that lineage joins then lie together.
select unnest($1) as repo order by hash(repo), repo;

-- record_partitions: The partitions that were loaded.
insert into internal.partitions select unnest($1), unnest($2);

-- journals: The journals that `observations` is built from, each with its stamp.
select file, stamp from internal.journals;

-- record_journals: The journals that were read.
insert into internal.journals select unnest($1), unnest($2), unnest($3);

-- delete_observations: Deletes the observations of the repositories of some journals.
delete from observations where repo in (select repo from internal.journals where file in (select unnest($1)));

-- delete_journals: Deletes these journals.
delete from internal.journals where file in (select unnest($1));

-- counts: What the catalog holds: repositories with artifacts; artifacts, those that no registry tag names, and deprecated ones;
--     registered and active versions, deregistered ones, and commits that are not registered.
select repos, artifacts, unregistered, deprecated, versions, deregistered, not_registered
from (
    select count(distinct repo) as repos, count(*) as artifacts, count(*) filter (not registered) as unregistered,
        count(*) filter (not active) as deprecated
    from artifacts
),
(
    select count(*) filter (registered and active) as versions, count(*) filter (registered and not active) as deregistered,
        count(*) filter (not registered) as not_registered
    from versions
);

-- due: When a crawl has to begin to make news of an event that is dated more than a day after the last one (see `site_week`); null where
--     none is.
select min(created_at) - interval 1 day from events
where created_at > (select arg_max(started_at, crawl) from crawls) + interval 1 day;
