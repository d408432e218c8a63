-- How the search index is made and kept up to date: tables of the schema `search_index`, which the macros of this folder read.

-- make_fields: What can be asked of a query's `field:value`; the rows are those of catalog/database/search_fields.py.
create table search_index.fields (place integer, name varchar, kind varchar, choices varchar[], version_choices varchar[],
    of_version boolean, experiment_choices varchar[], of_experiment boolean);

-- make_documents: What is found: one row for each artifact, by a number that the other tables of the index have in its place.
-- `card` is the file, and `reading` the commit, of the card or README whose first `characters` count as the artifact's text.
create table search_index.documents (
    doc uinteger, repo varchar, artifact varchar, active boolean, copied boolean, in_prod boolean, versions uinteger,
    stages map(varchar, varchar), metric varchar, card varchar, reading varchar, characters uinteger,
    created_at timestamp, updated_at timestamp
);

-- make_versions: The versions of each document, with the value of its main metric. `commit` is null where no other version of the document
--     has its name.
create table search_index.versions (
    doc uinteger, version varchar, "commit" varchar, active boolean, registered boolean, is_latest boolean, signed boolean,
    stages varchar[], created_at timestamp, updated_at timestamp, metric double
);

-- make_lengths: How many terms a document has, and how many words by their weight: what BM25 needs of it.
create table search_index.lengths (doc uinteger, terms uinteger, length uinteger);

-- make_facets: The values of each document's fields that are text, each with how it is compared.
create table search_index.facets (field varchar, value varchar, key varchar, doc uinteger);

-- make_measures: The metrics and parameters of each document's latest version.
create table search_index.measures (kind varchar, name varchar, ending varchar, number double, "text" varchar, key varchar, doc uinteger);

-- make_postings: The base: which document has which term, and how often by weight, sorted by term. Rows of documents that are gone stay
--     until they are a tenth.
create table search_index.postings (term varchar, doc uinteger, frequency usmallint);

-- make_recent: The delta: the same of documents that came since the base was written, sorted by term where they came together.
create table search_index.recent (term varchar, doc uinteger, frequency usmallint);

-- make_terms: Every term that some document has; those that none has any more stay until base and delta are merged.
create table search_index.terms (term varchar);

-- make_changed: The repositories whose artifacts are to be indexed anew.
create table search_index.changed (repo varchar);
