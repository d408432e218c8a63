-- What a build asks and does, besides making the views and macros of the other files.

-- columns: The columns of every table and view of the catalog that is made.
select table_name, column_name from duckdb_columns()
where database_name = 'made' and schema_name = 'main'
order by table_name, column_index;

-- comments: What each column of each table and view means.
select table_name, column_name, comment from duckdb_columns() where schema_name = 'main' and not internal;

-- make_making: What the database was made by, what its tables, views and macros alone were made by, and how often it was changed since it
--     was made from nothing.
create table internal.making (recipe varchar, shape varchar, age integer);

-- make_partitions: The partition that the rows of each repository are from.
create table internal.partitions (repo varchar, file varchar);

-- make_journals: The journals of observations that were read, how far each had grown, and the rows and time of its last line.
create table internal.journals (file varchar, stamp varchar, repo varchar, "partition" varchar, "at" timestamp);

-- begin: A database is made from nothing.
insert into internal.making values ($1, $2, 0);

-- making: How the last database came to be.
select recipe, age from internal.making;

-- shape: What its tables, views and macros were made by.
select shape from internal.making;

-- partitions: What the last database was made of.
select repo, file from internal.partitions;

-- grow_older: Once more it was changed.
update internal.making set age = age + 1;

-- in_order: Repositories in the order in which they are put in: lineage finds by their numbers what then lies together.
select unnest($1) as repo order by hash(repo), repo;

-- note_partitions: What it is made of now.
insert into internal.partitions select unnest($1), unnest($2);

-- journals: The journals that `observations` is made of, and how far each had grown.
select file, stamp from internal.journals;

-- forget_observations: What was seen of the repositories of some journals goes.
delete from observations where repo in (select repo from internal.journals where file in (select unnest($1)));

-- forget_journals: So do these journals.
delete from internal.journals where file in (select unnest($1));

-- date_observations: A visit (of `visited`) that led to the rows of the journal's last line saw what that line left.
update observations o set last_seen = j.seen
from (
    select j.repo, greatest(v.read_at, j."at") as seen
    from internal.journals j left join visited v on v.repo = j.repo and v."partition" = j."partition"
) j
where o.repo = j.repo and o.ended_at is null and o.last_seen <> j.seen;
