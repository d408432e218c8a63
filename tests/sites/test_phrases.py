"""Phrases in the list of models: what `catalog search` finds, in its order, from a folder and from a server; and when texts are loaded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalog.query import Catalog
from catalog.schema.tables.inventory import Repo
from sites.build import build
from support.catalog_files import repository, write_catalog
from support.catalogs import rows_of
from support.list_page import asked
from support.worlds import World

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CARD = """# Kreditrisiko für Händler

Trained on card payments of the EU; see ResNet50 and creditRisk. Über die Grenzen hinaus: 信用风险模型 v2.
It is the risk of the risk that counts.

Ask anna.berg@acme.example before the review of
the desk.
"""
REPOS = {
    "git.example/acme/risk": {
        "artifacts.yaml": "credit-risk: {path: a.pkl, type: model, description: Scores small firms, labels: [low latency, EU]}\n"
        "scores: {path: b.pkl, type: dataset, description: The credit of firms at risk}\n",
        "README.md": CARD,
        "CODEOWNERS": "* @acme/loan-desk\n",
        "LICENSE": "MIT License\n",
    },
    "git.example/Acme/Churn": {
        "artifacts.yaml": "churnModel: {path: c.pkl, type: model, description: Risk of a credit and of its loss}\n",
        "README.md": "# Churn\n\nWho leaves. The review of the desk is due. " + "Payments of telecom customers. " * 80,
    },
    "local/plain": {"artifacts.yaml": "loss: {path: d.pkl, description: small firms}\n"},
}
QUERIES = {
    "of a name": '"credit risk"',
    "of a name with the parts of its words": '"churn model"',
    "of a description": '"small firms"',
    "of a label": '"low latency"',
    "of a repository": '"acme churn"',
    "of an owner": '"loan desk"',
    "of an author": '"Ann"',
    "of a card": '"card payments of the EU"',
    "of one word": '"payments"',
    "of one word that is a part of another": '"net"',
    "of a word with a digit": '"ResNet50 and credit risk"',
    "joined, where the text has its parts": '"resnet50 and creditrisk"',
    "in upper case": '"CARD PAYMENTS"',
    "with signs between its words": '"card, payments -- of"',
    "with accents": '"für Händler"',
    "without accents": '"kreditrisiko fur handler"',
    "in Chinese": '"信用风险"',
    "in Chinese, with a word": '"模型 v2"',
    "in Chinese, in another order": '"风险信用"',
    "with a word twice": '"the risk of the risk"',
    "over a line": '"review of the desk"',
    "long": f'"{" ".join(["payments of telecom customers"] * 60)}"',
    "longer than the text": f'"{" ".join(["payments of telecom customers"] * 81)}"',
    "from one text to the next": '"latency EU"',
    "from a name to a description": '"risk scores"',
    "in another order": '"risk credit"',
    "of the beginning of a word": '"credit ris"',
    "that nothing has": '"no such words"',
    "negated": '-"small firms"',
    "negated twice": '-"small firms" -"low latency"',
    "negated by NOT": 'NOT ("small firms" "low latency")',
    "or another": '"low latency" OR "who leaves"',
    "or a word": '"low latency" OR telecom',
    "or a word, negated": '-"low latency" OR telecom',
    "and a word": '"small firms" loss',
    "and a field": '"the desk" type:model',
    "and a repair of another word": '"small firms" latancy',
    "or a repair of another word": '"small firms" OR telecon',
    "two, of which nothing has both": '"small firms" "telecom customers"',
    "and a word that nothing has": '"small firms" zzzz',
    "and an order": '"the desk" sort:name-desc',
    "of words around an address": '"the review"',
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog and its site."""
    folder, rows = tmp_path_factory.mktemp("phrases"), {}
    for name, files in REPOS.items():
        world = World()
        artifact = files["artifacts.yaml"].partition(":")[0]
        world.tag(f"{artifact}@v1.0.0", world.commit(files))
        rows[name] = rows_of(world.listing(), world.objects)
    file = write_catalog(folder / "c.duckdb", rows, {Repo: [repository(name) for name in REPOS]})
    build(file, folder / "site", title="x")
    return folder


@pytest.fixture(scope="module")
def of_command_line(folder: Path) -> dict[str, object]:
    """What `catalog search` finds."""
    with Catalog.open(folder / "c.duckdb") as catalog:
        answers = {query: catalog.search(query, limit=None) for query in QUERIES.values()}
    return {query: [[row["ref"] for row in answer.rows], answer.total] for query, answer in answers.items()}


@pytest.mark.parametrize("way", ["file", "http"])
def test_the_page_finds_the_phrases_that_the_command_line_finds(browser, folder, of_command_line, way):
    assert asked(browser, folder / "site", way, [*of_command_line], 100) == of_command_line


@pytest.fixture
def page(browser, folder):
    page = browser.new_page()
    page.loaded = []
    page.on(
        "request",
        lambda request: page.loaded.extend(re.findall(r"/index/texts/(?:git.example~)?(\w+~\w+)", request.url)),
    )
    page.goto((folder / "site" / "models.html").as_uri())
    page.locator("#models.live").wait_for()
    yield page
    page.close()


def found(page, query: str, total: str) -> tuple[list[str], list[str], str]:
    box = page.get_by_label("Filter the list")
    box.fill(query)
    box.press("Enter")
    page.locator(".total", has_text=total).wait_for()
    names = page.locator("#models tbody .nm a").all_inner_texts()
    return names, sorted(page.loaded), page.locator(".bar ~ .note").inner_text()


@pytest.mark.parametrize(
    ("query", "total", "names", "loaded"),
    [
        pytest.param("firms", "3 of 4", ["loss", "acme/scores", "acme/credit-risk"], [], id="a word"),
        pytest.param(
            '"credit risk"', "2 of 4", ["acme/credit-risk", "acme/scores"], ["acme~churn", "acme~risk"], id="a phrase"
        ),
        pytest.param('"churn model"', "1 of 4", ["Acme/churnModel"], [], id="a phrase that a name has"),
        pytest.param('"low latency"', "1 of 4", ["acme/credit-risk"], [], id="one that a label has"),
        pytest.param('"loan desk"', "2 of 4", ["acme/scores", "acme/credit-risk"], [], id="one that an owner has"),
        pytest.param(
            '"card payments"', "2 of 4", ["acme/scores", "acme/credit-risk"], ["acme~risk"], id="one of a card"
        ),
        pytest.param('"no such words"', "0 of 4", [], [], id="one whose words nothing has"),
    ],
)
def test_texts_are_loaded_of_repositories_that_may_have_a_phrase(page, query, total, names, loaded):
    shown, files, note = found(page, query, total)
    assert (shown, files, note) == (names, loaded, "")


def test_what_stands_on_either_side_of_an_address_is_no_phrase_and_the_address_is_nowhere(page, folder):
    held = [file.read_text("utf-8") for file in (folder / "site" / "index" / "texts").iterdir()]
    assert [word for word in ("anna", "berg", "hidden") if any(word in text for text in held)] == []
    assert found(page, '"ask before"', "0 of 4")[0] == []


def test_an_address_is_left_to_the_command_line(page):
    assert found(page, '"ask anna.berg@acme.example"', "0 of 4")[2] == (
        """This page does not know "ask anna.berg@acme.example". Ask catalog search '"ask anna.berg@acme.example"'"""
    )
