"""Which way a metric is better, by its name: as the library that gives it this name says, or as nobody can say."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import pytest

from catalog.schema.tables.inventory import MetricDirection
from support.catalogs import asked, catalog_of

FOLDER = Path(__file__).parent

# Names of metrics with what their library says: `scorer._sign` of scikit-learn, `higher_is_better` of torchmetrics and LightGBM, `_direction` of
# Keras, the list of metrics to maximize of XGBoost; documentation where code says nothing, or the contrary of the documentation.
NAMES = list(csv.DictReader((FOLDER / "metric_names.csv").read_text("utf-8").splitlines()))
FEWEST, FEWEST_OTHERS = 250, 60

# Names of which the rule knows no word: no star.
UNKNOWN = {
    "DeepNoiseSuppressionMeanOpinionScore",
    "ProcrustesDisparity",
    "SQuAD",
    "SpatialCorrelationCoefficient",
    "SpeechReverberationModulationEnergyRatio",
    "VideoMultiMethodAssessmentFusion",
}

# What no version is better for.
NO_METRICS = (FOLDER / "names_without_direction.txt").read_text("utf-8").split()


def test_a_library_and_the_catalog_agree_on_what_is_better():
    stated = {row["name"]: row["direction"] for row in NAMES}
    known = {name: None if way == "none" or name in UNKNOWN else way for name, way in stated.items()}
    assert directions(*known) == known


def test_the_lists_of_names_are_long_and_contradict_themselves_nowhere():
    stated = {(row["name"], row["direction"]) for row in NAMES}
    names = {name for name, _ in stated}
    assert (len(names) >= FEWEST, len(stated) == len(names), len(NO_METRICS) >= FEWEST_OTHERS, names >= UNKNOWN) == (
        True,
    ) * 4


def test_no_value_of_these_is_better_than_another():
    assert directions(*NO_METRICS) == dict.fromkeys(NO_METRICS)


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("test_time_accuracy", "higher", id="the last known word of the name wins"),
        pytest.param("loss.accuracy", "higher", id="also over that of an earlier part"),
        pytest.param("accuracy_loss", "lower", id="a loss of accuracy is one"),
        pytest.param("roc_auc.test", "higher", id="the part before a last part of which no word is known is asked"),
        pytest.param("loss/train/mean", "lower", id="and the one before that, too"),
        pytest.param("accuracy.count", None, id="but not where the last part says what is counted"),
        pytest.param("acc.0", "higher", id="a number is no name"),
        pytest.param("valAccuracy", "higher", id="words may be joined"),
        pytest.param("MulticlassF1Score", "higher", id="with upper case and digits among them"),
        pytest.param("mAP50-95(B)", "higher", id="upper case may be in the midst of a word"),
        pytest.param("top5acc", "higher", id="digits may be glued to the word behind them"),
        pytest.param("recall5", "higher", id="or to the word before them"),
        pytest.param("LOG LOSS", "lower", id="a name may be two words in upper case"),
        pytest.param("Val Accuracy (%)", "higher", id="or have signs in it"),
        pytest.param("MAPE", "lower", id="a word that begins as another is another"),
        pytest.param("timely", None, id="half a word says nothing"),
        pytest.param("précision", None, id="nor does what is left of a word between other letters"),
        pytest.param("βaccuracy", None, id="or behind one"),
        pytest.param("точность", None, id="nor a word of another language"),
        pytest.param("", None, id="nor no name at all"),
        pytest.param("neg_mean_squared_error", "higher", id="a negated error is turned round"),
        pytest.param("test_neg_log_loss.mean", "higher", id="also behind a split"),
        pytest.param("negMeanAbsoluteError", "higher", id="and where words are joined"),
        pytest.param("neg_negative_likelihood_ratio", "higher", id="twice is not at all"),
        pytest.param("negative_log_likelihood", "lower", id="a negated likelihood is lower"),
        pytest.param("neg_cosine_similarity", "lower", id="so is a negated similarity"),
        pytest.param("negative.precision", "higher", id="the precision of a class of negatives is a precision"),
        pytest.param("false_negative_rate", "lower", id="a rate of false negatives negates nothing"),
        pytest.param("true_negative_rate", "higher", id="nor does one of true negatives"),
        pytest.param("negative_predictive_value", "higher", id="nor does a predictive value"),
        pytest.param("inverse_mse", "higher", id="an inverse is turned round"),
        pytest.param("one_minus_auc", "lower", id="so is what is taken from one"),
        pytest.param("error_reduction", "higher", id="so is what is reduced"),
        pytest.param("accuracy_reduction", "lower", id="whichever it is"),
        pytest.param("reduction_in_loss", "higher", id="also where the reduction comes first"),
        pytest.param("rmse_improvement", "higher", id="an improvement is good, whatever improves"),
        pytest.param("brier_skill_score", "higher", id="and so is a skill"),
        pytest.param("d2_absolute_error_score", "higher", id="and a part of the deviance that is explained"),
        pytest.param("brier_score", "lower", id="a score is what it is the score of"),
        pytest.param("explained_variance", "higher", id="a variance that is explained is no spread"),
        pytest.param("train_loss_epoch", "lower", id="a loss of an epoch is a loss"),
        pytest.param("in_distribution_accuracy", "higher", id="what data are like is no veto"),
        pytest.param("latency_p99", "lower", id="a percentile of a latency is a latency"),
        pytest.param("inference_time", "lower", id="a time that users wait for"),
        pytest.param("R^2", "higher", id="a power is a digit"),
        pytest.param("P_10", "higher", id="trec_eval's precision, in upper case"),
    ],
)  # fmt: skip
def test_which_way_a_name_is_better(name, expected):
    assert directions(name) == {name: expected}


def test_what_repos_toml_says_goes_before_the_name():
    stated = [
        MetricDirection(pattern="cost*", direction="lower", rank=0),
        MetricDirection(pattern="Cost_saved", direction="higher", rank=1),
        MetricDirection(pattern="*accuracy", direction="lower", rank=2),
        MetricDirection(pattern="seconds", direction="lower", rank=3),
    ]
    assert directions("cost_saved", "test_accuracy", "seconds", "accuracy_2", stated=stated) == {
        "cost_saved": "lower",
        "test_accuracy": "lower",
        "seconds": "lower",
        "accuracy_2": "higher",
    }


def test_a_name_that_is_null_has_no_direction():
    assert asked(catalog_of({}), "from internal.metric_direction(null)") == [{"direction": None}]


def directions(*names: str, stated: Iterable[MetricDirection] = ()) -> dict[str, str | None]:
    """What the catalog says of each name, where repos.toml states this."""
    query = "select m.name, d.direction from (select unnest(?) as name) m, internal.metric_direction(m.name) d"
    rows = asked(catalog_of({}, {MetricDirection: stated}), query, list(names))
    return {row["name"]: row["direction"] for row in rows}
