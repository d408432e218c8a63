"""What people search for, and what they expect to find first: references in order, where `...` stands for whatever follows."""

from __future__ import annotations

import re
from typing import NamedTuple

NEAREST = "nothing has all of these words; showing what has some of them"
ANY_NOTE = "…"


class Case(NamedTuple):
    """A query, the first references that it finds, and what is said beside them."""

    query: str
    expected: list[object]
    note: str | None = None  # None where nothing is said


def is_flat(query: str) -> bool:
    """Whether `search(q)` in SQL takes it: without alternatives, parentheses, NOT and sort:."""
    return not re.search(r"\b(OR|AND|NOT)\b|[()]|\bsort:", re.sub(r'"[^"]*"', "", query))


# Of the demo fleet; its host is left out.

CHURN, FRAUD, CTR, RANKER = "risk/churn:churn", "fraud/payments:payments", "ads/ctr:ctr", "search/ranker:ranker"
FRESH, LONGTAIL, BASELINE = (f"forecasting/demand:{name}" for name in ("fresh", "longtail", "baseline"))
INTENTS, ENTITIES, RULES, TOKENIZER = (f"nlp/intents:{name}" for name in ("intents", "entities", "rules", "tokenizer"))
ELASTICITY, SUBSTITUTES, MARKDOWN, PLANOGRAM, CURVES = (
    f"pricing/elasticity:{name}" for name in ("elasticity", "substitutes", "markdown", "planogram", "curves")
)
SCORECARD, AFFORDABILITY = "legacy/credit-scoring:scorecard", "legacy/credit-scoring:affordability"
ASR, PUNCTUATION, SENTIMENT = "speech/asr:asr", "speech/asr:punctuation", "support/sentiment:sentiment"
DAMAGE, MATCHER, DETECTOR = (
    f"vision/models:{name}" for name in ("returns:damage", "shelves/planogram:matcher", "shelves:detector")
)
CLICKS, CUSTOMERS, SHELVES, UTTERANCES = (
    f"data/registry:{name}"
    for name in ("clickstream:sessions", "customers:customers", "images:shelves", "sentences:utterances")
)
TEMPLATE, HEALTHY = "platform/templates:example", "labs/broken:healthy"
# Of two that a query describes equally well the one that says less beside it comes first.
BOTH_CREDITS: list[object] = [AFFORDABILITY, SCORECARD]

