"""Tab in a query, as bash and other shells ask: in pieces, in quotation marks, and behind a `-`."""

from __future__ import annotations

import pytest

from catalog.cli.word_breaks import joined

# What bash has in COMP_WORDS, behind `catalog search`, and what it puts for the last word.
QUERIES = [
    pytest.param(["typ"], ["type:"], id="a field without values"),
    pytest.param(["st"], ["stage:prod", "stage:dev", "stage:staging"], id="the only field, with its values"),
    pytest.param(["l"], ["label:", "licence:"], id="fields"),
    pytest.param(["stage", ":"], ["prod", "dev", "staging"], id="values"),
    pytest.param(["stage", ":", "st"], ["staging"], id="the beginning of a value"),
    pytest.param(["churn", "stage", ":", "st"], ["staging"], id="a second term"),
    pytest.param(["-stage", ":", "d"], ["dev"], id="the value of a negation"),
    pytest.param(["churn", "-sta"], ["-stage:prod", "-stage:dev", "-stage:staging"], id="a negation"),
    pytest.param(
        ["'churn st"], ["churn stage:prod", "churn stage:dev", "churn stage:staging"], id="in quotation marks"
    ),
    pytest.param(["'(stage:pro"], ["(stage:prod"], id="behind a parenthesis"),
    pytest.param(["'a -(stage:pro"], ["a -(stage:prod"], id="behind a negated one"),
    pytest.param(["met"], ["metric.auc:", "metric.loss:", "metric.rows:"], id="metrics"),
    pytest.param(["param.l"], ["param.lr:>", "param.lr:>=", "param.lr:<", "param.lr:<="], id="a parameter"),
    pytest.param(["upd"], ["updated:>", "updated:>=", "updated:<", "updated:<="], id="a date"),
    pytest.param(["sort", ":", "up"], ["updated"], id="an order"),
    pytest.param(["nothing", ":"], [], id="no field"),
    pytest.param(["--lim"], ["--limit"], id="an option"),
    pytest.param(["--output", "=", "tsv"], ["tsv"], id="the value of an option"),
]


@pytest.mark.one_in(6)
@pytest.mark.parametrize(("words", "offered"), QUERIES)
def test_bash_gets_what_stands_for_its_last_word(run, database, monkeypatch, words, offered):
    words = ["catalog", "search", *words]
    monkeypatch.setenv("CATALOG_DATABASE", str(database))
    monkeypatch.setenv("_CATALOG_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "\n".join(words))
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    _, out, err = run()
    assert (out.splitlines(), err) == (offered, "")


def test_a_value_with_spaces_is_quoted_for_the_shell(run, monkeypatch):
    monkeypatch.setattr("catalog.cli.completion._known", lambda _: ["credit risk"])
    monkeypatch.setenv("_CATALOG_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "catalog\nsearch\nlabel\n:")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert run()[1] == "'\"credit risk\"'\n"


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        pytest.param("catalog search churn -stage:de", ["-stage:dev"], id="a negation"),
        pytest.param("catalog search stage:st", ["stage:staging"], id="a value"),
        pytest.param("catalog search 'churn -stage:st", ["churn -stage:staging"], id="a negation in quotation marks"),
        pytest.param("catalog search --lim", ["--limit"], id="an option"),
        pytest.param("catalog -", [], id="no command"),
        pytest.param("", ["search"], id="nothing"),
    ],
)
def test_fish_gets_whole_words(run, database, monkeypatch, line, offered):
    monkeypatch.setenv("CATALOG_DATABASE", str(database))
    monkeypatch.setenv("_CATALOG_COMPLETE", "complete_fish")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    assert [each.partition("\t")[0] for each in run()[1].split("\n")][: len(offered)] == offered


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        pytest.param(["a", "b"], ["a", "b"], id="words"),
        pytest.param(["a", ":", "b", "c"], ["a:b", "c"], id="a break"),
        pytest.param(["a", "::", ">", "b"], ["a::>b"], id="several breaks"),
        pytest.param(["a", "@"], ["a@"], id="a break at the end"),
        pytest.param(["a", ""], ["a", ""], id="a new word"),
        pytest.param(["a", ":", '"b c'], ['a:"b c'], id="a quotation mark behind a break"),
    ],
)
def test_words_are_put_together(words, typed):
    assert joined(words) == typed
