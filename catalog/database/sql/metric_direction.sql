-- Which way a metric is better. The words of its name become marks, of which the last decides: docs/decisions/21-metric-directions.md.
-- metric_words.csv lists the words and phrases, each with its meaning:
--     veto         no quality: a spread, a difference, a number of things; nothing in the name decides then
--     gain         better when higher, whatever it is of: a skill, an improvement, a D²
--     lower        better when lower: a loss
--     higher       better when higher: an accuracy
--     neutral      says nothing where it is the last known word: amounts, thresholds, hyperparameters
--     turn-next    turns round what follows: an inverse
--     turn-before  turns round what came before: a reduction
--     negate       as turn-next before a loss, while before an accuracy it may be the name of a class

-- internal.metric_words(a_name) [scalar]: A metric's name as lower-case words: `mAP50-95(B)` is `map50 95 b`. A slash stands where a part
--     ends.
replace(lower(translate(
    regexp_replace(regexp_replace(regexp_replace(
        replace(replace(replace(replace(replace(replace(replace(replace(a_name,
            'mAP', 'Map'), 'IoU', 'Iou'), 'nDCG', 'Ndcg'), 'chrF', 'Chrf'), '^2', '2'), '@', ' at '), '/', ' / '), '.', ' / '),
        '[^ -~]', 'x', 'g'), '([A-Z]+)([A-Z][a-z])', '\1 \2', 'g'), '([a-z])([A-Z])|([0-9])([A-Za-z])', '\1\3 \2\4', 'g'),
    '_-+=*!^~()[]{}<>:;,|#%&?"$`''\', repeat(' ', 32))), 'explained variance', 'explainedvariance');

-- internal.metric_marks(a_name) [scalar]: The words of a metric's name as marks: `!` veto, `*` gain, `-` lower, `+` higher, `=` neutral;
--     `^` and `~` turn what follows round, `>` what came before; a slash where a part ends.
regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    internal.metric_words(a_name),
    -- In this order: a phrase of one meaning may hold a word of a later one.
    '\b{words: veto}[0-9]*\b', '!', 'g'),
    '\b{words: gain}\b', '*', 'g'),
    '\b{words: lower}[0-9]*\b', '-', 'g'),
    '\b{words: higher}[0-9]*\b', '+', 'g'),
    '\b{words: neutral}[0-9]*\b', '=', 'g'),
    '\b{words: turn-next}\b', '~', 'g'),
    '\b{words: turn-before}\b', '>', 'g'),
    '\b{words: negate}\b', '^', 'g'),
    '[^-+*=!~^>/]+', '', 'g');

-- internal.metric_direction(a_name): Which way a metric is better, by repos.toml, or else by the words of its name.
--   key: (at most one row)
--   direction: `higher` or `lower`; null where neither says.
select coalesce(
    (select arg_min(direction, rank) from metric_directions where lower(a_name) glob lower(pattern)),
    case
        -- trec_eval's precision; `p_10` is a percentile.
        when starts_with(a_name, 'P_') and try_cast(a_name[3:] as integer) is not null then 'higher'
        -- Of ERR, the expected reciprocal rank, more is better. `1-auc` is turned round, `1-shot accuracy` is not.
        when contains(a_name, 'ERR') and not contains(a_name, 'ERROR') or contains(a_name, '/1-') then null
        when regexp_matches(a_name, '^(?:1|100) *[-/]') then null
        -- `recall at fpr 0.01` is a recall, and `fpr at tpr95` a rate: where a rate of errors is on one side, none decides.
        when regexp_matches(internal.metric_words(a_name), '\bat (?:fpr|fnr|far|frr|fdr|false)|\b(?:fpr|fnr|far|frr|fdr)[0-9]* at ')
            then null
        when coalesce(mark.winner, '') in ('', '=') then null
        when translate(mark.elsewhere || mark.later, '~>*', '') <> mark.elsewhere || mark.later then null
        when translate(mark.before, '*>', '') <> mark.before or contains(mark.after, '~') then null
        when mark.winner = '*' then case when translate(mark.before || mark.after, '+-=', '') = '' then 'higher' end
        -- `neg_precision` may be that of a class of negatives, and `loss_neg` a part of a loss.
        when contains(case mark.winner when '+' then mark.before else mark.after end, '^') then null
        when (mark.winner = '+') = (length(translate(mark.before || replace(mark.after, '^', ''), '+-=', '')) % 2 = 0) then 'higher'
        else 'lower'
    end
) as direction
from (
    -- The last part with a word that is known; its last such word, and what is around it. A veto matches nothing.
    select regexp_extract(
        internal.metric_marks(a_name), '^([^!]*/)?([^/!]*)([-+*=])([~^>]*)((?:/[~^>]*)*)$', ['elsewhere', 'before', 'winner', 'after',
            'later']
    ) as mark
);

-- internal.metric_rank(a_name, a_direction) [scalar]: Sorts metrics: the main one of an artifact is the first whose direction is known.
--     Those of repos.toml are before others, those of tests before those of training, and the shortest name is the first.
(
    a_direction is null, not exists (from metric_directions where lower(a_name) glob lower(pattern)),
    regexp_matches(lower(a_name), 'train'), a_direction = 'lower', length(a_name), a_name
);

-- metric_names [materialized: incremental]: The names of each repository's metrics, with what is better.
--   key: repo, name
--   from metrics: repo, name
--   direction: `higher` or `lower`: what repos.toml, or else the name, says is better; null where neither says.
with directions as materialized (
    select n.name, d.direction from (select distinct name from metrics) n, internal.metric_direction(n.name) d
)
select n.repo, n.name, d.direction from (select distinct repo, name from metrics) n join directions d using (name);