WORDS = {
    "a name": Case("churn", [CHURN]),
    "a name that a repository has, too": Case("elasticity", [ELASTICITY, ...]),
    "a name before a repository": Case("intents", [INTENTS, ...]),
    "a word of a description": Case("transcripts", [PUNCTUATION]),
    "a word of a card": Case("dictation", [ASR, PUNCTUATION]),
    "a label before a repository": Case("nlp", [INTENTS, ENTITIES, TOKENIZER]),
    "a label that is a framework, too": Case("lightgbm", [CHURN, RANKER]),
    "a part of an owner": Case("bidding", [CTR]),
    "a licence": Case("MIT", [TEMPLATE]),
    "upper case": Case("ASR", [ASR, PUNCTUATION]),
    "two words of one description": Case("damaged parcels", [DAMAGE]),
    "two words of several texts": Case("photos shelves", [SHELVES, DETECTOR, PLANOGRAM]),
    "two words in the other order": Case("shelves photos", [SHELVES, DETECTOR, PLANOGRAM]),
    "a word and the type": Case("customers dataset", [CUSTOMERS, ...]),
    "three words": Case("credit loan application", [SCORECARD]),
    "three words of a card and a label": Case("speech calls hold", [ASR, PUNCTUATION]),
    "four words": Case("probability customer leaves days", [CHURN]),
    "a folder": Case("returns", [DAMAGE]),
    "a folder that is a name elsewhere": Case("planogram", [PLANOGRAM, MATCHER]),
    "a number": Case("112", [INTENTS]),
    "a number with its unit": Case("40ms", [FRAUD]),
}
SHAPES = {
    "words with a hyphen": Case("credit-scoring", BOTH_CREDITS),
    "words with an underscore": Case("credit_scoring", BOTH_CREDITS),
    "camelCase": Case("creditScoring", BOTH_CREDITS),
    "words apart": Case("credit scoring", BOTH_CREDITS),
    "words apart, in upper case": Case("CREDIT SCORING", BOTH_CREDITS),
    "a repository": Case("legacy/credit-scoring", BOTH_CREDITS),
    "an owner with its @": Case("@risk/credit", BOTH_CREDITS),
    "a label that is written together": Case("piireviewed", [CUSTOMERS, CLICKS]),
    "a name with its folder is a phrase": Case('"shelves:detector"', [DETECTOR]),
    "accents that the catalog does not have": Case(
        "Élasticité", [ELASTICITY, ...], "nothing for Élasticité; showing elasticity"
    ),
    "an accent on a word": Case("Détector", [DETECTOR]),
    "words with a + and dots": Case("v2.0.0+cuda12.1", []),
}
PHRASES = {
    "a phrase": Case('"call centre"', [SENTIMENT, ASR, PUNCTUATION]),
    "a phrase of three": Case('"photos of shelves"', [SHELVES, DETECTOR, PLANOGRAM]),
    "a phrase with a hyphen": Case('"click-through rate"', [CTR]),
    "a phrase across two texts is none": Case('"shelves photos"', []),
    "a phrase in another order is none": Case('"centre call"', []),
    "a phrase and a word": Case('"call centre" angry', [SENTIMENT]),
    "two phrases": Case('"fresh food" "mark down"', [MARKDOWN]),
    "a phrase of one word": Case('"fraud"', [FRAUD]),
    "a phrase that has a word twice": Case('"the mailbox of the call centre"', [SENTIMENT]),
    "a phrase, upper case": Case('"CREDIT COMMITTEE"', [SCORECARD]),
}
PREFIXES = {
    "a beginning": Case("chur*", [CHURN]),
    "a beginning of several words": Case("elast*", [ELASTICITY, ...]),
    "a beginning and a word": Case("customer mail*", [SENTIMENT]),
    "a beginning with a hyphen": Case("credit-sco*", [SCORECARD, AFFORDABILITY]),
    "a beginning in upper case": Case("PUNC*", [PUNCTUATION]),
    "a beginning that nothing has": Case("qqq*", []),
}
FIELDS = {
    "a stage": Case("stage:staging", [FRAUD, CHURN, ASR, DETECTOR, MATCHER]),
    "a stage and its alias": Case("shelves stage:prod", [DETECTOR, MATCHER]),
    "an alias of a stage": Case("shelves stage:production", [DETECTOR, MATCHER]),
    "another alias of it, in upper case": Case("shelves stage:LIVE", [DETECTOR, MATCHER]),
    "a beginning of a stage": Case("stage:live-*", [CTR]),
    "a type, in prod before not and recent before old": Case(
        "type:dataset", [CLICKS, PLANOGRAM, CUSTOMERS, SHELVES, UTTERANCES]
    ),
    "a label, in prod before recent": Case("label:pricing", [ELASTICITY, SUBSTITUTES, MARKDOWN, PLANOGRAM, CURVES]),
    "a label with a hyphen": Case("label:pii-reviewed", [CLICKS, CUSTOMERS]),
    "a framework": Case("framework:lightgbm", [CHURN]),
    "a beginning of a framework": Case("framework:sklearn*", [SENTIMENT]),
    "a task": Case("task:automatic-speech-recognition", [ASR, PUNCTUATION]),
    "a licence in lower case": Case("licence:mit", [TEMPLATE]),
    "an owner": Case("owner:@ads/bidding", [CTR]),
    "an owner without @ and organisation": Case("owner:bidding", [CTR]),
    "a person as owner": Case("owner:@chen", [MATCHER]),
    "an author by a word of the name": Case("author:bogdan", [CTR, SCORECARD, AFFORDABILITY]),
    "an author without accents": Case("author:sahin", [FRAUD, CHURN, RANKER, ASR, INTENTS]),
    "an author with them": Case('author:"Elif Şahin"', [FRAUD, CHURN, RANKER, ASR, INTENTS]),
    "an author by e-mail": Case("author:farid.rahimi@demo.example", [CTR, FRAUD, CHURN, LONGTAIL]),
    "an author with an apostrophe": Case("author:o'neill", [CTR, ENTITIES, INTENTS, SENTIMENT]),
    "an organisation": Case("org:legacy", [SCORECARD, AFFORDABILITY]),
    "a repository by its end": Case("repo:churn", [CHURN]),
    "a repository of an organisation": Case("repo:speech/*", [ASR, PUNCTUATION]),
    "a host": Case("host:demo.example churn", [CHURN]),
    "a name without its folder": Case("name:detector", [DETECTOR]),
    "a name with its folder": Case("name:shelves:detector", [DETECTOR]),
    "a name with its folders": Case("name:shelves/planogram:matcher", [MATCHER]),
    "a version": Case("version:v3.4.0", [CHURN]),
    "versions by their beginning": Case("version:v4.*", [SUBSTITUTES]),
    "how many versions": Case("versions:>=11", [CTR, CHURN]),
    "how many versions, a range": Case("versions:5..6 type:dataset", [CUSTOMERS]),
    "no version": Case("versions:0", [TEMPLATE]),
    "updated in a month": Case("updated:2026-11", [FRESH, CTR, ENTITIES]),
    "updated after a month": Case("updated:>2026-10", [FRESH, CTR, ENTITIES]),
    "updated on a day": Case("updated:2026-10-26", [DAMAGE, MARKDOWN]),
    "updated in a range of days": Case("updated:2026-10-12..2026-10-19", [FRAUD, CHURN]),
    "updated before a minute": Case("updated:2026-11-03..2026-11-03T11:30", [CTR]),
    "created before a year": Case("created:<2022", [SCORECARD]),
    "created since a date": Case("created:>=2026-05", [MARKDOWN, PUNCTUATION, PLANOGRAM]),
    "has a framework": Case("has:framework", [CHURN, ASR, SENTIMENT, PUNCTUATION]),
    "has plots and no stage": Case("has:plots no:stage org:pricing", [MARKDOWN, PLANOGRAM, CURVES]),
    "has no metrics": Case("no:metrics type:model", [FRAUD, HEALTHY, TEMPLATE]),
    "has no stage": Case("type:model no:stage", [MARKDOWN, PUNCTUATION, CURVES, TEMPLATE]),
    "has a licence": Case("has:licence", [ASR, PUNCTUATION, TEMPLATE]),
    "deprecated": Case("is:deprecated", [BASELINE, RULES]),
    "a deprecated one by its name is not found": Case("rules", []),
    "a deprecated one is found where the query says so": Case("rules is:deprecated", [RULES]),
    "not registered": Case("-is:registered", [TEMPLATE]),
    "stale": Case("is:stale", []),
    "a field in upper case": Case("TYPE:Dataset label:LABELLED", [SHELVES, UTTERANCES]),
    "a value that nothing has": Case("label:visoin", [], "nothing has label:visoin, near: vision"),
    "a stage that nothing has": Case("stage:prd", [], "nothing has stage:prd, near: prod"),
}
MEASURES = {
    "a metric above a number": Case("metric.auc:>0.8", [CHURN]),
    "a metric in a range": Case("metric.auc:0.7..0.8", [CTR]),
    "a metric in a range that is open": Case("metric.auc:0.7..*", [CTR, CHURN]),
    "a metric below a number": Case("metric.wer:<0.1", [PUNCTUATION]),
    "a metric at a number": Case("metric.wer:0.127", [ASR]),
    "a metric by its end": Case("metric.macro:>=0.89", [ENTITIES]),
    "a metric with a sign in its name": Case('metric."ndcg@10.all":>0.48', [RANKER]),
    "a metric with a sign in its name, unquoted": Case("metric.ndcg@10.all:>0.48", [RANKER]),
    "a metric in other case": Case("metric.map50:>0.9", [DAMAGE, MATCHER]),
    "a metric and a word": Case("dairy metric.rmse:<0.3", [CURVES]),
    "not a metric": Case("metric.rmse:>0 -metric.rmse:<0.2", [SUBSTITUTES, CURVES]),
    "a parameter": Case("param.lr:<=0.004", [CTR, ENTITIES, ASR, INTENTS, PUNCTUATION, TOKENIZER]),
    "a parameter as text": Case("param.backbone:vit-s", [DAMAGE, DETECTOR]),
    "a parameter by the beginning of a text": Case("param.backbone:resnet*", [MATCHER]),
    "a parameter by its whole name": Case("param.train.trees:350", [CHURN]),
    "a parameter in the notation of science": Case("param.lr:5e-5", [ENTITIES, INTENTS, TOKENIZER]),
    "a metric that nothing has": Case("metric.acc:>0.5", [], ANY_NOTE),
}
NEGATIONS = {
    "a word without a label": Case("shelves -label:onnx", [SHELVES, PLANOGRAM]),
    "a word without another": Case("shelves -photos", [MATCHER]),
    "a word without a phrase": Case('customer -"call centre" -type:dataset', [CHURN, INTENTS, ENTITIES]),
    "a word without a beginning": Case("photos -shel*", []),
    "a word without a stage": Case("label:vision -stage:staging", [DAMAGE]),
    "only negations": Case("-type:model -label:labelled -label:pii-reviewed -org:labs", [PLANOGRAM, TOKENIZER]),
    "a negation of all": Case("-has:card", []),
    "a negated date": Case("label:vision -updated:2026", [MATCHER]),
}
WHOLE = {
    "nothing is asked": Case("", [FRESH, CTR, ENTITIES, DAMAGE, FRAUD, CHURN, RANKER, ...]),
    "spaces are nothing": Case("  ", [FRESH, CTR, ENTITIES, ...]),
    "a typo: two letters changed places": Case("fruad", [FRAUD], "nothing for fruad; showing fraud"),
    "a typo: a letter too few": Case("elastcity", [ELASTICITY, ...], "nothing for elastcity; showing elasticity"),
    "a typo: a letter too many": Case("scorrecard", [SCORECARD, ...], "nothing for scorrecard; showing scorecard"),
    "a typo: another letter": Case("sentimant", [SENTIMENT], "nothing for sentimant; showing sentiment"),
    "a typo beside a field": Case("shelfes type:dataset", [SHELVES, PLANOGRAM], "nothing for shelfes; showing shelves"),
    "two typos": Case(
        "credti scroing", BOTH_CREDITS, "nothing for credti; showing credit, nothing for scroing; showing scoring"
    ),
    "no typo, but no word": Case("zzzzzz", []),
    "nothing has all words": Case("churn banners", [CHURN, CTR], NEAREST),
    "nothing has all words, of those in prod": Case("tokenizer damage stage:prod", [DAMAGE], NEAREST),
    "a word that nothing has beside one": Case("churn zzzzzz", [CHURN], NEAREST),
}
VERSIONS = {
    "the version in prod": Case("is:version name:churn stage:prod", [f"{CHURN}@v3.4.0"]),
    "the version in staging by word": Case("churn is:version stage:staging", [f"{CHURN}@v3.5.0"]),
    "the latest of datasets": Case(
        "is:version is:latest type:dataset label:labelled", [f"{SHELVES}@v2.1.0", f"{UTTERANCES}@v2.0.0"]
    ),
    "by who made them": Case("is:version author:hiroshi label:speech version:v1.*", [f"{PUNCTUATION}@v1.0.0", ...]),
    "by a metric of their own": Case("is:version churn metric.auc:>0.825", [f"{CHURN}@v3.5.0", f"{CHURN}@v3.5.0-rc.1"]),
    "by month": Case("is:version updated:2026-11", [f"{FRESH}@v2.1.0", f"{CTR}@v3.0.0-alpha.1", f"{ENTITIES}@v1.1.0"]),
    "by name": Case("is:version version:v3.5.*", [f"{CHURN}@v3.5.0", f"{CHURN}@v3.5.0-rc.1"]),
    "deregistered": Case("is:version is:deregistered", [f"{CUSTOMERS}@v2.1.0", f"{INTENTS}@v1.2.0"]),
    "signed": Case("is:version is:signed", [], ANY_NOTE),
    "without metrics": Case(
        "is:version no:metrics label:labelled version:v2.*",
        [f"{SHELVES}@v2.1.0", f"{UTTERANCES}@v2.0.0", f"{SHELVES}@v2.0.0"],
    ),
    "in a stage": Case(
        "is:version has:stage name:detector", [f"{DETECTOR}@v2.0.0", f"{DETECTOR}@v2.1.0", f"{DETECTOR}@v0.1.0"]
    ),
}
# An experiment by its name, since its reference is a commit.
OTTER, HERON, MOLE, LYNX = "tidy-otter", "bold-heron", "fuzzy-mole", "lost-lynx"
EXPERIMENTS = {
    "experiments, the newest first": Case("is:experiment", [OTTER, HERON, MOLE, LYNX]),
    "an experiment by a word of its name": Case("is:experiment otter", [OTTER]),
    "experiments by who ran them": Case("is:experiment author:luis", [HERON, MOLE, LYNX]),
    "experiments by a metric": Case("is:experiment metric.mrr:>0.432", [OTTER, HERON]),
    "no experiment among artifacts": Case("tidy-otter", []),
}
WHOLE_LANGUAGE = {
    "experiments by the order of a metric": Case("is:experiment sort:mrr", [HERON, OTTER, MOLE, LYNX]),
    "one or the other": Case("churn OR fraud", [CHURN, FRAUD]),
    "one or the other, by field": Case("label:nlp OR label:speech", [ENTITIES, ASR, INTENTS, PUNCTUATION]),
    "one or the other of a part": Case(
        "shelves (type:dataset OR stage:staging)", [SHELVES, DETECTOR, MATCHER, PLANOGRAM]
    ),
    "parentheses bind before OR": Case("(shelves type:dataset) OR churn", [CHURN, SHELVES, PLANOGRAM]),
    "AND may be written": Case("fraud AND payments", [FRAUD]),
    "NOT is a minus": Case("label:vision NOT stage:staging", [DAMAGE]),
    "a negated group": Case("label:pricing -(stage:prod OR type:dataset)", [MARKDOWN, CURVES]),
    "OR and a negation": Case("label:vision (-stage:staging OR -updated:2026)", [DAMAGE, MATCHER]),
    "nothing has all of a group": Case("stage:prod (banners parcels)", [DAMAGE, CTR], NEAREST),
    "sorted by a metric, the higher first": Case("sort:auc metric.auc:>0", [CHURN, CTR]),
    "sorted by a metric, the lower first": Case("sort:wer metric.wer:>0", [PUNCTUATION, ASR]),
    "sorted by a metric the other way": Case("sort:wer-desc metric.wer:>0", [ASR, PUNCTUATION]),
    "sorted by a metric, who has none is last": Case("(label:speech OR churn) sort:wer", [PUNCTUATION, ASR, CHURN]),
    "sorted by a metric with its room": Case("label:nlp sort:metric.f1.macro", [ENTITIES, INTENTS]),
    "sorted by update": Case("type:model stage:prod sort:updated", [FRESH, CTR, ENTITIES, DAMAGE, FRAUD, CHURN, ...]),
    "sorted by update, the oldest first": Case(
        "stage:prod type:model sort:updated-asc", [SENTIMENT, SUBSTITUTES, AFFORDABILITY, ...]
    ),
    "sorted by creation": Case("type:dataset sort:created", [PLANOGRAM, CLICKS, SHELVES, UTTERANCES, CUSTOMERS]),
    "sorted by name": Case("label:pricing sort:name", [CURVES, ELASTICITY, MARKDOWN, PLANOGRAM, SUBSTITUTES]),
    "sorted by name, from the end": Case(
        "label:pricing sort:name-desc", [SUBSTITUTES, PLANOGRAM, MARKDOWN, ELASTICITY, CURVES]
    ),
    "sorted by how many versions": Case("sort:versions", [CHURN, CTR, ...]),
    "sorted by score, the worst first": Case("photos shelves sort:score-asc", [PLANOGRAM, DETECTOR, SHELVES]),
    "words sorted by another order": Case("photos shelves sort:updated", [PLANOGRAM, DETECTOR, SHELVES]),
    "versions sorted by a metric": Case(
        "is:version name:asr metric.wer:>0 sort:wer",
        [f"{ASR}@{each}" for each in ("v2.2.0", "v2.1.0", "v2.0.0", "v2.0.1", "v1.1.0", "v1.0.0")],
    ),
    "versions sorted by date": Case(
        "is:version name:churn sort:updated",
        [f"{CHURN}@{each}" for each in ("v3.5.0", "v3.5.0-rc.1", "v3.4.0")] + [...],
    ),
}
DEMO = (
    WORDS
    | SHAPES
    | PHRASES
    | PREFIXES
    | FIELDS
    | MEASURES
    | NEGATIONS
    | WHOLE
    | VERSIONS
    | EXPERIMENTS
    | WHOLE_LANGUAGE
)

