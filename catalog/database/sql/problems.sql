-- What could not be read, and how to fix it.

-- internal.problem_fix(a_rule) [scalar]: How to fix a problem, in a sentence for each rule of this catalog's own connectors.
case a_rule
    when 'absurd-time' then 'Make the tag or commit again with a clock that is right: its date must be within the years 1 to 9999.'
    when 'ambiguous-stage' then
        'Leave one version on the commit (`catalog deregister` takes one back), or assign the stage at the commit of one version.'
    when 'annotation' then 'Write the entry as the message expects; `catalog annotate` prints the change that does it.'
    when 'bad-hash' then 'Write the metafile again with `dvc add` or `dvc commit`, and commit it; do not edit hashes by hand.'
    when 'bad-name' then 'Choose a name of letters, digits, `-`, `_` and `/` that begins and ends with a letter or digit.'
    when 'bad-plot-template' then
        'Write the template as the message expects, or name one of DVC’s; until then the plot is drawn as the catalog draws others.'
    when 'broken-ref' then 'Delete the ref on the server, or make it name an object again; `git fsck` lists such refs.'
    when 'connector-bug' then
        'Report it to the authors of the connector, with the log of the crawl; nothing is wrong with the repository.'
    when 'created-tag' then 'Delete the tag (`git push --delete origin TAG`): GTO stops at every name that contains `@created`.'
    when 'credential-echoed' then 'Replace the credential, and find out from the server’s operator why its answers repeat it.'
    when 'duplicate-key' then 'Remove or rename one of the two keys: a map of YAML has each key once.'
    when 'endless' then 'Break the circle: an alias, or a remote that refers to another, must not lead back to itself.'
    when 'huge-number' then 'Delete the tag, and register or assign again with a shorter number.'
    when 'inner-name' then
        'Delete the tag, and make it again under the name that it should have; a copy of a tag keeps its old name inside.'
    when 'leaked-config' then
        'Remove the file from Git (`git rm --cached`), add it to `.dvc/.gitignore`, and replace the secrets that it held.'
    when 'lfs' then
        'Set `fetch_remote_metrics = true` in repos.toml, so that small files are fetched from Git LFS, or keep the file in Git itself.'
    when 'malformed-commit' then 'Make the branch or tag name a commit that `git fsck` accepts: a commit cannot be changed.'
    when 'malformed-tag' then 'Delete the tag, and make it again with `gto`, `catalog` or `git tag --annotate`.'
    when 'malformed-tree' then 'Commit the folder again with a current version of Git; `git fsck` names what is damaged.'
    when 'missing-file' then 'Add the file to Git, or correct the path that names it.'
    when 'missing-object' then
        'Push the object again from a complete clone, or delete the ref that names it; `git fsck` on the server lists what is missing.'
    when 'no-email' then 'Set `user.email` in Git, delete the tag, and make it again.'
    when 'no-name' then 'Set `user.name` in Git, delete the tag, and make it again.'
    when 'no-such-remote' then 'Add the remote with `dvc remote add`, or correct the name that refers to it.'
    when 'no-tagger' then
        'Delete the tag, and make it again with `gto`, `catalog` or `git tag --annotate`, which state who made it and when.'
    when 'no-template' then 'Commit the template to `.dvc/plots`, or correct its name in `dvc.yaml`: `dvc plots show` stops there.'
    when 'no-url' then 'Set the address of the remote: `dvc remote modify NAME url URL`.'
    when 'not-a-blob' then 'Commit a file at this path: the object that Git has there is of another kind.'
    when 'not-a-commit' then 'Delete the tag, and make it again at a commit.'
    when 'not-a-folder' then
        'Push the folder again with `dvc push`: the storage holds something else in place of DVC’s list of its files.'
    when 'not-a-plot' then 'Write the plot as CSV, TSV, JSON, YAML or an image, or remove it from the plots of `dvc.yaml`.'
    when 'not-a-tag' then 'Delete the ref, and make the tag again: the object that it names is of another kind.'
    when 'not-a-tree' then 'Commit a folder at this path: the object that Git has there is of another kind.'
    when 'not-an-image' then 'Save the file as PNG, JPEG, GIF, WebP or SVG.'
    when 'not-ascii' then 'Delete the tag, and make it again with the digits 0 to 9.'
    when 'not-config' then 'Correct the line; `dvc config --list` reads the same file and must accept it.'
    when 'not-csv' then 'Write the table again, with quotes that are closed.'
    when 'not-gto' then
        'Write a map of artifacts where the file is meant for GTO; where it is not, set `index` in `.gto` to the name of the file that is.'
    when 'not-json' then 'Write the file again as valid JSON.'
    when 'not-python' then 'Correct the syntax of the file; parameters are literals that are assigned to names.'
    when 'not-toml' then 'Correct the syntax of the file; `https://toml.io` specifies TOML.'
    when 'not-utf8' then 'Save the file as UTF-8; make a tag again with `i18n.commitEncoding` unset.'
    when 'not-yaml' then 'Correct the syntax at the line that the message names; YAML is indented with spaces, never with tabs.'
    when 'outside' then 'Use a path that stays within the repository, or within the folder that has the list.'
    when 'refused-by-dvc' then 'Write the entry as the message expects; `dvc status` stops at the same place.'
    when 'secret' then 'Revoke the secret, then remove it from the file; `allow` of `[privacy]` in repos.toml lists false alarms.'
    when 'template' then 'Correct the template, or define the value that it names in `params.yaml` or in `vars`.'
    when 'too-big' then 'Stay within the limit that the message states: split the file, or keep the data in DVC.'
    when 'too-deep' then 'Nest no deeper than the limit that the message states.'
    when 'too-many' then 'Stay within the limit that the message states: what is beyond it was left out.'
    when 'two-commits' then
        'Keep the version on one commit: delete the tag on the other, and register that commit as a version of its own.'
    when 'unknown-key' then 'Remove the key, or spell it as one of those that the message lists.'
    when 'unknown-schema' then 'Write the file again with DVC 3: `dvc commit`, or `dvc repro`.'
    when 'unreadable' then 'Write the file or tag as the message expects.'
    when 'wrong-type' then 'Write a value of the type that the message expects.'
    else 'Write what the message expects.'
end;

-- open_problems: What could not be read and is to be mended: `problems` without those of an `artifacts.yaml` that is not a file of GTO, in
--     repositories without tags of GTO.
--   key: repo, connector, place, rule, message, commit
--   from problems: *
--   fix: How to fix it, in a sentence.
select *, internal.problem_fix(rule) as fix
from problems
where rule <> 'not-gto' or repo in (select repo from events);
