-- Which way a metric is better. The words of its name become marks, of which the last decides: docs/decisions/21-metric-directions.md.

-- metric_words(a_name) [scalar]: A metric's name as lower-case words: `mAP50-95(B)` is `map50 95 b`. A slash stands where a part ends.
replace(lower(translate(
    regexp_replace(regexp_replace(regexp_replace(
        replace(replace(replace(replace(replace(replace(replace(replace(a_name,
            'mAP', 'Map'), 'IoU', 'Iou'), 'nDCG', 'Ndcg'), 'chrF', 'Chrf'), '^2', '2'), '@', ' at '), '/', ' / '), '.', ' / '),
        '[^ -~]', 'x', 'g'), '([A-Z]+)([A-Z][a-z])', '\1 \2', 'g'), '([a-z])([A-Z])|([0-9])([A-Za-z])', '\1\3 \2\4', 'g'),
    '_-+=*!^~()[]{}<>:;,|#%&?"$`''\', repeat(' ', 32))), 'explained variance', 'explainedvariance');

-- metric_veto_words() [scalar]: What tells that a value is not a quality: a spread, a difference, a number of things.
'\b(?:stds?|std(?:ev|dev|v)|stderr|std (?:dev|err)|standard (?:deviation|error)|sd|sem|variance|var|iqr|ci|conf(?:idence)? int(?:erval)?|'
    || 'gap|drop|diff|difference|delta|change|shift|skew|skewness|kurtosis|spread|range|uncertainty|p ?values?|vs|versus|num|number|nb|'
    || 'n errors|(?:acc|accuracy|auc|f1|r2) err(?:or)?|error (?:bars?|maps?)|loss ratio|'
    || 'confusion|increase|decrease|decline|degradation|(?:time|steps?|epochs?|iterations?|samples|tokens) (?:to|until)|'
    || 'rank test|stop loss|weight loss|profit (?:and )?loss|loss (?:coef|coefficient|factor)|err at|gini (?:impurity|importance)|'
    || '(?:heat|feature|attention|saliency|colou?r|label|site|road|tile) ?maps?|'
    || 'neg(?:ative)? (?:class|samples?|sampling|pairs?|examples?|edges?|prompts?|anchors?))[0-9]*\b';

-- metric_gain_words() [scalar]: What is better the higher it is, of whatever it tells: a skill, an improvement, a D².
'\b(?:skill|improvements?|d2 (?:absolute error|log loss|pinball loss|pinball|tweedie|brier|score))\b';

-- metric_lower_words() [scalar]: What is better the lower it is.
'\b(?:loss(?:es)?|errors?|err|merror|r?mse|rmsle|msle|mae|[sw]?mape|wape|mase|rmsse|nr?mse|r?mspe|mdape|medae|r?rse|rae|crps|'
    || 'ranked probability|[mn]?log ?loss|nll|nloglik|neg(?:ative)? log ?lik(?:elihood)?|negative likelihood ratio|'
    || '(?:x|cross) ?entropy|crossentropy|perplexity|ppl|bp[bc]|bits per (?:byte|char|character|dim)|deviance|divergence|'
    || 'kullback leibler|log ?cosh|huber|hinge|pinball|'
    || 'brier|ece|wer|cer|mer|wil|eer|ter|word info(?:rmation)? lost|edit (?:distance|rate)|hamming|levenshtein|mphe|'
    || 'fpr|fnr|fdr|false (?:positive|negative|discovery|omission|alarm|match|acceptance|rejection) (?:rate|ratio)|fall ?out|miss rate|'
    || 'misclassification|failure rate|latency|latencies|(?:inference|prediction|response) time|aicc?|bic|waic|davies|bouldin|fid|lpips|'
    || 'learned perceptual image patch similarity|(?:inception|wasserstein|minkowski|surface) distance|hausdorff|hd95|spectral angle|'
    || 'total variation|silog|abs rel|sq rel|regret|'
    || 'neg(?:ative|ated)? (?:(?:roc )?auc|r2|r ?squared|cosine similarity|elbo|ndcg|mcc|kappa|psnr|ssim|bleu|silhouette))[0-9]*\b';

-- metric_higher_words() [scalar]: What is better the higher it is.
'\b(?:acc|accuracy|accuracies|auc|auroc|auprc?|aucpr|rocauc|prauc|pauc|logauc|gini|prec|precision|recall|specificity|sensitivity|'
    || 't[pn]r|[pn]pv|true (?:positive|negative) rate|(?:positive|negative) predictive value|mcc|matthews|kappa|f1|f 1|f ?beta|f ?score|'
    || 'f ?measure|g ?mean|v ?measure|youden|informedness|ap|map|mar (?:[0-9]+|small|medium|large)|m?iou|io u|intersection over union|'
    || 'dice|jacc|jaccard|panoptic quality|critical success index|exact match|(?:success|pass|win) rate|success (?:at|[0-9]+)|'
    || 'r2|r ?squared|rsq|explainedvariance|spearmanr?|concordance|c index|(?:log|marginal) ?lik(?:elihood)?|likelihood ratio|loglik|elbo|'
    || 'rand (?:score|index)|adjusted rand|mutual info(?:rmation)?|nmi|ari|fowlkes|mallows|homogeneity|completeness|silhouette|calinski|'
    || 'harabasz|dunn|consensus score|(?:sacre)?bleu|gleu|bleurt|rouge|rougel|rougelsum|chrf|meteor|cider|sari|bert ?score|mauve|'
    || 'word info(?:rmation)? preserved|pass at|p at|r at|hr at|rr at|hits? (?:at|rate|ratio|[0-9]+)|hits?[0-9]+|'
    || '[nrs]*dcg|cumulative gain|mrr|recip(?:rocal)? rank|rbp|bpref|r ?prec|r ?prev|infap|iprec|psnr|snr|si ?s[dn]r|ssim|msssim|'
    || 'signal (?:to )?(?:noise|distortion|interference)|structural similarity|cosine similarity|inception score|clip ?score|'
    || 'image quality|information fidelity|pesq|stoi|speech quality|intelligibility|throughput|qps|fitness|'
    || '(?:samples|tokens|images|frames|requests|queries|steps) per second)[0-9]*\b';

-- metric_neutral_words() [scalar]: What is neither better nor worse: amounts of data, thresholds, hyperparameters.
'\b(?:counts?|counter|sizes?|length|len|width|height|depth|scales?|bits|bytes|[kmg]b|rows?|columns?|cols|times?|duration|support|rank|'
    || 'steps|init|target|angle|roll|'
    || 'thresholds?|thresh|thr|cutoff|weights?|gains?|tolerance|tol|limit|budget|code|status|id|resolution|curves?|margin|'
    || 'hist|histogram|distribution|best (?:[-a-z0-9+]+ )*(?:epoch|step|iteration|iter|round|index|idx|trial))[0-9]*\b';

-- metric_marks(a_name) [scalar]: The words of a metric's name as marks: `!` veto, `*` gain, `-` lower, `+` higher, `=` neutral;
--     `^` and `~` turn what follows round, `>` what came before; a slash where a part ends.
regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    metric_words(a_name),
    metric_veto_words(), '!', 'g'), metric_gain_words(), '*', 'g'), metric_lower_words(), '-', 'g'), metric_higher_words(), '+', 'g'),
    metric_neutral_words(), '=', 'g'),
    '\b(?:inverse|inverted|inv|opposite|minus|reduction (?:in|of))\b', '~', 'g'), '\breductions?\b', '>', 'g'),
    '\bneg(?:ative|ated)?\b', '^', 'g'), '[^-+*=!~^>/]+', '', 'g');

-- metric_direction(a_name): Which way a metric is better, by repos.toml, or else by the words of its name.
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
        when regexp_matches(metric_words(a_name), '\bat (?:fpr|fnr|far|frr|fdr|false)|\b(?:fpr|fnr|far|frr|fdr)[0-9]* at ') then null
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
        metric_marks(a_name), '^([^!]*/)?([^/!]*)([-+*=])([~^>]*)((?:/[~^>]*)*)$', ['elsewhere', 'before', 'winner', 'after', 'later']
    ) as mark
);