# Of the public repositories in ../shared/fleet.

CHURN_OF = {
    "gto": "iterative/example-gto:churn",
    "suor": "Suor/example-model-registry:churn",
    "xgboost": "iterative/demo-bank-customer-churn:xgboost-model",
    "forest": "iterative/demo-bank-customer-churn:randomforest-model",
    "lightgbm": "iterative/demo-bank-customer-churn:lightgbm-model",
}
STACK_DATASET = "iterative/example-get-started:stackoverflow-dataset"
STACK_MODEL = "iterative/example-get-started:text-classification"
STACK_DATA = "iterative/dataset-registry:get-started-data"
POOLS = "iterative/example-get-started-experiments:pool-segmentation"
SUOR_FOREST, SUOR_PICKLE = (f"Suor/example-model-registry:{name}" for name in ("random-forest", "my-pickle-model"))
S3 = "aguschin/monorepo-test-no-root-gto-action"
MY_MODEL, MY_NESTED_MODEL = f"{S3}:s3:mymodel", f"{S3}:s3/nested-dir:mymodel"

FLEET = {
    "a name before a label, a label before a repository": Case(
        "churn", [CHURN_OF[name] for name in ("gto", "suor", "xgboost", "forest", "lightgbm")]
    ),
    "two words of a name": Case("random forest", [SUOR_FOREST, CHURN_OF["forest"]]),
    "two words in one": Case("randomforest", [SUOR_FOREST, CHURN_OF["forest"]]),
    "two words in one, upper case": Case("RandomForest", [SUOR_FOREST, CHURN_OF["forest"]]),
    "two words with an underscore": Case("random_forest", [SUOR_FOREST, CHURN_OF["forest"]]),
    "a phrase of a name": Case('"random forest"', [SUOR_FOREST, CHURN_OF["forest"]]),
    "a phrase of a description": Case('"random forest classification"', [CHURN_OF["forest"]]),
    "camelCase of apart and together": Case("StackOverflow", [STACK_DATASET, STACK_DATA, STACK_MODEL]),
    "what is written together": Case("stackoverflow", [STACK_DATASET, STACK_MODEL]),
    "what is written apart": Case("stack overflow", [STACK_DATASET, STACK_DATA]),
    "an emoji beside a word": Case("pickle🥒", [SUOR_PICKLE]),
    "an emoji in a label": Case("label:pickle🥒", [SUOR_PICKLE]),
    "a typo": Case("pikle", [SUOR_PICKLE], "nothing for pikle; showing pickle"),
    "a typo beside a word": Case(
        "clasification stackoverflow", [STACK_MODEL], "nothing for clasification; showing classification"
    ),
    "two words of a description": Case("swimming pools", [POOLS]),
    "a name and a label": Case("segmentation satellite", [POOLS]),
    "a version in a label": Case("shufflenet_v2", [POOLS]),
    "a beginning": Case("segment*", ["iterative/example-gto:segment", POOLS]),
    "three words": Case("customer churn classifier", [CHURN_OF["xgboost"]]),
    "a name with a hyphen": Case("my-pickle-model", [SUOR_PICKLE]),
    "two that have one name in two folders": Case("name:mymodel", [MY_MODEL, MY_NESTED_MODEL]),
    "a name with its folders": Case("name:s3/nested-dir:mymodel", [MY_NESTED_MODEL]),
    "a name before repositories of that name": Case(
        "test", ["amritghimire/monorepo:test", "amritghimire/monorepo:test-path", ...]
    ),
    "a label in another case": Case("label:churn", [CHURN_OF[name] for name in ("suor", "forest", "xgboost")]),
    "a label with a space": Case('label:"major version"', [CHURN_OF["suor"]]),
    "a stage without a vocabulary": Case("stage:production", [CHURN_OF["suor"]]),
    "a metric": Case("metric.roc_auc:>0.86", [CHURN_OF["forest"]]),
    "a metric is not the end of a word": Case("metric.auc:>0.5", [], ANY_NOTE),
    "a parameter": Case("param.model_type:xgboost", [CHURN_OF["xgboost"]]),
    "a parameter with rooms": Case("param.fine_tune_args.base_lr:0.01", [POOLS]),
    "sorted by a metric": Case(
        "has:metrics sort:roc_auc", [CHURN_OF[name] for name in ("forest", "lightgbm", "xgboost")]
    ),
    "one or the other": Case("lightgbm OR xgboost", [CHURN_OF["lightgbm"], CHURN_OF["xgboost"]]),
    "a framework": Case("framework:sklearn*", [CHURN_OF["forest"], CHURN_OF["xgboost"], SUOR_FOREST]),
    "a dataset": Case("type:dataset", [STACK_DATA, STACK_DATASET]),
    "a repository": Case("repo:dataset-registry", [STACK_DATA]),
    "versions in prod": Case(
        "is:version churn stage:prod",
        ["iterative/example-gto:churn@v3.0.0", f"{CHURN_OF['forest']}@v1.0.0", f"{CHURN_OF['lightgbm']}@v2.0.0"],
    ),
    "a year": Case("updated:2024", [STACK_MODEL, POOLS, STACK_DATA]),
}

# Of the demo fleet with a fork of risk/churn beside it.

FORK = "people/fork-of-churn:churn"
COPIES = {
    "what a fork has from elsewhere is not found": Case("churn", [CHURN]),
    "nor where nothing is asked": Case("label:retention", [CHURN]),
    "copies are found where the query says so": Case("is:copy", [FORK]),
    "copies beside the original": Case("churn (is:copy OR -is:copy)", [CHURN, FORK]),
    "who names the repository means its copies": Case("churn repo:fork-of-churn", [FORK]),
    "who names the organisation means its copies": Case("org:people", [FORK]),
    "who names the host means its copies": Case("churn host:demo.example", [CHURN, FORK]),
    "who excludes a repository does not": Case("churn -repo:ranker", [CHURN]),
    "originals": Case("churn -is:copy", [CHURN]),
    "versions of copies": Case("is:version is:copy version:v3.4.0", [f"{FORK}@v3.4.0"]),
}
